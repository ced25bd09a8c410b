"""Questions to the trail."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Row, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from cyberready.kernel.refusals import NotFound
from cyberready.trail.models import Entry, Payload, Trail
from cyberready.trail.rules import Kind, Line

COLUMNS = (Entry.trail_id, Entry.position, Entry.kind, Entry.about, Entry.leaf, Payload.salt, Payload.body)
BATCH = 500
Stored = Row[int, int, str, str | None, str, Any, Any]


def trail(session: Session, trail_id: int) -> Trail:
    """The head of one trail; raises NotFound."""
    found = session.get(Trail, trail_id)
    if found is None:
        raise NotFound("This trail does not exist.")
    return found


def numbers(session: Session) -> Sequence[int]:
    """The number of every trail in this database, of whichever organisation."""
    return session.scalars(select(Trail.id).order_by(Trail.id)).all()


def organisation_trail(session: Session, organisation_id: int) -> Trail:
    """The trail of the organisation itself; raises NotFound."""
    chosen = select(Trail).where(Trail.organisation_id == organisation_id, Trail.kind == "organisation")
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This organisation has no trail.")
    return found


def opened(session: Session) -> dict[int, datetime]:
    """When the trail of each organisation was opened, by the organisation's number."""
    chosen = select(Trail.organisation_id, Trail.opened_at).where(Trail.kind == "organisation")
    return dict(session.execute(chosen).all())


def stored(session: Session, trail_id: int, *, after: int = -1, limit: int | None = None) -> Sequence[Stored]:
    """The stored rows after position *after*, in order."""
    chosen = (
        select(*COLUMNS)
        .outerjoin(Payload, (Payload.trail_id == Entry.trail_id) & (Payload.position == Entry.position))
        .where(Entry.trail_id == trail_id, Entry.position > after)
        .order_by(Entry.position)
    )
    return session.execute(chosen.limit(limit) if limit else chosen).all()


def sealed(session: Session, trail_id: int) -> Iterator[Row[int, str, Any, Any]]:
    """Position, leaf, salt and body of each entry as stored, in order, without holding the whole trail in memory."""
    chosen = (
        select(Entry.position, Entry.leaf, Payload.salt, Payload.body)
        .outerjoin(Payload, (Payload.trail_id == Entry.trail_id) & (Payload.position == Entry.position))
        .where(Entry.trail_id == trail_id)
        .order_by(Entry.position)
    )
    # Past the session, which would make an object of each row: this reads a hundred thousand.
    for rows in session.connection().execute(chosen, execution_options={"yield_per": BATCH}).partitions():
        yield from rows


def lines(session: Session, trail_id: int, *, after: int = -1, limit: int | None = None) -> list[Line]:
    """The entries after position *after*, in order."""
    return [_line(row) for row in stored(session, trail_id, after=after, limit=limit)]


def latest(
    session: Session, trail_id: int, count: int, *kinds: Kind, before: int | None = None
) -> list[Line]:
    """The newest *count* entries (of these kinds, if any are named; below position *before*), newest first."""
    chosen = (
        select(*COLUMNS)
        .outerjoin(Payload, (Payload.trail_id == Entry.trail_id) & (Payload.position == Entry.position))
        .where(Entry.trail_id == trail_id)
        .order_by(Entry.position.desc())
        .limit(count)
    )
    if kinds:
        chosen = chosen.where(Entry.kind.in_(kinds))
    if before is not None:
        chosen = chosen.where(Entry.position < before)
    return [_line(row) for row in session.execute(chosen)]


def tally(session: Session, trail_id: int, key: str, *kinds: Kind) -> dict[str, int]:
    """How many entries of these kinds there are for each value of *key* in what they say."""
    # SQLite reads JSON from text, and its cast would make a number of it; PostgreSQL wants the cast.
    read = type_coerce if session.get_bind().dialect.name == "sqlite" else cast
    value = read(Payload.body, JSON)[key].as_string()
    chosen = (
        select(value, func.count())
        .join(Entry, (Payload.trail_id == Entry.trail_id) & (Payload.position == Entry.position))
        .where(Entry.trail_id == trail_id, Entry.kind.in_(kinds))
        .group_by(value)
    )
    return {said: count for said, count in session.execute(chosen) if said is not None}


def about(session: Session, trail_id: int, subject: str) -> list[Line]:
    """Every entry about one subject (``incident:3``), in order."""
    chosen = (
        select(*COLUMNS)
        .outerjoin(Payload, (Payload.trail_id == Entry.trail_id) & (Payload.position == Entry.position))
        .where(Entry.trail_id == trail_id, Entry.about == subject)
        .order_by(Entry.position)
    )
    return [_line(row) for row in session.execute(chosen)]


def of_kinds(session: Session, trail_id: int, *kinds: Kind) -> list[Line]:
    """Every entry of these kinds, in order."""
    chosen = (
        select(*COLUMNS)
        .outerjoin(Payload, (Payload.trail_id == Entry.trail_id) & (Payload.position == Entry.position))
        .where(Entry.trail_id == trail_id, Entry.kind.in_(kinds))
        .order_by(Entry.position)
    )
    return [_line(row) for row in session.execute(chosen)]


def _line(row: Stored) -> Line:
    leaf = json.loads(row.leaf)
    happened = leaf.get("happened_at")
    return Line(
        trail_id=row.trail_id,
        position=row.position,
        kind=Kind(row.kind),
        actor_ref=leaf["actor"],
        actor_role=leaf["role"],
        at=datetime.fromisoformat(leaf["at"]),
        happened_at=datetime.fromisoformat(happened) if happened else None,
        about=row.about,
        audience=tuple(leaf["audience"]),
        body=None if row.body is None else json.loads(row.body),
    )
