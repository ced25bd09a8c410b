"""Questions about reviews and readings: what is due, who must still read, and who has."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cyberready.people import queries as people
from cyberready.people.rules import Role
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries
from cyberready.playbooks.models import Playbook, PlaybookRelease
from cyberready.playbooks.models_reviews import PlaybookCare, Reading, ReviewConfirmation, ReviewRequest
from cyberready.playbooks.reviewing import Stage, Version, has_read, next_review, stage


@dataclass(frozen=True, slots=True)
class Review:
    """The review of a playbook: when it is due, how near that is, and the occasions that ask for one."""

    release: PlaybookRelease
    due: datetime
    stage: Stage | None
    occasions: tuple[str, ...]
    owner_id: int | None
    deputy_id: int | None

    @property
    def open(self) -> bool:
        """Whether somebody must look at the playbook now or soon."""
        return self.stage is not None or bool(self.occasions)


@dataclass(frozen=True, slots=True)
class Unread:
    """A release that a person must still read; ``last`` is the release that he or she read before, if any."""

    release: PlaybookRelease
    last: int | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who must know a playbook, with the latest version read and whether that is enough."""

    account_id: int
    name: str
    function: str
    version: str
    at: datetime | None
    enough: bool


def care(session: Session, playbook_id: int) -> PlaybookCare:
    """Who looks after a playbook; nobody yet for one that nobody was named for."""
    return session.get(PlaybookCare, playbook_id) or PlaybookCare(playbook_id=playbook_id, readers=[])


def reviews(session: Session, realm: Realm, now: datetime) -> list[Review]:
    """The review of every playbook, the first due first."""
    releases = queries.current_releases(session, realm)
    numbers = [one.playbook_id for one in releases]
    cares = _cares(session, numbers)
    confirmed = dict(
        session.execute(
            select(ReviewConfirmation.playbook_id, func.max(ReviewConfirmation.at))
            .where(ReviewConfirmation.playbook_id.in_(numbers))
            .group_by(ReviewConfirmation.playbook_id)
        ).all()
    )
    asked: dict[int, list[str]] = defaultdict(list)
    open_ones = select(ReviewRequest).where(
        ReviewRequest.playbook_id.in_(numbers), ReviewRequest.answered_at.is_(None)
    )
    for one in session.scalars(open_ones.order_by(ReviewRequest.id)):
        asked[one.playbook_id].append(one.title)
    found = []
    for release in releases:
        due = next_review(release.published_at, release.review_months, confirmed.get(release.playbook_id))
        known = cares.get(release.playbook_id)
        found.append(
            Review(
                release=release,
                due=due,
                stage=stage(due, now),
                occasions=tuple(asked[release.playbook_id]),
                owner_id=known.owner_id if known else None,
                deputy_id=known.deputy_id if known else None,
            )
        )
    return sorted(found, key=lambda one: (one.due, one.release.id))


def review(session: Session, realm: Realm, slug: str, now: datetime) -> Review:
    """The review of one playbook; raises NotFound."""
    release = queries.current(session, realm, slug)
    return next(one for one in reviews(session, realm, now) if one.release.playbook_id == release.playbook_id)


def confirmations(session: Session, playbook_id: int) -> list[ReviewConfirmation]:
    """Every time somebody left the playbook as it is, the latest first."""
    chosen = select(ReviewConfirmation).where(ReviewConfirmation.playbook_id == playbook_id)
    return list(session.scalars(chosen.order_by(ReviewConfirmation.id.desc())))


def unread(session: Session, realm: Realm, account_id: int, roles: Collection[str]) -> list[Unread]:
    """What a person with these roles must still read, by title."""
    releases = queries.current_releases(session, realm)
    cares = _cares(session, [one.playbook_id for one in releases])
    mine = [
        one
        for one in releases
        if one.playbook_id in cares and not set(roles).isdisjoint(cares[one.playbook_id].readers)
    ]
    if not mine:
        return []
    versions = _versions(session, mine)
    read = _read(session, mine, {account_id})
    found = []
    for release in mine:
        numbers = [number for number, _ in read.get((release.playbook_id, account_id), [])]
        if not has_read(versions[release.playbook_id, release.language], numbers):
            found.append(Unread(release, max(numbers, default=None)))
    return found


def still_to_read(
    session: Session, release: PlaybookRelease, account_id: int, roles: Collection[str]
) -> Unread | None:
    """Whether a person with these roles must still read this release, and what he or she read before."""
    if set(roles).isdisjoint(care(session, release.playbook_id).readers):
        return None
    numbers = [
        one for one, _ in _read(session, [release], {account_id}).get((release.playbook_id, account_id), [])
    ]
    versions = _versions(session, [release])[release.playbook_id, release.language]
    return None if has_read(versions, numbers) else Unread(release, max(numbers, default=None))


def confirmed_at(session: Session, playbook_id: int) -> datetime | None:
    """When somebody last left the playbook as it is."""
    chosen = select(func.max(ReviewConfirmation.at)).where(ReviewConfirmation.playbook_id == playbook_id)
    return session.scalar(chosen)


def readers(session: Session, realm: Realm, release: PlaybookRelease) -> list[Reader]:
    """Everybody who must know the playbook of a release, with what he or she has read; who has not comes first."""
    wanted = set(care(session, release.playbook_id).readers)
    must = [
        one
        for one in people.accounts(session, realm)
        if any(not wanted.isdisjoint(place.roles) for place in one.memberships)
    ]
    versions = _versions(session, [release])[release.playbook_id, release.language]
    read = _read(session, [release], {one.id for one in must})
    names = {one.id: one.version for one in _all(session, [release])}
    found = []
    for account in must:
        lines = read.get((release.playbook_id, account.id), [])
        last, at = max(lines, default=(0, None))
        found.append(
            Reader(
                account_id=account.id,
                name=account.name,
                function=account.memberships[0].function,
                version=names.get(last, ""),
                at=at,
                enough=has_read(versions, [number for number, _ in lines]),
            )
        )
    return sorted(found, key=lambda one: (one.enough, one.name))


def unread_on_duty(
    session: Session, realm: Realm, start: datetime, end: datetime
) -> list[tuple[str, list[str]]]:
    """Who is on duty in a stretch of time and has not read what he or she must know: name, and the titles."""
    on_duty = {
        duty.contact.account_id: duty.contact.name
        for cover in people.cover(session, realm, start, end)
        for duty in cover.duties
        if duty.contact.account_id is not None
    }
    roles = {one.id: one.memberships[0].roles for one in people.accounts(session, realm) if one.id in on_duty}
    found = []
    for account_id, held in roles.items():
        titles = [one.release.title for one in unread(session, realm, account_id, held)]
        if titles:
            found.append((on_duty[account_id], titles))
    return sorted(found)


def role_names() -> tuple[str, ...]:
    """The roles that can be asked to read a playbook."""
    return tuple(role.value for role in Role if role is not Role.PARTICIPANT)


def _cares(session: Session, playbook_ids: Iterable[int]) -> dict[int, PlaybookCare]:
    chosen = select(PlaybookCare).where(PlaybookCare.playbook_id.in_(list(playbook_ids)))
    return {one.playbook_id: one for one in session.scalars(chosen)}


def _all(session: Session, releases: Iterable[PlaybookRelease]) -> list[PlaybookRelease]:
    numbers = [one.playbook_id for one in releases]
    chosen = select(PlaybookRelease).join(Playbook).where(PlaybookRelease.playbook_id.in_(numbers))
    return list(session.scalars(chosen.order_by(PlaybookRelease.id)))


def _versions(session: Session, releases: Iterable[PlaybookRelease]) -> dict[tuple[int, str], list[Version]]:
    """The versions of each playbook in each language, up to the current ones, older first."""
    current = {(one.playbook_id, one.language): one.id for one in releases}
    found: dict[tuple[int, str], list[Version]] = defaultdict(list)
    for one in _all(session, releases):
        key = (one.playbook_id, one.language)
        if key in current and one.id <= current[key]:
            found[key].append(Version(one.id, one.change))
    return found


def _read(
    session: Session, releases: Iterable[PlaybookRelease], accounts: Collection[int]
) -> dict[tuple[int, int], list[tuple[int, datetime]]]:
    """What these people have read of these playbooks, by playbook and account: release and moment."""
    numbers = [one.playbook_id for one in releases]
    chosen = (
        select(PlaybookRelease.playbook_id, Reading.account_id, Reading.release_id, Reading.at)
        .join(PlaybookRelease, PlaybookRelease.id == Reading.release_id)
        .where(PlaybookRelease.playbook_id.in_(numbers), Reading.account_id.in_(accounts))
    )
    found: dict[tuple[int, int], list[tuple[int, datetime]]] = defaultdict(list)
    for playbook_id, account_id, release_id, at in session.execute(chosen):
        found[playbook_id, account_id].append((release_id, at))
    return found
