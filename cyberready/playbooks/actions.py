"""Verbs of playbooks: publishing."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict
from cyberready.platform.realm import Realm
from cyberready.playbooks import formats, rules
from cyberready.playbooks.models import Playbook, PlaybookRelease
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import STAFF, Kind


def publish(
    session: Session, realm: Realm, source_text: str | bytes, *, actor: Actor, now: datetime
) -> PlaybookRelease:
    """Publish a playbook from its file; the same text again changes nothing and gives the release there is.

    Raises FaultsFound for a faulty file and Conflict when this version was published with another text.
    """
    script = formats.parse(source_text)
    playbook = _playbook(session, realm, script.slug)
    chosen = select(PlaybookRelease).where(PlaybookRelease.playbook_id == playbook.id)
    known = session.scalars(chosen.where(PlaybookRelease.version == script.version)).first()
    if known is not None and known.digest != script.digest:
        raise Conflict(
            "Version %(version)s of this playbook was published with another text. Give the changed text a new version.",
            version=script.version,
        )
    return known or _release(session, playbook, script, formats.canonical(source_text), actor, now)


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
        chosen = select(PlaybookRelease.version, PlaybookRelease.published_by).where(
            PlaybookRelease.organisation_id == realm.organisation_id, PlaybookRelease.slug == script.slug
        )
        known = session.execute(chosen).all()
        if all(version != script.version and by == actor.ref for version, by in known):
            made.append(publish(session, realm, source, actor=actor, now=now))
    return made


def _playbook(session: Session, realm: Realm, slug: str) -> Playbook:
    chosen = select(Playbook).where(Playbook.organisation_id == realm.organisation_id, Playbook.slug == slug)
    found = session.scalars(chosen).first()
    if found is None:
        found = Playbook(organisation_id=realm.organisation_id, slug=slug)
        session.add(found)
        session.flush()  # the release needs the number
    return found


def _release(
    session: Session, playbook: Playbook, script: rules.Playbook, source: str, actor: Actor, now: datetime
) -> PlaybookRelease:
    made = PlaybookRelease(
        playbook_id=playbook.id,
        organisation_id=playbook.organisation_id,
        slug=script.slug,
        language=script.language,
        version=script.version,
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
    head = trails.organisation_trail(session, playbook.organisation_id)
    trail.write(
        session,
        head.id,
        Kind.PLAYBOOK_PUBLISHED,
        actor=actor,
        at=now,
        about=f"playbook:{playbook.id}",
        audience=(STAFF,),
        release=made.id,
        slug=made.slug,
        title=made.title,
        version=made.version,
        digest=made.digest,
    )
    return made
