"""Verbs of the exchange: keeping a file until its reader decides, and making a draft of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cyberready.exchange import queries
from cyberready.exchange.formats import Brought
from cyberready.exchange.models import ImportReport, KeptUpload
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_drafts, actions_images, queries_images
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import STAFF, Kind

LONGEST_WAIT = timedelta(days=1)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft that was made of a file; ``lost`` are its pictures that could not be kept, each with the reason."""

    draft_id: int
    slug: str
    version: str
    lost: tuple[tuple[str, Refused], ...]


def keep(
    session: Session, realm: Realm, name: str, data: bytes, *, actor: Actor, now: datetime
) -> KeptUpload:
    """Keep a file until its reader has seen what becomes of it; files that waited for a day are thrown away."""
    late = KeptUpload.kept_at < now - LONGEST_WAIT
    session.execute(delete(KeptUpload).where(KeptUpload.organisation_id == realm.organisation_id, late))
    made = KeptUpload(
        organisation_id=realm.organisation_id,
        name=name[:LONGEST_NAME],
        data=data,
        size=len(data),
        digest=hashlib.sha256(data).hexdigest(),
        kept_by=actor.ref,
        kept_at=now,
    )
    session.add(made)
    session.flush()  # the entry names it
    _note(session, realm, made, Kind.UPLOAD_KEPT, actor, now)
    return made


def drop(session: Session, realm: Realm, number: int, *, actor: Actor, now: datetime) -> None:
    """Throw a file away that waited; raises NotFound."""
    kept = queries.upload(session, realm, number, actor.ref)
    _note(session, realm, kept, Kind.UPLOAD_DROPPED, actor, now)
    session.delete(kept)


def take(
    session: Session,
    realm: Realm,
    number: int,
    brought: Brought,
    writers: Sequence[int] = (),
    *,
    actor: Actor,
    now: datetime,
) -> Begun:
    """Make a draft of a file that waited, as it was read, and keep the report of that with it.

    *writers* are the accounts that wrote it as well. Raises NotFound when somebody decided on the file already.
    """
    kept = queries.upload(session, realm, number, actor.ref)
    source, lost = _with_pictures(session, realm, brought, actor, now)
    made = actions_drafts.bring_in(
        session, realm, source, origin=kept.name, writers=writers, actor=actor, now=now
    )
    for old in queries.old_import_reports(session, realm):
        session.delete(old)
    session.add(
        ImportReport(
            organisation_id=realm.organisation_id,
            draft_id=made.id,
            name=kept.name,
            remarks=brought.report.plain(),
            made_at=now,
        )
    )
    session.delete(kept)
    return Begun(made.id, made.slug, made.version, lost)


def _with_pictures(
    session: Session, realm: Realm, brought: Brought, actor: Actor, now: datetime
) -> tuple[str, tuple[tuple[str, Refused], ...]]:
    """The source with the pictures as they are kept: made anew, and so under another name."""
    source = brought.source
    lost: list[tuple[str, Refused]] = []
    known = queries_images.images(session, realm, [one.sha256 for one in brought.pictures])
    for picture in brought.pictures:
        if picture.sha256 in known or picture.sha256 not in source:
            continue
        try:
            made = actions_images.keep(session, realm, picture.data, actor=actor, now=now)
        except Refused as refused:
            lost.append((picture.name, refused))
        else:
            source = source.replace(f"(image:{picture.sha256})", f"({made.markdown_target})")
    return source, tuple(lost)


def _note(session: Session, realm: Realm, kept: KeptUpload, kind: Kind, actor: Actor, now: datetime) -> None:
    head = trails.organisation_trail(session, realm.organisation_id)
    trail.write(
        session,
        head.id,
        kind,
        actor=actor,
        at=now,
        about=f"upload:{kept.id}",
        audience=(STAFF,),
        name=kept.name,
        digest=kept.digest,
        size=kept.size,
    )
