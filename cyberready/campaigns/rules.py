"""What a campaign is made of: kinds and states of activities, who may approve what, the month as a grid. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cyberready.kernel.canonical import canonical, moment
from cyberready.kernel.refusals import Refused

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST_YEAR, LAST_YEAR = 2020, 2099
TOLERANCE = timedelta(minutes=1)
LONGEST_TITLE = 150
LONGEST_TEXT = 50_000


class ActivityKind(StrEnum):
    """By what an audience is reached."""

    MAIL = "mail"
    WEB = "web"
    POSTER = "poster"
    EVENING = "evening"
    BY_HAND = "by-hand"


class State(StrEnum):
    """Where an activity is; everything is approved before it happens."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENT = "sent"
    PUBLISHED = "published"
    REMINDED = "reminded"
    DONE = "done"
    WITHDRAWN = "withdrawn"


KIND_NAMES = {
    ActivityKind.MAIL: "Mail",
    ActivityKind.WEB: "Web text",
    ActivityKind.POSTER: "Poster",
    ActivityKind.EVENING: "Evening",
    ActivityKind.BY_HAND: "By hand",
}
STATE_NAMES = {
    State.DRAFT: "Draft",
    State.SUBMITTED: "Waits for approval",
    State.APPROVED: "Approved",
    State.REJECTED: "Sent back",
    State.SENT: "Sent",
    State.PUBLISHED: "Published",
    State.REMINDED: "Owner reminded",
    State.DONE: "Done",
    State.WITHDRAWN: "Withdrawn",
}
TONES = {
    State.DRAFT: "neutral",
    State.SUBMITTED: "info",
    State.APPROVED: "ok",
    State.REJECTED: "warn",
    State.SENT: "ok",
    State.PUBLISHED: "ok",
    State.REMINDED: "info",
    State.DONE: "ok",
    State.WITHDRAWN: "neutral",
}

AT_THE_MOMENT = {
    ActivityKind.MAIL: State.SENT,
    ActivityKind.WEB: State.PUBLISHED,
    ActivityKind.POSTER: State.REMINDED,
    ActivityKind.EVENING: State.REMINDED,
    ActivityKind.BY_HAND: State.REMINDED,
}
BY_PEOPLE = frozenset(kind for kind, state in AT_THE_MOMENT.items() if state is State.REMINDED)
UNAPPROVED = (State.DRAFT, State.SUBMITTED, State.REJECTED)
EDITABLE = (*UNAPPROVED, State.APPROVED, State.WITHDRAWN)
SUBMITTABLE = (State.DRAFT, State.REJECTED)
WITHDRAWABLE = (*UNAPPROVED, State.APPROVED, State.PUBLISHED, State.REMINDED)
FINISHABLE = (State.APPROVED, State.REMINDED)


@dataclass(frozen=True, slots=True)
class Content:
    """What an approval is about: the words, for whom and when (``due_at`` is an instant)."""

    kind: ActivityKind
    audience: tuple[str, ...]
    title: str
    body: str
    owner_task: str
    due_at: datetime

    def digest(self, campaign_id: int) -> str:
        """SHA-256 in hex of everything an approver agrees to."""
        spelled = {
            "campaign": campaign_id,
            "kind": self.kind.value,
            "audience": sorted(self.audience),
            "title": self.title,
            "body": self.body,
            "owner_task": self.owner_task,
            "due_at": moment(self.due_at),
        }
        return hashlib.sha256(canonical(spelled)).hexdigest()

    def fault(self, known: Mapping[str, str]) -> Refused | None:
        """Why this cannot be planned for a campaign with the audiences *known*, or None."""
        if not self.title.strip() or not self.title.isprintable() or len(self.title) > LONGEST_TITLE:
            return Refused("Give a title of one line and at most %(limit)s characters.", limit=LONGEST_TITLE)
        if not self.audience or not set(self.audience) <= set(known):
            return Refused("Choose at least one audience of this campaign.")
        if self.kind in BY_PEOPLE and not self.owner_task.strip():
            return Refused("Say what the owner does by hand.")
        if self.kind not in BY_PEOPLE and not self.body.strip():
            return Refused("Write the text that the audience reads.")
        if max(len(self.body), len(self.owner_task)) > LONGEST_TEXT:
            return Refused("This text is longer than %(limit)s characters. Shorten it.", limit=LONGEST_TEXT)
        return None


@dataclass(frozen=True, slots=True)
class Outline:
    """What a campaign is for; ``audiences`` are names, ``starts_on`` is a day in the Netherlands."""

    title: str
    summary: str
    goal: str
    baseline: str
    indicator: str
    audiences: tuple[str, ...]
    owner_id: int
    starts_on: date

    def fault(self) -> Refused | None:
        """Why this is not a campaign, or None."""
        if not self.title.strip() or not self.title.isprintable() or len(self.title) > LONGEST_TITLE:
            return Refused("Give a title of one line and at most %(limit)s characters.", limit=LONGEST_TITLE)
        if not all(text.strip() for text in (self.summary, self.goal, self.baseline, self.indicator)):
            return Refused("Fill in summary, goal, baseline and indicator. Without a baseline, say so.")
        if max(len(text) for text in (self.summary, self.goal, self.baseline, self.indicator)) > LONGEST_TEXT:
            return Refused("This text is longer than %(limit)s characters. Shorten it.", limit=LONGEST_TEXT)
        if not FIRST_YEAR <= self.starts_on.year <= LAST_YEAR:
            return Refused("Choose a date between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
        return None


def may_approve(actor_ref: str, *, author_ref: str, editor_ref: str) -> bool:
    """Whether this person is a second pair of eyes: neither wrote it nor changed it last."""
    return actor_ref not in {author_ref, editor_ref}


def late(due_at: datetime, happened_at: datetime) -> bool:
    """Whether it happened more than a minute after its moment."""
    return happened_at - due_at > TOLERANCE


def overdue(state: str, due_at: datetime, now: datetime) -> bool:
    """Whether its moment came without an approval."""
    return state in UNAPPROVED and due_at <= now


def local_moment(day: date, at: time) -> datetime:
    """The instant (UTC) of a wall clock time in the Netherlands; of an hour that comes twice, the first.

    Raises Refused for a time that summer time skips and for years outside 2020-2099.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused("Choose a date between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
    wall = datetime.combine(day, at)
    instant = wall.replace(tzinfo=AMSTERDAM).astimezone(UTC)
    if instant.astimezone(AMSTERDAM).replace(tzinfo=None) != wall:
        raise Refused(
            "%(time)s does not exist on this day: the clocks go forward.", time=at.strftime("%H:%M")
        )
    return instant


@dataclass(frozen=True, slots=True)
class Week:
    """One row of a month: the ISO week number and seven days from Monday."""

    number: int
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a calendar."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def previous(self) -> "Month | None":
        """The month before; None at the edge of the calendar."""
        return self._moved(-1)

    @property
    def next(self) -> "Month | None":
        """The month after; None at the edge of the calendar."""
        return self._moved(1)

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Every week that has a day in this month."""
        monday = self.first - timedelta(days=self.first.weekday())
        found = []
        while (monday.year, monday.month) <= (self.year, self.number):
            days = tuple(monday + timedelta(days=number) for number in range(7))
            found.append(Week(monday.isocalendar().week, days))
            monday += timedelta(days=7)
        return tuple(found)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The instants (UTC) between which the shown weeks lie; the end is not part of it."""
        first, last = self.weeks[0].days[0], self.weeks[-1].days[-1]
        return _midnight(first), _midnight(last + timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def _moved(self, months: int) -> "Month | None":
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1) if FIRST_YEAR <= count // 12 <= LAST_YEAR else None


def month(text: str) -> Month:
    """Read ``2026-10``; raises Refused for anything else."""
    found = re.fullmatch(r"(20[2-9][0-9])-(0[1-9]|1[0-2])", text, re.ASCII)
    if not found:
        raise Refused("Write a month as year and number, such as 2026-10.")
    return Month(int(found[1]), int(found[2]))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def slug(text: str) -> str:
    """*text* as a short name of small letters, digits and hyphens; empty when nothing of it remains."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")


def audiences(names: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Keys for the *names* of audiences; a name that is *known* keeps its key, so that its addresses stay."""
    keys = {name: key for key, name in known.items()}
    made: dict[str, str] = {}
    for name in dict.fromkeys(name.strip() for name in names):
        if not name:
            continue
        key = keys.get(name) or slug(name) or "doelgroep"
        number = 2
        while key in made or (key in known and keys.get(name) != key):
            key, number = f"{slug(name) or 'doelgroep'}-{number}", number + 1
        made[key] = name
    return made


def page_slug(title: str, taken: Mapping[str, int], number: int) -> str:
    """The address of a published page: its title, with the activity's *number* when that address is taken."""
    name = slug(title) or "bericht"
    return name if taken.get(name, number) == number else f"{name}-{number}"
