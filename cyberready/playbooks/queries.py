"""Questions about playbooks."""

from functools import lru_cache

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, undefer

from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.playbooks import formats
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.rules import Playbook


def current_releases(session: Session, realm: Realm) -> list[PlaybookRelease]:
    """The latest release of every playbook by title, without its source."""
    return list(session.scalars(_current(realm).order_by(PlaybookRelease.title, PlaybookRelease.id)))


def current(session: Session, realm: Realm, slug: str) -> PlaybookRelease:
    """The latest release of one playbook, with its source; raises NotFound."""
    chosen = _current(realm).where(PlaybookRelease.slug == slug).options(undefer(PlaybookRelease.source))
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This playbook does not exist.")
    return found


def release(session: Session, realm: Realm, release_id: int, slug: str | None = None) -> PlaybookRelease:
    """One release, old or current (of the playbook *slug* when given), with its source; raises NotFound."""
    chosen = _releases(realm).where(PlaybookRelease.id == release_id).options(undefer(PlaybookRelease.source))
    found = session.scalars(chosen if slug is None else chosen.where(PlaybookRelease.slug == slug)).first()
    if found is None:
        raise NotFound("This version of the playbook does not exist.")
    return found


def releases(session: Session, realm: Realm, slug: str) -> list[PlaybookRelease]:
    """Every release of one playbook, newest first, without their source; raises NotFound when there is none."""
    chosen = _releases(realm).where(PlaybookRelease.slug == slug).order_by(PlaybookRelease.id.desc())
    found = list(session.scalars(chosen))
    if not found:
        raise NotFound("This playbook does not exist.")
    return found


@lru_cache(maxsize=128)
def parsed(source: str) -> Playbook:
    """The playbook that a release's source holds; the same object for the same source."""
    return formats.parse(source)


def _releases(realm: Realm) -> Select[PlaybookRelease]:
    return select(PlaybookRelease).where(PlaybookRelease.organisation_id == realm.organisation_id)


def _current(realm: Realm) -> Select[PlaybookRelease]:
    latest = select(func.max(PlaybookRelease.id)).where(
        PlaybookRelease.organisation_id == realm.organisation_id
    )
    return _releases(realm).where(PlaybookRelease.id.in_(latest.group_by(PlaybookRelease.playbook_id)))
