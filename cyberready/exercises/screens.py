"""What the screens of an exercise show, read once for page and live frame alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cyberready.exercises import queries
from cyberready.exercises.formats import Scenario
from cyberready.exercises.models import Exercise, Inject, Participant
from cyberready.exercises.rules import InjectState, Preflight
from cyberready.kernel.clock import ExerciseClock
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind, Line, visible

MICROSECOND = timedelta(microseconds=1)
CARDS = {Kind.INJECT_FIRED, Kind.DECISION_POINT_ASKED}
CLOCK_KINDS = {
    Kind.EXERCISE_STARTED,
    Kind.EXERCISE_PAUSED,
    Kind.EXERCISE_RESUMED,
    Kind.EXERCISE_PACE_CHANGED,
    Kind.EXERCISE_JUMPED,
    Kind.EXERCISE_ENDED,
}
QUIET = {Kind.PARTICIPANT_JOINED, Kind.ADDRESS_CONFIRMED, Kind.VARIABLES_FILLED, Kind.EXERCISE_PLANNED}
LOGGED = frozenset(Kind) - QUIET | {Kind.EXERCISE_PLANNED}
SAID = {Kind.INJECT_ANSWERED, Kind.DECISION_LOGGED, Kind.DECISION_POINT_CHOSEN}
DECISIONS = {Kind.DECISION_LOGGED, Kind.DECISION_POINT_CHOSEN, Kind.INCIDENT_DECIDED}


@dataclass(slots=True)
class Card:
    """An inject or decision point as its receivers see it, with the answers of their team."""

    line: Line
    answers: list[Line] = field(default_factory=list)
    choice: Line | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed at an inject and refused, and why: ``text`` is the answer, or the reason of a choice."""

    inject: int
    sentence: str
    text: str
    option: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """Everything on a participant's screen; ``position`` is the last entry it takes into account."""

    cards: Sequence[Card]
    decisions: Sequence[Line]
    log: Sequence[Line]
    position: int


def feed(lines: Sequence[Line], tokens: frozenset[str]) -> Feed:
    """Sort the visible *lines* into cards (newest first), decisions and the log."""
    cards: dict[object, Card] = {}
    decisions: list[Line] = []
    log: list[Line] = []
    for line in lines:
        if not visible(line.audience, tokens):
            continue
        subject = (line.body or {}).get("inject")
        if line.kind in CARDS:
            cards[subject] = Card(line)
        elif line.kind is Kind.INJECT_ANSWERED and subject in cards:
            cards[subject].answers.append(line)
        elif line.kind is Kind.DECISION_POINT_CHOSEN and subject in cards:
            cards[subject].choice = line
        if line.kind in DECISIONS:
            decisions.insert(0, line)
        elif line.kind not in CARDS | QUIET | {Kind.INJECT_ANSWERED}:
            log.insert(0, line)
    position = lines[-1].position if lines else -1
    return Feed(list(reversed(cards.values())), decisions, log, position)


@dataclass(frozen=True, slots=True)
class Hand:
    """The exercise clock as the page's ticking script wants it."""

    clock: ExerciseClock
    text: timedelta

    @property
    def banked_us(self) -> int:
        """Banked exercise time in microseconds."""
        return self.clock.banked // MICROSECOND


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One team: how many are there, how much it said, what it has open."""

    key: str
    name: str
    seats: Sequence[Participant]
    answers: int


@dataclass(frozen=True, slots=True)
class Control:
    """Everything on the leader's screen."""

    exercise: Exercise
    hand: Hand
    script: Sequence[Inject]
    teams: Sequence[TeamRow]
    log: Sequence[Line]
    decisions: Sequence[Line]
    next_inject: Inject | None
    next_at: datetime | None
    position: int

    @property
    def fired(self) -> int:
        """How many injects were fired."""
        return sum(one.state == InjectState.FIRED for one in self.script)


def control(session: Session, exercise: Exercise, now: datetime) -> Control:
    """Read the leader's screen; its cost does not grow with the trail, as it is drawn anew for every inject."""
    size = trails.trail(session, exercise.trail_id).size
    script = queries.injects(session, exercise.id)
    waiting = [one for one in script if one.state == InjectState.PENDING]
    first = waiting[0] if waiting else None
    return Control(
        exercise=exercise,
        hand=Hand(exercise.clock, exercise.clock.elapsed(now)),
        script=script,
        teams=teams(session, exercise),
        log=trails.latest(session, exercise.trail_id, 60, *LOGGED, before=size),
        decisions=trails.latest(session, exercise.trail_id, 20, *DECISIONS, before=size),
        next_inject=first,
        next_at=exercise.clock.due_at(first.offset) if first else None,
        position=size - 1,
    )


def teams(session: Session, exercise: Exercise) -> list[TeamRow]:
    """The teams of an exercise with who sits in them and how much they said."""
    script = queries.scenario(exercise.release)
    seats = queries.participants(session, exercise.id)
    said = trails.tally(session, exercise.trail_id, "team", *SAID)
    return [
        TeamRow(key, team.name, [seat for seat in seats if seat.team == key], said.get(key, 0))
        for key, team in script.teams.items()
    ]


@dataclass(frozen=True, slots=True)
class Ready:
    """What the leader checks before the start."""

    exercise: Exercise
    scenario: Scenario
    teams: Sequence[TeamRow]
    check: Preflight

    @property
    def empty_teams(self) -> list[str]:
        """The names of the teams in which nobody sits."""
        return [self.scenario.teams[key].name for key in self.check.empty_teams]


def ready(session: Session, exercise: Exercise) -> Ready:
    """Read the pre-flight check."""
    return Ready(
        exercise=exercise,
        scenario=queries.scenario(exercise.release),
        teams=teams(session, exercise),
        check=queries.check(session, exercise),
    )


def window(script: Sequence[Inject], size: int = 5) -> list[Inject]:
    """The injects around now for the wall: the latest fired ones and the next ones, in order."""
    done = sorted((one for one in script if one.fired_at), key=lambda one: (one.fired_at, one.number))
    ahead = [one for one in script if one.state == InjectState.PENDING]
    recent = done[-(size - 2) :]
    return recent + ahead[: size - len(recent)]
