"""Tables of the trail: heads, entries (append-only), payloads (erasable), erasures."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column

from cyberready.platform import guards
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


ALLOWED_ERASURE = (
    "EXISTS (SELECT 1 FROM trail_erasures e WHERE e.trail_id = OLD.trail_id AND e.position = OLD.position)"
)
REWOUND = "NEW.size < OLD.size OR NEW.origin <> OLD.origin"
ERASURE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION cyberready_payload_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {ALLOWED_ERASURE} THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'trail_payloads is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
ERASURE_TRIGGER = (
    "CREATE TRIGGER trail_payloads_no_delete BEFORE DELETE ON trail_payloads FOR EACH ROW "
    "EXECUTE FUNCTION cyberready_payload_delete()"
)


def append_only(dialect: str) -> list[str]:
    """Return the statements that make the log append-only; a payload goes only where an erasure was recorded."""
    statements = guards.immutable(dialect, "trail_entries", "trail_erasures")
    statements += [
        guards.refuse(dialect, "trails", "DELETE"),
        guards.refuse(dialect, "trails", "UPDATE", REWOUND),
        guards.refuse(dialect, "trail_payloads", "UPDATE"),
    ]
    if dialect == "sqlite":
        return [*statements, guards.refuse(dialect, "trail_payloads", "DELETE", f"NOT {ALLOWED_ERASURE}")]
    truncations = [guards.refuse(dialect, table, "TRUNCATE") for table in ("trails", "trail_payloads")]
    return [*statements, *truncations, ERASURE_FUNCTION, ERASURE_TRIGGER]


def _install(_target: MetaData, connection: Any, **_: Any) -> None:
    guards.run(connection, append_only(connection.dialect.name))


event.listen(Base.metadata, "after_create", _install)
