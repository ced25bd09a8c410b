"""Saying something about a step, and resolving what was said."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import editing, queries, queries_comments, queries_drafts
from cyberready.playbooks.actions import record
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import Draft
from cyberready.playbooks.models_editing import StepComment
from cyberready.trail.rules import Kind

LONGEST = 4000


def on_draft(
    session: Session, realm: Realm, draft_id: int, step_id: str, text: str, *, actor: Actor, now: datetime
) -> StepComment:
    """Say something about a step of a draft; an empty *step_id* means the whole. Raises NotFound, Refused."""
    draft = queries_drafts.draft(session, realm, draft_id)
    return _make(session, draft, draft.source, step_id, text, actor, now)


def on_release(
    session: Session, realm: Realm, release_id: int, step_id: str, text: str, *, actor: Actor, now: datetime
) -> StepComment:
    """Say something about a step of a release; an empty *step_id* means the whole. Raises NotFound, Refused."""
    release = queries.release(session, realm, release_id)
    return _make(session, release, release.source, step_id, text, actor, now)


def resolve(
    session: Session, realm: Realm, comment_id: int, *, as_writer: bool, actor: Actor, now: datetime
) -> StepComment:
    """Mark a comment as dealt with; writers may, and who made it. Raises Refused, Conflict when it was done."""
    found = queries_comments.comment(session, realm, comment_id)
    if not as_writer and found.by != actor.ref:
        raise Refused("A comment is resolved by who made it or by a writer of the playbook.")
    unresolved = update(StepComment).where(StepComment.id == found.id, StepComment.resolved_at.is_(None))
    says = {"resolved_by": actor.ref, "resolved_name": actor.name, "resolved_at": now}
    if session.execute(unresolved.values(says).returning(StepComment.id)).first() is None:
        raise Conflict("This comment was resolved already.")
    session.refresh(found)
    _record(session, found, Kind.COMMENT_RESOLVED, actor, now)
    return found


def _make(
    session: Session,
    of: Draft | PlaybookRelease,
    source: str,
    step_id: str,
    text: str,
    actor: Actor,
    now: datetime,
) -> StepComment:
    said = text.strip()
    if not said:
        raise Refused("Write what you want to say.")
    if len(said) > LONGEST:
        raise Refused("A comment has at most %(most)s characters.", most=LONGEST)
    if step_id and step_id not in editing.ids(source):
        raise Conflict("This step is no longer there.")
    made = StepComment(
        organisation_id=of.organisation_id,
        playbook_id=of.playbook_id,
        draft_id=of.id if isinstance(of, Draft) else None,
        release_id=None if isinstance(of, Draft) else of.id,
        step_id=step_id,
        text=said,
        by=actor.ref,
        by_name=actor.name,
        at=now,
    )
    session.add(made)
    session.flush()  # the entry names the comment
    _record(session, made, Kind.COMMENT_MADE, actor, now)
    return made


def _record(session: Session, of: StepComment, kind: Kind, actor: Actor, now: datetime) -> None:
    place = f"#{of.step_id}" if of.step_id else "*"
    said = {
        "comment": of.id,
        "draft": of.draft_id,
        "release": of.release_id,
        "place": place,
        "text": of.text,
    }
    record(session, of.playbook_id, kind, said, actor=actor, now=now, about=f"comment:{of.id}")
