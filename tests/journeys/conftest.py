"""A real server and a real Chromium; without Chromium this folder is left out."""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import sync_playwright

from cyberready.cli import stage, town
from cyberready.people import actions_access as access
from cyberready.platform.clock import now
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from tests.journeys.screens import Screen
from tests.journeys.writing import begin, give_up

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
collect_ignore_glob = [] if CHROMIUM else ["test_*.py", "looks/*"]


def pytest_report_header():
    if CHROMIUM is None:
        return "tests/journeys is left out: there is no chromium, chromium-browser or google-chrome here."
    return None


@pytest.fixture(scope="module")
def chromium():
    """One browser for a module; not for longer, as its event loop would be in the way of other tests'."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Server:
    """The server's process, which a journey may stop and start again."""

    settings: object
    port: int
    log: object
    process: object

    def stop(self) -> None:
        """Stop it, as for an update."""
        self.process.terminate()
        self.process.wait(15)

    def start(self) -> None:
        """Start it again on the same port and database."""
        self.process = stage.start(self.settings, self.port, self.log)


class House:
    """A municipality on a server of its own, and the screens in it."""

    def __init__(self, chromium, settings, database, founded) -> None:
        self.chromium = chromium
        self.base_url = settings.base_url
        self.database = database
        self.town = founded
        self.screens = []
        self.server = None

    def screen(self, width=1440, height=1000, **options) -> Screen:
        """A browser of its own."""
        made = Screen(self.chromium, self.base_url, width, height, **options)
        self.screens.append(made)
        return made

    def link(self, role: str) -> str:
        """The path of a sign-in link for the account with this role."""
        issue = partial(
            access.issue_link, account_id=self.town.accounts[role], valid=timedelta(hours=1), now=now()
        )
        return f"/sign-in/{self.database.transact(issue)}"

    def signed_in(self, role: str, width=1440, height=1000, **options) -> Screen:
        """A browser in which the account with this role has signed in by link."""
        made = self.screen(width, height, **options)
        made.open(self.link(role))
        made.send("")
        made.see("h1")
        return made

    def close(self) -> None:
        """Close every browser; on every page of every one nothing was refused by the policy and no script failed."""
        for screen in self.screens:
            screen.context.close()
        faults = [fault for screen in self.screens for fault in screen.faults]
        assert not faults, faults


@dataclass(frozen=True)
class Stocked:
    """A municipality with all its content, founded once; every house stands on a copy of its database."""

    databases: object
    template: str
    founded: town.Town


@pytest.fixture(scope="session")
def stocked(databases):
    url, at = databases.make(), now()
    database = Database(url)
    founded = database.transact(lambda session: town.found(session, at))
    database.transact(lambda session: town.stock(session, Realm(founded.home), at))
    database.close()
    return Stocked(databases, url, founded)


@contextmanager
def open_house(chromium, stocked, folder, prepare=None):
    """A house on a database of its own; *prepare* plays what happened before the doors opened."""
    port = stage.free_port()
    url = stocked.databases.make(stocked.template)
    settings = town.furnish(folder, f"http://127.0.0.1:{port}", database_url=url)
    database = Database(settings.database_url)
    if prepare:
        prepare(database, stocked.founded)
    with stage.serving(settings, port, folder / "server.log") as process:
        made = House(chromium, settings, database, stocked.founded)
        made.server = Server(settings, port, folder / "server.log", process)
        yield made
        made.close()
        if made.server.process is not process:  # a journey stopped it and started another
            made.server.stop()
    database.close()
    stocked.databases.drop(url)


@pytest.fixture
def house(chromium, stocked, tmp_path):
    with open_house(chromium, stocked, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def writing_doors(chromium, stocked, tmp_path_factory):
    """One server for a module whose tests write, each in a draft of its own."""
    with open_house(chromium, stocked, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture
def writing(writing_doors):
    doors = writing_doors
    doors.screens = []
    doors.draft = doors.database.transact(lambda session: begin(session, doors.town))
    yield doors
    for screen in doors.screens:
        if not screen.page.is_closed():
            screen.page.wait_for_timeout(50)
            screen.page.close()  # what still looks or keeps must not meet the server that starts below
        # What a browser says of a server that was stopped is what was meant to happen.
        screen.faults[:] = [fault for fault in screen.faults if "ERR_" not in fault and "fetch" not in fault]
    doors.close()
    if doors.server.process.poll() is not None:
        doors.server.start()
    doors.database.transact(lambda session: give_up(session, doors))
