"""Comparing two versions on a large screen, on a phone and on paper: no barriers, nothing sticks out."""

import pytest

from cyberready.kernel.actor import SYSTEM
from cyberready.platform.clock import now
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions
from tests.journeys.conftest import open_house
from tests.playbooks.comparing import SECOND
from tests.playbooks.writing import SMALL

PATH = "/playbooks/stroomstoring/compare"


@pytest.fixture(scope="module")
def house(chromium, stocked, tmp_path_factory):
    def prepare(database, founded):
        for source in (SMALL, SECOND):
            database.transact(
                lambda session, source=source: actions.publish(
                    session, Realm(founded.home), source, actor=SYSTEM, now=now()
                )
            )

    with open_house(chromium, stocked, tmp_path_factory.mktemp("house"), prepare) as made:
        yield made


@pytest.mark.parametrize("view", ["columns", "one", "whole"])
def test_the_comparison_has_no_barriers_at_any_width(house, view):
    screen = house.signed_in("crisis_team")
    screen.open(f"{PATH}?view={view}")
    screen.see("#compare .cr-passage")
    faults = []
    for width, height in ((1440, 1000), (390, 844), (320, 800)):
        screen.resize(width, height)
        faults += screen.barriers() + screen.overflow()
    assert faults == []


def test_on_a_phone_what_stayed_stands_there_once(house):
    screen = house.signed_in("crisis_team", width=390, height=844)
    screen.open(f"{PATH}?view=columns")
    same = screen.page.locator(".cr-twin tr[data-same]").first
    assert not same.locator("td").first.is_visible()
    assert same.locator("td").last.is_visible()


def test_on_paper_the_changes_stay_and_the_buttons_go(house):
    screen = house.signed_in("crisis_team")
    screen.open(f"{PATH}?view=one")
    screen.page.emulate_media(media="print")
    assert screen.page.locator("#compare ins").first.is_visible()
    assert not screen.page.locator("#compare form").is_visible()
    line = screen.page.locator("#compare del").first.evaluate(
        "one => getComputedStyle(one).textDecorationLine"
    )
    assert line == "line-through"


def test_one_chooses_versions_by_keyboard(house):
    screen = house.signed_in("crisis_team")
    screen.open(PATH)
    screen.page.locator("#old").focus()
    screen.page.keyboard.press("ArrowUp")
    screen.page.keyboard.press("Enter")
    screen.page.locator("#compare form button").press("Enter")
    screen.see("#compare .cr-empty")
