"""The whole improvement circle in a real browser: from a reader's comment to the next exercise, by three people."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from cyberready.cli import town
from cyberready.exercises import actions as exercises
from cyberready.exercises import queries as scenarios
from cyberready.kernel.actor import Actor
from cyberready.platform.clock import now
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_comments, actions_drafts, editing, queries, queries_drafts, sections
from tests.journeys.conftest import open_house
from tests.journeys.writing import pick, review

SLUG, STEP = "ransomware-bij-de-gemeente", "leg-vast"
SAID = "Het is niet duidelijk wie er 's nachts belt."
ADDED = "De servicedesk belt 's nachts de piketdienst."


@pytest.fixture
def house(chromium, stocked, tmp_path):
    with open_house(chromium, stocked, tmp_path, comment) as made:
        yield made


def comment(database, founded):
    """A reader said something about a step of the current version, and each playbook has somebody to approve it."""
    realm = Realm(founded.home)
    reader = Actor(f"account:{founded.accounts['crisis_team']}", "Marieke de Wit", "", founded.home)
    release = database.read(lambda session: queries.current(session, realm, SLUG))
    say = partial(actions_comments.on_release, actor=reader, now=now())
    database.transact(lambda session: say(session, realm, release.id, STEP, SAID))
    database.transact(lambda session: town.mandates(session, founded, now()))


def begin(house):
    """A draft of the same playbook, by the security officer."""
    realm = Realm(house.town.home)
    account = house.town.accounts["security_officer"]
    officer = Actor(f"account:{account}", "Samira Yılmaz", "CISO", house.town.home)
    start = partial(actions_drafts.begin, actor=officer, now=now())
    return house.database.transact(lambda session: start(session, realm, SLUG))


def section(house, number, key=STEP):
    realm = Realm(house.town.home)
    draft = house.database.read(lambda session: queries_drafts.draft(session, realm, number))
    return sections.find(editing.sections(draft.source), key).text


def plan_an_exercise(house):
    """An exercise with that playbook is planned after all this; gives its number."""
    realm, leader = Realm(house.town.home), house.town.accounts["exercise_leader"]
    actor = Actor(f"account:{leader}", "Joost van der Meulen", "", house.town.home)
    plan = partial(exercises.plan, planned_at=now(), leader_id=leader, actor=actor, now=now())

    def work(session):
        found = scenarios.releases(session, realm)
        fit = next(one for one in found if scenarios.scenario(one).playbook == SLUG)
        return plan(session, realm, fit.id, title="Najaar").id

    return house.database.transact(work)


def test_the_circle_from_a_comment_to_the_next_exercise(house):
    faults = []
    officer, chair = house.signed_in("security_officer"), house.signed_in("crisis_team")
    make_a_finding(officer, faults)
    improvement = improve(officer, faults)
    officer.page.get_by_role("button", name="Begin een concept bij deze stap").click()
    officer.page.wait_for_url(f"**/sections/{STEP}/form")
    officer.see("#reasons", SAID)
    number = officer.number()
    review(officer, faults)
    write(officer)
    assert ADDED in section(house, number)
    assert "storing-medewerkers" in section(house, number)
    review(officer, faults)
    publish(officer, chair, number, faults)

    # Closed, named in the list of versions, gone from the playbook; the next exercise proposes the step.
    officer.open(f"/playbooks/{SLUG}/versions")
    officer.see("td", "Verwerkt bevinding 1:")
    officer.open(improvement)
    officer.see(".cr-badge", "Gedaan")
    officer.see("dd", "versie 1.2")
    officer.open(f"/playbooks/{SLUG}")
    expect(officer.page.get_by_text("open bevinding")).to_have_count(0)
    leader = house.signed_in("exercise_leader")
    leader.open(f"/improvements/exercises/{plan_an_exercise(house)}")
    leader.see("section[aria-labelledby=proposed-head]", SAID)
    leader.page.locator("form[action*='/take/'] button").click()
    leader.see("section[aria-labelledby=taken-head]", SAID)
    assert not faults, "\n".join(faults)


def make_a_finding(officer, faults):
    """Of what a reader said beside a step."""
    officer.open(f"/playbooks/{SLUG}#{STEP}")
    officer.page.locator(f"#{STEP} + .cr-beside").get_by_role(
        "link", name="Maak er een bevinding van"
    ).click()
    officer.see("textarea[name=text]")
    assert officer.page.locator("[name=text]").input_value() == SAID
    assert officer.page.locator("[name=step]").input_value() == f"{SLUG}#{STEP}"
    review(officer, faults)
    officer.send("", theme="alarm")
    officer.see(".cr-notice", "De bevinding is gemeld.")
    officer.see(".cr-comment", "Deze opmerking is nu bevinding 1")
    review(officer, faults)


def improve(officer, faults):
    """Make an improvement of the finding that stands above the playbook; gives its address."""
    officer.open(f"/playbooks/{SLUG}")
    officer.see(".cr-notice", "1 open bevinding op dit draaiboek")
    officer.page.get_by_role("link", name=SAID).click()
    officer.page.get_by_role("link", name="Maak er een verbeterpunt van").click()
    officer.send("", title="Noem wie er 's nachts belt", due_on="2027-03-01")
    officer.see(".cr-notice", "Het verbeterpunt is geopend.")
    review(officer, faults)
    return officer.page.url


def write(officer):
    """A sentence more in the form of the step, and a message that is chosen."""
    body = officer.page.locator("#editor-text")
    body.fill(f"{body.input_value()}\n\n{ADDED}")
    pick(officer, "messages", "storing-medewerkers")
    officer.see("#editor-preview", ADDED)
    officer.page.locator("form[data-writing] button[type=submit]").first.click()
    officer.see(".cr-notice", "Opgeslagen.")
    officer.see(f"#at-{STEP}", "Bevindingen die dit concept hier verwerkt")


def publish(officer, chair, number, faults):
    """Submitted by one, approved by another, published; each sees what it is for."""
    officer.open(f"/playbooks/drafts/{number}")
    officer.send("/describe", note="De stap noemt wie er 's nachts belt.")
    officer.see(".cr-notice[data-tone=ok]")
    officer.see("#reasons", SAID)
    officer.page.get_by_role("button", name="Voorleggen voor akkoord").click()
    officer.see(".cr-badge", "Ter beoordeling")
    chair.open(f"/playbooks/drafts/{number}")
    chair.see("#reasons", SAID)
    review(chair, faults)
    chair.page.get_by_role("button", name="Akkoord geven").click()
    chair.see(".cr-badge", "Akkoord (Marieke de Wit")
    officer.open(f"/playbooks/drafts/{number}/publish")
    officer.see("#publish", SAID)
    review(officer, faults)
    officer.page.get_by_role("button", name="Publiceren").click()
    officer.page.wait_for_url(re.compile("/playbooks/(?!drafts)"))


def test_an_improvement_goes_on_in_a_draft_that_is_open(house):
    officer = house.signed_in("security_officer")
    officer.open("/improvements/findings/new?of=comment:1")
    officer.send("", theme="alarm")
    officer.open("/improvements/new?finding=1")
    officer.send("", due_on="2027-03-01")
    officer.see(".cr-notice", "Het verbeterpunt is geopend.")
    address, draft = officer.page.url, begin(house)
    officer.page.get_by_role("button", name="Begin een concept bij deze stap").click()
    officer.see(".cr-notice", "Kies wat u wilt doen")
    faults = []
    review(officer, faults)
    officer.page.get_by_role("button", name=f"Ga verder in concept {draft.version}").click()
    officer.page.wait_for_url(f"**/drafts/{draft.id}/sections/{STEP}/form")
    officer.see("#reasons", SAID)
    officer.open(address)
    officer.page.get_by_role("link", name="Open het concept bij deze stap").click()
    officer.page.wait_for_url(f"**/drafts/{draft.id}/sections/{STEP}/form")
    assert not faults, "\n".join(faults)
