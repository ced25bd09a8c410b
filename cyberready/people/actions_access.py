"""Getting in and out: passwords, one-time links, sessions, and the line each leaves on the organisation's trail."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from cyberready.kernel.actor import SYSTEM, Actor
from cyberready.kernel.refusals import NotFound, Refused
from cyberready.people import queries, rules
from cyberready.people.models import Account, SignInLink
from cyberready.platform.db import ring
from cyberready.platform.mail import outbox
from cyberready.platform.realm import Realm
from cyberready.trail import actions as trail
from cyberready.trail import queries as trail_queries
from cyberready.trail.rules import STAFF, Kind, Plain

# OWASP's smaller profile: 19 MiB and some tens of milliseconds, so that a crowd signing in does not fill the memory.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODY = HASHER.hash(secrets.token_urlsafe(32))
UNKNOWN = "This combination of mail address and password is not known."


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved to be this account; ``fresh_hash`` replaces a hash made with older parameters."""

    account_id: int
    fresh_hash: str | None


Wording = Callable[[Account, str], tuple[str, str]]


def set_password(session: Session, account_id: int, password: str, *, actor: Actor, now: datetime) -> None:
    """Set somebody's own password; sessions and links from before end. Raises Refused for a weak one."""
    owner = open_account_of(session, account_id)
    if fault := rules.strong_enough(password, owner.name, owner.email):
        raise fault
    owner.password_hash = HASHER.hash(password)
    _end_sessions(session, owner, Kind.PASSWORD_CHANGED, actor, now)


def check_password(session: Session, email: str, password: str) -> Proof:
    """Check a password without changing anything, so that no transaction is open while the hash is computed.

    An unknown address costs the same time and gives the same Refused as a wrong password.
    """
    known = queries.account_by_email(session, email)
    stored = (known.password_hash if known else None) or NOBODY
    try:
        HASHER.verify(stored, password[: rules.LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        raise Refused(UNKNOWN) from None
    if known is None or known.password_hash is None:
        raise Refused(UNKNOWN)
    fresh = HASHER.hash(password) if HASHER.check_needs_rehash(stored) else None
    return Proof(known.id, fresh)


def enter(session: Session, proof: Proof, *, now: datetime) -> tuple[int, int]:
    """Sign in whoever proved it with a password; returns account and organisation."""
    if proof.fresh_hash:
        open_account_of(session, proof.account_id).password_hash = proof.fresh_hash
    return _arrive(session, proof.account_id, "password", UNKNOWN, now)


def issue_link(
    session: Session, account_id: int, *, valid: timedelta, now: datetime, actor: Actor = SYSTEM
) -> str:
    """Make a one-time sign-in link and return its secret; only the digest is kept."""
    owner = open_account_of(session, account_id)
    session.execute(delete(SignInLink).where(SignInLink.expires_at < now - timedelta(days=1)))
    secret = secrets.token_urlsafe(32)
    session.add(SignInLink(account_id=owner.id, digest=rules.digest(secret), expires_at=now + valid))
    for place in queries.memberships(session, account_id):
        note(
            session,
            place.organisation_id,
            Kind.LINK_REQUESTED,
            actor=actor,
            now=now,
            about=f"account:{account_id}",
        )
    return secret


def mail_link(
    session: Session,
    owner: Account,
    *,
    organisation_id: int,
    wording: Wording,
    valid: timedelta,
    actor: Actor,
    now: datetime,
) -> None:
    """Mail a one-time sign-in link to the account's own address; *wording* makes subject and text of the secret."""
    secret = issue_link(session, owner.id, valid=valid, now=now, actor=actor)
    subject, text = wording(owner, secret)
    outbox.enqueue(
        session,
        organisation_id=organisation_id,
        key=f"sign-in-link:{rules.digest(secret)}",
        to=owner.email,
        subject=subject,
        text=text,
        now=now,
    )


def request_link(session: Session, email: str, *, wording: Wording, valid: timedelta, now: datetime) -> None:
    """Mail a link to whoever asks for one by this address; nothing happens, and nothing is said, when it is unknown."""
    owner = queries.account_by_email(session, email)
    places = queries.memberships(session, owner.id) if owner else []
    if owner and places:
        actor = Actor(f"account:{owner.id}", owner.name, places[0].function, places[0].organisation_id)
        home = places[0].organisation_id
        mail_link(session, owner, organisation_id=home, wording=wording, valid=valid, actor=actor, now=now)


def redeem_link(session: Session, secret: str, *, now: datetime) -> tuple[int, int]:
    """Sign in with a one-time link, once; returns account and organisation.

    Unknown, expired and used links get the same Refused.
    """
    claim = (
        update(SignInLink)
        .where(*queries.usable(secret, now))
        .values(used_at=now)
        .returning(SignInLink.account_id)
    )
    account_id = session.execute(claim).scalar()
    if account_id is None:
        raise Refused(queries.STALE_LINK)
    return _arrive(session, account_id, "link", queries.STALE_LINK, now)


def choose_organisation(
    session: Session, account_id: int, organisation_id: int, *, sid: str, actor: Actor, now: datetime
) -> int:
    """Go on for another organisation of the same person; the session *sid* ends. Raises NotFound without a place."""
    if organisation_id not in {place.organisation_id for place in queries.memberships(session, account_id)}:
        raise NotFound("This organisation does not exist.")
    about, how = f"account:{account_id}", "organisation chosen"
    if actor.organisation_id is not None:
        note(session, actor.organisation_id, Kind.SIGNED_OUT, actor=actor, now=now, about=about, how=how)
    note(session, organisation_id, Kind.SIGNED_IN, actor=actor, now=now, about=about, how=how)
    ring(session, f"gone:{sid}")
    return organisation_id


def leave(session: Session, realm: Realm, ref: str, sid: str, *, actor: Actor, now: datetime) -> None:
    """Sign one session out and end its live streams."""
    note(session, realm.organisation_id, Kind.SIGNED_OUT, actor=actor, now=now, about=ref)
    ring(session, f"gone:{sid}")


def sign_out_everywhere(session: Session, account_id: int, *, actor: Actor, now: datetime) -> None:
    """End every session, live stream and unused sign-in link of an account."""
    _end_sessions(session, open_account_of(session, account_id), Kind.SIGNED_OUT_EVERYWHERE, actor, now)


def _end_sessions(session: Session, owner: Account, kind: Kind, actor: Actor, now: datetime) -> None:
    owner.generation += 1
    void_links(session, owner.id, now=now)
    for place in queries.memberships(session, owner.id):
        note(session, place.organisation_id, kind, actor=actor, now=now, about=f"account:{owner.id}")
    ring(session, f"gone:account:{owner.id}")


def _arrive(session: Session, account_id: int, how: str, otherwise: str, now: datetime) -> tuple[int, int]:
    places = queries.memberships(session, account_id)
    if not places:
        raise Refused(otherwise)
    place = places[0]
    actor = Actor(f"account:{account_id}", place.account.name, place.function, place.organisation_id)
    note(session, place.organisation_id, Kind.SIGNED_IN, actor=actor, now=now, about=actor.ref, how=how)
    return account_id, place.organisation_id


def note(
    session: Session,
    organisation_id: int,
    kind: Kind,
    *,
    actor: Actor,
    now: datetime,
    about: str | None = None,
    **body: Plain,
) -> None:
    """Write one entry on the trail of the organisation, for its staff only."""
    head = trail_queries.organisation_trail(session, organisation_id)
    audience = (STAFF,)
    trail.write(
        session, head.id, kind, actor=actor, at=now, about=about, audience=audience, happened_at=None, **body
    )


def open_account_of(session: Session, account_id: int) -> Account:
    """The account with this number while it is open; raises NotFound."""
    found = session.get(Account, account_id)
    if found is None or found.closed_at is not None:
        raise NotFound("This account does not exist.")
    return found


def void_links(session: Session, account_id: int, *, now: datetime) -> None:
    """Make every unused sign-in link of an account useless."""
    unused = (SignInLink.account_id == account_id, SignInLink.used_at.is_(None))
    session.execute(update(SignInLink).where(*unused).values(used_at=now))
