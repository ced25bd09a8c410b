"""Tables of the trail: heads, entries (append-only), payloads (erasable), erasures."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column

from cyberready.platform.db import Base, Moment


class Trail(Base):
    """The head of one Merkle log: its size, its frontier and what it is about."""

    __tablename__ = "trails"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    origin: Mapped[str] = mapped_column(unique=True)
    exercise: Mapped[bool] = mapped_column(default=False)
    size: Mapped[int] = mapped_column(default=0)
    frontier: Mapped[list[str]] = mapped_column(JSON, default=list)
    opened_at: Mapped[datetime] = mapped_column(Moment)


class Entry(Base):
    """One sealed entry: the canonical leaf bytes, verbatim, and the few facts by which it is found."""

    __tablename__ = "trail_entries"
    __table_args__ = (Index("ix_trail_entries_about", "trail_id", "about", "position"),)

    trail_id: Mapped[int] = mapped_column(ForeignKey("trails.id", ondelete="RESTRICT"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    about: Mapped[str | None]
    leaf: Mapped[str] = mapped_column(Text)


class Payload(Base):
    """What an entry says, beside the log so that it can be erased; the leaf holds its salted hash."""

    __tablename__ = "trail_payloads"
    __table_args__ = (
        ForeignKeyConstraint(
            ["trail_id", "position"],
            ["trail_entries.trail_id", "trail_entries.position"],
            ondelete="RESTRICT",
        ),
    )

    trail_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[str]
    body: Mapped[str] = mapped_column(Text)


class Erasure(Base):
    """Permission to erase one payload, given by the entry that records why."""

    __tablename__ = "trail_erasures"
    __table_args__ = (UniqueConstraint("trail_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trail_id: Mapped[int] = mapped_column(ForeignKey("trails.id"))
    position: Mapped[int]
    reason: Mapped[str]
    erased_at: Mapped[datetime] = mapped_column(Moment)


REFUSED_ON_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
ALLOWED_ERASURE = (
    "EXISTS (SELECT 1 FROM trail_erasures e WHERE e.trail_id = OLD.trail_id AND e.position = OLD.position)"
)
GUARD_FUNCTION = """
CREATE OR REPLACE FUNCTION cyberready_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
GUARD_ERASURE = f"""
CREATE OR REPLACE FUNCTION cyberready_payload_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {ALLOWED_ERASURE} THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'trail_payloads is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
REFUSED_ON_POSTGRESQL = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH {row} EXECUTE FUNCTION {function}()
"""


def guards(dialect: str) -> list[str]:
    """Return the statements that make the log append-only: UPDATE, DELETE and TRUNCATE are refused."""
    if dialect == "sqlite":
        rows = [
            ("trail_entries", "UPDATE", ""),
            ("trail_entries", "DELETE", ""),
            ("trail_payloads", "UPDATE", ""),
        ]
        rows += [
            ("trails", "DELETE", ""),
            ("trails", "UPDATE", "WHEN NEW.size < OLD.size OR NEW.origin <> OLD.origin"),
        ]
        rows += [("trail_erasures", "UPDATE", ""), ("trail_erasures", "DELETE", "")]
        rows += [("trail_payloads", "DELETE", f"WHEN NOT {ALLOWED_ERASURE}")]
        return [REFUSED_ON_SQLITE.format(table=table, verb=verb, when=when) for table, verb, when in rows]
    plain = [("trail_entries", "UPDATE"), ("trail_entries", "DELETE"), ("trail_payloads", "UPDATE")]
    plain += [("trails", "DELETE"), ("trail_erasures", "UPDATE"), ("trail_erasures", "DELETE")]
    each = [
        REFUSED_ON_POSTGRESQL.format(table=table, verb=verb, row="ROW", function="cyberready_append_only")
        for table, verb in plain
    ]
    each += [
        REFUSED_ON_POSTGRESQL.format(
            table=table, verb="TRUNCATE", row="STATEMENT", function="cyberready_append_only"
        )
        for table in ("trail_entries", "trail_payloads", "trails", "trail_erasures")
    ]
    each.append(
        REFUSED_ON_POSTGRESQL.format(
            table="trail_payloads", verb="DELETE", row="ROW", function="cyberready_payload_delete"
        )
    )
    shrink = "CREATE TRIGGER trails_no_shrinking BEFORE UPDATE ON trails FOR EACH ROW "
    shrink += (
        "WHEN (NEW.size < OLD.size OR NEW.origin <> OLD.origin) EXECUTE FUNCTION cyberready_append_only()"
    )
    return [GUARD_FUNCTION, GUARD_ERASURE, *each, shrink]


def _install_guards(target: Table, connection: Any, **_: Any) -> None:
    if target.name == "trail_erasures":
        for statement in guards(connection.dialect.name):
            connection.execute(DDL(statement.replace("%", "%%")))


event.listen(Base.metadata.tables["trail_erasures"], "after_create", _install_guards)
