"""What a finding and an improvement can be, and what keeps coming back. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Origin(StrEnum):
    """Where a finding comes from."""

    EXERCISE = "exercise"
    INCIDENT = "incident"
    COMMENT = "comment"
    SCAN = "scan"
    AUDIT = "audit"


BY_HAND = (Origin.SCAN, Origin.AUDIT)


class Theme(StrEnum):
    """What a finding is about, whatever the occasion: findings of one theme can be one problem."""

    ALARM = "alarm"
    PICTURE = "picture"
    DECISION = "decision"
    ESCALATION = "escalation"
    TECHNOLOGY = "technology"
    CONTINUITY = "continuity"
    COMMUNICATION = "communication"
    PEOPLE = "people"
    LAW = "law"
    SUPPLIER = "supplier"


class FindingState(StrEnum):
    """Where a finding is; ``answered`` means that the improvement it belongs to was closed."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class Priority(StrEnum):
    """How much an improvement matters."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Status(StrEnum):
    """Where an improvement is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"


class Outcome(StrEnum):
    """How a step did when it was tested again."""

    BETTER = "better"
    AGAIN = "again"
    NOT_SEEN = "not_seen"


CLOSED = frozenset({Status.DONE, Status.DECLINED})
RANK = {Priority.HIGH: 0, Priority.NORMAL: 1, Priority.LOW: 2}


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding as far as it counts for what comes back; ``occasion`` is the exercise, incident or document it was seen in."""

    id: int
    occasion: str
    slug: str
    step_id: str
    theme: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Findings on one step, or of one theme, over several occasions; newest finding last."""

    slug: str
    step_id: str
    theme: str
    findings: tuple[int, ...]
    occasions: int


def overdue(due_on: date, status: Status, today: date) -> bool:
    """Whether an improvement should have been finished before *today*."""
    return status not in CLOSED and due_on < today


def recurring(sightings: Iterable[Sighting]) -> list[Problem]:
    """What was seen on more than one occasion: steps first, then themes; the most frequent first.

    A theme counts over all playbooks, so that a problem shows that each time hits another step.
    """
    steps: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
    themes: dict[str, list[Sighting]] = defaultdict(list)
    for one in sorted(sightings, key=lambda one: (one.at, one.id)):
        if one.step_id:
            steps[one.slug, one.step_id].append(one)
        themes[one.theme].append(one)
    found = [_problem(slug, step, "", seen) for (slug, step), seen in steps.items()]
    return [
        *_frequent(found),
        *_frequent([_problem("", "", theme, seen) for theme, seen in themes.items()]),
    ]


def _problem(slug: str, step: str, theme: str, seen: list[Sighting]) -> Problem:
    return Problem(slug, step, theme, tuple(one.id for one in seen), len({one.occasion for one in seen}))


def _frequent(problems: list[Problem]) -> list[Problem]:
    repeated = [problem for problem in problems if problem.occasions > 1]
    return sorted(
        repeated, key=lambda one: (-one.occasions, -len(one.findings), one.slug, one.step_id, one.theme)
    )
