"""Questions about exercises."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from cyberready.exercises import formats, rules
from cyberready.exercises.formats import Scenario
from cyberready.exercises.models import Exercise, Inject, Participant, ScenarioRelease
from cyberready.exercises.rules import InjectState, Preflight, Seat, State
from cyberready.improvements import queries as improvements
from cyberready.kernel.refusals import NotFound
from cyberready.people import queries as people
from cyberready.people.rules import PERMISSIONS, Role
from cyberready.platform.gate import Principal
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks.queries import Followed
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind


def releases(session: Session, realm: Realm) -> Sequence[ScenarioRelease]:
    """The organisation's scenarios, newest version of each first by title."""
    chosen = select(ScenarioRelease).where(ScenarioRelease.organisation_id == realm.organisation_id)
    return session.scalars(chosen.order_by(ScenarioRelease.title, ScenarioRelease.id.desc())).all()


def release(session: Session, realm: Realm, release_id: int) -> ScenarioRelease:
    """One scenario release; raises NotFound."""
    found = session.get(ScenarioRelease, release_id)
    if found is None or found.organisation_id != realm.organisation_id:
        raise NotFound("This scenario does not exist.")
    return found


@lru_cache(maxsize=64)
def _parsed(source: str) -> Scenario:
    return formats.parse(source)


def scenario(release: ScenarioRelease) -> Scenario:
    """The scenario of a release, parsed; published sources are immutable, so parsing once is enough."""
    return _parsed(release.source)


def exercises(session: Session, realm: Realm) -> Sequence[Exercise]:
    """Every exercise of the organisation, newest first."""
    chosen = select(Exercise).where(Exercise.organisation_id == realm.organisation_id)
    return session.scalars(chosen.options(joinedload(Exercise.release)).order_by(Exercise.id.desc())).all()


def exercise(session: Session, realm: Realm, exercise_id: int, *, lock: bool = False) -> Exercise:
    """One exercise with its scenario release; with *lock* its row is claimed until the commit; raises NotFound."""
    chosen = select(Exercise).where(
        Exercise.id == exercise_id, Exercise.organisation_id == realm.organisation_id
    )
    if lock:
        chosen = chosen.with_for_update(of=Exercise)
    found = session.scalars(chosen.options(joinedload(Exercise.release))).first()
    if found is None:
        raise NotFound("This exercise does not exist.")
    return found


def playbook(session: Session, exercise: Exercise) -> Followed | None:
    """The version of the playbook that an exercise practises, and whether it still is the one to follow."""
    if exercise.playbook_release_id is None:
        return None
    return playbooks.followed(session, Realm(exercise.organisation_id), exercise.playbook_release_id)


def points(session: Session, realm: Realm, exercise: Exercise) -> int:
    """How many earlier findings on its playbook an exercise looks at again or could look at again."""
    slug = scenario(exercise.release).playbook or ""
    taken = improvements.retests(session, realm, exercise.id)
    return len(taken) + len(improvements.proposed(session, realm, exercise.id, slug))


def used(session: Session, exercise: Exercise) -> set[int]:
    """The playbook releases that an exercise used: that of its scenario, and what its incident took up in its trail."""
    followed = trails.of_kinds(session, exercise.trail_id, Kind.PLAYBOOK_FOLLOWED)
    found = {int(line.text("release")) for line in followed if line.body is not None}
    return found | ({exercise.playbook_release_id} if exercise.playbook_release_id else set())


def hold(session: Session, exercise: Exercise) -> None:
    """Read the exercise's state and clock anew and keep them so until the commit, for others who hold it as well.

    Without this an answer could land just after the end: on PostgreSQL a transaction sees what others commit.
    """
    facts = ("state", "banked", "running_since", "pace_numerator", "pace_denominator")
    session.refresh(exercise, facts, with_for_update={"read": True})


def by_code(session: Session, code: str) -> Exercise:
    """The exercise that a join code opens; raises NotFound for an unknown code or an ended exercise."""
    chosen = select(Exercise).where(
        Exercise.join_code == rules.tidy_code(code), Exercise.state != State.ENDED
    )
    found = session.scalars(chosen.options(joinedload(Exercise.release))).first()
    if found is None:
        raise NotFound("No exercise is open under this code. Check the code with the exercise leader.")
    return found


def injects(session: Session, exercise_id: int) -> Sequence[Inject]:
    """The script of an exercise, in order."""
    chosen = select(Inject).where(Inject.exercise_id == exercise_id)
    return session.scalars(chosen.order_by(Inject.offset, Inject.number)).all()


def inject(session: Session, exercise_id: int, inject_id: int) -> Inject:
    """One inject of an exercise; raises NotFound."""
    found = session.get(Inject, inject_id)
    if found is None or found.exercise_id != exercise_id:
        raise NotFound("This inject does not exist in this exercise.")
    return found


def pending(session: Session, exercise_id: int) -> Sequence[Inject]:
    """The injects that have not been fired or skipped."""
    chosen = select(Inject).where(Inject.exercise_id == exercise_id, Inject.state == InjectState.PENDING)
    return session.scalars(chosen).all()


def chosen_options(session: Session, exercise_id: int) -> dict[str, str]:
    """Which option was chosen at each decision point so far."""
    rows = session.execute(
        select(Inject.key, Inject.chosen).where(Inject.exercise_id == exercise_id, Inject.chosen.is_not(None))
    )
    return {key: option for key, option in rows if option}


def participants(session: Session, exercise_id: int) -> Sequence[Participant]:
    """Who takes part, by team and in the order of joining."""
    chosen = select(Participant).where(Participant.exercise_id == exercise_id)
    return session.scalars(chosen.order_by(Participant.team, Participant.id)).all()


def participant_of(session: Session, exercise_id: int, principal: Principal) -> Participant | None:
    """The seat of the signed-in person in this exercise, if any."""
    if principal.exercise_id is not None:
        found = session.get(Participant, principal.number)
        return found if found is not None and found.exercise_id == exercise_id else None
    chosen = select(Participant).where(
        Participant.exercise_id == exercise_id, Participant.account_id == principal.number
    )
    return session.scalars(chosen).first()


def running(session: Session) -> Sequence[tuple[int, int]]:
    """Every running exercise as (organisation, exercise)."""
    rows = session.execute(
        select(Exercise.organisation_id, Exercise.id)
        .where(Exercise.state == State.RUNNING)
        .order_by(Exercise.id)
    )
    return [(organisation_id, exercise_id) for organisation_id, exercise_id in rows]


def next_due(session: Session) -> datetime | None:
    """The next moment at which any running exercise has something due."""
    first = (
        select(Inject.exercise_id, func.min(Inject.offset).label("offset"))
        .where(Inject.state == InjectState.PENDING)
        .group_by(Inject.exercise_id)
        .subquery()
    )
    rows = session.execute(
        select(Exercise, first.c.offset)
        .join(first, first.c.exercise_id == Exercise.id)
        .where(Exercise.state == State.RUNNING)
    )
    moments = [exercise.clock.due_at(offset) for exercise, offset in rows]
    return min((moment for moment in moments if moment is not None), default=None)


def check(session: Session, exercise: Exercise) -> Preflight:
    """The pre-flight check of a planned exercise."""
    script = scenario(exercise.release)
    seats = [
        Seat(one.name, one.team, one.role, one.account_id is None or one.address is not None)
        for one in participants(session, exercise.id)
    ]
    asked = {to for inject in script.injects for to in inject.to}
    asked |= {to for point in script.decisions for to in point.to}
    teams = {key: tuple(team.roles) for key, team in script.teams.items()}
    return rules.preflight(teams, asked, seats, formats.unfilled(script, exercise.variables))


def principal_of(session: Session, participant_id: int, organisation_id: int) -> Principal | None:
    """A participant as a principal; None when the exercise is over or the seat was taken back."""
    found = session.get(Participant, participant_id)
    if found is None:
        return None
    held = session.get(Exercise, found.exercise_id)
    if held is None or held.organisation_id != organisation_id:
        return None
    return Principal(
        ref=f"participant:{found.id}",
        name=found.name,
        organisation_id=organisation_id,
        organisation_name=people.organisation(session, organisation_id).name,
        roles=frozenset({Role.PARTICIPANT}),
        generation=found.generation,
        permissions=PERMISSIONS[Role.PARTICIPANT],
        function=found.role or found.team,
        exercise_id=found.exercise_id,
    )


def by_trail(session: Session, trail_id: int) -> Exercise:
    """The exercise that writes on this trail; raises NotFound."""
    chosen = select(Exercise).where(Exercise.trail_id == trail_id).options(joinedload(Exercise.release))
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This exercise does not exist.")
    return found


def generation(session: Session, participant_id: int) -> int | None:
    """The generation of a participant's access; None when the seat is gone."""
    return session.scalar(select(Participant.generation).where(Participant.id == participant_id))
