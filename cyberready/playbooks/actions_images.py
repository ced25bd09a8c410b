"""Keeping the images of playbooks."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.platform import images
from cyberready.platform.realm import Realm
from cyberready.playbooks.models_editing import PlaybookImage
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import STAFF, Kind


def keep(session: Session, realm: Realm, data: bytes, *, actor: Actor, now: datetime) -> PlaybookImage:
    """Keep an image, made anew; the same picture again gives the one there is.

    Write it in a text as ``![what it shows](image:<digest>)``. Raises Refused for what is no image, is too large or
    is broken.
    """
    picture = images.remade(data)
    chosen = select(PlaybookImage).where(
        PlaybookImage.organisation_id == realm.organisation_id, PlaybookImage.digest == picture.digest
    )
    return session.scalars(chosen).first() or _keep(session, realm, picture, actor, now)


def _keep(
    session: Session, realm: Realm, picture: images.Picture, actor: Actor, now: datetime
) -> PlaybookImage:
    made = PlaybookImage(
        organisation_id=realm.organisation_id,
        digest=picture.digest,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        size=len(picture.data),
        data=picture.data,
        kept_at=now,
        kept_by=actor.ref,
    )
    session.add(made)
    session.flush()  # whoever keeps the same picture at this instant makes this run again
    head = trails.organisation_trail(session, realm.organisation_id)
    trail.write(
        session,
        head.id,
        Kind.IMAGE_KEPT,
        actor=actor,
        at=now,
        about=f"image:{made.id}",
        audience=(STAFF,),
        digest=made.digest,
        media_type=made.media_type,
        size=made.size,
    )
    return made
