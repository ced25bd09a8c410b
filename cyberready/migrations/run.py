"""Bring a database to the newest numbered migration, or say whether models and migrations differ."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cyberready.platform.db import Database
from cyberready.tables import metadata

SEARCH_INDEX = "search_index"  # each engine's own, made beside the models (platform.search)


def counts(name: str | None, kind: str, _parents: object) -> bool:
    """Whether something in the database must have a model."""
    return kind != "table" or not (name or "").startswith(SEARCH_INDEX)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that the database has not had yet, in one transaction."""
    config = _config()
    with database.alone() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current(database: Database) -> str | None:
    """The revision that the database is at; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The newest revision that this version of the software knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def drift(database: Database) -> list[object]:
    """What the models have and the database lacks, or the other way round; empty when they agree."""
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": counts}
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), metadata))
