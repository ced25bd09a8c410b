"""A comment of a reader becomes a finding: filled in, once, and resolved with it."""

from functools import partial

import pytest

from cyberready.improvements import queries
from cyberready.improvements.rules import Theme
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.playbooks import actions_comments, queries_comments
from cyberready.playbooks import queries as playbooks
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.test_rivals import at_once, doing, refusals
from tests.playbooks.writing import changed

SAID = "Het nummer van de netbeheerder ontbreekt."
FILED = {"text": "Nummer ontbreekt.", "theme": "alarm", "step": "stroomstoring#kijk"}


@pytest.fixture
def house(database):
    return House(database, world.town(database))


@pytest.fixture
def release(house):
    return house.published()


def comment(house, release, step="kijk", text=SAID, by=None):
    return house.act(actions_comments.on_release, release.id, step, text, by=by or house.deputy)


def finding_of(house, of, by=None, step="kijk"):
    return house.act(
        actions_comments.file_finding,
        of.id,
        by=by or house.officer,
        theme=Theme.ALARM,
        text="Nummer ontbreekt.",
        step_id=step,
    )


def page_of(release, step="kijk"):
    return f"/playbooks/stroomstoring/versions/{release.id}/comments?step={step}"


def form_of(made):
    return f"/improvements/findings/new?of=comment:{made.id}"


# --- the act ------------------------------------------------------------------------------------------------------


def test_the_finding_points_at_the_version_that_was_commented_on(house, release):
    made = comment(house, release)
    house.next_version(
        "stroomstoring", changed(("### Kijk wat er aan de hand is", "### Kijk eerst naar buiten"))
    )
    found = house.ask(queries.finding, finding_of(house, made))
    assert (found.origin, found.occasion) == ("comment", f"comment:{made.id}")
    assert found.occasion_title == "Stroomstoring 1.0, Test crisis_team"
    assert (found.slug, found.language, found.version) == ("stroomstoring", "nl", "1.0")
    assert (found.step_id, found.step_title) == ("kijk", "Kijk wat er aan de hand is")
    resolved = house.ask(queries_comments.comment, made.id)
    assert (resolved.resolved_name, resolved.resolved_at) == ("Test security_officer", house.now)


def test_finding_and_resolving_each_have_their_entry(house, release):
    made = comment(house, release)
    number = finding_of(house, made)

    def question(session):
        head = playbooks.trail_of(session, release.playbook_id)
        return [line for line in trails.lines(session, head) if line.kind == Kind.COMMENT_RESOLVED]

    (entry,) = house.database.read(question)
    assert (entry.about, entry.body["finding"]) == (f"comment:{made.id}", number)

    def filed(session):
        head = trails.organisation_trail(session, house.realm.organisation_id)
        return [line.about for line in trails.lines(session, head.id) if line.kind == Kind.FINDING_FILED]

    assert house.database.read(filed) == [f"finding:{number}"]


def test_a_comment_on_the_whole_or_on_what_is_no_step_points_at_the_version(house, release):
    for step in ("", "signaleren"):
        made = comment(house, release, step)
        found = house.ask(queries.finding, finding_of(house, made, step=step))
        assert (found.slug, found.version, found.step_id, found.step_title) == (
            "stroomstoring",
            "1.0",
            "",
            "",
        )


def test_a_comment_becomes_a_finding_once_and_not_after_it_was_resolved(house, release):
    first, second = comment(house, release), comment(house, release)
    finding_of(house, first)
    with pytest.raises(Conflict, match="A finding was made of this comment already"):
        finding_of(house, first)
    house.act(actions_comments.resolve, second.id, by=house.officer, as_writer=True)
    with pytest.raises(Conflict, match="This comment was resolved already"):
        finding_of(house, second)
    assert len(house.ask(queries.findings)) == 1


def test_a_finding_that_says_nothing_leaves_the_comment_open(house, release):
    made = comment(house, release)
    with pytest.raises(Refused, match="Say what should be better"):
        house.act(
            actions_comments.file_finding, made.id, by=house.officer, theme=Theme.LAW, text=" ", step_id=""
        )
    assert house.ask(queries_comments.comment, made.id).is_open


def test_a_comment_on_a_draft_is_no_finding(house):
    draft = house.bring_in()
    made = house.act(actions_comments.on_draft, draft.id, "kijk", "Klopt dit?", by=house.deputy)
    with pytest.raises(Refused, match="mend the draft"):
        finding_of(house, made)
    assert house.ask(queries_comments.comment, made.id).is_open


def test_a_comment_of_another_organisation_does_not_exist(house, release):
    made = comment(house, release)
    other = House(house.database, world.town(house.database, "elders"))
    with pytest.raises(NotFound):
        finding_of(other, made)


@pytest.mark.parametrize("_round", range(4))
def test_of_two_at_the_same_instant_one_makes_the_finding_and_one_gets_a_sentence(house, release, _round):
    made = comment(house, release)
    filing = partial(doing, house, actions_comments.file_finding, made.id, theme=Theme.ALARM, step_id="kijk")
    results = at_once(
        filing(by=house.officer, text="Van de een."), filing(by=house.deputy, text="Van de ander.")
    )
    (refused,) = refusals(results)
    assert str(refused) == "A finding was made of this comment already."
    assert [one.id for one in house.ask(queries.findings)] == [one for one in results if one is not refused]


# --- the pages ----------------------------------------------------------------------------------------------------


def test_a_reader_makes_a_finding_of_a_comment(browser, house, release):
    made = comment(house, release)
    reader = browser.sign_in(house.director, house.town.home)  # an administrator, who writes nothing
    page = reader.get(page_of(release))
    assert page.select_one(f'a[href="{form_of(made)}"]').get_text(strip=True) == "Maak er een bevinding van"
    page = reader.get(form_of(made))
    assert page.select_one("textarea[name=text]").get_text(strip=True) == SAID
    chosen = page.select_one("select[name=step] option[selected]")
    assert (chosen["value"], chosen.parent["label"]) == ("stroomstoring#kijk", "Stroomstoring, versie 1.0")
    assert page.select_one("[name=occasion]") is None
    reader.post(form_of(made), FILED)
    page = reader.follow()
    assert "De bevinding is gemeld." in page.get_text()
    (found,) = house.ask(queries.findings)
    assert (found.text, found.step_id, found.theme) == ("Nummer ontbreekt.", "kijk", "alarm")
    assert "Afgehandeld" in page.select_one(".cr-comment").get_text()
    assert page.select_one(f'.cr-comment a[href="/improvements/findings/{found.id}"]')
    assert not page.select(f'a[href="{form_of(made)}"]')
    page = reader.get(f"/improvements/findings/{found.id}")
    assert (
        page.select_one(f'a[href="{page_of(release)}"]').get_text() == "Stroomstoring 1.0, Test crisis_team"
    )


def test_beside_the_step_the_button_is_there_as_well(browser, house, release):
    made = comment(house, release)
    reader = browser.sign_in(house.director, house.town.home)
    for address in ("/playbooks/stroomstoring", f"/playbooks/stroomstoring/versions/{release.id}"):
        assert reader.get(address).select(f'.cr-beside a[href="{form_of(made)}"]')
    finding_of(house, made)
    assert not reader.get("/playbooks/stroomstoring").select('a[href*="findings/new?of=comment"]')


def test_what_was_typed_stays_and_the_comment_stays_open(browser, house, release):
    made = comment(house, release)
    reader = browser.sign_in(house.director, house.town.home)
    page = reader.post(form_of(made), {**FILED, "theme": ""}, status=422)
    assert page.select_one("textarea[name=text]").get_text(strip=True) == "Nummer ontbreekt."
    assert house.ask(queries_comments.comment, made.id).is_open


def test_who_comes_second_keeps_the_text_and_reads_why(browser, house, release):
    made = comment(house, release)
    reader = browser.sign_in(house.director, house.town.home)
    reader.get(form_of(made))
    number = finding_of(house, made)
    page = reader.post(form_of(made), FILED, status=409)
    assert (
        "Van deze opmerking is al een bevinding gemaakt." in page.select_one(".cr-error-summary").get_text()
    )
    assert page.select_one("textarea[name=text]").get_text(strip=True) == "Nummer ontbreekt."
    reader.get(form_of(made), status=303)
    assert reader.response.headers["Location"] == f"/improvements/findings/{number}"


def test_the_steps_of_the_version_that_was_commented_on_are_offered(browser, house, release):
    made = comment(house, release)
    house.next_version("stroomstoring", changed(("### Ruim op {#ruim-op}", "### Veeg aan {#veeg}")))
    page = browser.sign_in(house.officer, house.town.home).get(form_of(made))
    values = [one["value"] for one in page.select("select[name=step] option")]
    assert values == [
        "",
        "stroomstoring#",
        "stroomstoring#kijk",
        "stroomstoring#waarschuw",
        "stroomstoring#ruim-op",
    ]


def test_comments_on_drafts_and_of_others_offer_nothing(browser, house, release):
    made = comment(house, release)
    draft = house.bring_in(changed(("slug: stroomstoring", "slug: gasstoring")))
    said = house.act(actions_comments.on_draft, draft.id, "kijk", "Klopt dit?", by=house.deputy)
    officer = browser.sign_in(house.officer, house.town.home)
    page = officer.get(f"/playbooks/drafts/{draft.id}/comments?step=kijk")
    assert not page.select('a[href*="findings/new"]')
    assert "pas het concept aan" in officer.get(form_of(said), status=422).get_text()
    other = world.town(house.database, "elders")
    stranger = browser.another().sign_in(other["security_officer"], other.home)
    stranger.get(form_of(made), status=404)
    stranger.post(form_of(made), FILED, status=404)
    stranger.get("/improvements/findings/new?of=comment:" + "9" * 40, status=404)
    assert house.ask(queries.findings) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_comments_of_a_release_ask_as_often_for_three_as_for_one(
    browser, house, release, queries_counted, count
):
    for _number in range(count):
        finding_of(house, comment(house, release))
    reader = browser.sign_in(house.director, house.town.home)
    reader.get(page_of(release))
    with queries_counted() as counted:
        reader.get(page_of(release))
    assert counted.statements == 4
