"""Questions about the images in playbooks."""

import re
from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.playbooks.models_editing import PlaybookImage

NAMED = re.compile(r"\(image:([0-9a-f]{64})\)")


def image(session: Session, realm: Realm, digest: str) -> PlaybookImage:
    """One image with its bytes; raises NotFound."""
    chosen = _images(realm).where(PlaybookImage.digest == digest).options(undefer(PlaybookImage.data))
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This image does not exist.")
    return found


def named(source: str) -> tuple[str, ...]:
    """The digests of the images that a text names, each once, in order."""
    return tuple(dict.fromkeys(NAMED.findall(source)))


def images(session: Session, realm: Realm, digests: Iterable[str]) -> dict[str, PlaybookImage]:
    """Those of *digests* that are kept, by digest, with their bytes."""
    chosen = _images(realm).where(PlaybookImage.digest.in_(list(digests)))
    return {found.digest: found for found in session.scalars(chosen.options(undefer(PlaybookImage.data)))}


def missing(session: Session, realm: Realm, source: str) -> tuple[str, ...]:
    """The digests that a text names and the organisation has no image of."""
    wanted = named(source)
    if not wanted:
        return ()
    chosen = select(PlaybookImage.digest).where(
        PlaybookImage.organisation_id == realm.organisation_id, PlaybookImage.digest.in_(wanted)
    )
    kept = set(session.scalars(chosen))
    return tuple(digest for digest in wanted if digest not in kept)


def _images(realm: Realm) -> Select[PlaybookImage]:
    return select(PlaybookImage).where(PlaybookImage.organisation_id == realm.organisation_id)
