"""Who acts: carried into every verb and into every trail entry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or process that acts, as known at that moment.

    ``ref`` is stable and names no one (``account:7``, ``participant:3``, ``clock``); ``name`` and ``role`` are what
    others read; ``organisation_id`` is None for processes that serve every organisation.
    """

    ref: str
    name: str
    role: str
    organisation_id: int | None = None


CLOCK = Actor(ref="clock", name="Exercise clock", role="system")
SYSTEM = Actor(ref="system", name="cyberready", role="system")
