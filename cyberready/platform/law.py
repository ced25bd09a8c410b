"""The dated configuration that is shipped: legal clocks and GRIP levels, read once per process."""

from datetime import date
from functools import lru_cache

import yaml

from cyberready.kernel.dated import in_force
from cyberready.kernel.deadlines import LegalClock, parse_clocks
from cyberready.kernel.ladder import GripLevel, parse_grip
from cyberready.settings import content_root


@lru_cache
def every_clock() -> tuple[LegalClock, ...]:
    """Every legal clock, also those that no longer or do not yet count."""
    return parse_clocks(_law("legal-clocks.yaml"))


@lru_cache
def every_level() -> tuple[GripLevel, ...]:
    """Every GRIP level, also those that no longer or do not yet count."""
    return parse_grip(_law("grip.yaml"))


def clocks(on: date) -> tuple[LegalClock, ...]:
    """The legal clocks in force on the Dutch day *on*."""
    return in_force(every_clock(), on)


def levels(on: date) -> tuple[GripLevel, ...]:
    """The GRIP levels in force on the Dutch day *on*, lowest first."""
    return tuple(sorted(in_force(every_level(), on), key=lambda level: level.rank))


def _law(name: str) -> object:
    path = content_root() / "templates" / "law" / name
    return yaml.safe_load(path.read_text(encoding="utf-8"))
