"""Verbs of looking after a playbook: who does, confirming that it still holds, asking for a review, having read it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Forbidden, Refused
from cyberready.people import queries as people
from cyberready.people.rules import ACCOUNT_ROLES
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries, queries_drafts, queries_reviews
from cyberready.playbooks.actions import answer_requests, held, record
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_reviews import PlaybookCare, Reading, ReviewConfirmation, ReviewRequest
from cyberready.trail.rules import Kind, Plain

MOVED = "Another version was published meanwhile. Look at that one."


def set_care(
    session: Session,
    realm: Realm,
    slug: str,
    *,
    owner_id: int | None,
    deputy_id: int | None,
    readers: Collection[str],
    actor: Actor,
    now: datetime,
) -> PlaybookCare:
    """Say who looks after a playbook and which roles must have read it; raises NotFound and Refused."""
    playbook = queries_drafts.playbook(session, realm, slug)
    held(session, playbook.id)
    if owner_id is not None and owner_id == deputy_id:
        raise Refused("Nobody is their own deputy.")
    names = [people.account(session, realm, one).name for one in (owner_id, deputy_id) if one is not None]
    unknown = set(readers) - set(ACCOUNT_ROLES)
    if unknown:
        raise Refused("Choose roles from the list.")
    kept = session.get(PlaybookCare, playbook.id) or PlaybookCare(playbook_id=playbook.id)
    kept.owner_id, kept.deputy_id, kept.readers = owner_id, deputy_id, sorted(set(readers))
    session.add(kept)
    said = {"owners": ", ".join(names), "readers": ", ".join(kept.readers)}
    record(session, playbook.id, Kind.CARE_SET, said, actor=actor, now=now)
    return kept


def confirm_unchanged(
    session: Session,
    realm: Realm,
    slug: str,
    release_id: int,
    note: str,
    *,
    publisher: bool,
    actor: Actor,
    now: datetime,
) -> ReviewConfirmation:
    """Record that somebody looked at the current release and leaves it as it is; it answers what asked for a review.

    Only the owner, the deputy or a *publisher* may. Raises Conflict when another version was published meanwhile.
    """
    current = queries.current(session, realm, slug)
    held(session, current.playbook_id)
    if queries.current(session, realm, slug).id != release_id:
        raise Conflict(MOVED)
    care = queries_reviews.care(session, current.playbook_id)
    account = queries_drafts.account_number(actor.ref)
    if not publisher and (account is None or account not in {care.owner_id, care.deputy_id}):
        raise Forbidden(
            "Only the owner, the deputy or who publishes playbooks confirms that one still holds."
        )
    made = ReviewConfirmation(
        playbook_id=current.playbook_id,
        release_id=release_id,
        by=actor.ref,
        by_name=actor.name,
        note=note.strip(),
        at=now,
    )
    session.add(made)
    answer_requests(session, current.playbook_id, now)
    said: dict[str, Plain] = {"version": current.version, "note": made.note, "release": release_id}
    record(session, current.playbook_id, Kind.REVIEW_CONFIRMED, said, actor=actor, now=now)
    return made


def ask_reviews(
    session: Session,
    realm: Realm,
    release_ids: Collection[int],
    occasion: str,
    title: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Ask for a review of each playbook that was used on an occasion, in one order for all, so that no two wait for each other."""
    used = [one.release for one in queries.all_followed(session, realm, release_ids).values()]
    for release in sorted(used, key=lambda one: (one.playbook_id, one.id)):
        ask_review(session, realm, release.id, occasion, title, actor=actor, now=now)


def ask_review(
    session: Session, realm: Realm, release_id: int, occasion: str, title: str, *, actor: Actor, now: datetime
) -> None:
    """Ask for a review of the playbook of a release that was used on an occasion; once for each occasion."""
    release = queries.release(session, realm, release_id)
    held(session, release.playbook_id)
    chosen = select(ReviewRequest.id).where(
        ReviewRequest.playbook_id == release.playbook_id, ReviewRequest.occasion == occasion
    )
    if session.scalars(chosen).first() is not None:
        return
    session.add(ReviewRequest(playbook_id=release.playbook_id, occasion=occasion, title=title, asked_at=now))
    said = {"occasion": title, "version": release.version}
    record(session, release.playbook_id, Kind.REVIEW_ASKED, said, actor=actor, now=now)


def confirm_read(
    session: Session, realm: Realm, slug: str, release_id: int, *, actor: Actor, now: datetime
) -> Reading:
    """Record that the actor has read and understood a release; a second time changes nothing.

    Raises Conflict when it is no longer the version to follow or a translation that lags behind, and Refused for who has
    no account.
    """
    release = queries.release(session, realm, release_id, slug)
    account = queries_drafts.account_number(actor.ref)
    if account is None:
        raise Refused("Sign in with your own account for this.")
    chosen = select(Reading).where(Reading.release_id == release_id, Reading.account_id == account)
    if (known := session.scalars(chosen).first()) is not None:
        return known
    _refuse_outdated(session, realm, release)
    made = Reading(release_id=release_id, account_id=account, at=now)
    session.add(made)
    session.flush()  # a second one in the same instant meets the constraint here
    said = {"version": release.version, "name": actor.name}
    record(session, release.playbook_id, Kind.PLAYBOOK_READ, said, actor=actor, now=now)
    return made


def _refuse_outdated(session: Session, realm: Realm, release: PlaybookRelease) -> None:
    """Raise Conflict unless a release says what is to be followed now, in its own language or as a translation."""
    spoken = queries.current_in_each_language(session, realm, release.slug)
    if release.id not in {one.id for one in spoken}:
        raise Conflict(MOVED)
    original = queries.original_of(spoken)
    if not queries.stands_for(release, original):
        raise Conflict(
            "This translation does not say what version %(version)s of the original says. Read and confirm the original.",
            version=original.version,
        )
