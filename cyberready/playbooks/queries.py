"""Questions about what is published: releases, which of them is to be followed, in which language."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

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
    """The release that an exercise or an incident follows, and whether it still is the one to follow.

    ``current`` is the release to follow in its language now: itself, another, or None when all were withdrawn.
    """

    release: PlaybookRelease
    standing: lifecycle.Standing
    current: PlaybookRelease | None


@dataclass(frozen=True, slots=True)
class Bearing:
    """How a release stands to those to follow.

    ``current`` is the one in its language (else in another), itself if it still is; ``newer_original`` the original that
    it, a translation, lags behind.
    """

    release: PlaybookRelease
    current: PlaybookRelease | None
    newer_original: PlaybookRelease | None

    @property
    def is_current(self) -> bool:
        """Whether it is the one to follow in its language."""
        return self.current is not None and self.current.id == self.release.id

    @property
    def standing(self) -> lifecycle.Standing:
        """Whether it is to be followed, superseded or withdrawn."""
        return lifecycle.standing(withdrawn=self.release.withdrawal is not None, newest=self.is_current)


def followed(session: Session, realm: Realm, release_id: int | None) -> Followed | None:
    """The release that somebody follows, however old or withdrawn, without its source; None without one."""
    return all_followed(session, realm, [release_id]).get(release_id) if release_id else None


def all_followed(session: Session, realm: Realm, release_ids: Collection[int]) -> dict[int, Followed]:
    """The releases that somebody follows, by number, as ``followed`` gives each."""
    if not release_ids:
        return {}
    found = list(session.scalars(_releases(realm).where(PlaybookRelease.id.in_(release_ids))))
    playbooks = {one.playbook_id for one in found}
    chosen = _current(realm).where(PlaybookRelease.playbook_id.in_(playbooks))
    now = {(one.playbook_id, one.language): one for one in session.scalars(chosen)}
    return {
        one.id: Followed(
            one,
            lifecycle.standing(withdrawn=one.withdrawal is not None, newest=one in now.values()),
            now.get((one.playbook_id, one.language)),
        )
        for one in found
    }


def current_releases(session: Session, realm: Realm, language: str = FIRST_LANGUAGE) -> list[PlaybookRelease]:
    """The release to follow of every playbook by title, without its source: in *language*, else in another.

    The latest that was not withdrawn; a playbook of which everything was withdrawn is not among them.
    """
    return one_of_each(session.scalars(_current(realm)), language)


def one_of_each(spoken: Iterable[PlaybookRelease], language: str = FIRST_LANGUAGE) -> list[PlaybookRelease]:
    """One release of every playbook among the current ones, by title: in *language*, else in another."""
    found: dict[int, PlaybookRelease] = {}
    for one in spoken:
        known = found.get(one.playbook_id)
        if known is None or _rank(one, language) < _rank(known, language):
            found[one.playbook_id] = one
    return sorted(found.values(), key=lambda one: (one.title, one.id))


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


def to_go_on_from(session: Session, realm: Realm, slug: str, language: str) -> PlaybookRelease:
    """The release that the next version is written from, with its source; raises NotFound when there never was one.

    The one to follow; when every version was withdrawn the last one, in *language* if there is one in it.
    """
    found = current_if_any(session, realm, slug, language)
    if found is not None:
        return found
    known = releases(session, realm, slug)
    last = next((one for one in known if one.language == language), known[0])
    return release(session, realm, last.id)


def without_current(session: Session, realm: Realm) -> list[PlaybookRelease]:
    """The last release of every playbook of which every version was withdrawn, by title, without its source."""
    last = select(func.max(PlaybookRelease.id)).where(
        PlaybookRelease.organisation_id == realm.organisation_id,
        PlaybookRelease.playbook_id.not_in(
            _current(realm).with_only_columns(PlaybookRelease.playbook_id).order_by(None)
        ),
    )
    chosen = _releases(realm).where(PlaybookRelease.id.in_(last.group_by(PlaybookRelease.playbook_id)))
    return list(session.scalars(chosen.order_by(PlaybookRelease.title, PlaybookRelease.id)))


def current_with_texts(session: Session, realm: Realm, slug: str = "") -> list[PlaybookRelease]:
    """What ``current_releases`` gives, with the sources; only the playbook *slug* when it is given."""
    chosen = [one.id for one in current_releases(session, realm) if slug in {"", one.slug}]
    return with_texts(session, realm, chosen)


def with_texts(session: Session, realm: Realm, release_ids: Collection[int]) -> list[PlaybookRelease]:
    """These releases by title, old, current or withdrawn, with their sources; numbers of others are left out."""
    chosen = _releases(realm).where(PlaybookRelease.id.in_(release_ids))
    found = chosen.options(undefer(PlaybookRelease.source))
    return list(session.scalars(found.order_by(PlaybookRelease.title, PlaybookRelease.id)))


def current_in_each_language(session: Session, realm: Realm, slug: str) -> list[PlaybookRelease]:
    """The releases of one playbook to follow, one for each language, with their sources; none is no fault."""
    chosen = _current(realm).where(PlaybookRelease.slug == slug).options(undefer(PlaybookRelease.source))
    return list(session.scalars(chosen.order_by(PlaybookRelease.language)))


def current_texts_in(session: Session, realm: Realm, language: str) -> list[PlaybookRelease]:
    """The releases to follow of every playbook that there is in one language, by title, with their sources."""
    chosen = _current(realm).where(PlaybookRelease.language == language)
    return list(
        session.scalars(chosen.options(undefer(PlaybookRelease.source)).order_by(PlaybookRelease.title))
    )


def title(session: Session, realm: Realm, playbook_id: int, language: str) -> str:
    """What a playbook is called: by the release to follow in *language* or another, else by the newest; empty for none."""
    found = one_of_each(
        session.scalars(_current(realm).where(PlaybookRelease.playbook_id == playbook_id)), language
    )
    release = found[0] if found else newest_of(session, playbook_id)
    return release.title if release is not None else ""


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


def later_than_current(session: Session, realm: Realm, slug: str, language: str) -> list[str]:
    """The versions in a language that come after the one to follow, which all were withdrawn; all when none is."""
    here = (PlaybookRelease.slug == slug, PlaybookRelease.language == language)
    current_id = session.scalars(_current(realm).with_only_columns(PlaybookRelease.id).where(*here)).first()
    mine = PlaybookRelease.organisation_id == realm.organisation_id
    chosen = select(PlaybookRelease.version).where(mine, *here, PlaybookRelease.id > (current_id or 0))
    return list(session.scalars(chosen))


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
    found = original_in(others, of.language)
    return found if found is not None and of.translates and found.version != of.translates else None


def original_in(others: Iterable[PlaybookRelease], language: str) -> PlaybookRelease | None:
    """The release among *others* that a text in *language* translates: one in another language that is no translation."""
    found = (one for one in others if one.language != language and not one.translates)
    return min(found, key=lambda one: _rank(one, FIRST_LANGUAGE), default=None)


def bearing(release: PlaybookRelease, spoken: Collection[PlaybookRelease]) -> Bearing:
    """How a release stands to those to follow of its playbook, one in each language."""
    current = next(iter(one_of_each(spoken, release.language)), None)
    return Bearing(release, current, ahead(release, spoken))


def original_of(spoken: Iterable[PlaybookRelease]) -> PlaybookRelease:
    """The original among the releases to follow of one playbook in each language; a translation when only those are left."""
    return min(spoken, key=lambda one: (one.translates != "", *_rank(one, FIRST_LANGUAGE)))


def stands_for(one: PlaybookRelease, original: PlaybookRelease) -> bool:
    """Whether *one* is the original or a translation of just that version of it."""
    return one.id == original.id or one.translates == original.version


def numbered(session: Session, playbook_id: int, language: str, version: str) -> PlaybookRelease | None:
    """The release of that number in a language, withdrawn or not; without its source."""
    chosen = select(PlaybookRelease).where(
        PlaybookRelease.playbook_id == playbook_id,
        PlaybookRelease.language == language,
        PlaybookRelease.version == version,
    )
    return session.scalars(chosen).first()


def lags(one: PlaybookRelease, others: Iterable[PlaybookRelease]) -> bool:
    """Whether *one* translates another version than the current one of its original."""
    return ahead(one, others) is not None


def trail_of(session: Session, playbook_id: int) -> int:
    """The number of the trail of a playbook, in which every act on it stands; raises NotFound."""
    found = session.scalars(select(Playbook.trail_id).where(Playbook.id == playbook_id)).first()
    if found is None:
        raise NotFound("This playbook does not exist.")
    return found


def parsed(source: str) -> Script:
    """The playbook that a release's source holds."""
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
