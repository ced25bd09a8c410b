"""Questions about who must know which playbook: what is still to be read, by whom, and who has read what."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cyberready.people import queries as people
from cyberready.people.rules import ACCOUNT_ROLES
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries, queries_reviews
from cyberready.playbooks.models import Playbook, PlaybookRelease
from cyberready.playbooks.models_reviews import Reading
from cyberready.playbooks.queries import FIRST_LANGUAGE
from cyberready.playbooks.reviewing import Version, has_read, needed


@dataclass(frozen=True, slots=True)
class Unread:
    """A release that a person must still read.

    ``last`` is the release that he or she read before, if any, and ``until`` the one in the same language that says what
    changed since; ``since`` is the version that asks to be read, from the moment ``asked_at`` on: the current one, or
    the major one before it.
    """

    release: PlaybookRelease
    last: int | None
    until: int
    since: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """That somebody read a release, and the version of the original for which that counts."""

    counts: int
    release_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Book:
    """One playbook as it must be read: the original, up to the release to follow.

    ``counts`` says of every release, in whatever language, which of the original's versions it says; one that says none
    of them is not there.
    """

    original: PlaybookRelease
    releases: Mapping[int, PlaybookRelease]
    versions: tuple[Version, ...]
    counts: Mapping[int, int]

    def enough(self, read: Iterable[Read]) -> bool:
        """Whether what somebody read counts for the release to follow."""
        return has_read(self.versions, [one.counts for one in read])

    def unread(self, shown: PlaybookRelease, read: Collection[Read]) -> Unread | None:
        """What must still be read by who would see *shown*: that, or the original when it says something else."""
        if self.enough(read):
            return None
        release = shown if queries.stands_for(shown, self.original) else self.original
        last = max(read, key=lambda one: (one.counts, one.release_id), default=None)
        same = last is not None and self.releases[last.release_id].language == release.language
        since = needed(self.versions) or self.original.id
        return Unread(
            release,
            last=None if last is None else last.release_id if same else last.counts,
            until=release.id if same else self.original.id,
            since=since,
            asked_at=self.releases[since].published_at,
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who must know a playbook, with the latest version read and whether that is enough."""

    account_id: int
    name: str
    function: str
    version: str
    at: datetime | None
    enough: bool


@dataclass(frozen=True, slots=True)
class Duties:
    """What one person must know in one role, and what of it is still to be read."""

    account_id: int
    name: str
    function: str
    must: int
    unread: tuple[Unread, ...]

    @property
    def done(self) -> int:
        """How many of the playbooks the person has read."""
        return self.must - len(self.unread)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who is on duty from ``starts_at`` on and has not read what he or she must know."""

    account_id: int
    name: str
    starts_at: datetime
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every playbook that somebody must know, in each language, with its versions and all that was read of it."""

    spoken: tuple[PlaybookRelease, ...]
    roles: Mapping[int, frozenset[str]]
    books: Mapping[int, Book]
    read: Mapping[tuple[int, int], list[Read]]

    def of(self, roles: Collection[str], language: str = FIRST_LANGUAGE) -> list[PlaybookRelease]:
        """The playbooks that somebody with one of these roles must know, by title, in *language* where they have it."""
        known = [one for one in self.spoken if not self.roles[one.playbook_id].isdisjoint(roles)]
        return queries.one_of_each(known, language)

    def unread(self, account_id: int, roles: Collection[str], language: str = FIRST_LANGUAGE) -> list[Unread]:
        """What a person with these roles must still read, by title, in *language* where that says the same."""
        found = (
            self.books[one.playbook_id].unread(one, self.read.get((one.playbook_id, account_id), []))
            for one in self.of(roles, language)
        )
        return [one for one in found if one is not None]


def shelf(session: Session, realm: Realm, account_id: int | None = None) -> Shelf:
    """All that must be known here, with what everybody (or only one account) has read of it."""
    roles = {
        one.playbook_id: frozenset(one.readers)
        for one in queries_reviews.cares(session, realm)
        if one.readers
    }
    spoken = [one for one in queries.current_of_all(session, realm) if one.playbook_id in roles]
    books = _books(session, spoken) if spoken else {}
    return Shelf(
        spoken=tuple(spoken),
        roles=roles,
        books=books,
        read=_read(session, books, account_id) if books else {},
    )


def by_role(session: Session, realm: Realm) -> dict[str, list[Duties]]:
    """What everybody must know and has read, by role; within one who has most to read comes first."""
    kept = shelf(session, realm)
    found: dict[str, list[Duties]] = {}
    everybody = people.accounts(session, realm)
    for role in ACCOUNT_ROLES:
        must = len(kept.of({role}))
        if must:
            lines = [
                Duties(
                    one.id, one.name, one.memberships[0].function, must, tuple(kept.unread(one.id, {role}))
                )
                for one in everybody
                if role in one.memberships[0].roles
            ]
            found[role.value] = sorted(lines, key=lambda one: (-len(one.unread), one.name, one.account_id))
    return found


def still_to_read(
    session: Session,
    release: PlaybookRelease,
    spoken: Collection[PlaybookRelease],
    account_id: int,
    roles: Collection[str],
) -> Unread | None:
    """What a person with these roles, looking at a current *release*, must still read: that, or the original.

    *spoken* are the releases to follow of the same playbook in each language.
    """
    if set(roles).isdisjoint(queries_reviews.care(session, release.playbook_id).readers):
        return None
    books = _books(session, spoken)
    read = _read(session, books, account_id).get((release.playbook_id, account_id), [])
    return books[release.playbook_id].unread(release, read)


def readers(session: Session, realm: Realm, release: PlaybookRelease) -> list[Reader]:
    """Everybody who must know the playbook of a release, with what he or she has read; who has not comes first."""
    wanted = set(queries_reviews.care(session, release.playbook_id).readers)
    must = [one for one in people.accounts(session, realm) if not wanted.isdisjoint(one.memberships[0].roles)]
    books = _books(session, queries.current_in_each_language(session, realm, release.slug))
    book, read = books[release.playbook_id], _read(session, books)
    found = []
    for account in must:
        lines = read.get((release.playbook_id, account.id), [])
        last = max(lines, key=lambda one: (one.counts, one.at), default=None)
        found.append(
            Reader(
                account_id=account.id,
                name=account.name,
                function=account.memberships[0].function,
                version=book.releases[last.counts].version if last else "",
                at=last.at if last else None,
                enough=book.enough(lines),
            )
        )
    return sorted(found, key=lambda one: (one.enough, one.name))


def unread_on_duty(session: Session, realm: Realm, start: datetime, end: datetime) -> list[OnDuty]:
    """Who is on duty in a stretch of time and has not read what he or she must know, by name."""
    starts = duty_starts(session, realm, start, end)
    if not starts:
        return []
    kept = shelf(session, realm)
    found = [
        OnDuty(one.id, one.name, starts[one.id], tuple(kept.unread(one.id, one.memberships[0].roles)))
        for one in people.accounts(session, realm)
        if one.id in starts
    ]
    return [one for one in found if one.unread]


def duty_starts(session: Session, realm: Realm, start: datetime, end: datetime) -> dict[int, datetime]:
    """Since when everybody with an account who is on duty in a stretch of time is, by account."""
    starts: dict[int, datetime] = {}
    for cover in people.cover(session, realm, start, end):
        for duty in cover.duties:
            if (account_id := duty.contact.account_id) is not None:
                starts[account_id] = min(duty.starts_at, starts.get(account_id, duty.starts_at))
    return starts


def _books(session: Session, spoken: Iterable[PlaybookRelease]) -> dict[int, Book]:
    """How each playbook must be read, given the releases to follow of them in each language."""
    current: dict[int, list[PlaybookRelease]] = defaultdict(list)
    for one in spoken:
        current[one.playbook_id].append(one)
    chosen = select(PlaybookRelease).join(Playbook).where(PlaybookRelease.playbook_id.in_(list(current)))
    every: dict[int, list[PlaybookRelease]] = defaultdict(list)
    for one in session.scalars(chosen.order_by(PlaybookRelease.id)):
        every[one.playbook_id].append(one)
    return {number: _book(every[number], queries.original_of(found)) for number, found in current.items()}


def _book(every: Iterable[PlaybookRelease], original: PlaybookRelease) -> Book:
    """One playbook with all its releases, older first."""
    known = {one.id: one for one in every}
    own = {one.id: one for one in known.values() if one.language == original.language}
    numbers = {one.version: one.id for one in own.values()}
    others = {
        one.id: numbers[one.translates]
        for one in known.values()
        if one.id not in own and one.translates in numbers
    }
    return Book(
        original,
        known,
        tuple(Version(one.id, one.change) for one in own.values() if one.id <= original.id),
        {number: number for number in own} | others,
    )


def _read(
    session: Session, books: Mapping[int, Book], account_id: int | None = None
) -> dict[tuple[int, int], list[Read]]:
    """What everybody, or one account, has read of these playbooks, by playbook and account, as far as it counts."""
    chosen = (
        select(PlaybookRelease.playbook_id, Reading.account_id, Reading.release_id, Reading.at)
        .join(PlaybookRelease, PlaybookRelease.id == Reading.release_id)
        .where(PlaybookRelease.playbook_id.in_(list(books)))
    )
    if account_id is not None:
        chosen = chosen.where(Reading.account_id == account_id)
    found: dict[tuple[int, int], list[Read]] = defaultdict(list)
    for playbook_id, reader, release_id, at in session.execute(chosen):
        counts = books[playbook_id].counts.get(release_id)
        if counts is not None:
            found[playbook_id, reader].append(Read(counts, release_id, at))
    return found
