"""The playbooks that an incident follows: taking one up, its versions, reviews after it, two at once."""

import pytest
from sqlalchemy import text

from cyberready.exercises import actions as exercises
from cyberready.improvements import queries as improvements
from cyberready.incidents import actions, actions_playbooks, queries
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people.rules import PERMISSIONS
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks import queries_reviews
from cyberready.playbooks.actions import withdraw
from cyberready.playbooks.lifecycle import Standing
from cyberready.trail import actions as trail
from cyberready.trail.rules import Kind
from tests import world
from tests.incidents import incident_world
from tests.playbooks.drafting import House
from tests.playbooks.test_rivals import BETTER, ROUNDS, SCRIPT, at_once, doing, refusals
from tests.playbooks.writing import SMALL, changed
from tests.world import START

SLUG = "stroomstoring"
OTHER = changed(
    ("slug: stroomstoring", "slug: wateroverlast"), ("title: Stroomstoring", "title: Wateroverlast")
)


@pytest.fixture
def house(database):
    return House(database, world.town(database))


@pytest.fixture
def release(house):
    return house.published()


@pytest.fixture
def incident(house):
    return incident_world.incident(house.database, house.town)


@pytest.fixture
def team(browser, house):
    return browser.sign_in(house.town["crisis_team"], house.town.home)


def follow(house, incident, slug=SLUG, by=None):
    return house.act(actions_playbooks.follow, incident.id, slug, by=by or house.town["crisis_team"])


def followed(house, incident):
    return house.database.read(lambda session: queries.followed(session, incident))


def taken_up(house, incident):
    return house.database.read(lambda session: queries.taken_up(session, incident.id))


def entries(house, incident, kind=Kind.PLAYBOOK_FOLLOWED):
    lines = house.database.read(lambda session: queries.lines(session, incident))
    return [line for line in lines if line.kind is kind]


def close(house, incident):
    return house.act(actions.close, incident.id, by=house.town["crisis_team"], reason="Alles is hersteld.")


def occasions(house, slug=SLUG):
    return tuple(one.title for one in house.ask(queries_reviews.review, slug, house.now).occasions)


def called(incident):
    return f"incident {incident.id}"


def card(page):
    return page.select_one("#playbooks").get_text(" ", strip=True)


def exercise(house, script=SCRIPT, title="Herfstoefening"):
    leader = house.town["exercise_leader"]
    made = house.act(
        exercises.plan,
        world.scenario(house.database, house.town.home, script).id,
        title=title,
        planned_at=START,
        leader_id=leader.id,
        by=leader,
    )
    house.act(exercises.start, made.id, by=leader)
    return made, incident_world.incident(house.database, house.town, exercise_id=made.id)


class TestFollowing:
    def test_an_incident_points_at_the_release_that_was_current(self, house, release, incident):
        follow(house, incident)
        (one,) = followed(house, incident)
        assert (one.release.id, one.standing, one.by) == (release.id, Standing.CURRENT, "Test crisis_team")
        assert one.since == house.now
        (line,) = entries(house, incident)
        assert line.audience == ("all", "region")
        said = {key: line.body[key] for key in ("playbook", "version", "digest", "release", "in_place_of")}
        assert said == {
            "playbook": SLUG,
            "version": "1.0",
            "digest": release.digest,
            "release": release.id,
            "in_place_of": None,
        }

    def test_a_second_time_changes_nothing(self, house, release, incident):
        follow(house, incident)
        since = followed(house, incident)[0].since
        follow(house, incident, by=house.officer)
        assert [one.since for one in followed(house, incident)] == [since]
        assert (taken_up(house, incident), len(entries(house, incident))) == (1, 1)

    def test_it_goes_over_to_a_newer_version_only_when_somebody_takes_that_up(self, house, release, incident):
        follow(house, incident)
        newer = house.next_version(SLUG, BETTER)
        (one,) = followed(house, incident)
        assert (one.release.id, one.standing, one.current.id) == (
            release.id,
            Standing.SUPERSEDED,
            newer.id,
        )
        follow(house, incident)
        (one,) = followed(house, incident)
        assert (one.release.id, one.standing) == (newer.id, Standing.CURRENT)
        assert [line.text("in_place_of") for line in entries(house, incident)] == ["", "1.0"]

    def test_it_goes_back_when_the_newer_version_is_withdrawn(self, house, release, incident):
        follow(house, incident)
        newer = house.next_version(SLUG, BETTER)
        follow(house, incident)
        house.withdraw(newer.id)
        (one,) = followed(house, incident)
        assert (one.release.id, one.standing, one.current.id) == (newer.id, Standing.WITHDRAWN, release.id)
        follow(house, incident)
        assert followed(house, incident)[0].release.id == release.id
        assert taken_up(house, incident) == 3

    def test_several_playbooks_stand_in_the_order_in_which_they_were_taken_up(self, house, release, incident):
        house.published(OTHER)
        follow(house, incident, "wateroverlast")
        follow(house, incident)
        house.next_version("wateroverlast", OTHER.replace("Bel aan.", "Roep om."))
        follow(house, incident, "wateroverlast")
        found = [(one.release.slug, one.release.version) for one in followed(house, incident)]
        assert found == [("wateroverlast", "1.1"), (SLUG, "1.0")]

    def test_a_playbook_that_is_not_there_is_refused(self, house, incident, database):
        with pytest.raises(Refused, match="does not exist here") as refused:
            follow(house, incident)
        assert refused.value.status == 422
        abroad = House(database, world.town(database, "elders"))
        abroad.published()
        with pytest.raises(Refused, match="does not exist here"):
            follow(house, incident)
        with pytest.raises(NotFound):
            abroad.act(actions_playbooks.follow, incident.id, SLUG, by=abroad.officer)

    def test_a_playbook_of_which_every_version_was_withdrawn_is_refused(self, house, release, incident):
        house.withdraw(release.id)
        with pytest.raises(Refused, match="every version of it was withdrawn"):
            follow(house, incident)
        assert entries(house, incident) == []

    def test_a_closed_incident_follows_nothing_more(self, house, release, incident):
        close(house, incident)
        with pytest.raises(Conflict, match="closed"):
            follow(house, incident)

    def test_nor_does_one_whose_exercise_is_over(self, house, release):
        made, played = exercise(house)
        house.act(exercises.end, made.id, by=house.town["exercise_leader"])
        with pytest.raises(Conflict, match="exercise has ended"):
            follow(house, played)

    def test_in_an_exercise_the_entry_has_the_exercise_time(self, house, release):
        _made, played = exercise(house)
        follow(house, played)
        assert entries(house, played)[0].body["elapsed_us"] > 0

    def test_what_was_taken_up_cannot_be_changed_in_the_database(self, house, release, incident):
        follow(house, incident)
        for statement in ("UPDATE incident_playbooks SET release_id = 1", "DELETE FROM incident_playbooks"):
            with pytest.raises(Exception, match="append-only"), house.database.alone() as connection:
                connection.execute(text(statement))


class TestAtOnce:
    @pytest.mark.parametrize("_round", ROUNDS)
    def test_the_same_playbook_is_taken_up_once(self, house, release, incident, _round):
        team, officer = house.town["crisis_team"], house.officer
        results = at_once(
            *[
                doing(house, actions_playbooks.follow, incident.id, SLUG, by=person)
                for person in (team, officer, team)
            ]
        )
        assert refusals(results) == []
        assert (taken_up(house, incident), len(entries(house, incident))) == (1, 1)

    @pytest.mark.parametrize("_round", ROUNDS)
    def test_two_playbooks_are_both_taken_up(self, house, release, incident, _round):
        house.published(OTHER)
        results = at_once(
            doing(house, actions_playbooks.follow, incident.id, SLUG, by=house.officer),
            doing(house, actions_playbooks.follow, incident.id, "wateroverlast", by=house.deputy),
        )
        assert refusals(results) == []
        assert {one.release.slug for one in followed(house, incident)} == {SLUG, "wateroverlast"}

    @pytest.mark.parametrize("_round", ROUNDS)
    def test_withdrawing_while_it_is_taken_up(self, house, release, incident, _round):
        """It follows what was current at that moment; the text stays what it is, with a badge if it was withdrawn."""
        newer = house.next_version(SLUG, BETTER)
        results = at_once(
            doing(house, actions_playbooks.follow, incident.id, SLUG, by=house.deputy),
            doing(house, withdraw, newer.id, "Fout.", by=house.officer),
        )
        assert refusals(results) == []
        (one,) = followed(house, incident)
        expected = {release.id: (Standing.CURRENT, SMALL), newer.id: (Standing.WITHDRAWN, newer.source)}
        found = house.ask(playbooks.release, one.release.id)
        assert (one.standing, found.source) == expected[one.release.id]

    @pytest.mark.parametrize("_round", ROUNDS)
    def test_closing_while_it_is_taken_up(self, house, release, incident, _round):
        """Taken up before the closing it is reviewed, after it the incident is closed and follows nothing."""
        results = at_once(
            doing(house, actions_playbooks.follow, incident.id, SLUG, by=house.deputy),
            doing(house, actions.close, incident.id, reason="Klaar.", by=house.officer),
        )
        assert not isinstance(results[1], Refused)
        late = isinstance(results[0], Conflict)
        assert len(followed(house, incident)) == (0 if late else 1)
        assert occasions(house) == (() if late else (called(incident),))


class TestReviews:
    def test_closing_asks_for_a_review_of_each_playbook_once(self, house, release, incident):
        house.published(OTHER)
        follow(house, incident)
        house.next_version(SLUG, BETTER)
        follow(house, incident)
        assert occasions(house) == ()
        close(house, incident)
        assert occasions(house) == (called(incident),)
        assert occasions(house, "wateroverlast") == ()
        assert house.entries(release.playbook_id).count(Kind.REVIEW_ASKED) == 1

    def test_a_withdrawn_version_is_reviewed_as_well(self, house, release, incident):
        newer = house.next_version(SLUG, BETTER)
        follow(house, incident)
        house.withdraw(newer.id)
        close(house, incident)
        assert occasions(house) == (called(incident),)

    def test_an_exercise_asks_at_its_end_also_for_what_its_incident_followed(self, house, release):
        house.published(OTHER)
        made, played = exercise(house)
        follow(house, played)
        follow(house, played, "wateroverlast")
        close(house, played)
        assert (occasions(house), occasions(house, "wateroverlast")) == ((), ())
        house.act(exercises.end, made.id, by=house.town["exercise_leader"])
        assert occasions(house) == ("Herfstoefening",)
        assert occasions(house, "wateroverlast") == ("Herfstoefening",)
        assert house.entries(release.playbook_id).count(Kind.REVIEW_ASKED) == 1

    def test_it_asks_once_when_the_version_changed_between_planning_and_following(self, house, release):
        made, played = exercise(house)
        house.next_version(SLUG, BETTER)
        follow(house, played)
        house.act(exercises.end, made.id, by=house.town["exercise_leader"])
        assert house.entries(release.playbook_id).count(Kind.REVIEW_ASKED) == 1


class TestPage:
    def test_without_a_playbook_the_card_says_what_to_do(self, team, house, release, incident):
        page = team.get(f"/incidents/{incident.id}")
        assert "Er wordt nog geen draaiboek gevolgd" in card(page)
        assert page.select_one("details:has(#follow-playbook)").has_attr("open")
        offered = [one.get_text() for one in page.select("#follow-playbook option")]
        assert offered == ["Kies een draaiboek", "Stroomstoring, versie 1.0"]
        order = [head["id"] for head in page.select("main h2[id]")]
        assert order[0] == "playbooks-head"

    def test_without_a_published_playbook_it_says_so(self, team, incident):
        page = team.get(f"/incidents/{incident.id}")
        assert "nog geen draaiboek gepubliceerd" in card(page)
        assert page.select_one('#playbooks a[href="/playbooks/"]')
        assert not page.select("#follow-playbook")
        assert not team.get("/incidents/new").select("#declare-playbook")

    def test_a_playbook_is_followed_and_leads_to_that_very_version(self, team, house, release, incident):
        team.post(f"/incidents/{incident.id}/playbooks", {"playbook": SLUG})
        assert team.response.headers["Location"].endswith("#playbooks-head")
        page = team.follow()
        assert "Stroomstoring versie 1.0" in card(page)
        assert "3 stappen · sinds 09:00, Test crisis_team" in card(page)
        assert not page.select("#playbooks .cr-badge")
        assert "Draaiboek wordt gevolgd: Stroomstoring, versie 1.0" in page.select_one("#log").get_text()
        house.next_version(SLUG, BETTER)
        places = [link["href"] for link in page.select("#playbooks a")]
        own = f"/playbooks/{SLUG}/versions/{release.id}"
        assert places == [own, own, f"{own}/by-role", f"{own}/checklist"]
        for place in places:
            shown = team.get(place)
            assert "Versie 1.0" in shown.select_one(".cr-subtitle").get_text()
            assert "Niet de geldende versie" in shown.get_text()
            tabs = [tab["href"] for tab in shown.select(".cr-tabs a")]
            assert tabs == [own, f"{own}/by-role", f"{own}/checklist", f"{own}/cards", f"{own}/flow"]
        assert (
            not team.get(f"/incidents/{incident.id}")
            .select_one("details:has(#follow-playbook)")
            .has_attr("open")
        )

    def test_a_newer_version_is_said_and_offered(self, team, house, release, incident):
        follow(house, incident)
        house.next_version(SLUG, BETTER)
        page = team.get(f"/incidents/{incident.id}")
        assert "intussen is versie 1.1 gepubliceerd" in page.select_one("#playbooks .cr-badge").get_text()
        offered = page.select_one(f'#follow-playbook option[value="{SLUG}"]').get_text()
        assert offered == "Stroomstoring, versie 1.1 in plaats van 1.0"
        team.post(f"/incidents/{incident.id}/playbooks", {"playbook": SLUG})
        page = team.follow()
        assert "Stroomstoring versie 1.1" in card(page)
        assert not page.select("#playbooks .cr-badge")
        assert not page.select("#follow-playbook")

    def test_a_withdrawn_version_stays_readable_with_the_reason(self, team, house, release, incident):
        newer = house.next_version(SLUG, BETTER)
        follow(house, incident)
        house.withdraw(newer.id, "Nummer van de netbeheerder klopt niet.")
        page = team.get(f"/incidents/{incident.id}")
        assert "deze versie is ingetrokken" in page.select_one("#playbooks .cr-badge").get_text()
        assert "Ga er niet mee verder: Nummer van de netbeheerder klopt niet." in card(page)
        assert "Nu geldt versie 1.0." in card(page)
        shown = team.get(page.select_one("#playbooks a")["href"])
        assert "Bel twee keer aan." in shown.get_text()
        house.withdraw(release.id)
        assert "geldt nu geen enkele versie" in card(team.get(f"/incidents/{incident.id}"))

    def test_what_is_refused_keeps_the_page_and_says_why(self, team, house, release, incident):
        url = f"/incidents/{incident.id}/playbooks"
        page = team.post(url, {"playbook": ""}, status=422)
        assert page.select_one("#follow-playbook-error")
        assert page.select_one("details:has(#follow-playbook)").has_attr("open")
        page = team.post(url, {"playbook": "bestaat-niet"}, status=422)
        assert "Dit draaiboek bestaat hier niet" in page.select_one(".cr-error-summary").get_text()
        assert entries(house, incident) == []
        close(house, incident)
        team.post(url, {"playbook": SLUG}, status=409)

    def test_after_the_closing_it_says_what_was_followed_without_a_form(self, team, house, release, incident):
        follow(house, incident)
        close(house, incident)
        page = team.get(f"/incidents/{incident.id}")
        assert "Stroomstoring versie 1.0" in card(page)
        assert not page.select("#follow-playbook")

    def test_who_only_reads_sees_no_form(self, browser, house, release, incident):
        reader = browser.sign_in(house.author, house.town.home)
        page = reader.get(f"/incidents/{incident.id}")
        assert card(page) == "Er wordt geen draaiboek gevolgd."
        assert not page.select("#follow-playbook")
        reader.post(f"/incidents/{incident.id}/playbooks", {"playbook": SLUG}, status=403)

    def test_no_role_sees_incidents_without_reading_playbooks(self):
        """The links in live frames are drawn for all readers alike."""
        sees = [role for role, given in PERMISSIONS.items() if "incidents.view" in given]
        assert sees
        assert all("playbooks.read" in PERMISSIONS[role] for role in sees)

    def test_an_incident_is_declared_with_its_playbook_in_one_go(self, team, house, release):
        page = team.get("/incidents/new")
        assert page.select_one("#declare-playbook option")["value"] == ""
        declared = {
            "title": "Storing",
            "known": "Niets werkt.",
            "since": "2026-11-23T08:30",
            "role": "victim",
        }
        page = team.post("/incidents/new", {**declared, "title": "", "playbook": SLUG}, status=422)
        assert page.select_one(f'#declare-playbook option[value="{SLUG}"]').has_attr("selected")
        page = team.post("/incidents/new", {**declared, "playbook": "weg"}, status=422)
        assert "Dit draaiboek bestaat hier niet" in page.select_one(".cr-error-summary").get_text()
        assert "Niets werkt." in page.select_one("#known").get_text()
        assert house.ask(queries.incidents) == []
        team.post("/incidents/new", {**declared, "playbook": SLUG})
        assert "Stroomstoring versie 1.0" in card(team.follow())
        team.post("/incidents/new", {**declared, "playbook": ""})
        assert "Er wordt nog geen draaiboek gevolgd" in card(team.follow())

    def test_the_page_asks_as_much_for_three_playbooks_as_for_one(
        self, team, house, release, incident, queries_counted
    ):
        follow(house, incident)
        for slug in ("een", "twee", "drie"):
            house.published(changed(("slug: stroomstoring", f"slug: {slug}")))
        team.get(f"/incidents/{incident.id}")
        with queries_counted() as one:
            team.get(f"/incidents/{incident.id}")
        for slug in ("een", "twee"):
            follow(house, incident, slug)
        with queries_counted() as three:
            team.get(f"/incidents/{incident.id}")
        assert one.statements == three.statements <= 12


class TestFindings:
    def new(self, browser, incident):
        return browser.get(f"/improvements/findings/new?of=incident:{incident.id}")

    def test_the_page_of_the_incident_leads_to_the_form(self, team, release, incident):
        page = team.get(f"/incidents/{incident.id}")
        assert page.select_one(f'a[href="/improvements/findings/new?of=incident:{incident.id}"]')

    def test_what_was_followed_comes_first_in_that_version(self, team, house, release, incident):
        house.published(
            changed(("slug: stroomstoring", "slug: aardbeving"), ("title: Stroom", "title: Aard"))
        )
        follow(house, incident)
        gone = changed(
            ("### Kijk wat er aan de hand is {#kijk}", "### Kijk goed {#kijken}"), ("#kijk)", "#kijken)")
        )
        house.next_version(SLUG, gone)
        page = self.new(team, incident)
        groups = [group["label"] for group in page.select("select[name=step] optgroup")]
        assert groups == ["Stroomstoring, versie 1.0", "Aardstoring"]
        sent = {"text": "De belboom klopte niet.", "theme": "alarm", "step": f"{SLUG}#kijk"}
        team.post(f"/improvements/findings/new?of=incident:{incident.id}", sent)
        (found,) = house.ask(improvements.findings)
        aim = (found.occasion, found.slug, found.version, found.step_title)
        assert aim == (f"incident:{incident.id}", SLUG, "1.0", "Kijk wat er aan de hand is")

    def test_without_one_every_playbook_is_offered(self, team, house, release, incident):
        page = self.new(team, incident)
        assert [group["label"] for group in page.select("select[name=step] optgroup")] == ["Stroomstoring"]


def test_the_trail_of_an_exercise_with_erased_entries_still_ends(house, release):
    """What was followed is then no longer known; the exercise ends all the same."""
    made, played = exercise(house, world.SCENARIO)
    follow(house, played)
    (line,) = entries(house, played)
    erase(house, played, line)
    house.act(exercises.end, made.id, by=house.town["exercise_leader"])
    assert occasions(house) == ()


def erase(house, incident, line):
    house.database.transact(
        lambda session: trail.erase(
            session,
            incident.trail_id,
            line.position,
            reason="Verzoek",
            actor=house.actor(house.officer),
            now=house.now,
        )
    )
