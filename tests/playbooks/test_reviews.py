"""Looking after a playbook: owner, review, asked after use, and who has read which version."""

from datetime import timedelta

import pytest

from cyberready.exercises import actions as exercises
from cyberready.exercises.queries import principal_of
from cyberready.kernel.refusals import Conflict, Forbidden, NotFound, Refused
from cyberready.playbooks import actions_reviews, queries, queries_readings, queries_reviews
from cyberready.playbooks.lifecycle import Change
from cyberready.playbooks.reviewing import Stage
from cyberready.trail.rules import Kind
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.writing import changed
from tests.world import START

SLUG = "stroomstoring"


@pytest.fixture
def house(database):
    made = House(database, world.town(database))
    made.first = made.published()
    return made


def care(house, owner=None, deputy=None, readers=("crisis_team",)):
    return house.act(
        actions_reviews.set_care,
        SLUG,
        by=house.officer,
        owner_id=owner and owner.id,
        deputy_id=deputy and deputy.id,
        readers=readers,
    )


def confirm(house, by, release=None, *, publisher=False):
    release_id = (release or house.ask(queries.current, SLUG)).id
    return house.act(
        actions_reviews.confirm_unchanged, SLUG, release_id, "Belrondje klopt.", by=by, publisher=publisher
    )


def read(house, by, release):
    return house.act(actions_reviews.confirm_read, SLUG, release.id, by=by)


def review(house, at=None):
    return house.ask(queries_reviews.review, SLUG, at or house.now)


def unread(house, account, *roles):
    return house.ask(queries_readings.shelf, account.id).unread(account.id, roles or ("crisis_team",))


def test_a_review_is_due_a_year_after_publication_and_moves_when_somebody_confirms(house):
    due = review(house).due
    assert due.year == house.first.published_at.year + 1
    assert review(house, due - timedelta(weeks=5)).stage == Stage.SIX_WEEKS
    care(house, house.deputy)
    house.now = due
    confirm(house, house.deputy)
    assert review(house).due.year == due.year + 1
    assert house.entries(house.first.playbook_id)[-1] == Kind.REVIEW_CONFIRMED


def test_only_who_looks_after_it_or_publishes_confirms(house):
    care(house, house.director, house.deputy)
    with pytest.raises(Forbidden):
        confirm(house, house.author)
    confirm(house, house.director)
    confirm(house, house.deputy)
    confirm(house, house.officer, publisher=True)
    assert (
        len(
            house.ask(lambda session, _realm: queries_reviews.confirmations(session, house.first.playbook_id))
        )
        == 3
    )


def test_a_version_that_was_overtaken_cannot_be_confirmed_or_read(house):
    old = house.first
    house.next_version(SLUG, changed(("Bel aan.", "Bel.")))
    with pytest.raises(Conflict):
        confirm(house, house.officer, old, publisher=True)
    with pytest.raises(Conflict):
        read(house, house.deputy, old)


def test_care_names_people_of_the_house_and_roles_that_exist(house):
    stranger = world.account(
        house.database, world.organisation(house.database, "elders"), "crisis_team", name="V"
    )
    with pytest.raises(NotFound):
        care(house, stranger)
    with pytest.raises(Refused):
        care(house, house.director, house.director)
    with pytest.raises(Refused):
        care(house, readers=("participant",))


def test_a_minor_version_asks_nobody_to_read_again_and_a_major_one_everybody(house):
    assert unread(house, house.deputy) == []
    care(house)
    (first,) = unread(house, house.deputy)
    assert (first.release.id, first.last) == (house.first.id, None)
    assert unread(house, house.deputy, "communications") == []
    read(house, house.deputy, house.first)
    assert unread(house, house.deputy) == []
    house.next_version(SLUG, changed(("Bel aan.", "Bel.")))
    assert unread(house, house.deputy) == []
    major = house.next_version(SLUG, changed(("Bel aan.", "Bel ze.")), Change.MAJOR)
    (again,) = unread(house, house.deputy)
    assert (again.release.id, again.last) == (major.id, house.first.id)
    read(house, house.deputy, major)
    assert unread(house, house.deputy) == []
    read(house, house.deputy, major)
    assert house.entries(house.first.playbook_id).count(Kind.PLAYBOOK_READ) == 2


def test_the_overview_says_who_has_read_what(house):
    care(house, readers=("crisis_team", "communications"))
    read(house, house.deputy, house.first)
    found = house.ask(queries_readings.readers, house.first)
    assert [(one.name, one.version, one.enough) for one in found] == [
        ("Test communications", "", False),
        ("Test crisis_team", "1.0", True),
    ]


def test_who_is_on_duty_tonight_without_having_read_is_named(house):
    care(house)

    house.on_duty(START)
    night = (START + timedelta(hours=9), START + timedelta(hours=24))
    (found,) = house.ask(queries_readings.unread_on_duty, *night)
    assert (found.name, found.starts_at) == ("Test crisis_team", START)
    assert [one.release.title for one in found.unread] == ["Stroomstoring"]
    read(house, house.deputy, house.first)
    assert house.ask(queries_readings.unread_on_duty, *night) == []


def test_an_exercise_that_used_the_playbook_asks_for_a_review_and_a_new_version_answers(house):
    leader = house.town["exercise_leader"]
    source = world.SCENARIO.replace("duration: 30m", "duration: 30m\nplaybook: stroomstoring")
    release = world.scenario(house.database, house.town.home, source)
    for title in ("Lente", "Herfst"):
        made = house.act(
            exercises.plan, release.id, by=leader, title=title, planned_at=START, leader_id=leader.id
        )
        house.act(exercises.start, made.id, by=leader)
        house.act(exercises.end, made.id, by=leader)
    assert [one.title for one in review(house).occasions] == ["Lente", "Herfst"]
    assert review(house).open
    house.next_version(SLUG, changed(("Bel aan.", "Bel.")))
    assert review(house).occasions == ()
    assert not review(house).open


class TestPages:
    @pytest.fixture
    def officer(self, browser, house):
        return browser.sign_in(house.officer, house.town.home)

    def test_owner_and_readers_are_set_and_shown(self, officer, house):
        officer.get(f"/playbooks/{SLUG}/care")
        sent = {"owner": house.officer.id, "deputy": house.deputy.id, "readers": ["crisis_team"]}
        officer.post(f"/playbooks/{SLUG}/care", sent)
        page = officer.get(f"/playbooks/{SLUG}/care")
        assert "Test crisis_team" in page.get_text()
        assert "Heeft het niet gelezen" in page.get_text()
        page = officer.post(f"/playbooks/{SLUG}/care", {**sent, "deputy": house.officer.id}, status=422)
        assert "Niemand is zijn eigen vervanger" in page.get_text() or "eigen" in page.get_text()

    def test_the_reader_confirms_on_the_reading_page_and_sees_what_changed(self, browser, house):
        care(house)
        browser.sign_in(house.deputy, house.town.home)
        page = browser.get(f"/playbooks/{SLUG}")
        assert "Nog door u te lezen" in page.get_text()
        browser.post(f"/playbooks/{SLUG}/versions/{house.first.id}/read")
        assert "Nog door u te lezen" not in browser.get(f"/playbooks/{SLUG}").get_text()
        major = house.next_version(SLUG, changed(("Bel aan.", "Bel ze.")), Change.MAJOR)
        page = browser.get(f"/playbooks/{SLUG}")
        link = page.find("a", string="Wat er sinds u het las is gewijzigd")
        assert link["href"].endswith(f"compare?old={house.first.id}&new={major.id}")

    def test_the_review_is_confirmed_on_its_page(self, officer, house):
        page = officer.get(f"/playbooks/{SLUG}/care")
        assert "Belrondje" not in page.get_text()
        officer.post(f"/playbooks/{SLUG}/confirm", {"release_id": house.first.id, "note": "Belrondje klopt."})
        assert "Belrondje klopt." in officer.get(f"/playbooks/{SLUG}/care").get_text()
        officer.post(f"/playbooks/{SLUG}/confirm", {"release_id": 0}, status=409)

    def test_a_guest_of_an_exercise_sees_no_readers_and_nothing_to_fill_in(self, browser, database, house):
        care(house)
        exercise = world.exercise(database, house.town.home, house.town["exercise_leader"])
        guest = world.participant(database, exercise)
        browser.be(database.read(lambda session: principal_of(session, guest.id, house.town.home.id)))
        for path in (f"{SLUG}/care", "placeholders", f"{SLUG}/placeholders"):
            browser.get(f"/playbooks/{path}", status=403)
        browser.post(f"/playbooks/{SLUG}/confirm", {"release_id": house.first.id}, status=403)
        for path in ("/playbooks/", f"/playbooks/{SLUG}"):
            shown = browser.get(path)
            assert not shown.select('a[href$="/care"], a[href$="/placeholders"]')

    def test_another_organisation_finds_nothing(self, browser, database, house):
        other = world.organisation(database, "elders")
        stranger = world.account(database, other, "security_officer", name="Vreemde")
        browser.sign_in(stranger, other)
        browser.get(f"/playbooks/{SLUG}/care", status=404)
        browser.post(f"/playbooks/{SLUG}/care", {"owner": 0, "deputy": 0}, status=404)
        browser.post(f"/playbooks/{SLUG}/confirm", {"release_id": house.first.id}, status=404)
        browser.post(f"/playbooks/{SLUG}/versions/{house.first.id}/read", status=404)
