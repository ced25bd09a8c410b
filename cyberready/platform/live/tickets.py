"""Tickets: what a page hands its browser so that the live streams know who listens, without a session."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeSerializer

from cyberready.kernel.refusals import Forbidden

SALT = "live"
SENTENCE = "This page no longer receives live updates. Reload the page, or sign in again."


class View(NamedTuple):
    """What a group of subscribers sees alike: the page, its language and the sorted audience tokens."""

    page: str
    language: str
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may listen to one trail, as what, and until when.

    ``tokens`` are the audiences the holder belongs to (``all``, ``staff``, ``team:3``); ``ref`` and ``generation``
    are the person and the number that changes when access is withdrawn; ``sid`` names the session and is no secret.
    ``expires_at`` is an aware instant; a stream ends then too, so it is the end of the session, not of the request.
    """

    trail_id: int
    page: str
    language: str
    tokens: frozenset[str]
    ref: str
    sid: str
    generation: int
    expires_at: datetime

    @property
    def view(self) -> View:
        """The group whose frames are rendered once and shared."""
        return View(self.page, self.language, tuple(sorted(self.tokens)))


def issue(secret_key: str, ticket: Ticket) -> str:
    """Return *ticket* as signed text that fits in an address; it can be read by anyone, but not changed."""
    return _signer(secret_key).dumps(
        [
            ticket.trail_id,
            ticket.page,
            ticket.language,
            sorted(ticket.tokens),
            ticket.ref,
            ticket.sid,
            ticket.generation,
            ticket.expires_at.isoformat(),
        ]
    )


def read(secret_key: str, text: str, now: datetime) -> Ticket:
    """Return the ticket that was issued as *text*; raises Forbidden when it was changed or is over at *now*."""
    try:
        trail_id, page, language, tokens, ref, sid, generation, expires_at = _signer(secret_key).loads(text)
    except BadSignature:
        raise Forbidden(SENTENCE) from None
    ticket = Ticket(
        trail_id=trail_id,
        page=page,
        language=language,
        tokens=frozenset(tokens),
        ref=ref,
        sid=sid,
        generation=generation,
        expires_at=datetime.fromisoformat(expires_at),
    )
    if ticket.expires_at <= now:
        raise Forbidden(SENTENCE)
    return ticket


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret_key, salt=SALT, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )
