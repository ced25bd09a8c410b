"""From an improvement to its step in a draft: a new one, one that is open, or the one that there is."""

from functools import partial

import pytest

from cyberready.desk import actions as desk
from cyberready.desk.actions import Outcome
from cyberready.exercises import queries as exercises
from cyberready.improvements import actions, queries
from cyberready.improvements.actions import Aim
from cyberready.improvements.rules import Status
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.playbooks import actions_drafts, queries_drafts
from cyberready.trail.rules import Kind
from tests import world
from tests.improvements.test_actions import STEP, change, file, improve, kinds
from tests.playbooks.drafting import House
from tests.playbooks.test_rivals import at_once, doing
from tests.playbooks.writing import changed

WITHOUT_STEP = changed(
    ("### Kijk wat er aan de hand is {#kijk}", "### Zie wat er is {#zie}"), ("(#kijk)", "(#zie)")
)


@pytest.fixture
def house(database):
    made = House(database, world.town(database))
    made.published()
    return made


@pytest.fixture
def made(house):
    return improve(house, file(house))


@pytest.fixture
def writer(browser, house):
    return browser.sign_in(house.author, house.town.home)


def begin(house, made, by=None, **named):
    return house.act(desk.begin_draft, made.id, by=by or house.author, **named)


def drafts(house):
    return [one.id for one in house.ask(queries_drafts.open_drafts)]


def place(number, rest):
    return f"/playbooks/drafts/{number}/{rest}"


# --- the act ------------------------------------------------------------------------------------------------------


def test_a_draft_is_begun_once(house, made):
    first = begin(house, made)
    assert (first.outcome, first.step_id) == (Outcome.BEGUN, "kijk")
    assert begin(house, made, by=house.officer).outcome == Outcome.KNOWN
    assert begin(house, made, beside=True).draft_id == first.draft_id
    assert drafts(house) == [first.draft_id]
    assert kinds(house).count(Kind.IMPROVEMENT_BEGUN) == 1


def test_beside_an_open_draft_somebody_chooses(house, made):
    other = house.act(actions_drafts.begin, "stroomstoring", by=house.officer)
    with pytest.raises(Conflict, match="open already"):
        begin(house, made)
    assert drafts(house) == [other.id]
    assert house.ask(queries.improvement, made.id).status == Status.OPEN
    second = begin(house, made, beside=True)
    assert (second.outcome, second.draft_id != other.id) == (Outcome.BEGUN, True)


def test_an_open_draft_goes_on_with_it_and_publishing_closes_both(house, made):
    another = improve(house, file(house, "Ook dit.", "incident:1"))
    known = begin(house, made)
    assert begin(house, another, draft_id=known.draft_id).outcome == Outcome.CONTINUED
    house.save(known.draft_id, changed(("Kijk naar buiten.", "Kijk uit het raam.")))
    house.described(known.draft_id)
    house.submit(known.draft_id)
    house.approve(known.draft_id)
    house.publish(known.draft_id)
    assert {one.version for one in house.ask(queries.improvements)} == {"1.1"}


def test_nothing_is_added_to_what_is_under_review_or_of_another_playbook(house, made):
    known = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.described(known.id)
    house.save(known.id, changed(("Bel aan.", "Bel twee keer aan.")))
    house.submit(known.id)
    with pytest.raises(Conflict, match="under review"):
        begin(house, made, draft_id=known.id)
    other = house.bring_in(changed(("slug: stroomstoring", "slug: gasstoring")))
    with pytest.raises(Conflict, match="another playbook"):
        begin(house, made, draft_id=other.id)
    with pytest.raises(NotFound):
        begin(house, made, draft_id=99)
    assert house.ask(queries.improvement, made.id).draft_id is None


def test_a_closed_improvement_and_one_without_a_playbook_have_no_draft(house, made):
    change(house, made, Status.DONE, "Het staat er al.")
    with pytest.raises(Conflict, match="closed already"):
        begin(house, made)
    loose = improve(house, file(house, aim=Aim()))
    with pytest.raises(Refused, match="about no playbook"):
        begin(house, loose)
    assert drafts(house) == []


def test_after_the_draft_was_abandoned_another_one_is_begun(house, made):
    first = begin(house, made)
    change(house, made, Status.DONE, "Dacht ik.")
    house.act(actions_drafts.abandon, first.draft_id, by=house.author)
    change(house, made, Status.OPEN)  # it still names the draft that is gone
    second = begin(house, made)
    assert second.outcome == Outcome.BEGUN
    assert house.ask(queries.improvement, made.id).draft_id == second.draft_id


@pytest.mark.parametrize("_round", range(4))
def test_two_who_begin_at_the_same_instant_write_in_one_draft(house, made, _round):
    beginning = partial(doing, house, desk.begin_draft, made.id)
    results = at_once(beginning(by=house.author), beginning(by=house.officer))
    assert sorted(one.outcome for one in results) == [Outcome.BEGUN, Outcome.KNOWN]
    assert len({one.draft_id for one in results}) == len(drafts(house)) == 1


# --- the pages ----------------------------------------------------------------------------------------------------


def test_a_step_that_is_gone_leads_to_the_start_of_the_editor_with_a_sentence(writer, house, made):
    house.next_version("stroomstoring", WITHOUT_STEP)
    writer.post(f"/improvements/{made.id}/draft")
    (number,) = drafts(house)
    assert writer.response.headers["Location"] == place(number, "edit")
    page = writer.follow()
    assert "staat niet meer in het draaiboek" in page.select_one("#notices [data-tone=warn]").get_text()
    assert "bij geen stap van dit concept" in page.select_one("#reasons").get_text()
    page = writer.get(f"/improvements/{made.id}")
    assert page.select_one(f'a[href="{place(number, "edit")}"]')


def test_an_improvement_of_a_whole_playbook_leads_to_the_start_of_the_editor(writer, house):
    made = improve(house, file(house, aim=Aim("stroomstoring", "Stroomstoring", "nl", "1.0")))
    writer.post(f"/improvements/{made.id}/draft")
    assert writer.response.headers["Location"] == place(drafts(house)[0], "edit")
    assert not writer.follow().select("#notices [data-tone=warn]")


def test_an_improvement_of_a_phase_opens_the_phase(writer, house):
    aim = Aim("stroomstoring", "Stroomstoring", "nl", "1.0", "signaleren", "Signaleren")
    made = improve(house, file(house, aim=aim))
    writer.post(f"/improvements/{made.id}/draft")
    assert writer.response.headers["Location"] == place(drafts(house)[0], "sections/signaleren")
    assert writer.follow().select_one("#reasons .cr-kept")


def test_an_open_draft_is_offered_to_go_on_in(writer, house, made):
    known = house.act(actions_drafts.begin, "stroomstoring", by=house.officer)
    page = writer.get(f"/improvements/{made.id}")
    assert "Ga verder in concept 1.0.9" in page.get_text()
    assert [one["value"] for one in page.select("input[name=draft]")] == [str(known.id), "new"]
    page = writer.post(f"/improvements/{made.id}/draft", status=409)
    assert "Kies wat u wilt doen" in page.select_one("main .cr-notice").get_text()
    writer.post(f"/improvements/{made.id}/draft", {"draft": known.id})
    assert writer.response.headers["Location"] == place(known.id, "sections/kijk/form")
    assert "voert dit verbeterpunt voortaan uit" in writer.follow().get_text()
    writer.post(f"/improvements/{made.id}/draft", {"draft": "new"})
    assert writer.response.headers["Location"] == place(known.id, "sections/kijk/form")
    assert "voert dit verbeterpunt al uit" in writer.follow().get_text()


def test_another_draft_is_begun_beside_an_open_one_on_wish(writer, house, made):
    known = house.act(actions_drafts.begin, "stroomstoring", by=house.officer)
    writer.post(f"/improvements/{made.id}/draft", {"draft": "new"})
    (number,) = set(drafts(house)) - {known.id}
    assert writer.response.headers["Location"] == place(number, "sections/kijk/form")


def test_a_draft_under_review_is_shown_and_not_offered(writer, house, made):
    known = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.described(known.id)
    house.save(known.id, changed(("Bel aan.", "Bel twee keer aan.")))
    house.submit(known.id)
    page = writer.get(f"/improvements/{made.id}")
    assert page.select_one(f'a[href="/playbooks/drafts/{known.id}"]')
    assert "Het ligt ter beoordeling" in page.get_text()
    assert [one["value"] for one in page.select("input[name=draft]")] == ["new"]
    page = writer.post(f"/improvements/{made.id}/draft", {"draft": known.id}, status=409)
    assert "ter beoordeling" in page.select_one("main .cr-notice").get_text()


def test_each_step_shows_what_is_answered_there_and_the_draft_shows_all(writer, house):
    elsewhere = Aim("stroomstoring", "Stroomstoring", "nl", "1.0", "ruim-op", "Ruim op")
    loose = Aim("stroomstoring", "Stroomstoring", "nl", "1.0", "weg", "Weg")
    made = improve(
        house,
        file(house),
        file(house, "Er bleef troep liggen.", "exercise:2", elsewhere),
        file(house, "Dit stond ergens anders.", "exercise:3", loose),
    )
    number = begin(house, made).draft_id

    def shown(rest, within="#reasons"):
        page = writer.get(place(number, rest))
        return [one.get_text(strip=True) for one in page.select(f"{within} .cr-kept")]

    # What points at a step that is not there is shown at the step of its improvement.
    how = "De stap noemt het raam."
    at_step = ["Niemand keek naar buiten.", "Dit stond ergens anders.", how]
    assert shown("sections/kijk/form") == shown("sections/kijk") == at_step
    assert shown("sections/ruim-op") == ["Er bleef troep liggen.", how]
    assert shown("sections/waarschuw") == []
    assert len(shown("source")) == 4
    assert shown("edit", "#at-ruim-op") == ["Er bleef troep liggen.", how]
    page = writer.get(place(number, "edit"))
    assert [one["href"] for one in page.select("#reasons a[href^='#']")] == [
        "#at-kijk",
        "#at-ruim-op",
        "#at-kijk",
    ]
    page = browser_of(writer, house).get(f"/playbooks/drafts/{number}")
    assert "Er bleef troep liggen." in page.select_one("#reasons").get_text()


def browser_of(writer, house):
    """Somebody who approves and does not write."""
    return writer.another().sign_in(house.director, house.town.home)


def test_who_does_not_write_is_not_told_of_a_draft(writer, house, made):
    reader = browser_of(writer, house)
    assert not reader.get(f"/improvements/{made.id}").select('form[action$="/draft"]')
    number = begin(house, made).draft_id
    page = reader.get(f"/improvements/{made.id}")
    assert not page.select(f'main a[href*="/playbooks/drafts/{number}"]')
    reader.post(f"/improvements/{made.id}/draft", status=403)


def test_findings_of_a_draft_are_shown_to_its_organisation_only(house, made):
    number = begin(house, made).draft_id
    assert house.ask(queries.of_draft, number)
    other = House(house.database, world.town(house.database, "elders"))
    assert other.ask(queries.of_draft, number) == []
    with pytest.raises(NotFound):
        begin(other, made)
    with pytest.raises(NotFound):
        other.ask(actions.held, made.id)


def test_the_list_of_versions_names_the_finding(browser, house, made):
    number = begin(house, made).draft_id
    house.save(number, changed(("Kijk naar buiten.", "Kijk uit het raam.")))
    house.described(number)
    house.submit(number)
    house.approve(number)
    officer = browser.sign_in(house.officer, house.town.home)
    page = officer.get(f"/playbooks/drafts/{number}/publish")
    assert "Niemand keek naar buiten." in page.get_text()
    officer.post(f"/playbooks/drafts/{number}/publish")
    page = officer.get("/playbooks/stroomstoring/versions")
    assert "Verwerkt bevinding 1:" in page.get_text()
    assert "Niemand keek naar buiten." not in officer.get("/playbooks/stroomstoring").get_text()
    assert STEP.step_title in str(officer.get("/improvements/findings/1"))
    seat = world.participant(
        house.database, world.exercise(house.database, house.town.home, house.town["exercise_leader"])
    )
    guest = house.database.read(
        lambda session: exercises.principal_of(session, seat.id, house.realm.organisation_id)
    )
    page = browser.another().be(guest).get("/playbooks/stroomstoring/versions")
    assert "Niemand keek naar buiten." not in page.get_text()  # who may not see findings
