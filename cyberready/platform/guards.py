"""Triggers that keep rows as they were written, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, event

from cyberready.platform.db import Base

FUNCTION = """
CREATE OR REPLACE FUNCTION cyberready_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def refuse(dialect: str, table: str, verb: str, when: str = "") -> str:
    """Return the statement that refuses *verb* (UPDATE, DELETE, TRUNCATE) on *table*, where *when* holds."""
    condition = f"WHEN ({when})" if when else ""
    if dialect == "sqlite":
        says = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        return f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {condition} {says}"
    each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH {each} {condition} "
        "EXECUTE FUNCTION cyberready_append_only()"
    )


def immutable(dialect: str, *tables: str) -> list[str]:
    """Return the statements that refuse every change of rows in *tables*."""
    verbs = ("UPDATE", "DELETE") if dialect == "sqlite" else ("UPDATE", "DELETE", "TRUNCATE")
    statements = [refuse(dialect, table, verb) for table in tables for verb in verbs]
    return statements if dialect == "sqlite" else [FUNCTION, *statements]


def run(connection: Any, statements: list[str]) -> None:
    """Execute DDL *statements* as they stand."""
    for statement in statements:
        connection.exec_driver_sql(
            statement.replace("%", "%%") if connection.dialect.name != "sqlite" else statement
        )


def lasting(dialect: str, table: str, fixed: str) -> list[str]:
    """Return the statements that let no row of *table* go, nor change where *fixed* holds."""
    statements = [refuse(dialect, table, "UPDATE", fixed), refuse(dialect, table, "DELETE")]
    return statements if dialect == "sqlite" else [FUNCTION, *statements, refuse(dialect, table, "TRUNCATE")]


def protect(table_name: str) -> None:
    """Make a table immutable whenever it is created from the models (migrations do the same by hand)."""
    guard(table_name, lambda dialect: immutable(dialect, table_name))


def guard(table_name: str, statements: Callable[[str], list[str]]) -> None:
    """Run what *statements* gives for the dialect whenever the table is created from the models."""

    def install(_target: Table, connection: Any, **_: Any) -> None:
        run(connection, statements(connection.dialect.name))

    event.listen(Base.metadata.tables[table_name], "after_create", install)
