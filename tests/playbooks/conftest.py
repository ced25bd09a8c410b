"""What most tests of playbooks stand on: a house of writers and approvers, and a draft in the editor."""

from functools import partial

import pytest

from cyberready.kernel.actor import SYSTEM
from cyberready.platform.realm import Realm
from cyberready.playbooks import (
    actions,
    actions_drafts,
    queries_drafts,
)
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.writing import SMALL, changed
from tests.world import START


@pytest.fixture
def house(database):
    return House(database, world.town(database))


@pytest.fixture
def reader(browser, house):
    def signed_in(who):
        return browser.another().sign_in(who, house.town.home)

    return signed_in


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def act(database, town):
    def acting(verb, *, role="security_officer", now=START, **values):
        actor = SYSTEM if role is None else world.actor(town[role], town.home)
        return database.transact(
            lambda session: verb(session, Realm(town.home.id), actor=actor, now=now, **values)
        )

    return acting


@pytest.fixture
def draft(act):
    act(partial(actions.publish, source_text=SMALL), role=None)
    return act(partial(actions_drafts.begin, slug="stroomstoring"))


@pytest.fixture
def faulty(act):
    """A draft from a file in which much is wrong."""
    source = changed(
        ("- Rol: ciso\n", ""),
        ("{#ruim-op}", "{#kijk}"),
        ("owner: CISO\n", ""),
        ("slug: stroom", "slug: kapot-stroom"),
    )
    return act(partial(actions_drafts.bring_in, source=source, origin="x.md"))


@pytest.fixture
def writer(browser, town):
    return browser.sign_in(town["security_officer"], town.home)


@pytest.fixture
def source(database, town, draft):
    def reading():
        found = database.read(lambda session: queries_drafts.draft(session, Realm(town.home.id), draft.id))
        return found.source

    return reading
