"""Exercise time: three facts and exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from cyberready.kernel.refusals import Conflict, Refused

ZERO = timedelta()


def utc(moment: datetime) -> datetime:
    """Give *moment* in UTC; ValueError when it has no time zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class ExerciseClock:
    """Scenario time as a function of wall time.

    ``banked`` is the scenario time of finished runs; ``running_since`` (aware UTC) opens the current run, or is None
    while paused; ``pace`` is scenario seconds per wall second. Scenario time is read in whole microseconds, rounded
    down. Pausing, resuming and changing pace never move the time that is read at that moment.
    Results past the year 9999 raise OverflowError.
    """

    banked: timedelta = ZERO
    running_since: datetime | None = None
    pace: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if self.banked < ZERO or self.pace <= 0:
            raise ValueError("banked time cannot be negative and the pace must be positive")
        if self.running_since is not None and self.running_since.utcoffset() != ZERO:
            raise ValueError("running_since must be in UTC")

    @property
    def running(self) -> bool:
        """Whether scenario time passes."""
        return self.running_since is not None

    def elapsed(self, now: datetime) -> timedelta:
        """Scenario time at wall time *now*; a wall clock that lags behind the start counts as the start."""
        if self.running_since is None:
            return self.banked
        wall = max(utc(now) - self.running_since, ZERO)
        return self.banked + wall * self.pace.numerator // self.pace.denominator

    def due_at(self, offset: timedelta) -> datetime | None:
        """First microsecond of the current run at which *offset* is reached (UTC); None while paused."""
        if self.running_since is None:
            return None
        missing = max(offset - self.banked, ZERO)
        return self.running_since - (-missing * self.pace.denominator // self.pace.numerator)

    def resume(self, now: datetime) -> ExerciseClock:
        """Start, or start again."""
        if self.running_since is not None:
            raise Conflict("The exercise clock is already running.")
        return replace(self, running_since=utc(now))

    start = resume

    def pause(self, now: datetime) -> ExerciseClock:
        """Bank the current run."""
        if self.running_since is None:
            raise Conflict("The exercise clock is not running.")
        return replace(self, banked=self.elapsed(now), running_since=None)

    def at_pace(self, pace: Fraction, now: datetime) -> ExerciseClock:
        """Change speed without moving scenario time."""
        if pace <= 0:
            raise Refused("The pace must be greater than zero.")
        return ExerciseClock(self.elapsed(now), self._run_from(now), pace)

    def jump(self, to: timedelta, now: datetime) -> ExerciseClock:
        """Put scenario time at *to*, ahead or back; a running clock runs on."""
        if to < ZERO:
            raise Refused("An exercise cannot jump to before its start.")
        return replace(self, banked=to, running_since=self._run_from(now))

    def _run_from(self, now: datetime) -> datetime | None:
        """Where the next run opens; never earlier than this one, or a lagging clock would count time twice."""
        return None if self.running_since is None else max(utc(now), self.running_since)
