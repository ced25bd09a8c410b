"""Verbs that reach over several slices."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from cyberready.exercises import indexing as exercises
from cyberready.improvements import actions as improvements
from cyberready.improvements import queries as improvement_questions
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.people import indexing as people
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions as releases
from cyberready.playbooks import actions_drafts as drafts
from cyberready.playbooks import indexing as playbooks
from cyberready.playbooks import queries_drafts
from cyberready.playbooks.lifecycle import OPEN, State


class Outcome(StrEnum):
    """How a draft came to carry an improvement out."""

    BEGUN = "begun"
    CONTINUED = "continued"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Carrying:
    """The draft that carries an improvement out, the step that it is about, and how that came."""

    draft_id: int
    version: str
    step_id: str
    outcome: Outcome


def index_again(session: Session, realm: Realm) -> None:
    """Make the search index of an organisation anew from what it has."""
    for slice_index in (people, playbooks, exercises):
        slice_index.record_all(session, realm)


def begin_draft(
    session: Session,
    realm: Realm,
    improvement_id: int,
    *,
    draft_id: int | None = None,
    beside: bool = False,
    actor: Actor,
    now: datetime,
) -> Carrying:
    """Let the draft *draft_id* of its playbook, or a new one, carry an improvement out; an open one that does stays.

    Raises Conflict when drafts of the playbook are open and nobody chose between them and one *beside* them, when the
    chosen one is no longer being written, and when the improvement is closed.
    """
    aimed = improvement_questions.improvement(session, realm, improvement_id)
    if not aimed.slug:
        raise Refused("This improvement is about no playbook.")
    # The draft or the playbook first, then the improvement: publishing takes them in that order too.
    if draft_id is None:
        releases.held(session, queries_drafts.playbook(session, realm, aimed.slug).id)
        draft = None
    else:
        draft = drafts.held_draft(session, realm, draft_id, (State.DRAFT,))
    kept = improvements.held(session, realm, improvement_id)
    if known := _carrying(session, realm, kept.draft_id, kept.step_id):
        return known
    outcome = Outcome.CONTINUED
    if draft is None:
        if not beside and queries_drafts.open_in(session, realm, kept.slug, kept.language):
            raise Conflict("A draft of this playbook is open already. Choose what to do.")
        draft = drafts.begin(session, realm, kept.slug, kept.language, actor=actor, now=now)
        outcome = Outcome.BEGUN
    elif (draft.slug, draft.language) != (kept.slug, kept.language):
        raise Conflict("This draft is of another playbook than the improvement is about.")
    improvements.carry_out(session, realm, improvement_id, draft.id, actor=actor, now=now)
    return Carrying(draft.id, draft.version, kept.step_id, outcome)


def _carrying(session: Session, realm: Realm, draft_id: int | None, step_id: str) -> Carrying | None:
    """The draft that carries the improvement out already, unless it was published or abandoned since."""
    known = queries_drafts.draft(session, realm, draft_id) if draft_id is not None else None
    if known is None or known.state not in OPEN:
        return None
    return Carrying(known.id, known.version, step_id, Outcome.KNOWN)
