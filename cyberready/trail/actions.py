"""Writing to the trail: entries wait in the session and are sealed by one hook, last before the commit."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from sqlalchemy import JSON, bindparam, column, delete, event, select, table, text
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.canonical import canonical, moment, seal_payload
from cyberready.kernel.merkle import Frontier
from cyberready.kernel.refusals import Conflict, NotFound
from cyberready.kernel.verify import leaf_hash
from cyberready.platform.db import ring
from cyberready.trail.models import Entry, Erasure, Payload, Trail
from cyberready.trail.rules import EVERYONE, Kind, Pending, Plain

VERSION = 1
HEAD = (
    select(column("size"), column("frontier", JSON), column("origin"))
    .select_from(table("trails"))
    .where(column("id") == bindparam("trail"))
    .with_for_update()
)
ENTRY = "INSERT INTO trail_entries (trail_id, position, kind, about, leaf)"
PAYLOAD = "INSERT INTO trail_payloads (trail_id, position, salt, body)"
ADVANCED = "UPDATE trails SET size = :size, frontier = :frontier WHERE id = :trail"
ENTRIES = text(f"{ENTRY} VALUES (:trail, :position, :kind, :about, :leaf)")
PAYLOADS = text(f"{PAYLOAD} VALUES (:trail, :position, :salt, :body)")
ADVANCE = text(ADVANCED).bindparams(bindparam("frontier", type_=JSON))
# On PostgreSQL one statement, made of these constants, does all three: each is a journey to the server and back.
NEW = (
    "SELECT * FROM json_to_recordset(CAST(:rows AS json)) "
    "AS new(position int, kind text, about text, leaf text, salt text, body text)"
)
ENTRIES_OF_NEW = f"{ENTRY} SELECT :trail, position, kind, about, leaf FROM new"  # noqa: S608
PAYLOADS_OF_NEW = f"{PAYLOAD} SELECT :trail, position, salt, body FROM new"  # noqa: S608
AT_ONCE = text(
    f"WITH new AS ({NEW}), entries AS ({ENTRIES_OF_NEW}), head AS ({ADVANCED}) {PAYLOADS_OF_NEW}"
).bindparams(bindparam("frontier", type_=JSON), bindparam("rows", type_=JSON))


def open_trail(
    session: Session, organisation_id: int, kind: str, name: str, *, now: datetime, exercise: bool = False
) -> Trail:
    """Open an empty trail; its origin is unique for ever."""
    origin = f"cyberready/{kind}/{uuid.uuid4()}"
    head = Trail(
        organisation_id=organisation_id,
        kind=kind,
        name=name,
        origin=origin,
        exercise=exercise,
        size=0,
        frontier=[],
        opened_at=now,
    )
    session.add(head)
    session.flush()
    return head


def write(
    session: Session,
    trail_id: int,
    kind: Kind,
    *,
    actor: Actor,
    at: datetime,
    about: str | None = None,
    audience: tuple[str, ...] = (EVERYONE,),
    happened_at: datetime | None = None,
    **body: Plain,
) -> None:
    """Write one entry; it is sealed with everything else of this transaction, or not at all."""
    said = {"actor_name": actor.name, **body}
    pending = Pending(trail_id, kind, actor, at, about, audience, happened_at, said)
    session.info.setdefault("pending_entries", []).append(pending)
    ring(session, f"trail:{trail_id}")


def erase(
    session: Session, trail_id: int, position: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Erase what one entry says; its place and hash stay, and the erasure is an entry itself.

    Raises NotFound for an unknown entry and Conflict when it was erased before (AVG art. 17).
    """
    if session.get(Entry, (trail_id, position)) is None:
        raise NotFound("This trail has no entry %(number)s.", number=position)
    if session.get(Payload, (trail_id, position)) is None:
        raise Conflict("Entry %(number)s was erased before.", number=position)
    session.add(Erasure(trail_id=trail_id, position=position, reason=reason, erased_at=now))
    session.flush()
    session.execute(delete(Payload).where(Payload.trail_id == trail_id, Payload.position == position))
    write(session, trail_id, Kind.PAYLOAD_ERASED, actor=actor, at=now, erased=position, reason=reason)


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    pending: list[Pending] = session.info.pop("pending_entries", [])
    if not pending:
        return
    session.flush()
    # One order for all writers, so that no two wait for each other.
    by_trail = sorted(pending, key=lambda entry: entry.trail_id)
    for trail_id, entries in groupby(by_trail, key=lambda entry: entry.trail_id):
        _append(session, trail_id, entries)


def _append(session: Session, trail_id: int, pending: Iterable[Pending]) -> None:
    # Every other writer of this trail waits from the first statement to the commit, so they are few and prepared.
    connection = session.connection()
    size, nodes, origin = connection.execute(HEAD, {"trail": trail_id}).one()
    frontier = Frontier(size, tuple(bytes.fromhex(node) for node in nodes))
    rows = []
    for entry in pending:
        salt = secrets.token_bytes(16)
        body = canonical(entry.body)
        leaf = _leaf(entry, origin, seal_payload(salt, body))
        place = {"trail": trail_id, "position": frontier.size, "kind": entry.kind.value}
        said = {"about": entry.about, "leaf": leaf.decode(), "salt": salt.hex(), "body": body.decode()}
        rows.append({**place, **said})
        frontier = frontier.append(leaf_hash(leaf))
    head = {"trail": trail_id, "size": frontier.size, "frontier": [node.hex() for node in frontier.nodes]}
    if connection.dialect.name == "postgresql":
        connection.execute(AT_ONCE, {**head, "rows": rows})
    else:
        for statement, values in ((ENTRIES, rows), (PAYLOADS, rows), (ADVANCE, head)):
            connection.execute(statement, values)


def _leaf(entry: Pending, origin: str, payload_hash: str) -> bytes:
    return canonical(
        {
            "v": VERSION,
            "origin": origin,
            "id": str(uuid.uuid4()),
            "kind": entry.kind.value,
            "actor": entry.actor.ref,
            "role": entry.actor.role,
            "at": moment(entry.at),
            "happened_at": moment(entry.happened_at) if entry.happened_at else None,
            "about": entry.about,
            "audience": list(entry.audience),
            "payload_hash": payload_hash,
        }
    )
