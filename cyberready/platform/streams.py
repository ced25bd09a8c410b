"""The address of a live stream, for the page that opens it."""

from datetime import datetime, timedelta

from flask import session

from cyberready.platform import texts
from cyberready.platform.context import context, now
from cyberready.platform.gate import principal
from cyberready.platform.live.tickets import Ticket, issue


def stream(trail_id: int, screen: str, tokens: frozenset[str], position: int) -> str:
    """A ticket for one trail and screen (``exercise.room``), going on after *position*; valid as long as the session."""
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
        expires_at=_end_of_session(),
    )
    return f"/live/{issue(settings.secret_key, ticket)}?after={position}"


def _end_of_session() -> datetime:
    until = session.get("until")
    if until:
        return datetime.fromisoformat(until)
    return now() + timedelta(hours=int(context().settings.session_hours))
