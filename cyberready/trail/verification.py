"""Whether a trail holds: everything is computed anew from the stored bytes."""

import base64
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from cyberready.kernel.checkpoint import SigningKey, sign_checkpoint
from cyberready.kernel.verify import Entry, Fault, fingerprint, first_fault, fold
from cyberready.platform.paper.record import Standing
from cyberready.platform.texts import language
from cyberready.trail import queries


def entries(session: Session, trail_id: int) -> list[Entry]:
    """Every entry of a trail as the verifier reads it: bytes as stored."""
    return list(_each(session, trail_id))


def _each(session: Session, trail_id: int) -> Iterator[Entry]:
    for position, leaf, salt, body in queries.sealed(session, trail_id):
        payload = None if body is None else body.encode()
        yield Entry(position, leaf.encode(), payload, None if salt is None else bytes.fromhex(salt))


def head_root(session: Session, trail_id: int) -> tuple[str, int, bytes]:
    """Origin, size and root of the trail's head."""
    head = queries.trail(session, trail_id)
    return head.origin, head.size, fold([bytes.fromhex(node) for node in head.frontier])


def fault(session: Session, trail_id: int, found: Sequence[Entry] | None = None) -> Fault | None:
    """The first thing that does not hold in a trail; None when everything does."""
    origin, size, root = head_root(session, trail_id)
    return first_fault(_each(session, trail_id) if found is None else found, root, size, origin)


def standing(session: Session, trail_id: int, key: SigningKey) -> Standing:
    """The trail's signed head and whether everything under it holds, in the language spoken."""
    origin, size, root = head_root(session, trail_id)
    broken = fault(session, trail_id)
    return Standing(
        origin=origin,
        size=size,
        root=base64.b64encode(root).decode(),
        fingerprint=fingerprint(key.public),
        checkpoint=sign_checkpoint(origin, size, root, key),
        fault=broken.sentence(language()) if broken else None,
    )
