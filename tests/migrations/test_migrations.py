"""Migrations are numbered in one line, and bring an empty database exactly to the models."""

import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from cyberready.migrations import run
from cyberready.migrations.versions import __file__ as here
from cyberready.platform.db import Database
from cyberready.tables import metadata

FILES = sorted(path for path in Path(here).parent.glob("*.py") if path.name != "__init__.py")


def test_files_are_numbered_without_gaps_and_follow_each_other():
    numbers = [path.name[:4] for path in FILES]
    assert numbers == [f"{number:04}" for number in range(1, len(FILES) + 1)]
    for path, before in zip(FILES, [None, *numbers], strict=False):
        source = path.read_text()
        assert re.search(r'^revision = "(\d+)"', source, re.MULTILINE)[1] == path.name[:4]
        assert (f'down_revision = "{before}"' if before else "down_revision = None") in source


def test_a_migrated_database_is_what_the_models_say(database):
    assert run.drift(database) == []
    assert run.current(database) == run.newest() == FILES[-1].name[:4]


def test_upgrading_again_changes_nothing(database):
    run.upgrade(database)
    assert run.drift(database) == []


def test_migrated_tables_have_the_triggers_of_created_ones(tmp_path):
    migrated = Database(f"sqlite:///{tmp_path / 'migrated.sqlite3'}")
    run.upgrade(migrated)
    created = create_engine(f"sqlite:///{tmp_path / 'created.sqlite3'}")
    metadata.create_all(created)
    ask = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    with migrated.engine.connect() as one, created.connect() as other:
        assert one.execute(ask).all() == other.execute(ask).all()
    migrated.close()
    created.dispose()


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_belongs_to_an_organisation_directly_or_by_its_parent(table):
    free = {"organisations", "accounts"}
    columns = metadata.tables[table].columns
    parents = {
        "campaign_id",
        "exercise_id",
        "incident_id",
        "playbook_id",
        "trail_id",
        "account_id",
        "contact_id",
    }
    parents |= {"handover_id", "draft_id", "mandate_id", "approval_id", "release_id"}
    owners = {"organisation_id", "sender_organisation_id", *parents}
    assert table in free or owners & {column.name for column in columns}, table


def test_the_tables_of_a_fresh_database_are_the_known_ones(database):
    found = {
        name for name in inspect(database.engine).get_table_names() if not name.startswith("search_index")
    }
    assert found == {*metadata.tables, "alembic_version"}
