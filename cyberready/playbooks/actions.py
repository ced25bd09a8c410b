"""Verbs of playbooks: publishing what is shipped, withdrawing what is no longer to be followed."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from cyberready.improvements import actions as improvements
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import formats, indexing, lifecycle, queries, rules
from cyberready.playbooks.lifecycle import Change
from cyberready.playbooks.models import Playbook, PlaybookRelease, PlaybookWithdrawal
from cyberready.playbooks.models_reviews import ReviewRequest
from cyberready.trail import actions as trail
from cyberready.trail.rules import STAFF, Kind, Plain


def publish(
    session: Session, realm: Realm, source_text: str | bytes, *, actor: Actor, now: datetime
) -> PlaybookRelease:
    """Publish a shipped playbook from its file; the same text again changes nothing and gives the release there is.

    What people write is published as a draft that was approved (``actions_approval.publish_draft``). Raises FaultsFound
    for a faulty file and Conflict when this version was published with another text.
    """
    script = formats.parse(source_text)
    playbook = opened(session, realm, script.slug, now=now)
    known = published(session, playbook, script.language, script.version)
    if known is not None and known.digest != script.digest:
        raise Conflict(
            "Version %(version)s of this playbook was published with another text. Give the changed text a new version.",
            version=script.version,
        )
    if known is not None:
        return known
    earlier = queries.newest(session, playbook.id, script.language)
    change = lifecycle.change_between(earlier.version, script.version) if earlier else Change.MAJOR
    source = formats.canonical(source_text)
    return release(session, playbook, script, source, change=change, note="", actor=actor, now=now)


def publish_shipped(
    session: Session, realm: Realm, folder: Path, actor: Actor, now: datetime
) -> list[PlaybookRelease]:
    """Publish the playbooks in *folder* that are new, and give the releases that were made.

    A playbook that anyone else published a release of is the organisation's own by then: it is left alone, and so is
    a version that exists. Raises FaultsFound for a faulty file.
    """
    made = []
    for path in sorted(folder.glob("*.md")):
        source = path.read_bytes()
        script = formats.parse(source)
        chosen = select(
            PlaybookRelease.language, PlaybookRelease.version, PlaybookRelease.published_by
        ).where(PlaybookRelease.organisation_id == realm.organisation_id, PlaybookRelease.slug == script.slug)
        known = session.execute(chosen).all()
        own = any(found.published_by != actor.ref for found in known)
        if not own and (script.language, script.version) not in {found[:2] for found in known}:
            made.append(publish(session, realm, source, actor=actor, now=now))
    return made


def withdraw(
    session: Session, realm: Realm, release_id: int, reason: str, *, actor: Actor, now: datetime
) -> PlaybookRelease:
    """Say that a release is no longer to be followed; it stays readable, also where it is in use.

    The improvements that it closed are open again, unless a later version that holds them too is followed.
    Raises Refused without a reason and Conflict when it was withdrawn before.
    """
    found = queries.release(session, realm, release_id)
    if not reason.strip():
        raise Refused("Say why this version is withdrawn.")
    playbook = held(session, found.playbook_id)
    if session.scalars(select(PlaybookWithdrawal).where(PlaybookWithdrawal.release_id == found.id)).first():
        raise Conflict("Version %(version)s was withdrawn before.", version=found.version)
    session.add(
        PlaybookWithdrawal(
            release_id=found.id, reason=reason.strip(), by=actor.ref, by_name=actor.name, at=now
        )
    )
    session.flush()
    indexing.record(session, realm, found.slug)
    named = {"slug": found.slug, "title": found.title, "version": found.version, "language": found.language}
    said: dict[str, Plain] = {**named, "release": found.id, "reason": reason.strip()}
    record(session, playbook.id, Kind.PLAYBOOK_WITHDRAWN, said, actor=actor, now=now)
    undone = queries.later_than_current(session, realm, found.slug, found.language)
    improvements.open_again(session, realm, found.slug, found.language, undone, actor=actor, now=now)
    return found


def opened(session: Session, realm: Realm, slug: str, *, now: datetime) -> Playbook:
    """The playbook of that name, made with its trail when it is new, and held until the transaction ends."""
    chosen = select(Playbook).where(Playbook.organisation_id == realm.organisation_id, Playbook.slug == slug)
    found = session.scalars(_for_us(chosen)).first()
    if found is None:
        head = trail.open_trail(session, realm.organisation_id, "playbook", slug, now=now)
        found = Playbook(organisation_id=realm.organisation_id, slug=slug, trail_id=head.id)
        session.add(found)
        session.flush()  # releases and drafts need the number
    return found


def held(session: Session, playbook_id: int) -> Playbook:
    """The playbook, which nobody else publishes, withdraws or begins a draft of until the transaction ends."""
    return session.scalars(_for_us(select(Playbook).where(Playbook.id == playbook_id))).one()


def published(session: Session, playbook: Playbook, language: str, version: str) -> PlaybookRelease | None:
    """The release of that number, withdrawn or not, if there is one."""
    chosen = select(PlaybookRelease).where(
        PlaybookRelease.playbook_id == playbook.id,
        PlaybookRelease.language == language,
        PlaybookRelease.version == version,
    )
    return session.scalars(chosen).first()


def release(
    session: Session,
    playbook: Playbook,
    script: rules.Playbook,
    source: str,
    *,
    change: Change,
    note: str,
    actor: Actor,
    now: datetime,
) -> PlaybookRelease:
    """Make the release of *source*, the canonical text that *script* was read from."""
    made = PlaybookRelease(
        playbook_id=playbook.id,
        organisation_id=playbook.organisation_id,
        slug=script.slug,
        language=script.language,
        version=script.version,
        change=change,
        note=note,
        translates=script.translates,
        title=script.title,
        summary=script.summary,
        owner=script.owner,
        tlp=script.tlp,
        review_months=script.review_months,
        step_count=len(script.steps),
        source=source,
        digest=script.digest,
        published_at=now,
        published_by=actor.ref,
    )
    session.add(made)
    session.flush()  # the entry names the release
    indexing.record(session, Realm(made.organisation_id), made.slug)
    if not made.translates:  # a translation changes nothing in what is to be done
        answer_requests(session, playbook.id, now)
    named = {"slug": made.slug, "title": made.title, "version": made.version, "language": made.language}
    why = {"digest": made.digest, "change": made.change, "note": made.note}
    said: dict[str, Plain] = {**named, **why, "release": made.id}
    record(session, playbook.id, Kind.PLAYBOOK_PUBLISHED, said, actor=actor, now=now)
    return made


def answer_requests(session: Session, playbook_id: int, now: datetime) -> None:
    """Let what asked for a review of the playbook be answered."""
    chosen = update(ReviewRequest).where(
        ReviewRequest.playbook_id == playbook_id, ReviewRequest.answered_at.is_(None)
    )
    session.execute(chosen.values(answered_at=now))


def record(
    session: Session,
    playbook_id: int,
    kind: Kind,
    said: Mapping[str, Plain],
    *,
    actor: Actor,
    now: datetime,
    about: str = "",
) -> None:
    """Write an entry in the trail of a playbook."""
    head = queries.trail_of(session, playbook_id)
    subject = about or f"playbook:{playbook_id}"
    trail.write(
        session, head, kind, actor=actor, at=now, about=subject, audience=(STAFF,), happened_at=None, **said
    )


def _for_us(chosen: Select[Playbook]) -> Select[Playbook]:
    return chosen.with_for_update().execution_options(populate_existing=True)
