"""How many questions each main page asks the database, with one row and with three: never more for more rows."""

from datetime import timedelta

import pytest

from cyberready.exercises import actions as exercises
from cyberready.exercises import actions_injects as injects
from cyberready.exercises import queries
from cyberready.incidents import actions_playbooks
from cyberready.people import actions_roster as roster
from cyberready.people.rules import ChannelKind
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions as playbooks
from tests import world
from tests.campaigns.planning import Plans
from tests.incidents import incident_world
from tests.playbooks.writing import SMALL

MOST = 12
PAGES = {
    "/overview": ("security_officer", 6),
    "/exercises/": ("exercise_leader", 3),
    "/exercises/1": ("exercise_leader", 8),
    "/exercises/1/room": ("crisis_team", 4),
    "/exercises/1/wall": ("exercise_leader", 8),
    "/incidents/": ("security_officer", 2),
    "/incidents/1": ("security_officer", 10),
    "/playbooks/": ("security_officer", 11),
    "/playbooks/stroomstoring": ("security_officer", 6),
    "/campaigns": ("communications", 2),
    "/people": ("security_officer", 6),
}


@pytest.fixture
def town(database):
    return world.town(database)


def fill(database, town, rows):
    """*rows* of everything, and that many lines in the logs of the first."""
    realm, leader = Realm(town.home.id), town["exercise_leader"]
    actor = world.actor(leader, town.home)
    plans = Plans(database, town)
    made = [world.exercise(database, town.home, leader, title=f"Oefening {row}") for row in range(rows)]
    first = made[0].id
    declared = [incident_world.incident(database, town, title=f"Incident {row}") for row in range(rows)]

    def work(session):
        exercise = queries.exercise(session, realm, first)
        exercises.start(session, realm, first, actor=actor, now=world.START)
        injects.fire_due(session, realm, first, now=world.START)
        seat = exercises.join(
            session,
            exercise,
            name="Test crisis_team",
            team="crisis",
            role="",
            account_id=town["crisis_team"].id,
            now=world.START,
        )
        inject = queries.injects(session, first)[0]
        session.refresh(inject)
        said = {"decision": "Opschalen", "reason": "Nodig", "owner": "CISO"}
        for row in range(rows):
            injects.answer(session, exercise, inject.id, "Goed.", seat=seat, actor=actor, now=world.START)
            injects.decide(session, exercise, **said, seat=seat, actor=actor, now=world.START)
            source = SMALL if not row else SMALL.replace("slug: stroomstoring", f"slug: stroom-{row}")
            used = playbooks.publish(session, realm, source, actor=actor, now=world.START)
            actions_playbooks.follow(session, realm, declared[0].id, used.slug, actor=actor, now=world.START)
            contact = roster.save_contact(
                session,
                realm,
                name=f"Mens {row}",
                function="CISO",
                channels=[(ChannelKind.MAIL, f"mens{row}@example.org")],
                actor=actor,
                now=world.START,
            )
            roster.assign_duty(
                session,
                realm,
                contact_id=contact.id,
                function="CISO",
                starts_at=world.START,
                ends_at=world.START + timedelta(days=1),
                actor=actor,
                now=world.START,
            )

    database.transact(work)
    for row in range(rows):
        incident_world.logged(database, town, declared[0], text=f"Regel {row}")
        plans.draft(title=f"Tip {row}")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_main_pages_ask_as_much_for_three_rows_as_for_one(browser, database, town, queries_counted, rows):
    fill(database, town, rows)
    found = {}
    for address, (role, _wanted) in PAGES.items():
        browser.sign_in(town[role], town.home)
        browser.get(address)
        with queries_counted() as count:
            browser.get(address)
        found[address] = count.statements
    assert found == {address: wanted for address, (_role, wanted) in PAGES.items()}


def test_no_main_page_asks_more_than_twelve_questions():
    assert max(wanted for _role, wanted in PAGES.values()) <= MOST
