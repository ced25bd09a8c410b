"""Verbs on the script while it plays: fire, skip, add, answer, choose, decide."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cyberready.exercises import formats, queries, rules
from cyberready.exercises.models import Exercise, Inject, Participant
from cyberready.exercises.rules import InjectState, State
from cyberready.kernel.actor import CLOCK, Actor
from cyberready.kernel.refusals import Conflict, Forbidden, NotFound, Refused
from cyberready.platform import markdown
from cyberready.platform.db import ring
from cyberready.platform.mail.outbox import enqueue
from cyberready.platform.realm import Realm
from cyberready.trail import actions as trail
from cyberready.trail.rules import STAFF, Kind

MICROSECOND = timedelta(microseconds=1)


def fire_due(session: Session, realm: Realm, exercise_id: int, *, now: datetime) -> int:
    """Fire what is due, each inject exactly once however many callers race; returns how many were fired.

    What became due while nobody ran is fired now, in script order, and marked late.
    """
    exercise = queries.exercise(session, realm, exercise_id, lock=True)
    if exercise.state != State.RUNNING:
        return 0
    ready = rules.due(queries.pending(session, exercise_id), exercise.clock, now)
    chosen = queries.chosen_options(session, exercise_id)
    fired = 0
    for inject in ready:
        if rules.branch_open(inject.when_decision, inject.when_option, chosen):
            late = rules.lateness(exercise.clock.due_at(inject.offset), now)
            fired += _fire(session, exercise, inject, late=late, actor=CLOCK, now=now)
        else:
            reason = "branch not taken" if inject.when_decision in chosen else "not decided"
            _skip(session, exercise, inject, reason=reason, actor=CLOCK, now=now)
    if ready:
        ring(session, "schedule")
    return fired


def fire_now(
    session: Session, realm: Realm, exercise_id: int, inject_id: int, *, actor: Actor, now: datetime
) -> Inject:
    """Fire one inject at once, whatever its planned moment, also one that was left out; Conflict when it was fired."""
    exercise = _playing(session, realm, exercise_id)
    inject = queries.inject(session, exercise_id, inject_id)
    known = (InjectState.PENDING, InjectState.SKIPPED)
    if not _fire(session, exercise, inject, late=timedelta(), actor=actor, now=now, known=known):
        raise Conflict("Inject %(number)s was fired or skipped already.", number=inject.number)
    ring(session, "schedule")
    return inject


def skip(
    session: Session,
    realm: Realm,
    exercise_id: int,
    inject_id: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Inject:
    """Leave one inject out, with the reason; Conflict when it was fired or skipped before."""
    exercise = _playing(session, realm, exercise_id)
    inject = queries.inject(session, exercise_id, inject_id)
    if not _skip(session, exercise, inject, reason=rules.brief(reason, 300), actor=actor, now=now):
        raise Conflict("Inject %(number)s was fired or skipped already.", number=inject.number)
    ring(session, "schedule")
    return inject


def add(
    session: Session,
    realm: Realm,
    exercise_id: int,
    *,
    channel: str,
    sender: str,
    to: list[str],
    title: str,
    body: str,
    after: timedelta,
    actor: Actor,
    now: datetime,
) -> Inject:
    """Add an inject on the way, due *after* from now in exercise time; zero means at once."""
    exercise = _playing(session, realm, exercise_id)
    _known_audience(exercise, to)
    last = session.scalar(select(func.max(Inject.number)).where(Inject.exercise_id == exercise_id)) or 0
    inject = Inject(
        exercise_id=exercise_id,
        key=f"ad-hoc-{last + 1}",
        number=last + 1,
        offset=exercise.clock.elapsed(now) + after,
        channel=channel,
        sender=sender,
        to=to,
        title=title,
        body=body,
    )
    session.add(inject)
    session.flush()
    trail.write(
        session,
        exercise.trail_id,
        Kind.INJECT_ADDED,
        actor=actor,
        at=now,
        audience=(STAFF,),
        inject=inject.id,
        number=inject.number,
        title=title,
        offset_us=inject.offset // MICROSECOND,
    )
    if not after:
        _fire(session, exercise, inject, late=timedelta(), actor=actor, now=now)
    ring(session, "schedule")
    return inject


def answer(
    session: Session,
    exercise: Exercise,
    inject_id: int,
    text: str,
    *,
    seat: Participant,
    actor: Actor,
    now: datetime,
) -> None:
    """Record a team's answer to an inject it was for; further answers are further entries."""
    _open_for_play(session, exercise)
    inject = visible_inject(session, exercise, inject_id, seat)
    if not text.strip():
        raise Refused("Write down what your team does.")
    trail.write(
        session,
        exercise.trail_id,
        Kind.INJECT_ANSWERED,
        actor=actor,
        at=now,
        audience=(f"team:{seat.team}",),
        inject=inject.id,
        number=inject.number,
        title=inject.title,
        team=seat.team,
        text=text.strip(),
        elapsed_us=exercise.clock.elapsed(now) // MICROSECOND,
    )


def choose(
    session: Session,
    exercise: Exercise,
    inject_id: int,
    option: str,
    *,
    reason: str,
    seat: Participant,
    actor: Actor,
    now: datetime,
) -> None:
    """Choose an option at a decision point; the first choice counts, a second is a Conflict."""
    _open_for_play(session, exercise)
    point = visible_inject(session, exercise, inject_id, seat)
    options = {one["id"]: one["text"] for one in point.options or []}
    if option not in options:
        raise Refused("Choose one of the options.")
    reason = rules.brief(reason, 2000)
    claimed = session.execute(
        update(Inject)
        .where(Inject.id == point.id, Inject.chosen.is_(None))
        .values(chosen=option)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        raise Conflict("This decision was taken already. Reload the page to see it.")
    trail.write(
        session,
        exercise.trail_id,
        Kind.DECISION_POINT_CHOSEN,
        actor=actor,
        at=now,
        audience=rules.audience(point.to),
        inject=point.id,
        question=point.title,
        option=option,
        text=options[option],
        reason=reason,
        team=seat.team,
        elapsed_us=exercise.clock.elapsed(now) // MICROSECOND,
    )


def decide(
    session: Session,
    exercise: Exercise,
    *,
    decision: str,
    reason: str,
    owner: str,
    seat: Participant,
    actor: Actor,
    now: datetime,
) -> None:
    """Log a decision of a team: what, why and who carries it out; every team sees it."""
    _open_for_play(session, exercise)
    trail.write(
        session,
        exercise.trail_id,
        Kind.DECISION_LOGGED,
        actor=actor,
        at=now,
        team=seat.team,
        decision=decision.strip(),
        reason=reason.strip(),
        owner=owner.strip(),
        elapsed_us=exercise.clock.elapsed(now) // MICROSECOND,
    )


def note(session: Session, realm: Realm, exercise_id: int, text: str, *, actor: Actor, now: datetime) -> None:
    """Record an observation of the exercise staff; players do not see it."""
    exercise = queries.exercise(session, realm, exercise_id)
    said = rules.brief(text, 2000)
    if not said:
        raise Refused("Write down what you observed.")
    trail.write(
        session,
        exercise.trail_id,
        Kind.EXERCISE_NOTED,
        actor=actor,
        at=now,
        audience=(STAFF,),
        text=said,
    )


def visible_inject(session: Session, exercise: Exercise, inject_id: int, seat: Participant) -> Inject:
    """A fired inject that was for this seat; NotFound for any other."""
    inject = queries.inject(session, exercise.id, inject_id)
    held = rules.tokens(seat.team, seat.role)
    if inject.state != InjectState.FIRED or held.isdisjoint(rules.audience(inject.to)):
        raise NotFound("This inject does not exist in this exercise.")
    return inject


def _playing(session: Session, realm: Realm, exercise_id: int) -> Exercise:
    exercise = queries.exercise(session, realm, exercise_id, lock=True)
    if exercise.state not in {State.RUNNING, State.PAUSED}:
        raise Conflict("This works only while the exercise is going on.")
    return exercise


def _open_for_play(session: Session, exercise: Exercise) -> None:
    queries.hold(session, exercise)
    if exercise.state not in {State.RUNNING, State.PAUSED}:
        raise Forbidden("The exercise is not going on; nothing can be added now.")


def _known_audience(exercise: Exercise, to: list[str]) -> None:
    script = queries.scenario(exercise.release)
    known = {rules.ALL, *script.teams}
    known |= {f"{key}/{role}" for key, team in script.teams.items() for role in team.roles}
    if not to or not set(to) <= known:
        raise Refused("Choose for whom the inject is.")


WAITING = (InjectState.PENDING,)


def _claim(
    session: Session,
    inject: Inject,
    state: InjectState,
    now: datetime,
    late: timedelta,
    known: tuple[InjectState, ...] = WAITING,
) -> bool:
    claimed = session.execute(
        update(Inject)
        .where(Inject.id == inject.id, Inject.state.in_(known))
        .values(state=state, fired_at=now, late=late)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a cursor result


def _fire(
    session: Session,
    exercise: Exercise,
    inject: Inject,
    *,
    late: timedelta,
    actor: Actor,
    now: datetime,
    known: tuple[InjectState, ...] = WAITING,
) -> bool:
    if not _claim(session, inject, InjectState.FIRED, now, late, known):
        return False
    kind = Kind.DECISION_POINT_ASKED if inject.is_decision else Kind.INJECT_FIRED
    title = formats.fill(inject.title, exercise.variables)
    body = formats.fill(inject.body, exercise.variables)
    trail.write(
        session,
        exercise.trail_id,
        kind,
        actor=actor,
        at=now,
        audience=rules.audience(inject.to),
        inject=inject.id,
        key=inject.key,
        number=inject.number,
        channel=inject.channel,
        sender=formats.fill(inject.sender, exercise.variables),
        to=list(inject.to),
        title=title,
        text=body,
        options=inject.options,
        critical=inject.critical,
        elapsed_us=exercise.clock.elapsed(now) // MICROSECOND,
        late_ms=late // timedelta(milliseconds=1),
        late=late > rules.LATE_AFTER,
    )
    if inject.channel == "mail":
        _mail(session, exercise, inject, title, body, now)
    return True


def _mail(session: Session, exercise: Exercise, inject: Inject, title: str, body: str, now: datetime) -> None:
    asked = frozenset(rules.audience(inject.to))
    seats = [
        seat
        for seat in queries.participants(session, exercise.id)
        if seat.address and not asked.isdisjoint(rules.tokens(seat.team, seat.role))
    ]
    for seat in seats:
        enqueue(
            session,
            organisation_id=exercise.organisation_id,
            key=f"inject:{inject.id}:{seat.id}",
            to=str(seat.address),
            subject=rules.one_line(title, rules.LONGEST_SUBJECT),
            text=markdown.plain(body),
            now=now,
            exercise_id=exercise.id,
            confirmed=frozenset({str(seat.address)}),
        )


def _skip(
    session: Session, exercise: Exercise, inject: Inject, *, reason: str, actor: Actor, now: datetime
) -> bool:
    if not _claim(session, inject, InjectState.SKIPPED, now, timedelta()):
        return False
    trail.write(
        session,
        exercise.trail_id,
        Kind.INJECT_SKIPPED,
        actor=actor,
        at=now,
        audience=(STAFF,),
        inject=inject.id,
        number=inject.number,
        title=inject.title,
        reason=reason,
    )
    return True
