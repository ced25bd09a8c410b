"""Incidents as rules: the handover protocol, corrections, and where each legal duty stands. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from cyberready.kernel import deadlines
from cyberready.kernel.canonical import read_moment
from cyberready.kernel.deadlines import LegalClock, Progress, State
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.trail.rules import EVERYONE, STAFF, Kind, Line

REGION = "region"
AUDIENCE = (EVERYONE, REGION)
LATE_AFTER = timedelta(minutes=15)
MEASURE = "measure"


class Role(StrEnum):
    """What the municipality is in the incident."""

    VICTIM = "victim"
    INVOLVED = "involved"


class Surety(StrEnum):
    """What a line of the log is: seen, supposed, or asked."""

    FACT = "fact"
    ASSUMPTION = "assumption"
    UNKNOWN = "unknown"


class Judgement(StrEnum):
    """What was judged about one duty to notify."""

    APPLIES = "applies"
    REPORTED = "reported"
    NOT_APPLICABLE = "not_applicable"


class HandoverState(StrEnum):
    """Where one handover stands; refused and returned are its ends."""

    OFFERED = "offered"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETURNED = "returned"


WAITING = (HandoverState.OFFERED, HandoverState.RECEIVED)
UNDER_WAY = (*WAITING, HandoverState.ACCEPTED)
BEFORE = {
    HandoverState.RECEIVED: HandoverState.OFFERED,
    HandoverState.ACCEPTED: HandoverState.RECEIVED,
    HandoverState.REFUSED: HandoverState.RECEIVED,
    HandoverState.RETURNED: HandoverState.ACCEPTED,
}
KINDS = {
    HandoverState.OFFERED: Kind.HANDOVER_OFFERED,
    HandoverState.RECEIVED: Kind.HANDOVER_RECEIVED,
    HandoverState.ACCEPTED: Kind.HANDOVER_ACCEPTED,
    HandoverState.REFUSED: Kind.HANDOVER_REFUSED,
    HandoverState.RETURNED: Kind.HANDOVER_RETURNED,
}
HANDOVER_KINDS = frozenset(KINDS.values())
TOO_LATE = {
    HandoverState.OFFERED: "Confirm receipt of this handover first.",
    HandoverState.RECEIVED: "Receipt of this handover was confirmed already; accept or refuse it first.",
    HandoverState.ACCEPTED: "This handover was accepted already.",
    HandoverState.REFUSED: "This handover was refused already.",
    HandoverState.RETURNED: "This incident was returned already.",
}

# Moments that follow from what happened; all others a person establishes.
DERIVED = {"cbw72_submitted_at": "CBW-72"}
CLOSED = "incident_closed_at"
FOLLOWING = (*DERIVED, CLOSED)


def too_late(state: str) -> Conflict:
    """Why an act on a handover in *state* comes too late or too early."""
    return Conflict(TOO_LATE[HandoverState(state)])


def region(organisation_id: int) -> str:
    """The token of one receiving organisation: it sees the steps of its own handovers only."""
    return f"{REGION}:{organisation_id}"


def following(organisation_id: int, state: str) -> frozenset[str]:
    """What a receiving organisation may see live: its steps, and the incident as long as the handover is under way."""
    own = frozenset({region(organisation_id)})
    return own | {REGION} if state in UNDER_WAY else own


def watching(*, exercise: bool, leads: bool) -> frozenset[str]:
    """What the own organisation may see: everything, but players of an exercise only what is for all."""
    return frozenset({EVERYONE}) if exercise and not leads else frozenset({STAFF})


def subject(incident_id: int) -> str:
    """What the entries of an incident are about."""
    return f"incident:{incident_id}"


def when(happened_at: datetime | None, reason: str, now: datetime) -> datetime | None:
    """The moment something happened, or None when that is now.

    Refused for a moment in the future, and for one that lies more than 15 minutes back without the reason why it is
    recorded only now.
    """
    if happened_at is None:
        return None
    if happened_at > now:
        raise Refused("This moment lies in the future. Check date and time.")
    if now - happened_at > LATE_AFTER and not reason.strip():
        raise Refused("This happened more than 15 minutes ago. Say why it is recorded only now.")
    return happened_at


def corrections(lines: Iterable[Line]) -> dict[int, Line]:
    """Which entry was corrected by which: position of the old one to the newest correction."""
    return {
        corrected: line
        for line in lines
        if line.kind is Kind.INCIDENT_CORRECTED and (corrected := number_in(line, "corrects")) is not None
    }


def number_in(line: Line, key: str) -> int | None:
    """One whole number of an entry; None when it has none or was erased."""
    value = (line.body or {}).get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment_in(line: Line, key: str) -> datetime | None:
    """One moment of an entry; None when it has none or was erased."""
    text = line.text(key)
    return read_moment(text) if text else None


def texts_in(line: Line, key: str) -> tuple[str, ...]:
    """A list of texts in an entry; empty when it has none or was erased."""
    value = (line.body or {}).get(key)
    return (
        tuple(str(item) for item in value)
        if isinstance(value, Sequence) and not isinstance(value, str)
        else ()
    )


@dataclass(frozen=True, slots=True)
class Deadline:
    """One duty to notify in one incident.

    ``practice`` marks an exercise: the moments were practised and no legal term runs. ``receipt`` is the number under
    which the recipient knows the report, ``reason`` why the duty does not apply.
    """

    clock: LegalClock
    progress: Progress
    state: State
    due: datetime | None
    practice: bool
    receipt: str = ""
    reason: str = ""

    @property
    def known(self) -> bool:
        """Whether anything was established or judged about it."""
        return self.state is not State.TO_JUDGE or self.progress.started_at is not None

    @property
    def open(self) -> bool:
        """Whether somebody must still do something."""
        return self.progress.met_at is None and self.state in {State.TO_JUDGE, State.RUNNING, State.LATE}


def moments(lines: Iterable[Line]) -> dict[str, datetime]:
    """The moments that start terms: as established last, and those that follow from a report or the closing."""
    found: dict[str, datetime] = {}
    derived = {clock: trigger for trigger, clock in DERIVED.items()}
    for line in lines:
        if line.kind is Kind.KNOWLEDGE_ESTABLISHED and line.happened_at:
            found[line.text("trigger")] = line.happened_at
        elif line.kind is Kind.INCIDENT_CLOSED:
            found[CLOSED] = line.at
        elif line.kind is Kind.NOTIFICATION_JUDGED and line.text("clock") in derived:
            reported = moment_in(line, "reported_at")
            if reported:
                found[derived[line.text("clock")]] = reported
    return found


def standing(
    clocks: Sequence[LegalClock], lines: Sequence[Line], now: datetime, *, exercise: bool
) -> list[Deadline]:
    """Where every duty to notify stands; in an exercise all of it is practice."""
    started = moments(lines)
    judged: dict[str, Line] = {
        line.text("clock"): line for line in lines if line.kind is Kind.NOTIFICATION_JUDGED
    }
    return [_deadline(clock, started, judged, now, exercise=exercise) for clock in clocks]


def _deadline(
    clock: LegalClock,
    started: Mapping[str, datetime],
    judged: Mapping[str, Line],
    now: datetime,
    *,
    exercise: bool,
) -> Deadline:
    progress = Progress(started_at=started.get(clock.trigger))
    receipt = reason = ""
    line = judged.get(clock.id)
    if line is not None:
        applies = line.text("judgement") != Judgement.NOT_APPLICABLE
        progress = replace(
            progress, applies=applies, agreed=moment_in(line, "agreed"), met_at=moment_in(line, "reported_at")
        )
        receipt, reason = line.text("receipt"), line.text("reason")
    state = deadlines.state(clock, progress, now)
    due = deadlines.due(clock, progress.started_at, progress.agreed)
    return Deadline(clock, progress, state, due, exercise, receipt, reason)
