"""Live frames of an exercise: what each screen gets for a new trail entry."""

from collections.abc import Callable, Container
from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from cyberready.exercises import queries, screens
from cyberready.exercises.forms import DecisionForm
from cyberready.exercises.models import Exercise
from cyberready.exercises.rules import State
from cyberready.exercises.screens import CARDS, CLOCK_KINDS, DECISIONS, QUIET, Card, Hand
from cyberready.trail.rules import Kind, Line

Render = Callable[[Session, Exercise, Line, datetime], str | None]
SCRIPT_KINDS = CLOCK_KINDS | CARDS | {Kind.INJECT_SKIPPED, Kind.INJECT_ADDED, Kind.DECISION_POINT_CHOSEN}


def room(session: Session, exercise: Exercise, line: Line, now: datetime) -> str | None:
    """A participant's screen: a new card, an answer, a decision, the clock, or a line of the log."""
    del session
    common: dict[str, Any] = {"exercise": exercise, "line": line, "csrf": ""}
    if line.kind in CARDS:
        return render_template("exercises/_frame_card.html", card=Card(line), **common)
    if line.kind is Kind.INJECT_ANSWERED:
        return render_template("exercises/_frame_answer.html", **common)
    if line.kind in CLOCK_KINDS:
        hand = Hand(exercise.clock, exercise.clock.elapsed(now))
        turned = line.kind in {Kind.EXERCISE_STARTED, Kind.EXERCISE_ENDED}
        form = DecisionForm(formdata=None) if turned else None  # comes and goes with the exercise
        return render_template("exercises/_frame_clock.html", hand=hand, form=form, **common)
    if line.kind in DECISIONS:
        return render_template("exercises/_frame_decision.html", **common)
    return render_template("exercises/_frame_log.html", **common)


def control(session: Session, exercise: Exercise, line: Line, now: datetime) -> str | None:
    """The leader's screen: clock and script anew where they changed, else a line of the log."""
    full = line.kind in SCRIPT_KINDS
    seats = line.kind is Kind.PARTICIPANT_JOINED
    shown = screens.control(session, exercise, now) if full or seats else None
    return render_template(
        "exercises/_frame_control.html",
        exercise=exercise,
        line=line,
        shown=shown,
        full=full,
        seats=seats,
        csrf="",
    )


def wall(session: Session, exercise: Exercise, line: Line, now: datetime) -> str | None:
    """The wall, drawn anew."""
    del line
    shown = screens.control(session, exercise, now)
    around = screens.window(shown.script)
    return render_template("exercises/_frame_wall.html", exercise=exercise, shown=shown, around=around)


def preflight(session: Session, exercise: Exercise, line: Line, now: datetime) -> str | None:
    """The check before the start: drawn anew whenever somebody takes a seat or confirms an address."""
    del line, now
    if exercise.state != State.PLANNED:
        return None
    shown = screens.ready(session, exercise)
    return render_template("exercises/_frame_preflight.html", **vars_of(shown), csrf="")


def vars_of(shown: screens.Ready) -> dict[str, Any]:
    """What the template of the check needs."""
    return {
        "exercise": shown.exercise,
        "scenario": shown.scenario,
        "teams": shown.teams,
        "check": shown.check,
        "empty_teams": shown.empty_teams,
    }


SEATING = {Kind.PARTICIPANT_JOINED, Kind.ADDRESS_CONFIRMED}
SILENT: dict[str, Container[Kind]] = {
    "room": QUIET,
    "control": {Kind.ADDRESS_CONFIRMED, Kind.VARIABLES_FILLED},
    "wall": QUIET | {Kind.INJECT_ANSWERED, Kind.EXERCISE_NOTED},
    "preflight": frozenset(Kind) - SEATING,
}
SCREENS: dict[str, Render] = {"room": room, "control": control, "wall": wall, "preflight": preflight}


def silent(screen: str, kind: Kind) -> bool:
    """Whether entries of this kind change nothing on a screen, known without reading anything."""
    return kind in SILENT[screen]


def frame(session: Session, screen: str, line: Line, now: datetime) -> str | None:
    """Render *line* for one of the exercise's screens."""
    exercise = queries.by_trail(session, line.trail_id)
    return SCREENS[screen](session, exercise, line, now)
