"""The address of a live stream, for the page that opens it."""

from datetime import timedelta

from flask import session

from cyberready.platform import texts
from cyberready.platform.context import context, now
from cyberready.platform.gate import principal
from cyberready.platform.live.tickets import Ticket, issue


def stream(trail_id: int, screen: str, tokens: frozenset[str], position: int) -> str:
    """A ticket for one trail and screen (``exercise.room``), going on after *position*; valid as long as a session."""
    person = principal()
    settings = context().settings
    ticket = Ticket(
        trail_id=trail_id,
        page=screen,
        language=texts.language(),
        tokens=tokens,
        ref=person.ref,
        sid=str(session.get("sid", "")),
        generation=person.generation,
        expires_at=now() + timedelta(hours=int(settings.session_hours)),
    )
    return f"/live/{issue(settings.secret_key, ticket)}?after={position}"
