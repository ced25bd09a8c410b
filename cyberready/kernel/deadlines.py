"""Legal clocks: what must be reported, to whom, and by when; the clocks themselves are dated configuration."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cyberready.kernel.clock import utc
from cyberready.kernel.dated import Row, refuse_overlap, rows

HERE = ZoneInfo("Europe/Amsterdam")


class Unit(StrEnum):
    """How a term is counted."""

    HOURS = "hours"  # elapsed hours; nights, weekends, holidays and summer time make no difference
    MONTHS = "months"  # calendar months, until the end of the day in Europe/Amsterdam
    IMMEDIATELY = "immediately"  # without delay: the law names no hours, so no clock can say it is late
    AGREED = "agreed"  # set in a request or a contract: a person enters the moment


class Basis(StrEnum):
    """Why it must be done."""

    LAW = "law"
    CONTRACT = "contract"
    PRACTICE = "practice"


class State(StrEnum):
    """Where one clock stands in one incident."""

    NOT_APPLICABLE = "not_applicable"
    TO_JUDGE = "to_judge"
    RUNNING = "running"
    MET = "met"
    LATE = "late"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Term:
    """A number of hours or months, or none for the other units."""

    unit: Unit
    amount: int = 0

    def __post_init__(self) -> None:
        counted = self.unit in {Unit.HOURS, Unit.MONTHS}
        if type(self.amount) is not int or (self.amount < 1 if counted else self.amount != 0):
            raise ValueError(f"{self.amount} {self.unit} is no term")


@dataclass(frozen=True, slots=True)
class LegalClock:
    """One duty to report, as configured.

    ``trigger`` names the moment from which the term runs; texts without a language are Dutch. The row counts from
    ``valid_from`` up to and including ``valid_to``; ``source`` was read on ``checked_on``.
    """

    id: str
    law: str
    article: str
    name_nl: str
    name_en: str
    trigger: str
    term: Term
    recipient: str
    channel: str
    minimum_content: tuple[str, ...]
    source: str
    checked_on: date
    valid_from: date
    valid_to: date | None = None
    basis: Basis = Basis.LAW
    note: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What people established about one clock in one incident; all moments aware.

    ``applies`` is None until somebody judged; ``started_at`` is the moment that the clock's trigger names; ``agreed``
    is the end of a term that was set in a request or contract.
    """

    applies: bool | None = None
    started_at: datetime | None = None
    agreed: datetime | None = None
    met_at: datetime | None = None
    withdrawn_at: datetime | None = None


def due(clock: LegalClock, moment: datetime | None, agreed: datetime | None = None) -> datetime | None:
    """Last instant (UTC) at which the duty is met in time; None while that is unknown.

    Months end on the same day of the month, or its last day, at 23:59:59 in Europe/Amsterdam, also on weekends and
    holidays: what the Algemene termijnenwet adds is margin. For "immediately" it is the moment itself.
    """
    if clock.term.unit is Unit.AGREED:
        return None if agreed is None else utc(agreed)
    if moment is None:
        return None
    if clock.term.unit is Unit.MONTHS:
        return _months_later(moment, clock.term.amount)
    return utc(moment) + timedelta(hours=clock.term.amount)


def state(clock: LegalClock, progress: Progress, now: datetime) -> State:
    """Say where the clock stands; what was met after its end stays late."""
    if progress.withdrawn_at is not None:
        return State.WITHDRAWN
    if progress.applies is False:
        return State.NOT_APPLICABLE
    if progress.met_at is None and (progress.applies is None or progress.started_at is None):
        return State.TO_JUDGE
    end = due(clock, progress.started_at, progress.agreed)
    if end is not None and clock.term.unit is not Unit.IMMEDIATELY and (progress.met_at or now) > end:
        return State.LATE
    return State.RUNNING if progress.met_at is None else State.MET


def parse_clocks(data: object) -> tuple[LegalClock, ...]:
    """Read the rows of a configuration file; Refused names the first row that is wrong, counted from 1."""
    known = [field.name for field in fields(LegalClock)]
    parsed = [(row, _clock(row)) for row in rows(data, named="id", known=known)]
    refuse_overlap(parsed)
    return tuple(clock for _, clock in parsed)


def _clock(row: Row) -> LegalClock:
    valid_from, valid_to = row.days()
    return LegalClock(
        id=row.text("id"),
        law=row.text("law"),
        article=row.text("article", default=""),
        name_nl=row.text("name_nl"),
        name_en=row.text("name_en"),
        trigger=row.text("trigger"),
        term=_term(row),
        recipient=row.text("recipient"),
        channel=row.text("channel"),
        minimum_content=row.texts("minimum_content"),
        source=row.text("source"),
        checked_on=row.day("checked_on"),
        valid_from=valid_from,
        valid_to=valid_to,
        basis=row.choice("basis", Basis, Basis.LAW),
        note=row.text("note", default=""),
    )


def _term(row: Row) -> Term:
    """Read ``{hours: 24}``, ``{months: 1}``, ``immediately`` or ``agreed``."""
    value = row.fields.get("term")
    unit, amount = next(iter(value.items())) if isinstance(value, Mapping) and len(value) == 1 else (value, 0)
    try:
        return Term(Unit(str(unit)), amount)
    except ValueError:
        row.refuse(
            "Row %(row)s (%(name)s): term must be a number of hours or months, 'immediately' or 'agreed'."
        )


def _months_later(moment: datetime, months: int) -> datetime:
    day = utc(moment).astimezone(HERE).date()
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    end = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return datetime.combine(end, time(23, 59, 59), HERE).astimezone(UTC)
