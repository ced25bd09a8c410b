"""Rows that must stay as they were written do so in the database itself, on both engines."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from cyberready import tables
from cyberready.platform import guards
from cyberready.platform.db import Database
from tests import world


@pytest.fixture
def kept(database_url):
    """A table whose rows are immutable and one where only filled rows are."""
    base = Database(database_url)
    dialect = base.engine.dialect.name
    with base.alone() as connection:
        for name in ("kept", "half"):
            connection.execute(text(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, word TEXT)"))
            connection.execute(text(f"INSERT INTO {name} VALUES (1, 'written'), (2, NULL)"))
        guards.run(connection, guards.immutable(dialect, "kept"))
        guards.run(connection, [guards.refuse(dialect, "half", "UPDATE", "OLD.word IS NOT NULL")])
    yield base
    base.close()


def do(base, statement):
    base.transact(lambda session: session.execute(text(statement)))


@pytest.mark.parametrize("statement", ["UPDATE kept SET word = 'changed'", "DELETE FROM kept WHERE id = 1"])
def test_a_change_is_refused_and_not_tried_again(kept, statement):
    tries = []

    def work(session):
        tries.append(1)
        session.execute(text(statement))

    with pytest.raises(IntegrityError, match="kept is append-only"):
        kept.transact(work)
    assert len(tries) == 1
    do(kept, "INSERT INTO kept VALUES (3, 'more')")


def test_emptying_the_table_is_refused(kept):
    if kept.sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"):
        do(kept, "TRUNCATE kept")


def test_a_condition_says_which_rows_are_closed(kept):
    do(kept, "UPDATE half SET word = 'filled' WHERE id = 2")
    with pytest.raises(IntegrityError, match="half is append-only"):
        do(kept, "UPDATE half SET word = 'again' WHERE id = 2")


def triggers(database):
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.engine.connect() as connection:
        return set(connection.execute(text(question)).scalars())


def test_tables_made_from_the_models_are_guarded_like_migrated_ones(database, tmp_path):
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
    tables.metadata.create_all(fresh.engine)
    made = triggers(fresh)
    fresh.close()
    assert made
    assert made == {name for name in triggers(database) if not name.endswith("_no_truncate")}


def test_a_published_scenario_cannot_be_edited(database):
    release = world.scenario(database, world.organisation(database))
    with pytest.raises(IntegrityError, match="append-only"):
        do(database, f"UPDATE scenario_releases SET title = 'anders' WHERE id = {release.id}")
