"""The page of an incident: every form, what is refused and kept, exercise or real."""

import pytest

from cyberready.incidents import queries
from cyberready.platform.realm import Realm
from tests import world
from tests.incidents import incident_world


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def player(browser, town):
    return browser.sign_in(town["crisis_team"], town.home)


@pytest.fixture
def incident(database, town):
    return incident_world.incident(database, town)


def test_an_incident_is_declared_and_shown(player, database, town):
    player.get("/incidents/new")
    player.post(
        "/incidents/new",
        {"title": "Storing", "known": "Niets werkt.", "since": "2026-11-23T08:30", "role": "victim"},
    )
    page = player.follow()
    assert "Storing" in page.h1.get_text()
    assert not page.select("[data-exercise]")
    found = database.read(lambda session: queries.open_incidents(session, Realm(town.home.id)))
    assert [one.title for one in found] == ["Storing"]


def test_the_page_shows(player, incident):
    page = player.get(f"/incidents/{incident.id}")
    assert page.select_one(".cr-ladder [aria-current=step]")
