import pytest

from cyberready.platform.db import Database
from tests.campaigns.planning import Plans
from tests.world import town


@pytest.fixture
def database(database_url):
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def plans(database):
    return Plans(database, town(database))
