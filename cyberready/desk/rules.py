"""What waits for a person, and when he or she is reminded of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ROUND_AT = time(8, 0)
SATURDAY = 5


class Cause(StrEnum):
    """Why something waits for a person."""

    APPROVE = "approve"
    PUBLISH = "publish"
    READ = "read"
    READ_AGAIN = "read_again"
    REVIEW = "review"
    REVIEW_LATE = "review_late"
    REVIEW_ASKED = "review_asked"
    IMPROVE = "improve"
    IMPROVE_LATE = "improve_late"


LATE = frozenset({Cause.REVIEW_LATE, Cause.IMPROVE_LATE})


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for one person: why, what it is about, and the page on which it is done.

    ``about`` and ``more`` fill the sentence (a title, and a version or an occasion); ``on`` is the date it is due.
    ``marks`` name the stages that it has reached: of each of them the person is reminded once.
    """

    cause: Cause
    about: str
    path: str
    more: str = ""
    on: date | None = None
    marks: tuple[str, ...] = ()

    @property
    def late(self) -> bool:
        """Whether its date has passed."""
        return self.cause in LATE


def ordered(tasks: Iterable[Task]) -> list[Task]:
    """Tasks as a person reads them: by cause, then by date and title."""
    rank = {cause: place for place, cause in enumerate(Cause)}
    return sorted(tasks, key=lambda one: (rank[one.cause], one.on or date.max, one.about, one.path))


def news(tasks: Iterable[Task], known: Iterable[str]) -> list[str]:
    """The marks that the person was not reminded of yet, each once; none means that no mail is due."""
    told = set(known)
    return [mark for mark in dict.fromkeys(mark for task in tasks for mark in task.marks) if mark not in told]


def next_round(last: datetime, zone: ZoneInfo) -> datetime:
    """The first eight o'clock on a working day after *last*, in the zone's local time; public holidays count as working days."""
    local = last.astimezone(zone)
    day = local.date() if local.time() < ROUND_AT else local.date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, ROUND_AT, zone)
