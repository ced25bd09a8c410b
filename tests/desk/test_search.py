"""Searching as each role does: what one may see is found, with a link to its place."""

import pytest

from cyberready.kernel.actor import SYSTEM
from cyberready.people import actions_roster as roster
from cyberready.platform.realm import Realm
from tests import world
from tests.world import START


@pytest.fixture
def town(database):
    made = world.town(database)
    world.scenario(database, made.home)
    return made


def links(page):
    return {link.get_text(strip=True): link["href"] for link in page.select(".cr-hit-head a")}


def test_without_a_question_there_is_a_field_to_ask_in(browser, town):
    browser.sign_in(town["crisis_team"], town.home)
    page = browser.get("/search")
    assert page.select_one("input[name=q]")["value"] == ""
    assert "Typ wat u zoekt" in page.get_text()


def test_a_contact_is_found_by_name_function_and_number_until_removed(browser, database, town):
    realm = Realm(town.home.id)

    def save(session):
        channels = [("mobile", "06 5550 1234")]
        return roster.save_contact(
            session,
            realm,
            name="Jozefien Krans",
            function="Piket ICT",
            channels=channels,
            actor=SYSTEM,
            now=START,
        ).id

    number = database.transact(save)
    browser.sign_in(town["crisis_team"], town.home)
    for query in ("jozefien", "piket ict", "5550 1234"):
        assert links(browser.get("/search", query_string={"q": query}))["Jozefien Krans"].endswith(
            f"#contact-{number}"
        )
    database.transact(lambda session: roster.remove_contact(session, realm, number, actor=SYSTEM, now=START))
    assert links(browser.get("/search", query_string={"q": "jozefien"})) == {}


def test_only_who_leads_exercises_finds_the_script(browser, town):
    browser.sign_in(town["exercise_leader"], town.home)
    page = browser.get("/search", query_string={"q": "lichten"})
    assert links(page)
    assert page.select("mark")
    browser.sign_in(town["crisis_team"], town.home)
    assert links(browser.get("/search", query_string={"q": "lichten"})) == {}


def test_a_typing_mistake_is_told(browser, town):
    browser.sign_in(town["exercise_leader"], town.home)
    page = browser.get("/search", query_string={"q": "stroomstorign"})
    assert "Voor stroomstorign is niets gevonden. Dit is gevonden voor stroomstoring:" in page.get_text()


def test_nothing_found_says_what_to_do(browser, town):
    browser.sign_in(town["crisis_team"], town.home)
    page = browser.get("/search", query_string={"q": "<script>zandkasteel"})
    assert "Er is niets gevonden" in page.get_text()
    assert page.select_one("input[name=q]")["value"] == "<script>zandkasteel"
