"""Questions of who is writing: what one typed and did not save, and who changed a section meanwhile."""

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from cyberready.platform.realm import Realm
from cyberready.playbooks import editing, queries_drafts, sections
from cyberready.playbooks.models_drafts import Draft, DraftRevision
from cyberready.playbooks.models_editing import DraftPad

MOST_REVISIONS = 30
WHOLE = ""  # the section of a pad that holds the whole text


def pad(session: Session, realm: Realm, draft_id: int, section: str, account: str) -> DraftPad | None:
    """What *account* typed in one section and did not save; None when there is nothing."""
    chosen = _pads(realm, draft_id, account).where(DraftPad.section == section)
    return session.scalars(chosen).first()


def pads(session: Session, realm: Realm, draft_id: int, account: str) -> dict[str, DraftPad]:
    """What *account* typed in this draft and did not save, by section."""
    return {found.section: found for found in session.scalars(_pads(realm, draft_id, account))}


def kind_of(session: Session, realm: Realm, draft_id: int, section: str) -> str:
    """Whether the section of a draft with this key is a step, a phase or another part; empty when there is none.

    Raises NotFound for a draft that does not exist.
    """
    draft = queries_drafts.draft(session, realm, draft_id)
    found = sections.find(editing.sections(draft.source), section)
    return found.kind if found else ""


def text_with(session: Session, draft: Draft, section: str, began: str) -> str | None:
    """The text of a section as it was when its digest was *began*, or None when no recent revision has it."""
    for revision in _newest(session, draft):
        found = sections.find(editing.sections(revision.source), section)
        if found is not None and found.digest == began:
            return found.text
    return None


def last_change(session: Session, draft: Draft, section: str) -> DraftRevision:
    """The revision that gave a section (or the whole text) what it says now; of a removed one that removed it."""
    return _since(_newest(session, draft), section)


def _newest(session: Session, draft: Draft) -> list[DraftRevision]:
    chosen = select(DraftRevision).where(DraftRevision.draft_id == draft.id)
    newest = chosen.order_by(DraftRevision.number.desc()).limit(MOST_REVISIONS)
    return list(session.scalars(newest.options(undefer(DraftRevision.source))))


def _since(revisions: Iterable[DraftRevision], section: str) -> DraftRevision:
    newest, *older = revisions
    if section == WHOLE:
        return newest
    now = _said(newest.source, section)
    changed = newest
    for revision in older:
        if _said(revision.source, section) != now:
            break
        changed = revision
    return changed


def _said(source: str, section: str) -> str | None:
    found = sections.find(editing.sections(source), section)
    return found.digest if found else None


def _pads(realm: Realm, draft_id: int, account: str) -> Select[DraftPad]:
    return select(DraftPad).where(
        DraftPad.organisation_id == realm.organisation_id,
        DraftPad.draft_id == draft_id,
        DraftPad.account == account,
    )
