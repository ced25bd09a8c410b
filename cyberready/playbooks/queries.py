"""Questions about what is published: releases, which of them is to be followed, in which language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.playbooks import formats, lifecycle
from cyberready.playbooks.models import Playbook, PlaybookRelease, PlaybookWithdrawal
from cyberready.playbooks.rules import Playbook as Script

FIRST_LANGUAGE = "nl"


@dataclass(frozen=True, slots=True)
class Translation:
    """The current release in another language; ``stale`` when it translates an older version than the current one."""

    release: PlaybookRelease
    stale: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """The release that an exercise or an incident follows, and whether it still is the one to follow."""

    release: PlaybookRelease
    standing: lifecycle.Standing


def followed(session: Session, realm: Realm, release_id: int | None) -> Followed | None:
    """The release that somebody follows, however old or withdrawn, without its source; None without one."""
    found = session.scalars(_releases(realm).where(PlaybookRelease.id == release_id)).first()
    return Followed(found, standings(session, realm, [found])[found.id]) if found else None


def current_releases(session: Session, realm: Realm, language: str = FIRST_LANGUAGE) -> list[PlaybookRelease]:
    """The release to follow of every playbook by title, without its source: in *language*, else in another.

    The latest that was not withdrawn; a playbook of which everything was withdrawn is not among them.
    """
    chosen: dict[int, PlaybookRelease] = {}
    for found in session.scalars(_current(realm)):
        known = chosen.get(found.playbook_id)
        if known is None or _rank(found, language) < _rank(known, language):
            chosen[found.playbook_id] = found
    return sorted(chosen.values(), key=lambda found: (found.title, found.id))


def current(session: Session, realm: Realm, slug: str, language: str = FIRST_LANGUAGE) -> PlaybookRelease:
    """The release of one playbook to follow, with its source: in *language*, else in another; raises NotFound."""
    found = current_if_any(session, realm, slug, language)
    if found is None:
        raise NotFound("This playbook does not exist, or every version of it was withdrawn.")
    return found


def current_if_any(
    session: Session, realm: Realm, slug: str, language: str = FIRST_LANGUAGE
) -> PlaybookRelease | None:
    """As ``current``, but None when there is no playbook of that name or every version of it was withdrawn."""
    chosen = _current(realm).where(PlaybookRelease.slug == slug).options(undefer(PlaybookRelease.source))
    return min(session.scalars(chosen), key=lambda one: _rank(one, language), default=None)


def current_with_texts(session: Session, realm: Realm, slug: str = "") -> list[PlaybookRelease]:
    """What ``current_releases`` gives, with the sources; only the playbook *slug* when it is given."""
    chosen = [one.id for one in current_releases(session, realm) if slug in {"", one.slug}]
    found = _releases(realm).where(PlaybookRelease.id.in_(chosen)).options(undefer(PlaybookRelease.source))
    return list(session.scalars(found.order_by(PlaybookRelease.title, PlaybookRelease.id)))


def current_in_each_language(session: Session, realm: Realm, slug: str) -> list[PlaybookRelease]:
    """The releases of one playbook to follow, one for each language, with their sources; none is no fault."""
    chosen = _current(realm).where(PlaybookRelease.slug == slug).options(undefer(PlaybookRelease.source))
    return list(session.scalars(chosen.order_by(PlaybookRelease.language)))


def current_of_all(session: Session, realm: Realm) -> list[PlaybookRelease]:
    """The releases to follow of every playbook in every language, by title, without their sources."""
    return list(session.scalars(_current(realm).order_by(PlaybookRelease.title, PlaybookRelease.language)))


def first_published(session: Session) -> dict[int, datetime]:
    """When each organisation that has a playbook published its first, by the organisation's number."""
    first = func.min(PlaybookRelease.published_at)
    chosen = select(PlaybookRelease.organisation_id, first).group_by(PlaybookRelease.organisation_id)
    return dict(session.execute(chosen).all())


def release(session: Session, realm: Realm, release_id: int, slug: str | None = None) -> PlaybookRelease:
    """One release, old or current (of the playbook *slug* when given), with its source; raises NotFound."""
    chosen = _releases(realm).where(PlaybookRelease.id == release_id).options(undefer(PlaybookRelease.source))
    found = session.scalars(chosen if slug is None else chosen.where(PlaybookRelease.slug == slug)).first()
    if found is None:
        raise NotFound("This version of the playbook does not exist.")
    return found


def releases(
    session: Session, realm: Realm, slug: str, *, limit: int | None = None, before: int | None = None
) -> list[PlaybookRelease]:
    """The releases of one playbook in every language, newest first, without their source; raises NotFound if none.

    With *limit* at most so many, with *before* only those older than the release of that number.
    """
    chosen = _releases(realm).where(PlaybookRelease.slug == slug)
    if before is not None:
        chosen = chosen.where(PlaybookRelease.id < before)
    found = list(session.scalars(chosen.order_by(PlaybookRelease.id.desc()).limit(limit)))
    if not found:
        raise NotFound("This playbook does not exist.")
    return found


def standings(session: Session, realm: Realm, found: list[PlaybookRelease]) -> dict[int, lifecycle.Standing]:
    """Which of these releases are to be followed, which are superseded and which withdrawn, by number."""
    playbooks = {one.playbook_id for one in found}
    current_ids = set(
        session.scalars(
            _current(realm)
            .with_only_columns(PlaybookRelease.id)
            .where(PlaybookRelease.playbook_id.in_(playbooks))
        )
    )
    return {
        one.id: lifecycle.standing(withdrawn=one.withdrawal is not None, newest=one.id in current_ids)
        for one in found
    }


def newest(session: Session, playbook_id: int, language: str) -> PlaybookRelease | None:
    """The release that was made last in a language, withdrawn or not; without its source."""
    chosen = select(PlaybookRelease).where(
        PlaybookRelease.playbook_id == playbook_id, PlaybookRelease.language == language
    )
    return session.scalars(chosen.order_by(PlaybookRelease.id.desc()).limit(1)).first()


def newest_of(session: Session, playbook_id: int) -> PlaybookRelease | None:
    """The release that was made last in any language, withdrawn or not; without its source."""
    chosen = select(PlaybookRelease).where(PlaybookRelease.playbook_id == playbook_id)
    return session.scalars(chosen.order_by(PlaybookRelease.id.desc()).limit(1)).first()


def version_numbers(session: Session, playbook_id: int, language: str) -> list[str]:
    """Every version number that was given out in a language, also those of withdrawn releases."""
    chosen = select(PlaybookRelease.version).where(
        PlaybookRelease.playbook_id == playbook_id, PlaybookRelease.language == language
    )
    return list(session.scalars(chosen))


def translations(session: Session, realm: Realm, of: PlaybookRelease) -> list[Translation]:
    """The current releases of the same playbook in other languages, each with whether it lags behind."""
    found = current_in_each_language(session, realm, of.slug)
    return [Translation(one, stale=lags(one, found)) for one in found if one.language != of.language]


def newer_original(session: Session, realm: Realm, of: PlaybookRelease) -> PlaybookRelease | None:
    """The current original that this release, a translation, does not follow yet; None when it does."""
    return ahead(of, current_in_each_language(session, realm, of.slug))


def ahead(of: PlaybookRelease, others: Iterable[PlaybookRelease]) -> PlaybookRelease | None:
    """The original among *others* that *of* translates another version of; None when there is none."""
    originals = (one for one in others if one.language != of.language and not one.translates)
    return next((one for one in originals if of.translates and one.version != of.translates), None)


def lags(one: PlaybookRelease, others: Iterable[PlaybookRelease]) -> bool:
    """Whether *one* translates another version than the current one of its original."""
    return ahead(one, others) is not None


def trail_of(session: Session, playbook_id: int) -> int:
    """The number of the trail of a playbook, in which every act on it stands; raises NotFound."""
    found = session.scalars(select(Playbook.trail_id).where(Playbook.id == playbook_id)).first()
    if found is None:
        raise NotFound("This playbook does not exist.")
    return found


@lru_cache(maxsize=128)
def parsed(source: str) -> Script:
    """The playbook that a release's source holds; the same object for the same source."""
    return formats.parse(source)


def _rank(found: PlaybookRelease, language: str) -> tuple[bool, bool, str]:
    return found.language != language, found.language != FIRST_LANGUAGE, found.language


def _releases(realm: Realm) -> Select[PlaybookRelease]:
    """The releases of an organisation, each with its withdrawal if it was withdrawn."""
    mine = PlaybookRelease.organisation_id == realm.organisation_id
    return select(PlaybookRelease).where(mine).options(joinedload(PlaybookRelease.withdrawal))


def _current(realm: Realm) -> Select[PlaybookRelease]:
    """The latest release that was not withdrawn of every playbook in every language."""
    withdrawn = exists().where(PlaybookWithdrawal.release_id == PlaybookRelease.id)
    latest = (
        select(func.max(PlaybookRelease.id))
        .where(PlaybookRelease.organisation_id == realm.organisation_id, ~withdrawn)
        .group_by(PlaybookRelease.playbook_id, PlaybookRelease.language)
    )
    return _releases(realm).where(PlaybookRelease.id.in_(latest))
