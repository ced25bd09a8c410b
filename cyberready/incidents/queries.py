"""Questions about incidents and handovers."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from cyberready.exercises import queries as exercises
from cyberready.exercises.rules import State as ExerciseState
from cyberready.incidents.models import Handover, HandoverPackage, Incident, IncidentPlaybook
from cyberready.incidents.rules import WAITING, subject
from cyberready.kernel.deadlines import LegalClock
from cyberready.kernel.ladder import GripLevel
from cyberready.kernel.refusals import Conflict, NotFound
from cyberready.platform import law
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks.queries import Followed
from cyberready.trail import queries as trails
from cyberready.trail.rules import Line

HERE = ZoneInfo("Europe/Amsterdam")
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Following(Followed):
    """A playbook that an incident follows: the release that was taken up, since when and by whom."""

    since: datetime
    by: str


def clocks(at: datetime) -> tuple[LegalClock, ...]:
    """The legal clocks in force on the Dutch day of *at*."""
    return law.clocks(at.astimezone(HERE).date())


def levels(at: datetime) -> tuple[GripLevel, ...]:
    """The GRIP levels in force on the Dutch day of *at*, lowest first."""
    return law.levels(at.astimezone(HERE).date())


def incidents(session: Session, realm: Realm) -> Sequence[Incident]:
    """Every incident of the organisation: open ones first, then newest first."""
    chosen = select(Incident).where(Incident.organisation_id == realm.organisation_id)
    return session.scalars(chosen.order_by(Incident.closed_at.is_not(None), Incident.id.desc())).all()


def open_incidents(session: Session, realm: Realm) -> Sequence[Incident]:
    """The incidents of the organisation that are not closed, newest first."""
    chosen = select(Incident).where(
        Incident.organisation_id == realm.organisation_id, Incident.closed_at.is_(None)
    )
    return session.scalars(chosen.order_by(Incident.id.desc())).all()


def incident(session: Session, realm: Realm, incident_id: int, *, lock: bool = False) -> Incident:
    """One incident of the organisation; with *lock* its row is claimed until the commit; raises NotFound."""
    chosen = select(Incident).where(
        Incident.id == incident_id, Incident.organisation_id == realm.organisation_id
    )
    found = session.scalars(chosen.with_for_update() if lock else chosen).first()
    if found is None:
        raise NotFound("This incident does not exist.")
    return found


def of_exercise(session: Session, realm: Realm, exercise_id: int) -> Incident | None:
    """The incident of an exercise, once somebody declared it."""
    chosen = select(Incident).where(
        Incident.exercise_id == exercise_id, Incident.organisation_id == realm.organisation_id
    )
    return session.scalars(chosen).first()


def by_trail(session: Session, trail_id: int) -> Incident | None:
    """The incident that writes on this trail, if any."""
    return session.scalars(select(Incident).where(Incident.trail_id == trail_id)).first()


def lines(session: Session, incident: Incident) -> list[Line]:
    """Every entry about the incident, in order; see ``readable``."""
    try:
        return trails.about(session, incident.trail_id, subject(incident.id))
    except UNREADABLE:
        every = readable(session, incident.trail_id)
        return [line for line in every if line.about == subject(incident.id)]


def readable(session: Session, trail_id: int) -> list[Line]:
    """Every entry of a trail, in order; where somebody damaged the store, those that can still be read.

    A damaged trail is told by its verification; it must never keep people from working on an incident.
    """
    try:
        return trails.lines(session, trail_id)
    except UNREADABLE:
        found: list[Line] = []
        for position in range(trails.trail(session, trail_id).size):
            with suppress(*UNREADABLE):
                found += trails.lines(session, trail_id, after=position - 1, limit=1)
        return found


def followed(session: Session, incident: Incident) -> list[Following]:
    """The playbooks that an incident follows, the first one first, each in the release that was taken up last."""
    chosen = select(IncidentPlaybook).where(IncidentPlaybook.incident_id == incident.id)
    rows = session.scalars(chosen.order_by(IncidentPlaybook.number)).all()
    here, numbers = Realm(incident.organisation_id), {row.release_id for row in rows}
    known = playbooks.all_followed(session, here, numbers)
    found: dict[int, Following] = {}
    for row in rows:
        one = known[row.release_id]
        found[one.release.playbook_id] = Following(
            one.release, one.standing, one.current, row.taken_up_at, row.taken_up_by_name
        )
    return list(found.values())


def taken_up(session: Session, incident_id: int) -> int:
    """How many times an incident took up a playbook."""
    chosen = select(func.count()).where(IncidentPlaybook.incident_id == incident_id)
    return session.scalar(chosen) or 0


def handovers(session: Session, incident_id: int) -> Sequence[Handover]:
    """Every offer of one incident, newest first."""
    chosen = select(Handover).where(Handover.incident_id == incident_id)
    return session.scalars(chosen.order_by(Handover.number.desc())).all()


def handover(session: Session, realm: Realm, handover_id: int, *, received: bool = False) -> Handover:
    """One handover with its incident, for who sent it and who received it, or the latter only; raises NotFound."""
    mine = Handover.receiver_organisation_id == realm.organisation_id
    sent = Handover.sender_organisation_id == realm.organisation_id
    chosen = select(Handover).where(Handover.id == handover_id, mine if received else or_(mine, sent))
    found = session.scalars(chosen.options(joinedload(Handover.incident))).first()
    if found is None:
        raise NotFound("This handover does not exist.")
    return found


def received(session: Session, realm: Realm) -> Sequence[Handover]:
    """Every handover that was offered to this organisation, newest first, with its incident."""
    chosen = select(Handover).where(Handover.receiver_organisation_id == realm.organisation_id)
    return session.scalars(chosen.options(joinedload(Handover.incident)).order_by(Handover.id.desc())).all()


def inbox(session: Session, realm: Realm) -> Sequence[Handover]:
    """The handovers offered to this organisation that wait for its answer, newest first, with their incident."""
    return [one for one in received(session, realm) if one.state in WAITING]


def package(session: Session, handover_id: int) -> HandoverPackage:
    """The package of a handover; raises NotFound."""
    found = session.get(HandoverPackage, handover_id)
    if found is None:
        raise NotFound("This handover does not exist.")
    return found


def finished(session: Session, incident: Incident, *, hold: bool = False) -> Conflict | None:
    """Why nothing can be added to the incident any more: it was closed, or its exercise is over; None while it goes on.

    With *hold* its exercise stays as it is until the commit.
    """
    if incident.closed_at is not None:
        return Conflict("This incident is closed. Declare a new one if it starts again.")
    if incident.exercise_id is None:
        return None
    exercise = exercises.exercise(session, Realm(incident.organisation_id), incident.exercise_id)
    if hold:
        exercises.hold(session, exercise)
    if exercise.state == ExerciseState.ENDED:
        return Conflict("The exercise has ended, and with it this incident.")
    return None
