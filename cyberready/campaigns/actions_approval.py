"""From draft to decision: submit, approve, send back, withdraw, finish. Each move claims the row."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from cyberready.campaigns import queries, rules
from cyberready.campaigns.actions_due import say
from cyberready.campaigns.models import Activity
from cyberready.campaigns.rules import State
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Forbidden, Refused
from cyberready.platform.db import ring
from cyberready.platform.realm import Realm
from cyberready.trail.rules import Kind


def submit(session: Session, realm: Realm, activity_id: int, *, actor: Actor, now: datetime) -> Activity:
    """Ask for approval; raises Conflict when it is not a draft."""
    submitted = queries.activity(session, realm, activity_id)
    _claim(session, submitted, rules.SUBMITTABLE, {"state": State.SUBMITTED, "remark": ""}, now=now)
    say(session, submitted, Kind.ACTIVITY_SUBMITTED, actor=actor, now=now, digest=submitted.digest)
    return submitted


def approve(
    session: Session, realm: Realm, activity_id: int, *, seen: str, actor: Actor, now: datetime
) -> Activity:
    """Agree to the content with the digest *seen*, as a second pair of eyes.

    Raises Forbidden for who wrote or last changed it, and Conflict when the content is no longer what was seen or
    when somebody else decided first.
    """
    approved = _judged(session, realm, activity_id, seen=seen, actor=actor)
    values = {
        "state": State.APPROVED,
        "approved_digest": seen,
        "approved_by": actor.name,
        "approved_at": now,
        "remark": "",
    }
    _claim(session, approved, (State.SUBMITTED,), values, now=now)
    say(session, approved, Kind.ACTIVITY_APPROVED, actor=actor, now=now, digest=seen)
    ring(session, "schedule")
    return approved


def reject(
    session: Session, realm: Realm, activity_id: int, *, seen: str, reason: str, actor: Actor, now: datetime
) -> Activity:
    """Send an activity back with a reason; refusals as in ``approve``."""
    if not reason.strip():
        raise Refused("Say why, so that the author knows what to change.")
    rejected = _judged(session, realm, activity_id, seen=seen, actor=actor)
    _claim(
        session, rejected, (State.SUBMITTED,), {"state": State.REJECTED, "remark": reason.strip()}, now=now
    )
    said = reason.strip()
    say(session, rejected, Kind.ACTIVITY_REJECTED, actor=actor, now=now, digest=seen, reason=said)
    return rejected


def _judged(session: Session, realm: Realm, activity_id: int, *, seen: str, actor: Actor) -> Activity:
    judged = queries.activity(session, realm, activity_id)
    if judged.state != State.SUBMITTED:
        raise Conflict("This activity does not wait for approval. Look at it again.")
    if not rules.may_approve(actor.ref, author_ref=judged.author_ref, editor_ref=judged.editor_ref):
        raise Forbidden("You wrote or changed this yourself. Ask somebody else to judge it.")
    if judged.digest != seen:
        raise Conflict("This activity was changed while you were reading. Read it again first.")
    return judged


def withdraw(
    session: Session, realm: Realm, activity_id: int, *, reason: str, actor: Actor, now: datetime
) -> Activity:
    """Call an activity off, or take a published text offline; it may be changed and approved again later."""
    if not reason.strip():
        raise Refused("Say why this is withdrawn.")
    withdrawn = queries.activity(session, realm, activity_id)
    was = withdrawn.state
    values = {
        "state": State.WITHDRAWN,
        "remark": reason.strip(),
        "approved_digest": None,
        "version": withdrawn.version + 1,
    }
    _claim(session, withdrawn, rules.WITHDRAWABLE, values, now=now)
    said = reason.strip()
    say(session, withdrawn, Kind.ACTIVITY_WITHDRAWN, actor=actor, now=now, reason=said, was=was)
    ring(session, "schedule")
    return withdrawn


def finish(
    session: Session, realm: Realm, activity_id: int, *, result: str, actor: Actor, now: datetime
) -> Activity:
    """Record that what is done by hand was done, with how it went; raises Conflict for anything else."""
    finished = queries.activity(session, realm, activity_id)
    if finished.state == State.APPROVED and finished.kind not in rules.BY_PEOPLE:
        raise Conflict("This activity happens by itself at its moment.")
    values = {"state": State.DONE, "happened_at": finished.happened_at or now, "remark": result.strip()}
    _claim(session, finished, rules.FINISHABLE, values, now=now)
    say(session, finished, Kind.ACTIVITY_DONE, actor=actor, now=now, result=result.strip())
    return finished


def _claim(
    session: Session,
    activity: Activity,
    states: tuple[State, ...],
    values: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    seen = Activity.version == activity.version
    if not claimed(session, activity, states, seen, {**values, "changed_at": now}):
        raise Conflict("This activity has moved on in the meantime. Look at it again.")


def claimed(
    session: Session,
    activity: Activity,
    states: tuple[State, ...],
    unchanged: ColumnElement[bool],
    values: Mapping[str, object],
) -> bool:
    """Whether *activity* was in one of *states* and *unchanged*, and now has *values*; its row is read anew."""
    here = (Activity.id == activity.id) & Activity.state.in_(states) & unchanged
    found = session.execute(
        update(Activity).where(here).values(values).returning(Activity.id),
        execution_options={"synchronize_session": False},
    ).first()
    session.refresh(activity)
    return found is not None
