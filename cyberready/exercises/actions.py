"""Verbs of exercises: publish a scenario, plan, join, and run the clock."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from cyberready.exercises import actions_injects, formats, indexing, queries, rules
from cyberready.exercises.formats import Scenario
from cyberready.exercises.models import Exercise, Inject, Participant, ScenarioRelease
from cyberready.exercises.rules import State
from cyberready.kernel.actor import Actor
from cyberready.kernel.clock import ExerciseClock
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.platform.db import ring
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_reviews as reviews
from cyberready.playbooks import queries as playbooks
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import STAFF, Kind

PACES = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4), Fraction(10), Fraction(60), Fraction(120))


def publish(session: Session, realm: Realm, source: str, *, actor: Actor, now: datetime) -> ScenarioRelease:
    """Publish a scenario from its YAML; the same text again changes nothing.

    Raises FaultsFound for a faulty text and Conflict when this version exists with another content.
    """
    script = formats.parse(source)
    digest = hashlib.sha256(source.encode()).hexdigest()
    chosen = select(ScenarioRelease).where(
        ScenarioRelease.organisation_id == realm.organisation_id,
        ScenarioRelease.slug == script.slug,
        ScenarioRelease.language == script.language,
        ScenarioRelease.version == script.version,
    )
    known = session.scalars(chosen).first()
    if known is not None and known.digest != digest:
        raise Conflict(
            "Version %(version)s of this scenario was published with another text. Give the changed text a new version.",
            version=script.version,
        )
    if known is not None:
        return known
    made = _release(script, realm, source, digest, now)
    session.add(made)
    session.flush()
    indexing.record(session, made)
    head = trails.organisation_trail(session, realm.organisation_id)
    trail.write(
        session,
        head.id,
        Kind.SCENARIO_PUBLISHED,
        actor=actor,
        at=now,
        audience=(STAFF,),
        slug=script.slug,
        version=script.version,
        title=script.title,
        digest=digest,
    )
    return made


def _release(script: Scenario, realm: Realm, source: str, digest: str, now: datetime) -> ScenarioRelease:
    return ScenarioRelease(
        organisation_id=realm.organisation_id,
        slug=script.slug,
        language=script.language,
        version=script.version,
        title=script.title,
        summary=script.summary,
        duration=script.duration,
        inject_count=len(script.injects),
        source=source,
        digest=digest,
        published_at=now,
    )


def plan(
    session: Session,
    realm: Realm,
    release_id: int,
    *,
    title: str,
    planned_at: datetime,
    leader_id: int,
    actor: Actor,
    now: datetime,
) -> Exercise:
    """Plan an exercise of a scenario release: its own trail, join code and copy of the script."""
    release = queries.release(session, realm, release_id)
    script = queries.scenario(release)
    head = trail.open_trail(session, realm.organisation_id, "exercise", title, now=now, exercise=True)
    playbook = playbooks.current_if_any(session, realm, script.playbook or "", script.language)
    made = Exercise(
        organisation_id=realm.organisation_id,
        release_id=release.id,
        playbook_release_id=playbook.id if playbook else None,
        trail_id=head.id,
        leader_id=leader_id,
        title=title,
        join_code=rules.new_code(),
        planned_at=planned_at,
        variables={key: value for key, value in script.variables.items() if value is not None},
    )
    session.add(made)
    session.flush()
    session.add_all(_script(script, made.id))
    trail.write(
        session,
        head.id,
        Kind.EXERCISE_PLANNED,
        actor=actor,
        at=now,
        audience=(STAFF,),
        title=title,
        scenario=release.slug,
        version=release.version,
        digest=release.digest,
    )
    return made


def _script(script: Scenario, exercise_id: int) -> list[Inject]:
    items: list[formats.Inject | formats.DecisionPoint] = [*script.injects, *script.decisions]
    timed = sorted(items, key=lambda item: item.at)
    return [_copy(item, number, exercise_id) for number, item in enumerate(timed, 1)]


def _copy(item: formats.Inject | formats.DecisionPoint, number: int, exercise_id: int) -> Inject:
    common = Inject(
        exercise_id=exercise_id,
        key=item.id,
        number=number,
        offset=item.at,
        to=list(item.to),
        body=item.body or "",
        step=item.step,
    )
    if isinstance(item, formats.DecisionPoint):
        common.channel, common.sender, common.title = "decision", "", item.question
        common.options = [{"id": option.id, "text": option.text} for option in item.options]
        return common
    common.channel, common.sender, common.title = item.channel, item.sender, item.title
    common.expected, common.objective, common.critical = item.expected or "", item.objective, item.critical
    if item.when is not None:
        common.when_decision, common.when_option = item.when.decision, item.when.option
    return common


def fill(
    session: Session,
    realm: Realm,
    exercise_id: int,
    variables: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> Exercise:
    """Fill in the scenario's variables, before the start."""
    exercise = queries.exercise(session, realm, exercise_id, lock=True)
    if exercise.state != State.PLANNED:
        raise Conflict("The exercise has started; its texts are fixed now.")
    known = queries.scenario(exercise.release).variables
    lines = {
        key: rules.one_line(value, rules.LONGEST_NAME) for key, value in variables.items() if key in known
    }
    filled = {key: value for key, value in lines.items() if value}
    exercise.variables = filled
    trail.write(
        session,
        exercise.trail_id,
        Kind.VARIABLES_FILLED,
        actor=actor,
        at=now,
        audience=(STAFF,),
        variables=filled,
    )
    return exercise


def join(
    session: Session,
    exercise: Exercise,
    *,
    name: str,
    team: str,
    role: str,
    account_id: int | None,
    now: datetime,
) -> Participant:
    """Take a seat in a team; with an account again it is changed, until the start."""
    queries.hold(session, exercise)
    script = queries.scenario(exercise.release)
    if team not in script.teams:
        raise Refused("Choose one of the teams of this exercise.")
    if role and role not in script.teams[team].roles:
        raise Refused("Choose one of the roles of this team.")
    if exercise.state == State.ENDED:
        raise Conflict("This exercise has ended.")
    known = _seat(session, exercise.id, account_id)
    if known is not None and (known.team, known.role) != (team, role):
        if exercise.state != State.PLANNED:
            raise Conflict("You have a seat in this exercise already.")
        # A stream that is open would go on with the old team's part.
        ring(session, f"gone:account:{account_id}")
    seat = known or Participant(exercise_id=exercise.id, account_id=account_id, joined_at=now)
    seat.name, seat.team, seat.role = name, team, role
    session.add(seat)
    session.flush()
    trail.write(
        session,
        exercise.trail_id,
        Kind.PARTICIPANT_JOINED,
        actor=Actor(f"participant:{seat.id}", name, role or team, exercise.organisation_id),
        at=now,
        participant=seat.id,
        team=team,
        role=role,
    )
    return seat


def _seat(session: Session, exercise_id: int, account_id: int | None) -> Participant | None:
    if account_id is None:
        return None
    chosen = select(Participant).where(
        Participant.exercise_id == exercise_id, Participant.account_id == account_id
    )
    return session.scalars(chosen).first()


def confirm_address(
    session: Session, exercise: Exercise, account_id: int, address: str, *, actor: Actor, now: datetime
) -> None:
    """Let mail injects of this one exercise go to the account's own address; only its owner can say so."""
    seat = _seat(session, exercise.id, account_id)
    if seat is None:
        raise Refused("Join a team first.")
    seat.address = address
    trail.write(
        session,
        exercise.trail_id,
        Kind.ADDRESS_CONFIRMED,
        actor=actor,
        at=now,
        audience=(STAFF,),
        participant=seat.id,
        address=address,
    )


def start(session: Session, realm: Realm, exercise_id: int, *, actor: Actor, now: datetime) -> Exercise:
    """Start the exercise clock; refuses while a variable is not filled in."""
    exercise = queries.exercise(session, realm, exercise_id, lock=True)
    if exercise.state != State.PLANNED:
        raise Conflict("This exercise was started before.")
    missing = queries.check(session, exercise).unfilled
    if missing:
        raise Refused("Fill in first: %(names)s.", names=", ".join(missing))
    exercise.started_at = now
    exercise.state = State.RUNNING
    return _turn(session, exercise, Kind.EXERCISE_STARTED, exercise.clock.resume(now), actor, now)


def pause(session: Session, realm: Realm, exercise_id: int, *, actor: Actor, now: datetime) -> Exercise:
    """Stop the exercise clock; Conflict when somebody was first."""
    exercise = _live(session, realm, exercise_id)
    _catch_up(session, exercise, now)
    clock = exercise.clock.pause(now)
    exercise.state = State.PAUSED
    return _turn(session, exercise, Kind.EXERCISE_PAUSED, clock, actor, now)


def resume(session: Session, realm: Realm, exercise_id: int, *, actor: Actor, now: datetime) -> Exercise:
    """Go on after a pause; Conflict when somebody was first."""
    exercise = _live(session, realm, exercise_id)
    clock = exercise.clock.resume(now)
    exercise.state = State.RUNNING
    return _turn(session, exercise, Kind.EXERCISE_RESUMED, clock, actor, now)


def change_pace(
    session: Session, realm: Realm, exercise_id: int, pace: Fraction, *, actor: Actor, now: datetime
) -> Exercise:
    """Make exercise time go faster or slower from now on, also before the start; any pace above 0 up to 1000."""
    exercise = queries.exercise(session, realm, exercise_id, lock=True)
    if exercise.state == State.ENDED:
        raise Conflict("This exercise has ended.")
    if not 0 < pace <= 1000:
        raise Refused("The pace must be above 0 and at most 1000.")
    _catch_up(session, exercise, now)
    return _turn(session, exercise, Kind.EXERCISE_PACE_CHANGED, exercise.clock.at_pace(pace, now), actor, now)


def jump(
    session: Session, realm: Realm, exercise_id: int, to: timedelta, *, actor: Actor, now: datetime
) -> Exercise:
    """Move exercise time to *to*; what lies between becomes due at once, nothing fired comes back."""
    exercise = _live(session, realm, exercise_id)
    if to < timedelta() or to > timedelta(days=2):
        raise Refused("Jump to a moment between 0:00:00 and 48:00:00.")
    _catch_up(session, exercise, now)
    return _turn(session, exercise, Kind.EXERCISE_JUMPED, exercise.clock.jump(to, now), actor, now)


def end(session: Session, realm: Realm, exercise_id: int, *, actor: Actor, now: datetime) -> Exercise:
    """End the exercise for good; what was not fired stays unfired, and what was practised is to be reviewed."""
    exercise = _live(session, realm, exercise_id)
    clock = exercise.clock.pause(now) if exercise.state == State.RUNNING else exercise.clock
    exercise.state, exercise.ended_at = State.ENDED, now
    used, occasion = queries.used(session, exercise), f"exercise:{exercise_id}"
    reviews.ask_reviews(session, realm, used, occasion, exercise.title, actor=actor, now=now)
    return _turn(session, exercise, Kind.EXERCISE_ENDED, clock, actor, now)


def _live(session: Session, realm: Realm, exercise_id: int) -> Exercise:
    exercise = queries.exercise(session, realm, exercise_id, lock=True)
    if exercise.state == State.PLANNED:
        raise Conflict("This exercise has not started.")
    if exercise.state == State.ENDED:
        raise Conflict("This exercise has ended.")
    return exercise


def _catch_up(session: Session, exercise: Exercise, now: datetime) -> None:
    # What is overdue (the server may just have started again) is fired by the clock that made it due: by the
    # turned one it would wait for the end of a pause, or not count as late.
    actions_injects.fire_due(session, Realm(exercise.organisation_id), exercise.id, now=now)


def _turn(
    session: Session, exercise: Exercise, kind: Kind, clock: ExerciseClock, actor: Actor, now: datetime
) -> Exercise:
    exercise.clock = clock
    ring(session, "schedule")
    trail.write(
        session,
        exercise.trail_id,
        kind,
        actor=actor,
        at=now,
        elapsed_us=clock.elapsed(now) // timedelta(microseconds=1),
        running=clock.running,
        pace=str(clock.pace),
    )
    return exercise
