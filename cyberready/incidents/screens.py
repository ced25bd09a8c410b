"""What the screens of an incident show, read once for page and live frame alike, and what codes are called there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cyberready.incidents import queries, rules
from cyberready.incidents.forms import ANSWERS, QUESTIONS
from cyberready.incidents.models import Handover, Incident
from cyberready.incidents.queries import Following
from cyberready.incidents.rules import HANDOVER_KINDS, UNDER_WAY, Deadline
from cyberready.kernel import ladder
from cyberready.kernel.ladder import Effect, GripLevel, Outcome, Rung
from cyberready.people import queries as people
from cyberready.people.rules import CHANNEL_NAMES
from cyberready.platform.realm import Realm
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind, Line, visible

HIGHEST = 5
Lines = Sequence[Line]


def words() -> dict[str, Any]:
    """What pages and frames call the codes in entries, and how they read moments in them."""
    return {
        "QUESTIONS": QUESTIONS,
        "ANSWERS": dict(ANSWERS),
        "moment_in": rules.moment_in,
    }


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where the incident stands: the rung, the GRIP level, and the steps before and after."""

    incident: Incident
    rung: Rung
    grip: GripLevel | None
    steps: Sequence[Rung]
    order: Line | None

    @property
    def level(self) -> int:
        """How grave it is, from 0 to 5, for the colour."""
        if self.grip is not None:
            return min(self.grip.rank, HIGHEST)
        return HIGHEST if self.rung.key == ladder.NATIONAL else 0

    def past(self, step: Rung) -> bool:
        """Whether the incident stands above this step."""
        return self.rung.key != ladder.SCALED_DOWN and self.steps.index(step) < self.steps.index(self.rung)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody to call: ``channels`` are kind (a message id), address and where a click leads, if anywhere."""

    function: str
    name: str
    channels: Sequence[tuple[str, str, str | None]]


@dataclass(frozen=True, slots=True)
class Tested:
    """The latest public-effect test, what follows from it, and who is on duty to be called."""

    line: Line
    effect: Effect
    duties: Sequence[OnDuty]

    @property
    def contact(self) -> bool:
        """Whether the safety region must be called."""
        return self.effect.outcome is Outcome.CONTACT


@dataclass(frozen=True, slots=True)
class Offered:
    """One handover with its steps, oldest first."""

    handover: Handover
    steps: Sequence[Line]

    @property
    def offer(self) -> Line | None:
        """The entry with which it was offered."""
        return self.steps[0] if self.steps else None


@dataclass(frozen=True, slots=True)
class Show:
    """Everything on the page of an incident; ``position`` is the last entry it takes into account."""

    incident: Incident
    ladder: Ladder
    log: Sequence[Line]
    corrected: Mapping[int, Line]
    decisions: Sequence[Line]
    tested: Tested | None
    handovers: Sequence[Offered]
    deadlines: Sequence[Deadline]
    playbooks: Sequence[Following]
    position: int

    @property
    def under_way(self) -> bool:
        """Whether a handover is offered, received or accepted."""
        return any(one.handover.state in UNDER_WAY for one in self.handovers)


def show(session: Session, incident: Incident, tokens: frozenset[str], now: datetime) -> Show:
    """Read the page of an incident as someone with *tokens* may see it."""
    lines = queries.lines(session, incident)
    seen = [line for line in lines if visible(line.audience, tokens)]
    return Show(
        incident=incident,
        ladder=standing(incident, lines, now),
        log=seen[::-1],
        corrected=rules.corrections(lines),
        decisions=[line for line in reversed(seen) if line.kind is Kind.INCIDENT_DECIDED],
        tested=tested(session, incident, lines, now),
        handovers=offers(queries.handovers(session, incident.id), lines),
        deadlines=deadlines(incident, lines, now),
        playbooks=queries.followed(session, incident),
        position=lines[-1].position if lines else -1,
    )


def standing(incident: Incident, lines: Sequence[Line], now: datetime) -> Ladder:
    """Where the incident stands on the ladder, and by whose order."""
    rung = ladder.rung(incident.rung)
    levels = {level.key: level for level in queries.levels(now)}
    over = rung.key == ladder.SCALED_DOWN
    steps = [step for step in ladder.LADDER if over or step.key != ladder.SCALED_DOWN]
    order = next((line for line in reversed(lines) if line.kind is Kind.INCIDENT_ESCALATED), None)
    return Ladder(incident, rung, levels.get(incident.grip or ""), steps, order)


def tested(session: Session, incident: Incident, lines: Sequence[Line], now: datetime) -> Tested | None:
    """The latest public-effect test that was not erased; with who to call when there are effects."""
    line = next((one for one in reversed(lines) if one.kind is Kind.EFFECT_TESTED and one.body), None)
    answers = (line.body or {}).get("answers") if line else None
    if line is None or not isinstance(answers, Mapping):
        return None
    effect = ladder.effect_test({key: str(value) for key, value in answers.items()})
    calling = effect.outcome is Outcome.CONTACT
    return Tested(line, effect, on_duty(session, incident.organisation_id, now) if calling else ())


def on_duty(session: Session, organisation_id: int, now: datetime) -> list[OnDuty]:
    """Who can be called now, by function."""
    return [
        OnDuty(
            duty.function,
            duty.contact.name,
            [(CHANNEL_NAMES[one.kind], one.address, one.link) for one in duty.contact.channels],
        )
        for duty in people.on_duty(session, Realm(organisation_id), now)
    ]


def offers(handovers: Sequence[Handover], lines: Sequence[Line]) -> list[Offered]:
    """The handovers with their steps."""
    steps = [line for line in lines if line.kind in HANDOVER_KINDS]
    return [
        Offered(one, [line for line in steps if rules.number_in(line, "handover") == one.id])
        for one in handovers
    ]


def deadlines(incident: Incident, lines: Sequence[Line], now: datetime) -> list[Deadline]:
    """Where the duties to notify stand that were in force when the incident was declared: what is due first comes first."""
    found = rules.standing(queries.clocks(incident.declared_at), lines, now, exercise=incident.exercise)
    known = [one for one in found if one.known]
    return sorted(known, key=lambda one: (not one.open, one.due is None, one.due or now, one.clock.id))


@dataclass(frozen=True, slots=True)
class Received:
    """A handover as its receiver sees it; ``log``, newest first, and ``playbooks`` only as long as it is under way."""

    offered: Offered
    log: Sequence[Line]
    playbooks: Sequence[Following]


def received(session: Session, realm: Realm, handover_id: int) -> Received:
    """A handover as its receiver sees it."""
    handover = queries.handover(session, realm, handover_id, received=True)
    lines = queries.lines(session, handover.incident)
    tokens = rules.following(realm.organisation_id, handover.state)
    seen = [line for line in reversed(lines) if visible(line.audience, tokens)]
    taking_part = handover.state in UNDER_WAY
    followed = queries.followed(session, handover.incident) if taking_part else ()
    return Received(offers([handover], lines)[0], seen, followed)


def inbox(session: Session, realm: Realm) -> tuple[Sequence[Handover], int, int]:
    """What was offered to this organisation, and its trail with the last position taken into account."""
    head = trails.organisation_trail(session, realm.organisation_id)
    return queries.received(session, realm), head.id, head.size - 1
