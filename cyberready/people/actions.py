"""What is done to organisations and accounts; signing in and the roster have their own files and are named here too."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.people import queries, rules
from cyberready.people.actions_access import (
    Proof,
    check_password,
    choose_organisation,
    enter,
    issue_link,
    leave,
    mail_link,
    note,
    open_account_of,
    redeem_link,
    request_link,
    set_password,
    sign_out_everywhere,
    void_links,
)
from cyberready.people.actions_roster import (
    assign_duty,
    confirm_channel,
    remove_contact,
    remove_duty,
    save_contact,
)
from cyberready.people.models import Account, Membership, Organisation
from cyberready.people.rules import PERMISSIONS, Role
from cyberready.platform.db import ring
from cyberready.platform.realm import Realm
from cyberready.trail import actions as trail
from cyberready.trail.rules import Kind, Plain

__all__ = [
    "Proof",
    "assign_duty",
    "change_profile",
    "check_password",
    "choose_organisation",
    "close_account",
    "confirm_channel",
    "enter",
    "found_organisation",
    "issue_link",
    "leave",
    "mail_link",
    "open_account",
    "redeem_link",
    "remove_contact",
    "remove_duty",
    "request_link",
    "save_contact",
    "set_password",
    "set_roles",
    "sign_out_everywhere",
]


def found_organisation(
    session: Session,
    *,
    slug: str,
    name: str,
    kind: str,
    region_id: int | None = None,
    mail_domain: str = "",
    actor: Actor,
    now: datetime,
) -> Organisation:
    """Found an organisation and open its trail; raises Conflict for a short name that is taken."""
    if not rules.SLUG.fullmatch(slug):
        raise Refused("Write the short name in small letters, digits and hyphens: it stands in addresses.")
    if session.scalars(select(Organisation).where(Organisation.slug == slug)).first():
        raise Conflict("There already is an organisation with the short name %(slug)s.", slug=slug)
    founded = Organisation(
        slug=slug,
        name=name,
        kind=rules.OrganisationKind(kind).value,
        region_id=region_id,
        mail_domain=mail_domain,
    )
    session.add(founded)
    session.flush()
    trail.open_trail(session, founded.id, "organisation", name, now=now)
    note(session, founded.id, Kind.ORGANISATION_FOUNDED, actor=actor, now=now, name=name, slug=slug)
    return founded


def open_account(
    session: Session,
    realm: Realm,
    *,
    email: str,
    name: str,
    roles: Iterable[str],
    function: str = "",
    language: str = "nl",
    actor: Actor,
    now: datetime,
) -> Account:
    """Open an account, or give an existing one a place in this organisation too.

    Raises Refused for a bad address, name or role and Conflict when the person already has a place here.
    A closed account is opened again without its old password.
    """
    if fault := rules.email_fault(email):
        raise fault
    chosen = _roles(roles)
    email = rules.plain_email(email)
    known = session.scalars(select(Account).where(Account.email == email)).first()
    if known is None:
        if not name.strip():
            raise Refused("Fill in a name.")
        known = Account(email=email, name=name.strip(), password_hash=None, language=language)
        session.add(known)
        session.flush()
    place = _place(session, realm, known.id)
    if known.closed_at is not None:
        known.closed_at, known.password_hash, known.generation = None, None, known.generation + 1
    elif place is not None:
        raise Conflict("%(email)s already has an account here.", email=email)
    if place is None:
        place = Membership(account_id=known.id, organisation_id=realm.organisation_id)
        session.add(place)
    place.roles, place.function = chosen, function.strip()
    session.flush()
    about = f"account:{known.id}"
    body: dict[str, Plain] = {"name": known.name, "roles": chosen, "function": place.function}
    note(session, realm.organisation_id, Kind.ACCOUNT_OPENED, actor=actor, now=now, about=about, **body)
    return known


def set_roles(
    session: Session,
    realm: Realm,
    account_id: int,
    *,
    roles: Iterable[str],
    function: str,
    actor: Actor,
    now: datetime,
) -> Account:
    """Change what somebody is here; raises Conflict when nobody would be left to manage the accounts."""
    changed = queries.account(session, realm, account_id)
    if changed.closed_at is not None:
        raise Conflict("This account is closed. Open it again first.")
    place = changed.memberships[0]
    before, place.roles, place.function = list(place.roles), _roles(roles), function.strip()
    session.flush()
    _somebody_manages(session, realm)
    body: dict[str, Plain] = {
        "name": changed.name,
        "before": before,
        "roles": place.roles,
        "function": place.function,
    }
    about = f"account:{account_id}"
    note(session, realm.organisation_id, Kind.ROLES_CHANGED, actor=actor, now=now, about=about, **body)
    ring(session, f"gone:account:{account_id}")  # open live streams come back with the new roles
    return changed


def close_account(session: Session, realm: Realm, account_id: int, *, actor: Actor, now: datetime) -> None:
    """End somebody's place in this organisation at once; with the last place the account itself is closed.

    Raises NotFound, and Conflict when nobody would be left to manage the accounts.
    """
    closed = queries.account(session, realm, account_id)
    if closed.closed_at is not None:
        raise Conflict("This account was closed before.")
    here = Membership.organisation_id == realm.organisation_id
    elsewhere = select(Membership.id).where(Membership.account_id == account_id, ~here)
    if session.scalars(elsewhere).first() is None:
        closed.closed_at, closed.password_hash, closed.generation = now, None, closed.generation + 1
        void_links(session, account_id, now=now)
        session.flush()
    else:
        session.execute(delete(Membership).where(Membership.account_id == account_id, here))
    _somebody_manages(session, realm)
    about, name = f"account:{account_id}", closed.name
    note(session, realm.organisation_id, Kind.ACCOUNT_CLOSED, actor=actor, now=now, about=about, name=name)
    ring(session, f"gone:account:{account_id}")


def change_profile(
    session: Session, realm: Realm, account_id: int, *, name: str, language: str, actor: Actor, now: datetime
) -> None:
    """Change somebody's own name and language."""
    owner = open_account_of(session, account_id)
    if not name.strip():
        raise Refused("Fill in a name.")
    before, owner.name, owner.language = owner.name, name.strip(), language
    body: dict[str, Plain] = {"before": before, "name": owner.name, "language": language}
    about = f"account:{account_id}"
    note(session, realm.organisation_id, Kind.PROFILE_CHANGED, actor=actor, now=now, about=about, **body)


def _place(session: Session, realm: Realm, account_id: int) -> Membership | None:
    chosen = select(Membership).where(
        Membership.account_id == account_id, Membership.organisation_id == realm.organisation_id
    )
    return session.scalars(chosen).first()


def _roles(roles: Iterable[str]) -> list[str]:
    chosen = sorted(set(roles))
    if not chosen:
        raise Refused("Choose at least one role.")
    if unknown := [role for role in chosen if role not in rules.ACCOUNT_ROLES]:
        raise Refused("%(role)s is not a role of an account.", role=unknown[0])
    return chosen


def _somebody_manages(session: Session, realm: Realm) -> None:
    # Two managers who close each other at once would each still see the other: the second waits here, and looks again.
    session.get(
        Organisation, realm.organisation_id, with_for_update={"key_share": True}, populate_existing=True
    )
    managers = [role for role in Role if "people.manage" in PERMISSIONS[role]]
    for found in queries.accounts(session, realm):
        if any(role in managers for role in found.memberships[0].roles):
            return
    raise Conflict("At least one person must be able to manage accounts. Give somebody else that role first.")
