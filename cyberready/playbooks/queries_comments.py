"""Questions about comments on the steps of drafts and releases."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.playbooks.models_editing import StepComment


def comment(session: Session, realm: Realm, comment_id: int) -> StepComment:
    """One comment; raises NotFound."""
    found = session.scalars(_comments(realm).where(StepComment.id == comment_id)).first()
    if found is None:
        raise NotFound("This comment does not exist.")
    return found


def on_draft(session: Session, realm: Realm, draft_id: int) -> dict[str, list[StepComment]]:
    """The comments on a draft by the id of the step, oldest first; under an empty id those on the whole."""
    return _by_step(session, _comments(realm).where(StepComment.draft_id == draft_id))


def on_release(session: Session, realm: Realm, release_id: int) -> dict[str, list[StepComment]]:
    """The comments on a release by the id of the step, oldest first; under an empty id those on the whole."""
    return _by_step(session, _comments(realm).where(StepComment.release_id == release_id))


def open_on_releases(session: Session, realm: Realm, release_ids: Iterable[int]) -> dict[int, int]:
    """How many comments on these releases wait for an answer, by release; those without any are not among them."""
    return _counts(session, realm, StepComment.release_id.in_(list(release_ids)), StepComment.release_id)


def open_on_drafts(session: Session, realm: Realm, draft_ids: Iterable[int]) -> dict[int, int]:
    """How many comments on these drafts wait for an answer, by draft; those without any are not among them."""
    return _counts(session, realm, StepComment.draft_id.in_(list(draft_ids)), StepComment.draft_id)


def _counts(session: Session, realm: Realm, among: object, column: object) -> dict[int, int]:
    chosen = (
        select(column, func.count())  # type: ignore[call-overload]  # one of two columns
        .where(StepComment.organisation_id == realm.organisation_id, StepComment.resolved_at.is_(None), among)
        .group_by(column)
    )
    counted: list[tuple[int, int]] = list(session.execute(chosen))
    return dict(counted)


def _by_step(session: Session, chosen: Select[StepComment]) -> dict[str, list[StepComment]]:
    found: dict[str, list[StepComment]] = defaultdict(list)
    for one in session.scalars(chosen.order_by(StepComment.id)):
        found[one.step_id].append(one)
    return dict(found)


def _comments(realm: Realm) -> Select[StepComment]:
    return select(StepComment).where(StepComment.organisation_id == realm.organisation_id)
