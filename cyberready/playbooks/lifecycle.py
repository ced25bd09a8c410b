"""The life of a playbook: states, version numbers, and who must agree before a text is published. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FIRST_DRAFT = "9"
_NUMBER = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.(9[0-9]{0,99}))?")
_UNADOPTED = re.compile(r"0\.([0-9]{1,100})")
_FRONT = re.compile(r"\A\n*---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_QUOTES = "\"'"


class State(StrEnum):
    """Where a draft is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


class Standing(StrEnum):
    """Where a release is; it is published for ever, but not always the one to follow."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Change(StrEnum):
    """What a new version asks of its readers: nothing (minor), or to read and confirm it again (major)."""

    MINOR = "minor"
    MAJOR = "major"


class Verdict(StrEnum):
    """What an approver said."""

    APPROVED = "approved"
    REFUSED = "refused"


OPEN = (State.DRAFT, State.IN_REVIEW, State.APPROVED)
UNDER_REVIEW = (State.IN_REVIEW, State.APPROVED)

# Message ids: what the states are called on a page, and their colours.
STATE_NAMES = {
    State.DRAFT: "Draft",
    State.IN_REVIEW: "In review",
    State.APPROVED: "Approved",
    State.PUBLISHED: "Published",
    State.ABANDONED: "Abandoned",
}
STATE_TONES = {
    State.DRAFT: "neutral",
    State.IN_REVIEW: "info",
    State.APPROVED: "ok",
    State.PUBLISHED: "ok",
    State.ABANDONED: "neutral",
}
STANDING_NAMES = {
    Standing.CURRENT: "Current",
    Standing.SUPERSEDED: "Superseded",
    Standing.WITHDRAWN: "Withdrawn",
}
STANDING_TONES = {Standing.CURRENT: "ok", Standing.SUPERSEDED: "neutral", Standing.WITHDRAWN: "warn"}
CHANGE_NAMES = {Change.MINOR: "Minor change", Change.MAJOR: "Major change"}


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version number as Dutch municipalities write it: ``1.0``, minor ``1.1``, major ``2.0``.

    ``draft`` is empty for what is adopted. A draft counts on from the version it follows, as digits behind a point:
    ``0.9``, ``0.91`` … ``0.99``, ``0.991`` before the first adoption, ``1.0.9``, ``1.0.91`` after ``1.0``. Versions
    compare in that order.
    """

    major: int
    minor: int
    draft: str = ""

    def __str__(self) -> str:
        if self.draft and not self.major:
            return f"0.{self.draft}"
        return f"{self.major}.{self.minor}" + (f".{self.draft}" if self.draft else "")

    @property
    def adopted(self) -> bool:
        """Whether this is the number of a version that was adopted."""
        return self.major > 0 and not self.draft

    @property
    def following_draft(self) -> "Version":
        """The draft that comes next: after an adopted version its first, after a draft the one behind it."""
        digits = self.draft
        if not digits:
            return Version(self.major, self.minor, FIRST_DRAFT)
        if digits[-1] == "9":
            return Version(self.major, self.minor, digits + "1")
        return Version(self.major, self.minor, digits[:-1] + str(int(digits[-1]) + 1))


def version(text: str) -> Version | None:
    """The number written as *text*, or None when it is not one of ours."""
    found = read_version(text)
    return found if found is not None and str(found) == text else None


def read_version(text: str) -> Version | None:
    """The number that *text* begins with, as far as it can be read (``1.0-waterveld`` is 1.0), or None."""
    if unadopted := _UNADOPTED.match(text):
        return Version(0, 0, unadopted[1])
    found = _NUMBER.match(text)
    if found is None or not int(found[1]):
        return None
    return Version(int(found[1]), int(found[2] or 0), found[3] or "")


def next_release(published: Iterable[str], change: Change) -> Version:
    """The number that the next adopted version gets after those *published*; the first is 1.0 in any case."""
    latest = _latest(published)
    if latest is None:
        return Version(1, 0)
    return Version(latest.major + 1, 0) if change is Change.MAJOR else Version(latest.major, latest.minor + 1)


def next_draft(published: Iterable[str], drafts: Iterable[str]) -> Version:
    """The number that the next draft gets after the versions *published* and the *drafts* there were."""
    before = _latest(published) or Version(0, 0)
    known = (read_version(draft) for draft in drafts)
    same = [
        found for found in known if found and found.draft and (found.major, found.minor) == _place(before)
    ]
    return max(same, default=before).following_draft


def change_between(older: str, newer: str) -> Change:
    """What changed from one version number to the next; what cannot be read counts as major."""
    old, new = read_version(older), read_version(newer)
    same = old is not None and new is not None and old.major == new.major and old.adopted
    return Change.MINOR if same else Change.MAJOR


def _latest(published: Iterable[str]) -> Version | None:
    adopted = [found for found in map(read_version, published) if found is not None and found.major]
    latest = max(adopted, default=None)
    return None if latest is None else Version(latest.major, latest.minor)


def _place(found: Version) -> tuple[int, int]:
    return found.major, found.minor


def with_version(source: str, number: Version | str) -> str:
    """The playbook *source* with this version in its front matter; everything else stays as it is written.

    Raises ValueError when there is no front matter.
    """
    return with_front(source, "version", str(number))


def with_front(source: str, key: str, value: str) -> str:
    """The *source* with ``key: "value"`` in its front matter, in place of what stood there; raises ValueError."""
    front = _FRONT.match(source)
    if front is None:
        raise ValueError("There is no front matter.")
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    line = f'{key}: "{quoted}"\n'
    start, end = front.span(1)
    matter, found = _line_of(key).subn(lambda _: line, source[start:end], count=1)
    return source[:start] + (matter if found else matter + line) + source[end:]


def front_of(source: str, key: str) -> str:
    """What stands behind *key* in the front matter of a text that may still hold faults; empty when nothing does."""
    front = _FRONT.match(source)
    found = _line_of(key).search(front[1]) if front else None
    if found is None:
        return ""
    said = found[0].partition(":")[2].strip()
    return said[1:-1].strip() if len(said) > 1 and said[0] == said[-1] and said[0] in _QUOTES else said


def same_but_numbers(one: str, other: str) -> bool:
    """Whether two sources differ at most in their own number and in that of the version that they translate."""

    def bare(source: str) -> str:
        return with_front(with_version(source, ""), "translates", "")

    return bare(one) == bare(other)


def _line_of(key: str) -> re.Pattern[str]:
    name = re.escape(key)
    return re.compile(rf"^(?:{name}|\"{name}\"|'{name}')[ \t]*:.*\n(?:[ \t]+.*\n)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Approver:
    """Who must agree: the place in the mandate (from 1), the function as it is written, the account."""

    position: int
    function: str
    account_id: int


@dataclass(frozen=True, slots=True)
class Stand:
    """What holds for a text: who agreed at which position; ``account_id`` is who did it, also for somebody else."""

    position: int
    account_id: int


@dataclass(frozen=True, slots=True)
class Absence:
    """An approver who lets a deputy agree from ``starts_at`` until ``ends_at``."""

    account_id: int
    deputy_id: int
    starts_at: datetime
    ends_at: datetime

    def covers(self, moment: datetime) -> bool:
        """Whether the deputy acts at this moment."""
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who may approve a playbook: one approver or more, one after the other (``in_order``) or in any order."""

    approvers: tuple[Approver, ...]
    in_order: bool = True

    def needed(self, stands: Iterable[Stand]) -> tuple[Approver, ...]:
        """The approvers whose agreement is still needed, in order of their position."""
        given = {stand.position for stand in stands}
        waiting = [approver for approver in self.approvers if approver.position not in given]
        return tuple(sorted(waiting, key=lambda approver: approver.position))

    def next_up(self, stands: Iterable[Stand]) -> tuple[Approver, ...]:
        """The approvers who may agree now: the first that is needed, or all of them when order does not matter."""
        needed = self.needed(stands)
        return needed[:1] if self.in_order else needed

    def complete(self, stands: Iterable[Stand]) -> bool:
        """Whether everybody agreed who must; never without a single approver."""
        return bool(self.approvers) and not self.needed(stands)


def place_of(
    mandate: Mandate,
    stands: Sequence[Stand],
    absences: Iterable[Absence],
    *,
    account_id: int,
    editors: frozenset[int],
    now: datetime,
) -> Approver | None:
    """The place in the mandate at which this account may agree now, or None.

    Who wrote any part of the text never agrees to it, not for somebody else either, and no deputy agrees for who wrote
    it. One person agrees once: with two approvers two people looked at the text.
    """
    if account_id in editors or account_id in {stand.account_id for stand in stands}:
        return None
    stands_in_for = {
        absence.account_id for absence in absences if absence.deputy_id == account_id and absence.covers(now)
    }
    waiting = mandate.next_up(stands)
    own = next((approver for approver in waiting if approver.account_id == account_id), None)
    return own or next(
        (
            approver
            for approver in waiting
            if approver.account_id in stands_in_for and approver.account_id not in editors
        ),
        None,
    )


def standing(*, withdrawn: bool, newest: bool) -> Standing:
    """Where a release is, given whether it was withdrawn and whether it is the newest that was not."""
    if withdrawn:
        return Standing.WITHDRAWN
    return Standing.CURRENT if newest else Standing.SUPERSEDED
