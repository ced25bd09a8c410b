"""Verbs of the handover: offer, confirm receipt, accept, refuse, return; each happens once, whoever is first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from cyberready.exercises import queries as exercises
from cyberready.exercises.rules import State as ExerciseState
from cyberready.incidents import actions, queries, rules
from cyberready.incidents.models import Handover, HandoverPackage, Incident
from cyberready.incidents.rules import BEFORE, KINDS, UNDER_WAY, HandoverState
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Forbidden, Refused
from cyberready.people import queries as people
from cyberready.platform.db import ring
from cyberready.platform.realm import Realm
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import EVERYONE, Kind


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered: the package as made beforehand, and the words that go with it.

    ``number`` counts the offers of this incident from 1 and was read before the package was made. ``sha256`` is that of
    ``content``; ``step`` is where the incident stood, in words; ``checkpoint`` is the signed head that the package proves.
    """

    incident_id: int
    receiver_id: int
    number: int
    identifier: str
    summary: str
    reason: str
    requests: Sequence[str]
    step: str
    content: bytes
    sha256: str
    checkpoint: str
    broken: bool


def may_offer(session: Session, realm: Realm, incident_id: int, *, lock: bool = False) -> Incident:
    """The incident, if it can be offered now; Conflict when it is closed or a handover is under way."""
    incident = queries.incident(session, realm, incident_id, lock=lock)
    actions.open_for_work(session, incident)
    if any(one.state in UNDER_WAY for one in queries.handovers(session, incident_id)):
        raise Conflict("A handover of this incident is under way already. Wait for the answer.")
    return incident


def spoils_nothing(session: Session, incident: Incident) -> None:
    """Forbidden while the incident's exercise goes on: its trail holds what was for other teams and for the staff."""
    if incident.exercise_id is None:
        return
    exercise = exercises.exercise(session, Realm(incident.organisation_id), incident.exercise_id)
    if exercise.state != ExerciseState.ENDED:
        raise Forbidden(
            "This package holds what the other teams were told. Players can download it after the exercise."
        )


def offer(session: Session, realm: Realm, offered: Offer, *, actor: Actor, now: datetime) -> Handover:
    """Offer the incident with its package; Conflict when somebody else did so while the package was made."""
    incident = may_offer(session, realm, offered.incident_id, lock=True)
    if len(queries.handovers(session, incident.id)) + 1 != offered.number:
        raise Conflict("Somebody else offered this incident at the same time. Look at that handover first.")
    receiver = next((one for one in people.regions(session, realm) if one.id == offered.receiver_id), None)
    if receiver is None:
        raise Refused("Choose the safety region that takes the incident over.")
    handover = Handover(
        incident_id=incident.id,
        sender_organisation_id=realm.organisation_id,
        receiver_organisation_id=receiver.id,
        sender_name=people.organisation(session, realm.organisation_id).name,
        receiver_name=receiver.name,
        number=offered.number,
        identifier=offered.identifier,
        state=HandoverState.OFFERED,
        offered_at=now,
        changed_at=now,
    )
    session.add(handover)
    session.flush()
    session.add(HandoverPackage(handover_id=handover.id, sha256=offered.sha256, content=offered.content))
    _tell(
        session,
        incident,
        handover,
        HandoverState.OFFERED,
        actor=actor,
        now=now,
        summary=offered.summary,
        reason=offered.reason,
        requests=list(offered.requests),
        step=offered.step,
        sha256=offered.sha256,
        checkpoint=offered.checkpoint,
        trail_broken=offered.broken,
    )
    return handover


def confirm_receipt(session: Session, realm: Realm, handover_id: int, *, actor: Actor, now: datetime) -> None:
    """Say that the package arrived and is being read."""
    _claim(session, realm, handover_id, HandoverState.RECEIVED, actor=actor, now=now)


def accept(
    session: Session, realm: Realm, handover_id: int, *, note: str, actor: Actor, now: datetime
) -> None:
    """Take the incident over, with a note for the sender."""
    _claim(session, realm, handover_id, HandoverState.ACCEPTED, actor=actor, now=now, note=note)


def refuse(
    session: Session, realm: Realm, handover_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Do not take the incident over; the sender may offer it again."""
    if not reason.strip():
        raise Refused("Say why the handover is refused.")
    _claim(session, realm, handover_id, HandoverState.REFUSED, actor=actor, now=now, reason=reason)


def give_back(
    session: Session, realm: Realm, handover_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Return an incident that was taken over to who handed it over."""
    if not reason.strip():
        raise Refused("Say why the incident is returned.")
    _claim(session, realm, handover_id, HandoverState.RETURNED, actor=actor, now=now, reason=reason)


def _claim(
    session: Session,
    realm: Realm,
    handover_id: int,
    to: HandoverState,
    *,
    actor: Actor,
    now: datetime,
    **said: Any,
) -> None:
    """Bring the handover to its next state if nobody was first; Conflict says where it stands instead."""
    handover = queries.handover(session, realm, handover_id, received=True)
    chosen = update(Handover).where(Handover.id == handover.id, Handover.state == BEFORE[to])
    claimed = session.execute(
        chosen.values(state=to, changed_at=now), execution_options={"synchronize_session": False}
    )
    session.refresh(handover, ["state", "changed_at"])
    if claimed.rowcount != 1:  # type: ignore[attr-defined]  # an update gives a cursor result
        raise rules.too_late(handover.state)
    _tell(session, handover.incident, handover, to, actor=actor, now=now, **said)
    if to not in UNDER_WAY:
        _let_go(session, handover.receiver_organisation_id)


def _let_go(session: Session, organisation_id: int) -> None:
    """End the receiver's open streams, which would go on with the incident; pages come back with what they may see."""
    for account in people.accounts(session, Realm(organisation_id)):
        ring(session, f"gone:account:{account.id}")


def _tell(
    session: Session,
    incident: Incident,
    handover: Handover,
    state: HandoverState,
    *,
    actor: Actor,
    now: datetime,
    **said: Any,
) -> None:
    """Write the step on the incident's trail, and on the receiver's own: it is a witness of what it was offered."""
    kind: Kind = KINDS[state]
    body: dict[str, Any] = {
        "handover": handover.id,
        "number": handover.number,
        "identifier": handover.identifier,
        "sender": handover.sender_name,
        "receiver": handover.receiver_name,
        **said,
    }
    own = rules.region(handover.receiver_organisation_id)
    actions.record(session, incident, kind, actor=actor, now=now, audience=(EVERYONE, own), **body)
    theirs = trails.organisation_trail(session, handover.receiver_organisation_id)
    trail.write(
        session,
        theirs.id,
        kind,
        actor=actor,
        at=now,
        about=f"handover:{handover.id}",
        audience=(own,),
        exercise=incident.exercise,
        title=incident.title,
        **body,
    )
