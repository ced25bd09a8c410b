"""Verb of the playbooks of an incident: follow one, in the version that is current now."""

from datetime import datetime

from sqlalchemy.orm import Session

from cyberready.incidents import actions, queries
from cyberready.incidents.models import IncidentPlaybook
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries as playbooks
from cyberready.trail.rules import Kind


def follow(
    session: Session, realm: Realm, incident_id: int, slug: str, *, actor: Actor, now: datetime
) -> None:
    """Take up the current release of a playbook; when the incident follows that one already nothing changes.

    It is the one in Dutch if there is one, so that everybody has the same text before them. Refused when the playbook
    does not exist here or every version of it was withdrawn; Conflict when the incident or its exercise is over.
    """
    incident = queries.incident(session, realm, incident_id, lock=True)
    actions.open_for_work(session, incident)
    release = playbooks.current_if_any(session, realm, slug)
    if release is None:
        raise Refused(
            "This playbook does not exist here, or every version of it was withdrawn. Choose another."
        )
    known = {one.release.playbook_id: one.release for one in queries.followed(session, incident)}
    before = known.get(release.playbook_id)
    if before is not None and before.id == release.id:
        return
    taken = IncidentPlaybook(
        incident_id=incident.id,
        number=queries.taken_up(session, incident.id) + 1,
        release_id=release.id,
        taken_up_at=now,
        taken_up_by=actor.ref,
        taken_up_by_name=actor.name,
    )
    session.add(taken)
    session.flush()  # where no lock holds them back, two in the same instant meet the constraint here
    actions.record(
        session,
        incident,
        Kind.PLAYBOOK_FOLLOWED,
        actor=actor,
        now=now,
        playbook=release.slug,
        title=release.title,
        version=release.version,
        language=release.language,
        digest=release.digest,
        release=release.id,
        in_place_of=before.version if before else None,
    )
