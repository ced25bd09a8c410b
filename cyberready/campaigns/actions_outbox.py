"""What people decide about mail that did not arrive, or of which nobody knows whether it left."""

from datetime import datetime

from sqlalchemy.orm import Session

from cyberready.campaigns.actions_due import note
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Refused
from cyberready.platform.mail import outbox
from cyberready.platform.mail.models import OutboxMessage
from cyberready.platform.realm import Realm
from cyberready.trail.rules import Kind


def requeue_mail(
    session: Session, realm: Realm, number: int, *, reason: str, actor: Actor, now: datetime
) -> OutboxMessage:
    """Offer a dead or unknown message again; raises Refused without a reason, NotFound, Conflict."""
    said = _reason(reason)
    was = outbox.message(session, realm, number).state
    message = outbox.requeue(session, realm, number, now=now)
    _say(session, realm, Kind.MAIL_REQUEUED, message, reason=said, was=was, actor=actor, now=now)
    return message


def discard_mail(
    session: Session, realm: Realm, number: int, *, reason: str, actor: Actor, now: datetime
) -> OutboxMessage:
    """Never send a message; raises Refused without a reason, NotFound, Conflict."""
    said = _reason(reason)
    was = outbox.message(session, realm, number).state
    message = outbox.discard(session, realm, number)
    _say(session, realm, Kind.MAIL_DISCARDED, message, reason=said, was=was, actor=actor, now=now)
    return message


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused("Say why. This is kept in the trail.")
    return reason.strip()


def _say(
    session: Session,
    realm: Realm,
    kind: Kind,
    message: OutboxMessage,
    *,
    reason: str,
    was: str,
    actor: Actor,
    now: datetime,
) -> None:
    body = {"subject": message.subject, "reason": reason, "was": was, "message_id": message.message_id}
    note(session, realm, kind, actor=actor, now=now, about=f"mail:{message.id}", **body)
