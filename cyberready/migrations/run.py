"""Bring a database to the newest numbered migration, or say whether models and migrations differ."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cyberready.platform.db import Database
from cyberready.tables import metadata


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
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
        )
