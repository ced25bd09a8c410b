"""Saying something about a step, and dealing with what was said: resolving it, or making a finding of it."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from cyberready.improvements import actions as improvements
from cyberready.improvements import queries as findings
from cyberready.improvements.actions import Aim
from cyberready.improvements.rules import Origin, Theme
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import editing, queries, queries_comments, queries_drafts
from cyberready.playbooks.actions import record
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import Draft
from cyberready.playbooks.models_editing import StepComment
from cyberready.trail.rules import Kind, Plain

LONGEST = 4000
ON_DRAFT = "This is a comment on a draft: mend the draft. Findings are about published versions."


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
    _claim(session, realm, found, actor, now)
    of: Draft | PlaybookRelease = (
        queries_drafts.draft(session, realm, found.draft_id)
        if found.draft_id is not None
        else queries.release(session, realm, found.release_id or 0)
    )
    _record(session, found, of, Kind.COMMENT_RESOLVED, actor, now)
    return found


def file_finding(
    session: Session,
    realm: Realm,
    comment_id: int,
    *,
    theme: Theme,
    text: str,
    step_id: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Make a finding of a comment on a release, which resolves the comment; gives the number of the finding.

    It points at *step_id* of that very version, or at the version as a whole. Raises NotFound, Refused for a comment on
    a draft, and Conflict when the comment was resolved or made a finding before.
    """
    found = queries_comments.comment(session, realm, comment_id)
    if found.release_id is None:
        raise Refused(ON_DRAFT)
    of = queries.release(session, realm, found.release_id)
    _claim(session, realm, found, actor, now)
    filed = improvements.file(
        session,
        realm,
        origin=Origin.COMMENT,
        occasion=found.ref,
        occasion_title=occasion_title(found, of),
        theme=theme,
        text=text,
        aim=aim(of, step_id),
        actor=actor,
        now=now,
    )
    _record(session, found, of, Kind.COMMENT_RESOLVED, actor, now, finding=filed.id)
    return filed.id


def occasion_title(comment: StepComment, of: PlaybookRelease) -> str:
    """What to call the occasion on which a comment was made: the version and who said it."""
    return f"{of.title} {of.version}, {comment.by_name}"


def aim(of: PlaybookRelease, step_id: str) -> Aim:
    """A step of one version, which need not be the current one; the version as a whole when it has no such step."""
    titles = {step.id: step.title for step in queries.parsed(of.source).steps}
    known = step_id if step_id in titles else ""
    return Aim(of.slug, of.title, of.language, of.version, known, titles.get(known, ""))


def _claim(session: Session, realm: Realm, found: StepComment, actor: Actor, now: datetime) -> None:
    """Mark a comment as dealt with; of two who do that at the same instant the second is refused."""
    unresolved = update(StepComment).where(StepComment.id == found.id, StepComment.resolved_at.is_(None))
    says = {"resolved_by": actor.ref, "resolved_name": actor.name, "resolved_at": now}
    if session.execute(unresolved.values(says).returning(StepComment.id)).first() is None:
        if findings.filed_on(session, realm, [found.ref]):
            raise Conflict("A finding was made of this comment already.")
        raise Conflict("This comment was resolved already.")
    session.refresh(found)


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
    _record(session, made, of, Kind.COMMENT_MADE, actor, now)
    return made


def _record(
    session: Session,
    comment: StepComment,
    of: Draft | PlaybookRelease,
    kind: Kind,
    actor: Actor,
    now: datetime,
    **more: Plain,
) -> None:
    """Write an entry that names the place as readers know it: the title of the step, or of the whole."""
    titles = {one.key: one.title for one in editing.sections(of.source)}
    said: dict[str, Plain] = {
        "comment": comment.id,
        "draft": comment.draft_id,
        "release": comment.release_id,
        "step": comment.step_id,
        "place": titles.get(comment.step_id, comment.step_id) if comment.step_id else of.title,
        "text": comment.text,
    }
    record(session, comment.playbook_id, kind, said | more, actor=actor, now=now, about=comment.ref)
