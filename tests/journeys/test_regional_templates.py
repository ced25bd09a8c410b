"""Settling the changes of a regional template, on a large screen and on a phone."""

import pytest

from cyberready.kernel.actor import SYSTEM
from cyberready.platform.clock import now
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, actions_drafts, actions_templates, queries_templates
from tests.journeys.conftest import open_house
from tests.playbooks.test_templates_regional import SECOND
from tests.playbooks.writing import SMALL, changed


def offered(session, region, source):
    release = actions.publish(session, region, source, actor=SYSTEM, now=now())
    return actions_templates.offer(session, region, release.id, actor=SYSTEM, now=now())


def built(session, founded):
    """The municipality has a text of its own, and the region a newer template."""
    home, region = Realm(founded.home), Realm(founded.region)
    first = offered(session, region, SMALL)
    draft = actions_templates.build_on(session, home, first.id, actor=SYSTEM, now=now())
    own = changed(("Bel aan.", "Bel aan en wacht."))
    actions_drafts.save(session, home, draft.id, own, revision=draft.revision, actor=SYSTEM, now=now())
    offered(session, region, SECOND)
    assert queries_templates.proposal(session, home, "stroomstoring", "nl").questions


@pytest.fixture(scope="module")
def house(chromium, stocked, tmp_path_factory):
    def prepare(database, founded):
        database.transact(lambda session: built(session, founded))

    with open_house(chromium, stocked, tmp_path_factory.mktemp("house"), prepare) as made:
        yield made


def test_pages_of_templates_have_no_barriers_at_any_width(house):
    screen = house.signed_in("security_officer")
    faults = []
    for path in ("/playbooks/templates", "/playbooks/templates/2", "/playbooks/stroomstoring/template"):
        screen.open(path)
        for width, height in ((1440, 1000), (390, 844), (320, 800)):
            screen.resize(width, height)
            faults += screen.barriers() + screen.overflow()
    assert faults == []


def test_one_settles_changes_and_finds_them_in_the_draft(house):
    screen = house.signed_in("security_officer")
    screen.open("/playbooks/templates")
    screen.page.get_by_role("link", name="Bekijk de wijzigingen van Stroomstoring").click()
    form = screen.page.locator("#template-changes form")
    form.locator("fieldset").nth(1).get_by_label("Zelf een tekst van beide maken").check()
    form.locator("summary").nth(1).click()
    text = form.locator("textarea").nth(1)
    text.fill(text.input_value().replace("Bel aan en wacht.", "Bel overal aan en wacht."))
    form.locator("button[type=submit]").click()
    screen.see("h1", "Stroomstoring")
    screen.open("/playbooks/stroomstoring/template")
    screen.see("#template-changes .cr-empty")
