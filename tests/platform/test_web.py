"""What every page does with an answer that leads away, a number too large, or a form too large."""

import pytest

from cyberready.app import UPLOAD_LIMIT
from cyberready.platform.web import local_path
from tests import world


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "/\x00/evil.example",
        "/exercises/\\..\\evil.example",
        "",
        "javascript:alert(1)",
    ],
)
def test_an_answer_never_leads_to_another_site(browser, target):
    # Browsers and urllib drop tabs and line ends from an address, so "/<tab>/evil" is "//evil" to them.
    assert local_path(target) == "/"
    if "\0" not in target:
        browser.post("/language", {"language": "nl", "next": target})
        assert browser.response.headers["Location"] == "/"


@pytest.mark.parametrize("target", ["/", "/exercises/3?tab=1", "/campaigns?month=2026-11", "/a b/ë"])
def test_an_address_on_this_site_stays(target):
    assert local_path(target) == target


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "9" * 5000])
def test_a_number_that_no_row_can_have_is_not_found(database, browser, number):
    town = world.town(database)
    browser.sign_in(town["exercise_leader"], town.home)
    browser.get(f"/exercises/{number}", status=404)
    browser.post(f"/exercises/{number}/clock/start", status=404)


def test_a_form_that_is_too_large_is_refused_in_a_sentence(database, browser):
    town = world.town(database)
    browser.sign_in(town["exercise_leader"], town.home).speak("nl")
    page = browser.post("/exercises/scenarios/new", {"source": "a" * UPLOAD_LIMIT}, status=413)
    assert "10 MB" in page.select_one("main").get_text()
