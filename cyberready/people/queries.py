"""Questions about people: organisations, accounts, contacts, the duty roster."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select, union
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from cyberready.kernel.refusals import NotFound, Refused
from cyberready.people.models import Account, Contact, Duty, Membership, Organisation, SignInLink
from cyberready.people.rules import PERMISSIONS, OrganisationKind, Stretch, digest, gaps, plain_email
from cyberready.platform.gate import Principal
from cyberready.platform.realm import Realm

REMEMBERED = timedelta(days=31)
STALE_LINK = "This sign-in link no longer works. Ask for a new one on the sign-in page."


@dataclass(frozen=True, slots=True)
class Cover:
    """Who does one function in a stretch of time, and when nobody does."""

    function: str
    duties: tuple[Duty, ...]
    gaps: tuple[Stretch, ...]


def organisations(session: Session) -> list[Organisation]:
    """Every organisation, the oldest first."""
    return list(session.scalars(select(Organisation).order_by(Organisation.id)))


def organisation(session: Session, organisation_id: int) -> Organisation:
    """One organisation; raises NotFound."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound("This organisation does not exist.")
    return found


def organisation_by_slug(session: Session, slug: str) -> Organisation:
    """The organisation with this short name; raises NotFound."""
    found = session.scalars(select(Organisation).where(Organisation.slug == slug)).first()
    if found is None:
        raise NotFound("This organisation does not exist.")
    return found


def regions(session: Session, realm: Realm) -> list[Organisation]:
    """The safety regions an organisation can hand over to: its own first, then the others by name."""
    own = organisation(session, realm.organisation_id).region_id
    chosen = select(Organisation).where(
        Organisation.kind == OrganisationKind.SAFETY_REGION, Organisation.id != realm.organisation_id
    )
    return sorted(session.scalars(chosen), key=lambda region: (region.id != own, region.name))


def principal_of(session: Session, account_id: int, organisation_id: int) -> Principal | None:
    """Who signs in with this account in this organisation; None when it is closed or has no place there."""
    chosen = (
        select(Membership)
        .options(joinedload(Membership.account), joinedload(Membership.organisation))
        .where(Membership.account_id == account_id, Membership.organisation_id == organisation_id)
    )
    found = session.scalars(chosen).first()
    if found is None or found.account.closed_at is not None:
        return None
    return Principal(
        ref=f"account:{found.account_id}",
        name=found.account.name,
        organisation_id=found.organisation_id,
        organisation_name=found.organisation.name,
        roles=frozenset(found.roles),
        generation=found.account.generation,
        permissions=frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in found.roles)),
        language=found.account.language,
        function=found.function,
    )


def memberships(session: Session, account_id: int) -> list[Membership]:
    """Where an account has a place, with the organisation, oldest first; empty when it is closed."""
    chosen = (
        select(Membership)
        .join(Membership.account)
        .options(joinedload(Membership.organisation), contains_eager(Membership.account))
        .where(Membership.account_id == account_id, Account.closed_at.is_(None))
        .order_by(Membership.id)
    )
    return list(session.scalars(chosen))


def account_by_email(session: Session, email: str) -> Account | None:
    """The open account with this address, in any spelling of it; None when there is none."""
    chosen = select(Account).where(Account.email == plain_email(email), Account.closed_at.is_(None))
    return session.scalars(chosen).first()


def usable(secret: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What holds for the one sign-in link that has this secret and can still be used."""
    known = SignInLink.digest == digest(secret)
    return known, SignInLink.used_at.is_(None), SignInLink.expires_at > now


def usable_link(session: Session, secret: str, *, now: datetime) -> SignInLink:
    """The sign-in link with this secret while it can be used; the same Refused whether it is unknown, used or late."""
    found = session.scalars(select(SignInLink).where(*usable(secret, now))).first()
    if found is None:
        raise Refused(STALE_LINK)
    return found


def accounts(session: Session, realm: Realm) -> list[Account]:
    """The open accounts of an organisation by name; ``memberships`` holds only the place in this organisation."""
    chosen = _accounts(realm).where(Account.closed_at.is_(None)).order_by(Account.name, Account.id)
    return list(session.scalars(chosen))


def account(session: Session, realm: Realm, account_id: int) -> Account:
    """One account of this organisation, open or closed, loaded as in ``accounts``; raises NotFound."""
    found = session.scalars(_accounts(realm).where(Account.id == account_id)).first()
    if found is None:
        raise NotFound("This account does not exist.")
    return found


def holders(session: Session, realm: Realm, role: str) -> list[Account]:
    """The open accounts that have *role* in this organisation, by name."""
    return [found for found in accounts(session, realm) if role in found.memberships[0].roles]


def contacts(session: Session, realm: Realm) -> list[Contact]:
    """Everyone on the contact list by name, with channels in order of preference and the deputy."""
    return list(session.scalars(_contacts(realm).order_by(Contact.name, Contact.id)))


def contact(session: Session, realm: Realm, contact_id: int) -> Contact:
    """One contact, loaded as in ``contacts``; raises NotFound."""
    found = session.scalars(_contacts(realm).where(Contact.id == contact_id)).first()
    if found is None:
        raise NotFound("This contact does not exist.")
    return found


def on_duty(session: Session, realm: Realm, at: datetime) -> list[Duty]:
    """Who is on duty at one moment, by function and name; a duty includes its start and not its end."""
    chosen = _duties(realm).where(Duty.starts_at <= at, Duty.ends_at > at)
    return _in_order(session.scalars(chosen).all())


def coming_duties(session: Session, realm: Realm, after: datetime, limit: int = 100) -> list[Duty]:
    """The first *limit* duties that start after a moment, by start and function."""
    chosen = _duties(realm).where(Duty.starts_at > after)
    return list(session.scalars(chosen.order_by(Duty.starts_at, Duty.function, Duty.id).limit(limit)))


def cover(session: Session, realm: Realm, start: datetime, end: datetime) -> list[Cover]:
    """How each function is manned from *start* until *end*; a function counts when it was on duty in the month before
    or will be after.
    """
    chosen = _duties(realm).where(Duty.ends_at > start - REMEMBERED).order_by(Duty.starts_at, Duty.id)
    by_function: dict[str, list[Duty]] = {}
    for found in session.scalars(chosen):
        known = by_function.setdefault(found.function, [])
        if found.ends_at > start and found.starts_at < end:
            known.append(found)
    return [
        Cover(
            function,
            tuple(manned),
            tuple(gaps(((duty.starts_at, duty.ends_at) for duty in manned), start, end)),
        )
        for function, manned in sorted(by_function.items())
    ]


def duty_functions(session: Session, realm: Realm) -> list[str]:
    """Every function that is on the contact list or the roster, to choose from."""
    here = realm.organisation_id
    chosen = union(
        select(Contact.function).where(Contact.organisation_id == here),
        select(Duty.function).where(Duty.organisation_id == here),
    )
    return sorted(session.scalars(chosen))


def duty(session: Session, realm: Realm, duty_id: int) -> Duty:
    """One duty with its contact; raises NotFound."""
    found = session.scalars(_duties(realm).where(Duty.id == duty_id)).first()
    if found is None:
        raise NotFound("This duty does not exist.")
    return found


def _accounts(realm: Realm) -> Select[Account]:
    here = Membership.organisation_id == realm.organisation_id
    loaded = selectinload(Account.memberships.and_(here))
    chosen = select(Account).join(Account.memberships).where(here).options(loaded)
    return chosen.execution_options(
        populate_existing=True
    )  # else another organisation's place could still be there


def _contacts(realm: Realm) -> Select[Contact]:
    return (
        select(Contact)
        .where(Contact.organisation_id == realm.organisation_id)
        .options(selectinload(Contact.channels), joinedload(Contact.deputy))
    )


def _duties(realm: Realm) -> Select[Duty]:
    loaded = joinedload(Duty.contact)
    return (
        select(Duty)
        .where(Duty.organisation_id == realm.organisation_id)
        .options(loaded.selectinload(Contact.channels), loaded.joinedload(Contact.deputy))
    )


def _in_order(found: Sequence[Duty]) -> list[Duty]:
    return sorted(found, key=lambda duty: (duty.function, duty.contact.name, duty.id))


def generation(session: Session, account_id: int) -> int | None:
    """The generation of an account's access; None when the account is closed or unknown."""
    return session.scalar(
        select(Account.generation).where(Account.id == account_id, Account.closed_at.is_(None))
    )
