"""What is done to the contact list and the duty roster."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people import indexing, queries, rules
from cyberready.people.actions_access import note
from cyberready.people.models import Contact, ContactChannel, Duty
from cyberready.people.rules import ChannelKind
from cyberready.platform.realm import Realm
from cyberready.trail.rules import Kind


def save_contact(
    session: Session,
    realm: Realm,
    contact_id: int | None = None,
    *,
    name: str,
    function: str,
    channels: Sequence[tuple[str, str]],
    deputy_id: int | None = None,
    account_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Contact:
    """Add a contact, or change the one with this number.

    *channels* are (kind, address) in order of preference; none is allowed, the roster then says that nobody can reach
    this person. A channel that stays keeps the moment when somebody last got through. Raises NotFound for a foreign
    contact, deputy or account, and Refused for what is missing or cannot be reached.
    """
    if not name.strip() or not function.strip():
        raise Refused("Fill in a name and a function.")
    wanted = [(ChannelKind(kind), address.strip()) for kind, address in channels]
    for kind, address in wanted:
        if fault := rules.address_fault(kind, address):
            raise fault
    if len(set(wanted)) < len(wanted):
        raise Refused("The same channel is there twice.")
    if deputy_id is not None and queries.contact(session, realm, deputy_id).id == contact_id:
        raise Refused("Nobody is their own deputy.")
    if account_id is not None:
        queries.account(session, realm, account_id)
    saved = (
        Contact(organisation_id=realm.organisation_id, channels=[])
        if contact_id is None
        else queries.contact(session, realm, contact_id)
    )
    saved.name, saved.function = name.strip(), function.strip()
    saved.deputy_id, saved.account_id = deputy_id, account_id
    _arrange(saved, wanted)
    session.add(saved)
    session.flush()
    indexing.record(session, saved)
    said = {"name": saved.name, "function": saved.function, "channels": [kind.value for kind, _ in wanted]}
    organisation = realm.organisation_id
    about = f"contact:{saved.id}"
    note(session, organisation, Kind.CONTACT_CHANGED, actor=actor, now=now, about=about, **said)
    return saved


def confirm_channel(
    session: Session, realm: Realm, contact_id: int, channel_id: int, *, actor: Actor, now: datetime
) -> ContactChannel:
    """Record that somebody got through by this channel just now; raises NotFound."""
    reached = queries.contact(session, realm, contact_id)
    for channel in reached.channels:
        if channel.id == channel_id:
            channel.checked_at = now
            about, kind = f"contact:{contact_id}", Kind.CONTACT_CHANGED
            said = {"name": reached.name, "reached_by": channel.kind}
            note(session, realm.organisation_id, kind, actor=actor, now=now, about=about, **said)
            return channel
    raise NotFound("This contact has no such channel.")


def remove_contact(session: Session, realm: Realm, contact_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a contact off the list; raises NotFound, and Conflict while there still is a duty to do.

    Duties of the past go along, whoever had this deputy has none from now on; the trail keeps what was.
    """
    removed = queries.contact(session, realm, contact_id)
    coming = select(Duty.id).where(Duty.contact_id == contact_id, Duty.ends_at > now)
    if session.scalars(coming).first() is not None:
        raise Conflict(
            "%(name)s still has duties to do. Give those to somebody else first.", name=removed.name
        )
    session.execute(delete(Duty).where(Duty.contact_id == contact_id))
    session.execute(update(Contact).where(Contact.deputy_id == contact_id).values(deputy_id=None))
    about, name = f"contact:{contact_id}", removed.name
    session.delete(removed)
    session.flush()
    indexing.forget(session, realm, contact_id)
    note(session, realm.organisation_id, Kind.CONTACT_REMOVED, actor=actor, now=now, about=about, name=name)


def assign_duty(
    session: Session,
    realm: Realm,
    *,
    contact_id: int,
    function: str,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    now: datetime,
) -> Duty:
    """Put somebody on duty; overlaps are allowed (a handover of an hour is good practice).

    Raises NotFound for a foreign contact and Refused when the function is missing or the end does not follow the start.
    """
    contact = queries.contact(session, realm, contact_id)
    if not function.strip():
        raise Refused("Fill in a function.")
    if ends_at <= starts_at:
        raise Refused("A duty ends after it starts.")
    assigned = Duty(
        organisation_id=realm.organisation_id,
        contact_id=contact.id,
        contact=contact,
        function=function.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    session.add(assigned)
    session.flush()
    _note_duty(session, Kind.DUTY_ASSIGNED, assigned, actor, now)
    return assigned


def remove_duty(session: Session, realm: Realm, duty_id: int, *, actor: Actor, now: datetime) -> None:
    """Take somebody off duty; raises NotFound."""
    removed = queries.duty(session, realm, duty_id)
    _note_duty(session, Kind.DUTY_REMOVED, removed, actor, now)
    session.delete(removed)


def _note_duty(session: Session, kind: Kind, duty: Duty, actor: Actor, now: datetime) -> None:
    said = {
        "name": duty.contact.name,
        "function": duty.function,
        "starts_at": duty.starts_at.isoformat(),
        "ends_at": duty.ends_at.isoformat(),
    }
    about = f"duty:{duty.id}"
    note(session, duty.organisation_id, kind, actor=actor, now=now, about=about, **said)


def _arrange(contact: Contact, wanted: Sequence[tuple[ChannelKind, str]]) -> None:
    kept = {(channel.kind, channel.address): channel for channel in contact.channels}
    contact.channels = [
        kept.get((kind.value, address)) or ContactChannel(kind=kind.value, address=address)
        for kind, address in wanted
    ]
    for rank, channel in enumerate(contact.channels):
        channel.rank = rank
