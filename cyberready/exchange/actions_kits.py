"""Verbs of crisis kits: recording what was made, handing out copies, telling who holds an old one."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from cyberready.exchange import queries_kits
from cyberready.exchange.kit import facts
from cyberready.exchange.kit.contents import Kit
from cyberready.exchange.models_kits import CrisisKit, KitCopy
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.people.actions_access import note
from cyberready.people.rules import email_fault
from cyberready.platform.mail.outbox import enqueue
from cyberready.platform.realm import Realm
from cyberready.platform.texts import translate
from cyberready.trail.rules import Kind

MEDIA = {"paper": "Paper", "usb": "USB stick", "laptop": "Laptop"}  # message ids
MAIL = """%(holder)s,

the crisis kit of %(organisation)s that you hold (%(medium)s, made on %(made)s) is out of date.

%(why)s

Ask for a new one and destroy the old one, or give it back. The kit is made here: %(address)s"""


def record(
    session: Session,
    realm: Realm,
    made: Kit,
    *,
    encrypted: bool,
    night: date | None = None,
    actor: Actor,
    now: datetime,
) -> CrisisKit:
    """Record that a kit was made; a second one for the same night breaks a constraint of the database."""
    kept = CrisisKit(
        organisation_id=realm.organisation_id,
        night=night,
        made_at=made.made_at,
        expires_at=made.expires_at,
        made_by=actor.ref,
        made_by_name=actor.name,
        digest=made.digest,
        encrypted=encrypted,
        versions=[list(one) for one in made.versions],
        facts=facts.of_kit(made),
    )
    session.add(kept)
    session.flush()  # the entry names it
    note(
        session,
        realm.organisation_id,
        Kind.KIT_MADE,
        actor=actor,
        now=now,
        about=f"kit:{kept.id}",
        digest=made.digest,
        playbooks=len(made.versions),
    )
    return kept


def hand_out(
    session: Session,
    realm: Realm,
    kit_id: int,
    *,
    holder: str,
    mail: str,
    medium: str,
    place: str,
    actor: Actor,
    now: datetime,
) -> KitCopy:
    """Record who holds a copy of a kit; an address is asked for mail that tells when it is out of date, not required."""
    if not holder.strip():
        raise Refused("Say who holds the copy.")
    if mail.strip() and (fault := email_fault(mail)):
        raise fault
    if medium not in MEDIA:
        raise Refused("Choose what the copy is on.")
    kit = queries_kits.kit(session, realm, kit_id)
    made = KitCopy(
        organisation_id=realm.organisation_id,
        kit_id=kit.id,
        holder=holder.strip(),
        mail=mail.strip(),
        medium=medium,
        place=place.strip(),
        handed_at=now,
    )
    session.add(made)
    session.flush()  # the entry names it
    about = f"kit:{kit.id}"
    said = {"holder": made.holder, "medium": medium, "place": made.place}
    note(session, realm.organisation_id, Kind.KIT_HANDED_OUT, actor=actor, now=now, about=about, **said)
    return made


def take_back(session: Session, realm: Realm, copy_id: int, *, actor: Actor, now: datetime) -> KitCopy:
    """Record that a copy came back or was destroyed; raises Conflict when it did before."""
    found = queries_kits.copy(session, realm, copy_id)
    if found.returned_at is not None:
        raise Conflict("This copy came back before.")
    found.returned_at = now
    about = f"kit:{found.kit_id}"
    note(
        session,
        realm.organisation_id,
        Kind.KIT_TAKEN_BACK,
        actor=actor,
        now=now,
        about=about,
        holder=found.holder,
    )
    return found


def tell(
    session: Session,
    realm: Realm,
    *,
    organisation: str,
    address: str,
    language: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Mail everybody who holds an outdated copy and was not told yet; gives how many were. Who has no address is left."""
    told = 0
    for one in queries_kits.holdings(session, realm, now):
        held = one.copy
        if not one.outdated or held.told_at is not None or not held.mail:
            continue
        why = (
            translate(language, "Changed since: %(titles)s.", titles=changed)
            if (changed := one.told(language))
            else translate(language, "It has expired.")
        )
        text = translate(
            language,
            MAIL,
            holder=held.holder,
            organisation=organisation,
            medium=translate(language, MEDIA[held.medium]),
            made=held.kit.made_at.date().isoformat(),
            why=why,
            address=address,
        )
        enqueue(
            session,
            organisation_id=realm.organisation_id,
            key=f"kit-copy:{held.id}:outdated",
            to=held.mail,
            subject=translate(language, "Your crisis kit is out of date"),
            text=text,
            now=now,
        )
        held.told_at = now
        told += 1
    note(session, realm.organisation_id, Kind.KIT_HOLDERS_TOLD, actor=actor, now=now, told=told)
    return told
