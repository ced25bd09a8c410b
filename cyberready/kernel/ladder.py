"""The escalation ladder from a first report to the regular crisis organisation, and the public-effect test on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from cyberready.kernel.dated import Row, refuse_overlap, rows
from cyberready.kernel.refusals import Conflict, NotFound, Refused


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: who owns the incident there, and the question that decides on the next step (both in Dutch)."""

    key: str
    name_nl: str
    name_en: str
    owner: str
    question: str


GRIP = "grip"
NATIONAL = "national"
SCALED_DOWN = "scaled_down"

LADDER = (
    Rung("reported", "Gemeld", "Reported", "Servicedesk", "Is dit een beveiligingsincident?"),
    Rung("ict_incident", "ICT-incident", "ICT incident", "CISO", "Lukt het binnen de lijnorganisatie?"),
    Rung(
        "digital_calamity",
        "Digitale calamiteit",
        "Digital calamity",
        "Voorzitter digitaal calamiteitenteam",
        "Is een sleutelbesluit nodig?",
    ),
    Rung(
        "municipal_crisis_team",
        "Gemeentelijk crisisteam",
        "Municipal crisis team",
        "Gemeentesecretaris",
        "Zijn er gevolgen voor inwoners, bedrijven, openbare orde of veiligheid?",
    ),
    Rung(
        "safety_region",
        "In contact met de veiligheidsregio",
        "In contact with the safety region",
        "AOV",
        "Wat besluit de crisisdiagnose: geen inzet, een team op maat of een GRIP-niveau?",
    ),
    Rung(GRIP, "GRIP", "GRIP", "Leider volgens het GRIP-niveau", "Past het niveau nog bij de gevolgen?"),
    Rung(
        NATIONAL,
        "Landelijk",
        "National",
        "Landelijke crisisstructuur",
        "Zijn meer regio's, vitale aanbieders of een statelijke actor betrokken?",
    ),
    Rung(
        SCALED_DOWN,
        "Afgeschaald",
        "Scaled down",
        "Gemeentesecretaris",
        "Is het incident teruggegeven aan de lijnorganisatie?",
    ),
)


@dataclass(frozen=True, slots=True)
class GripLevel:
    """One GRIP level as a safety region configured it; texts without a language are Dutch.

    ``rank`` orders the levels. The row counts from ``valid_from`` up to and including ``valid_to``.
    """

    key: str
    rank: int
    name_nl: str
    name_en: str
    meaning_nl: str
    meaning_en: str
    leader: str
    teams: tuple[str, ...]
    ordered_by: tuple[str, ...]
    scaled_down_by: tuple[str, ...]
    source: str
    checked_on: date
    valid_from: date
    valid_to: date | None = None


def parse_grip(data: object) -> tuple[GripLevel, ...]:
    """Read the rows of a configuration file; Refused names the first row that is wrong, counted from 1."""
    known = [field.name for field in fields(GripLevel)]
    parsed = [(row, _level(row)) for row in rows(data, named="key", known=known)]
    refuse_overlap(parsed)
    return tuple(level for _, level in parsed)


def _level(row: Row) -> GripLevel:
    valid_from, valid_to = row.days()
    return GripLevel(
        key=row.text("key"),
        rank=row.number_in("rank"),
        name_nl=row.text("name_nl"),
        name_en=row.text("name_en"),
        meaning_nl=row.text("meaning_nl"),
        meaning_en=row.text("meaning_en"),
        leader=row.text("leader"),
        teams=row.texts("teams"),
        ordered_by=row.texts("ordered_by"),
        scaled_down_by=row.texts("scaled_down_by"),
        source=row.text("source"),
        checked_on=row.day("checked_on"),
        valid_from=valid_from,
        valid_to=valid_to,
    )


class Direction(StrEnum):
    """Which way an escalation goes."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Position:
    """Where an incident stands: the key of a rung, and of a GRIP level where there is one."""

    rung: str
    grip: str | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """A permitted change of position, with why and by whom (person and function)."""

    before: Position
    after: Position
    direction: Direction
    reason: str
    ordered_by: str


def rung(key: str) -> Rung:
    """Find a rung; NotFound when the ladder has none by that key."""
    for step in LADDER:
        if step.key == key:
            return step
    raise NotFound("The escalation ladder has no step %(step)s.", step=key)


def escalate(
    current: Position, to: Position, *, reason: str, ordered_by: str, levels: Sequence[GripLevel] = ()
) -> Escalation:
    """Check a change of position, up or down; steps and levels may be skipped.

    *levels* are the GRIP levels in force. A level is required on the step GRIP, possible on the national step and
    meaningless elsewhere. Refused without reason or orderer, NotFound for what is not configured, Conflict when the
    incident already stands there.
    """
    if not reason.strip():
        raise Refused("Give the reason for this change.")
    if not ordered_by.strip():
        raise Refused("Say who ordered this change, with name and function.")
    _check(to, levels)
    before, after = _height(current, levels), _height(to, levels)
    if before == after:
        raise Conflict("The incident already stands on this step.")
    direction = Direction.UP if after > before else Direction.DOWN
    return Escalation(current, to, direction, reason.strip(), ordered_by.strip())


def _check(to: Position, levels: Sequence[GripLevel]) -> None:
    rung(to.rung)
    if to.rung == GRIP and to.grip is None:
        raise Refused("Choose the GRIP level.")
    if to.grip is None:
        return
    if to.rung not in {GRIP, NATIONAL}:
        raise Refused("A GRIP level does not belong to this step.")
    if to.grip not in {level.key for level in levels}:
        raise NotFound("GRIP level %(level)s is not configured.", level=to.grip)


def _height(position: Position, levels: Sequence[GripLevel]) -> tuple[int, int]:
    """Compare positions: scaled down lies below everything, a level that is no longer configured below the others."""
    step = -1 if position.rung == SCALED_DOWN else LADDER.index(rung(position.rung))
    return step, next((level.rank for level in levels if level.key == position.grip), 0)


class Question(StrEnum):
    """The four questions of the public-effect test: are there effects on …?"""

    RESIDENTS = "residents"
    COMPANIES = "companies"
    PUBLIC_ORDER = "public_order"
    SAFETY = "safety"


class Answer(StrEnum):
    """An answer to one of them; not knowing is an answer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What the public-effect test leads to."""

    CONTACT = "contact"
    ASK_AGAIN = "ask_again"
    NO_EFFECT = "no_effect"


@dataclass(frozen=True, slots=True)
class Effect:
    """Result of the public-effect test: which questions were answered yes, and which must be asked again."""

    yes: tuple[Question, ...]
    ask_again: tuple[Question, ...]

    @property
    def outcome(self) -> Outcome:
        """Contact with the safety region as soon as one answer is yes, whatever is still unknown."""
        if self.yes:
            return Outcome.CONTACT
        return Outcome.ASK_AGAIN if self.ask_again else Outcome.NO_EFFECT


def effect_test(answers: Mapping[str, str]) -> Effect:
    """Judge the four answers; Refused when one is missing or is not yes, no or unknown."""
    if set(answers) != set(Question) or not set(answers.values()) <= set(Answer):
        raise Refused("Answer all four questions with yes, no or unknown.")
    chosen = {
        answer: tuple(question for question in Question if answers[question] == answer) for answer in Answer
    }
    return Effect(yes=chosen[Answer.YES], ask_again=chosen[Answer.UNKNOWN])
