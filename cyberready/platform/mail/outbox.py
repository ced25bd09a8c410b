"""The outbox: mail is written in the act's transaction and leaves after the commit, once."""

import random
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.db import ring
from cyberready.platform.mail.models import OutboxMessage, State
from cyberready.platform.realm import Realm

MARK = "OEFENING"
MARK_LINE = f"{MARK} {MARK} {MARK}"
MOST_ATTEMPTS = 8
STRANDED = timedelta(minutes=5)
LOST = "The program stopped while this message was being sent; nobody can say whether it left."
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed message: whoever holds it is the only one who sends it."""

    id: int
    claimed_at: datetime
    attempt: int
    message_id: str
    recipient: str
    subject: str
    text: str
    html: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: SENT, QUEUED (try again later), DEAD or UNKNOWN, with the server's words."""

    state: State
    error: str = ""


def address(text: str) -> str:
    """Return *text* as one mail address without spaces around it; raises Refused when it is not one."""
    bare = text.strip()
    if (
        len(bare) > LONGEST_ADDRESS
        or not ADDRESS.fullmatch(bare)
        or ".." in bare
        or text.splitlines() != [text]
    ):
        raise Refused(
            "%(address)s is not an e-mail address. Write it like name@example.nl.", address=bare[:80]
        )
    return bare


def enqueue(
    session: Session,
    *,
    organisation_id: int,
    key: str,
    to: str,
    subject: str,
    text: str,
    now: datetime,
    html: str | None = None,
    exercise_id: int | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> None:
    """Put a message in the outbox, once per *key*; it leaves after the commit.

    *html* is a fragment. With *exercise_id* the message is marked OEFENING and may only go to an address in
    *confirmed*, the addresses whose owners confirmed them for that exercise. Raises Refused for anything else and for
    an address or a subject that could smuggle in a header.
    """
    recipient = address(to)
    if exercise_id is not None:
        if recipient.casefold() not in {known.casefold() for known in confirmed}:
            raise Refused(
                "%(address)s was not confirmed for this exercise, so nothing is sent to it.",
                address=recipient,
            )
        subject, text, html = _marked(subject, text, html)
    what = {"subject": _subject(subject), "text": text, "html": html, "exercise_id": exercise_id}
    _put(session, {key: recipient}, organisation_id=organisation_id, now=now, **what)


def enqueue_each(
    session: Session,
    recipients: Mapping[str, str],
    *,
    organisation_id: int,
    subject: str,
    text: str,
    now: datetime,
    html: str | None = None,
) -> None:
    """Put the same message in the outbox for each of *recipients* (address by key); refusals as in ``enqueue``."""
    checked = {key: address(to) for key, to in recipients.items()}
    what = {"subject": _subject(subject), "text": text, "html": html, "exercise_id": None}
    _put(session, checked, organisation_id=organisation_id, now=now, **what)


def _put(session: Session, recipients: Mapping[str, str], *, now: datetime, **what: str | int | None) -> None:
    known = set(session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(recipients))))
    rows = [
        {
            **what,
            "key": key,
            "recipient": recipient,
            "message_id": str(uuid.uuid4()),
            "next_attempt_at": now,
            "created_at": now,
        }
        for key, recipient in recipients.items()
        if key not in known
    ]
    if rows:
        session.execute(insert(OutboxMessage), rows)
        ring(session, "mail", "schedule")


def _subject(text: str) -> str:
    if text.splitlines() != [text] or not text.isprintable() or not text.strip():
        raise Refused("The subject of a mail is one line of text.")
    if len(text) > LONGEST_SUBJECT:
        raise Refused("The subject of a mail has at most %(limit)s characters.", limit=LONGEST_SUBJECT)
    return text.strip()


def _marked(subject: str, text: str, html: str | None) -> tuple[str, str, str | None]:
    line = f"<p><strong>{MARK_LINE}</strong></p>"
    marked = None if html is None else f"{line}\n{html}\n{line}"
    return f"{MARK} \N{EN DASH} {subject}", f"{MARK_LINE}\n\n{text.strip()}\n\n{MARK_LINE}", marked


def next_due(session: Session) -> datetime | None:
    """When the next message may be tried; None when none waits."""
    return session.scalar(
        select(func.min(OutboxMessage.next_attempt_at)).where(OutboxMessage.state == State.QUEUED)
    )


def claim(session: Session, *, now: datetime) -> Letter | None:
    """Claim the message that has waited longest; commit before a single byte of it is sent."""
    waiting = (
        select(OutboxMessage)
        .where(OutboxMessage.state == State.QUEUED, OutboxMessage.next_attempt_at <= now)
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(waiting).first()
    if found is None:
        return None
    found.state, found.claimed_at, found.attempts = State.SENDING, now, found.attempts + 1
    return Letter(
        id=found.id,
        claimed_at=now,
        attempt=found.attempts,
        message_id=found.message_id,
        recipient=found.recipient,
        subject=found.subject,
        text=found.text,
        html=found.html,
        created_at=found.created_at,
    )


def settle(session: Session, letter: Letter, outcome: Outcome, *, now: datetime) -> None:
    """Record what became of *letter*; without effect when a person has decided about it in the meantime."""
    state = outcome.state
    if state is State.QUEUED and letter.attempt >= MOST_ATTEMPTS:
        state = State.DEAD
    values: dict[str, object] = {"state": state, "last_error": outcome.error}
    if state is State.QUEUED:
        values["next_attempt_at"] = now + wait(letter.attempt)
    if state is State.SENT:
        values["sent_at"] = now
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == letter.id,
            OutboxMessage.claimed_at == letter.claimed_at,
            OutboxMessage.state.in_((State.SENDING, State.UNKNOWN)),
        )
        .values(values)
    )
    ring(session, "schedule")


def wait(attempt: int) -> timedelta:
    """How long to wait after the failure of this attempt: 1, 2, 4, 8… minutes, give or take a fifth."""
    return timedelta(minutes=2 ** (attempt - 1)) * random.uniform(0.8, 1.2)  # noqa: S311 -- only keeps retries apart


def strand(session: Session, *, now: datetime) -> int:
    """Turn attempts that began longer ago than any attempt lasts into ``unknown``; return how many."""
    stranded = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == State.SENDING, OutboxMessage.claimed_at <= now - STRANDED)
        .values(state=State.UNKNOWN, last_error=LOST)
        .returning(OutboxMessage.id)
    )
    return len(stranded.all())


def messages(session: Session, realm: Realm, *states: State, limit: int = 200) -> Sequence[OutboxMessage]:
    """The organisation's messages in these states, oldest first."""
    chosen = (
        select(OutboxMessage)
        .where(OutboxMessage.organisation_id == realm.organisation_id, OutboxMessage.state.in_(states))
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
        .limit(limit)
    )
    return session.scalars(chosen).all()


def counts(session: Session, realm: Realm) -> dict[State, int]:
    """How many of the organisation's messages are in each state; states without any are zero."""
    chosen = (
        select(OutboxMessage.state, func.count())
        .where(OutboxMessage.organisation_id == realm.organisation_id)
        .group_by(OutboxMessage.state)
    )
    found = {State(state): number for state, number in session.execute(chosen)}
    return {state: found.get(state, 0) for state in State}


def message(session: Session, realm: Realm, number: int) -> OutboxMessage:
    """One message of this organisation; raises NotFound."""
    found = session.get(OutboxMessage, number)
    if found is None or found.organisation_id != realm.organisation_id:
        raise NotFound("This message does not exist.")
    return found


def requeue(session: Session, realm: Realm, number: int, *, now: datetime) -> OutboxMessage:
    """Offer a dead or unknown message again, with the same Message-ID; raises Conflict when it is neither."""
    chosen = _decided(session, realm, number, (State.DEAD, State.UNKNOWN))
    chosen.state, chosen.attempts, chosen.next_attempt_at = State.QUEUED, 0, now
    ring(session, "mail", "schedule")
    return chosen


def discard(session: Session, realm: Realm, number: int) -> OutboxMessage:
    """Never send this message; raises Conflict when it is being sent or was."""
    chosen = _decided(session, realm, number, (State.QUEUED, State.DEAD, State.UNKNOWN))
    chosen.state = State.DISCARDED
    return chosen


def _decided(session: Session, realm: Realm, number: int, states: tuple[State, ...]) -> OutboxMessage:
    chosen = message(session, realm, number)
    session.refresh(chosen, with_for_update=True)
    if chosen.state not in states:
        raise Conflict("This message has moved on in the meantime. Look at the list again.")
    return chosen
