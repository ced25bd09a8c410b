"""Where people arrive, and what the home page tells each of them."""

from datetime import timedelta

import pytest

from cyberready.exercises import actions as exercises
from cyberready.exercises import queries
from cyberready.kernel.actor import SYSTEM
from cyberready.people import actions_roster as roster
from cyberready.people.rules import ChannelKind
from cyberready.platform.realm import Realm
from tests import world
from tests.world import START

ROLES = [
    "administrator",
    "security_officer",
    "exercise_leader",
    "crisis_team",
    "communications",
    "public_safety",
]


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def exercise(database, town):
    return world.exercise(database, town.home, town["exercise_leader"])


def arrive(browser):
    answer = browser.client.get("/")
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_stranger_arrives_at_the_sign_in_page(browser):
    assert arrive(browser) == "/sign-in"


def test_a_signed_in_person_arrives_at_the_home_page(browser, town):
    assert arrive(browser.sign_in(town["crisis_team"], town.home)) == "/overview"


def test_a_participant_arrives_in_the_room(browser, database, exercise):
    seat = world.participant(database, exercise)
    person = database.read(lambda session: queries.principal_of(session, seat.id, exercise.organisation_id))
    assert arrive(browser.be(person)) == f"/exercises/{exercise.id}/room"
    browser.get("/overview", status=403)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_home_page_in_both_languages(browser, town, exercise, role, language):
    page = browser.sign_in(town[role], town.of(role)).speak(language).get("/overview")
    assert page.html["lang"] == language


def test_the_home_page_tells_what_is_planned_and_what_is_going_on(browser, database, town, exercise):
    reader = browser.sign_in(town["exercise_leader"], town.home)
    assert "Stroomstoring" in reader.get("/overview").select_one("main").text
    leader = world.actor(town["exercise_leader"], town.home)
    database.transact(
        lambda session: exercises.start(session, Realm(town.home.id), exercise.id, actor=leader, now=START)
    )
    page = reader.get("/overview")
    assert page.select(f'main a[href^="/exercises/{exercise.id}"]')


def test_the_home_page_names_who_is_on_duty_now(browser, database, town, hand):
    def write(session):
        home = Realm(town.home.id)
        contact = roster.save_contact(
            session,
            home,
            name="Piet Piket",
            function="Piket",
            channels=[(ChannelKind.MOBILE, "06 5550 0001")],
            actor=SYSTEM,
            now=START,
        )
        roster.assign_duty(
            session,
            home,
            contact_id=contact.id,
            function="Piket",
            starts_at=START,
            ends_at=START + timedelta(days=1),
            actor=SYSTEM,
            now=START,
        )

    database.transact(write)
    reader = browser.sign_in(town["crisis_team"], town.home)
    assert "Piet Piket" in reader.get("/overview").select_one("main").text
    hand.forward(days=1)
    assert "Piet Piket" not in reader.get("/overview").select_one("main").text


def test_nothing_of_another_organisation_is_on_the_home_page(browser, database, exercise):
    other = world.town(database, "elders")
    page = browser.sign_in(other["exercise_leader"], other.home).get("/overview")
    assert "Stroomstoring" not in page.select_one("main").text


def test_health_answers_without_saying_anything_secret(browser):
    answer = browser.client.get("/health")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok"}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_costs_the_same_with_more_rows(browser, database, town, rows, queries_counted):
    for number in range(rows):
        world.exercise(database, town.home, town["exercise_leader"], title=f"Oefening {number}")
    reader = browser.sign_in(town["exercise_leader"], town.home)
    with queries_counted() as count:
        reader.get("/overview")
    assert count.statements == 4
