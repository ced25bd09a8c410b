"""The after-action report: what was practised, what happened, what to improve."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cyberready.platform.paper.record import Decision, Entry, Escalation, HandoverStep, Standing

MOST_IMPROVEMENTS = 5


class InjectOutcome(StrEnum):
    """What became of an inject."""

    FIRED = "fired"
    SKIPPED = "skipped"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One participant."""

    name: str
    role: str
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One team with who played in it."""

    name: str
    task: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One learning goal; ``key`` is what injects refer to."""

    key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one team did with an inject; ``at`` is exercise time."""

    team: str
    by: str
    at: timedelta
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedInject:
    """One inject with what was expected and what came; ``planned`` and ``fired`` are exercise time.

    ``late`` is how long after its due moment it was fired, in wall time; less than a second counts as on time.
    ``goal`` is the key of a learning goal or empty; ``note`` is why it was skipped, or the observer's remark.
    """

    number: str
    planned: timedelta
    fired: timedelta | None
    late: timedelta
    outcome: InjectOutcome
    title: str
    channel: str
    sender: str
    recipients: tuple[str, ...]
    expected: str
    answers: tuple[Answer, ...]
    goal: str = ""
    critical: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the timeline: exercise time and wall time of the same moment."""

    elapsed: timedelta | None
    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """One point to improve; empty owner and due date are filled in at the evaluation."""

    text: str
    owner: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterActionReport:
    """An exercise that was played, already read: nothing here touches a database.

    ``made_at`` is the moment of the report; ``played`` is exercise time, ``pace`` is in words. Of
    ``improvements`` at most five are shown.
    """

    language: str
    organisation: str
    title: str
    scenario: str
    summary: str
    made_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    played: timedelta
    leader: str
    standing: Standing
    playbook: str = ""
    pace: str = ""
    teams: tuple[Team, ...] = ()
    goals: tuple[Goal, ...] = ()
    injects: tuple[PlayedInject, ...] = ()
    timeline: tuple[Happening, ...] = ()
    decisions: tuple[Decision, ...] = ()
    first_decision: timedelta | None = None
    escalations: tuple[Escalation, ...] = ()
    handover: tuple[HandoverStep, ...] = ()
    questions: tuple[str, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    entries: tuple[Entry, ...] = ()
