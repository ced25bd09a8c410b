"""Verbs of incidents: declare, log, correct, decide, test the effect, escalate, notify, close."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from cyberready.exercises import queries as exercises
from cyberready.incidents import queries, rules
from cyberready.incidents.models import Incident
from cyberready.incidents.rules import AUDIENCE, Judgement, Role, Surety
from cyberready.kernel import ladder
from cyberready.kernel.actor import Actor
from cyberready.kernel.canonical import moment
from cyberready.kernel.ladder import Effect, Position
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_reviews as reviews
from cyberready.trail import actions as trail
from cyberready.trail.rules import Kind

MICROSECOND = timedelta(microseconds=1)
FIRST_RUNG = ladder.LADDER[0].key


def declare(
    session: Session,
    realm: Realm,
    *,
    title: str,
    known: str,
    since: datetime,
    role: Role,
    exercise_id: int | None,
    actor: Actor,
    now: datetime,
) -> Incident:
    """Declare an incident: a real one opens a trail, one in an exercise writes to the exercise's, which has one: a
    second declaration gives the first. Refused for a moment in the future.
    """
    if since > now:
        raise Refused("This moment lies in the future. Check date and time.")
    if exercise_id is None:
        trail_id = trail.open_trail(session, realm.organisation_id, "incident", title, now=now).id
    else:
        exercise = exercises.exercise(session, realm, exercise_id, lock=True)
        if known_one := queries.of_exercise(session, realm, exercise_id):
            return known_one
        trail_id = exercise.trail_id
    incident = Incident(
        organisation_id=realm.organisation_id,
        trail_id=trail_id,
        exercise_id=exercise_id,
        title=title,
        role=role,
        rung=FIRST_RUNG,
        grip=None,
        since=since,
        declared_at=now,
        escalated_at=now,
    )
    session.add(incident)
    session.flush()
    open_for_work(session, incident)
    record(
        session,
        incident,
        Kind.INCIDENT_DECLARED,
        actor=actor,
        now=now,
        happened_at=since,
        title=title,
        known=known,
        role=role.value,
        exercise=incident.exercise,
    )
    return incident


def record(
    session: Session,
    incident: Incident,
    kind: Kind,
    *,
    actor: Actor,
    now: datetime,
    happened_at: datetime | None = None,
    audience: tuple[str, ...] = AUDIENCE,
    **body: Any,
) -> None:
    """Write an entry about the incident on its trail; in an exercise with the exercise time."""
    if incident.exercise_id is not None:
        exercise = exercises.exercise(session, Realm(incident.organisation_id), incident.exercise_id)
        body["elapsed_us"] = exercise.clock.elapsed(now) // MICROSECOND
    trail.write(
        session,
        incident.trail_id,
        kind,
        actor=actor,
        at=now,
        about=rules.subject(incident.id),
        audience=audience,
        happened_at=happened_at,
        **body,
    )


def open_for_work(session: Session, incident: Incident) -> None:
    """Conflict when the incident is closed, or its exercise is over."""
    if refusal := queries.finished(session, incident, hold=True):
        raise refusal


def _working(session: Session, realm: Realm, incident_id: int) -> Incident:
    incident = queries.incident(session, realm, incident_id, lock=True)
    open_for_work(session, incident)
    return incident


def log(
    session: Session,
    realm: Realm,
    incident_id: int,
    *,
    text: str,
    surety: Surety,
    source: str,
    topic: str,
    happened_at: datetime | None,
    late_reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Log what happened; *happened_at* None is now."""
    incident = _working(session, realm, incident_id)
    record(
        session,
        incident,
        Kind.INCIDENT_LOGGED,
        actor=actor,
        now=now,
        happened_at=rules.when(happened_at, late_reason, now),
        text=text,
        surety=surety.value,
        source=source,
        topic=topic,
        late_reason=late_reason,
    )


def correct(
    session: Session,
    realm: Realm,
    incident_id: int,
    *,
    corrects: int,
    text: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Correct an earlier entry by a new one; the old one stays. NotFound when no entry of this incident has that number."""
    incident = _working(session, realm, incident_id)
    old = next((line for line in queries.lines(session, incident) if line.position == corrects), None)
    if old is None:
        raise NotFound("This incident has no entry %(number)s.", number=corrects)
    record(
        session,
        incident,
        Kind.INCIDENT_CORRECTED,
        actor=actor,
        now=now,
        corrects=corrects,
        corrected_kind=old.kind.value,
        text=text,
        reason=reason,
    )


def decide(
    session: Session,
    realm: Realm,
    incident_id: int,
    *,
    question: str,
    picture: str,
    judgement: str,
    decision: str,
    owner: str,
    check_at: datetime | None,
    check: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Record a decision in BOB form and give its number, counted from 1 in this incident."""
    incident = _working(session, realm, incident_id)
    incident.decision_count += 1
    record(
        session,
        incident,
        Kind.INCIDENT_DECIDED,
        actor=actor,
        now=now,
        number=incident.decision_count,
        question=question,
        picture=picture,
        judgement=judgement,
        decision=decision,
        owner=owner,
        check_at=moment(check_at) if check_at else None,
        check=check,
    )
    return incident.decision_count


def test_effect(
    session: Session,
    realm: Realm,
    incident_id: int,
    answers: Mapping[str, str],
    explanations: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> Effect:
    """Answer the four questions of the public-effect test and give what follows from it."""
    incident = _working(session, realm, incident_id)
    effect = ladder.effect_test(answers)
    record(
        session,
        incident,
        Kind.EFFECT_TESTED,
        actor=actor,
        now=now,
        answers=dict(answers),
        explanations=dict(explanations),
        outcome=effect.outcome.value,
    )
    return effect


def escalate(
    session: Session,
    realm: Realm,
    incident_id: int,
    to: Position,
    *,
    reason: str,
    ordered_by: str,
    informed: Sequence[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Go up or down the escalation ladder, for a reason and by somebody's order."""
    incident = _working(session, realm, incident_id)
    levels = queries.levels(now)
    step = ladder.escalate(incident.position, to, reason=reason, ordered_by=ordered_by, levels=levels)
    names = {level.key: level.name_nl for level in levels}
    before = incident.position
    came: dict[str, Any] = {"from": before.rung}  # a keyword of Python, a plain key of the entry
    incident.rung, incident.grip, incident.escalated_at = to.rung, to.grip, now
    record(
        session,
        incident,
        Kind.INCIDENT_ESCALATED,
        actor=actor,
        now=now,
        from_name=place(before, names),
        to=to.rung,
        to_name=place(to, names),
        direction=step.direction.value,
        reason=step.reason,
        ordered_by=step.ordered_by,
        grip=names.get(to.grip, to.grip) if to.grip else "",
        informed=list(informed),
        **came,
    )


def place(position: Position, names: Mapping[str, str]) -> str:
    """A position on the ladder in Dutch words; *names* are those of the GRIP levels."""
    step = ladder.rung(position.rung)
    if position.grip is None:
        return step.name_nl
    level = names.get(position.grip, position.grip)
    return level if step.key == ladder.GRIP else f"{step.name_nl}, {level}"


def establish(
    session: Session,
    realm: Realm,
    incident_id: int,
    *,
    trigger: str,
    happened_at: datetime,
    basis: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Establish the moment from which legal terms run, and on what information; in an exercise nothing runs."""
    incident = _working(session, realm, incident_id)
    if trigger in rules.FOLLOWING or trigger not in {
        clock.trigger for clock in queries.clocks(incident.declared_at)
    }:
        raise Refused("Choose which moment you establish.")
    if happened_at > now:
        raise Refused("This moment lies in the future. Check date and time.")
    record(
        session,
        incident,
        Kind.KNOWLEDGE_ESTABLISHED,
        actor=actor,
        now=now,
        happened_at=happened_at,
        trigger=trigger,
        moment=moment(happened_at),
        basis=basis,
    )


def judge(
    session: Session,
    realm: Realm,
    incident_id: int,
    *,
    clock_id: str,
    judgement: Judgement,
    receipt: str,
    reason: str,
    reported_at: datetime | None,
    agreed: datetime | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Judge one duty to notify: it applies, was reported under a receipt number, or does not apply for a reason."""
    incident = _working(session, realm, incident_id)
    clock = next((one for one in queries.clocks(incident.declared_at) if one.id == clock_id), None)
    if clock is None:
        raise Refused("Choose which duty you judge.")
    if judgement is Judgement.REPORTED and not receipt.strip():
        raise Refused("Give the receipt number of the report, or say how the recipient confirmed it.")
    if judgement is Judgement.NOT_APPLICABLE and not reason.strip():
        raise Refused("Say why this duty does not apply.")
    if reported_at is not None and reported_at > now:
        raise Refused("This moment lies in the future. Check date and time.")
    reported = (reported_at or now) if judgement is Judgement.REPORTED else None
    before = next(
        (one for one in reversed(queries.lines(session, incident)) if one.text("clock") == clock_id), None
    )
    agreed = agreed or (rules.moment_in(before, "agreed") if before else None)
    record(
        session,
        incident,
        Kind.NOTIFICATION_JUDGED,
        actor=actor,
        now=now,
        clock=clock.id,
        clock_name=clock.name_nl,
        judgement=judgement.value,
        receipt=receipt,
        reason=reason,
        reported_at=moment(reported) if reported else None,
        agreed=moment(agreed) if agreed else None,
    )


def close(
    session: Session, realm: Realm, incident_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Close the incident, and ask for a review of the playbooks that it followed.

    An exercise asks at its own end, also for what its incident followed. Conflict while an offered handover waits for an
    answer.
    """
    incident = _working(session, realm, incident_id)
    if not reason.strip():
        raise Refused("Say why the incident can be closed.")
    if any(one.state in rules.WAITING for one in queries.handovers(session, incident_id)):
        raise Conflict("A handover waits for an answer. The incident can be closed after that.")
    incident.closed_at = now
    if not incident.exercise:
        used = [one.release.id for one in queries.followed(session, incident)]
        # More people see a review than an incident, so it is called by its number; the word is the same in Dutch.
        occasion, called = rules.subject(incident.id), f"incident {incident.id}"
        reviews.ask_reviews(session, realm, used, occasion, called, actor=actor, now=now)
    record(session, incident, Kind.INCIDENT_CLOSED, actor=actor, now=now, reason=reason)
