"""What is due, for whom, and what must be true before a start. Pure."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from cyberready.kernel.clock import ExerciseClock
from cyberready.kernel.refusals import Refused

ALL = "all"
LATE_AFTER = timedelta(seconds=2)
CODE_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
LONGEST_NAME = 120
LONGEST_SUBJECT = 160


class State(StrEnum):
    """Where an exercise is in its life."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class InjectState(StrEnum):
    """What became of an inject."""

    PENDING = "pending"
    FIRED = "fired"
    SKIPPED = "skipped"


class Timed(Protocol):
    """Anything that has its moment in exercise time."""

    @property
    def offset(self) -> timedelta:
        """Exercise time from the start."""

    @property
    def number(self) -> int:
        """Place in the script, for equal offsets."""


T = TypeVar("T", bound=Timed)


def due(pending: Iterable[T], clock: ExerciseClock, now: datetime) -> list[T]:
    """Every pending inject whose moment has come, in script order."""
    reached = clock.elapsed(now)
    return sorted((one for one in pending if one.offset <= reached), key=lambda one: (one.offset, one.number))


def lateness(due_at: datetime | None, now: datetime) -> timedelta:
    """How long after its due moment something happens; never negative, zero when it was not due."""
    return max(now - due_at, timedelta()) if due_at else timedelta()


def tokens(team: str | None, role: str | None) -> frozenset[str]:
    """What a participant of *team* (in *role*) may see: everyone's, the team's, and the role's own."""
    held = {ALL}
    if team:
        held.add(f"team:{team}")
    if team and role:
        held.add(f"role:{team}/{role}")
    return frozenset(held)


def audience(to: Iterable[str]) -> tuple[str, ...]:
    """Turn a scenario's ``to`` (``all``, ``team`` or ``team/role``) into audience tokens."""
    named = {ALL if one == ALL else f"role:{one}" if "/" in one else f"team:{one}" for one in to}
    return tuple(sorted(named))


def branch_open(decision: str | None, option: str | None, chosen: Mapping[str, str]) -> bool:
    """Whether an inject's condition holds: no condition, or that option was chosen."""
    return decision is None or chosen.get(decision) == option


def one_line(text: str, most: int) -> str:
    """*text* as one printable line of at most *most* characters, as a name or the subject of a mail must be."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:most].rstrip()


def brief(text: str, most: int) -> str:
    """*text* without blanks around it; Refused when it is longer than *most* characters."""
    said = text.strip()
    if len(said) > most:
        raise Refused("This text is too long. Write at most %(most)s characters.", most=most)
    return said


def new_code() -> str:
    """A short join code without look-alike signs."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


def tidy_code(typed: str) -> str:
    """A join code as typed by a person in a hurry: case, spaces and hyphens do not matter."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


@dataclass(frozen=True, slots=True)
class Seat:
    """One participant as the pre-flight check sees him: ``reachable`` is a confirmed address or an open screen."""

    name: str
    team: str
    role: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the leader must know before the start; ``blocking`` is what would make the start senseless."""

    empty_teams: tuple[str, ...]
    empty_roles: tuple[str, ...]
    unreachable: tuple[str, ...]
    unfilled: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Nothing stands in the way; empty teams and unreachable people are warnings."""
        return not self.unfilled


def preflight(
    teams: Mapping[str, Sequence[str]], asked: Iterable[str], seats: Sequence[Seat], unfilled: Iterable[str]
) -> Preflight:
    """Check who is in which team (key → its roles), which addressed roles are empty, who cannot be reached."""
    filled = {seat.team for seat in seats}
    roles = {f"{seat.team}/{seat.role}" for seat in seats}
    single = sorted({one for one in asked if "/" in one and one.partition("/")[0] in teams})
    return Preflight(
        empty_teams=tuple(team for team in teams if team not in filled),
        empty_roles=tuple(one for one in single if one not in roles),
        unreachable=tuple(seat.name for seat in seats if not seat.reachable),
        unfilled=tuple(unfilled),
    )
