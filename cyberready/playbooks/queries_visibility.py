"""Questions about who may see a draft: it is no business of everybody with an account until it is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries_drafts
from cyberready.playbooks.lifecycle import State
from cyberready.playbooks.models_drafts import Draft, DraftRevision, MandateApprover, PlaybookMandate
from cyberready.trail.rules import Line


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks for drafts: ``works`` says that he or she writes or publishes playbooks; others need a mandate."""

    account_id: int | None
    works: bool
    now: datetime


def seen(session: Session, realm: Realm, reader: Reader, drafts: Sequence[Draft]) -> list[Draft]:
    """Those of *drafts* that the reader may see, in three questions however many they are.

    Who writes or publishes sees every draft; others those in whose mandate they or somebody are for whom they approve
    now. Until a draft is submitted its mandate is that of the playbook.
    """
    if reader.works or reader.account_id is None or not drafts:
        return list(drafts) if reader.works else []
    present = _current_mandates(session, (one.playbook_id for one in drafts if one.mandate_id is None))
    mandate_of = {one.id: one.mandate_id or present.get(one.playbook_id) for one in drafts}
    away = queries_drafts.absences(session, realm, reader.now)
    signing = {reader.account_id, *(one.account_id for one in away if one.deputy_id == reader.account_id)}
    chosen = select(MandateApprover.mandate_id).where(
        MandateApprover.mandate_id.in_({number for number in mandate_of.values() if number}),
        MandateApprover.account_id.in_(signing),
    )
    named = set(session.scalars(chosen))
    return [one for one in drafts if mandate_of[one.id] in named]


def draft(session: Session, realm: Realm, reader: Reader, draft_id: int) -> Draft:
    """One draft with its source; raises NotFound, also for who may not see it, who is not told that it is there."""
    found = queries_drafts.draft(session, realm, draft_id)
    if not seen(session, realm, reader, [found]):
        raise NotFound(queries_drafts.UNKNOWN)
    return found


def lines(session: Session, realm: Realm, reader: Reader, found: Sequence[Line]) -> list[Line]:
    """Those of the entries in a playbook's trail that the reader may see: not what is about a draft hidden from him or her.

    What was published hides nothing any more.
    """
    about = {number for one in found if isinstance(number := (one.body or {}).get("draft"), int)}
    chosen = select(Draft).where(
        Draft.id.in_(about),
        Draft.organisation_id == realm.organisation_id,
        Draft.state != State.PUBLISHED,
    )
    drafts = session.scalars(chosen).all()
    hidden = {one.id for one in drafts} - {one.id for one in seen(session, realm, reader, drafts)}
    return [one for one in found if (one.body or {}).get("draft") not in hidden]


def revision(session: Session, realm: Realm, reader: Reader, draft_id: int, number: int) -> DraftRevision:
    """One text that a draft had, with its source; raises NotFound as ``draft`` does."""
    draft(session, realm, reader, draft_id)
    return queries_drafts.revision(session, realm, draft_id, number)


def _current_mandates(session: Session, playbook_ids: Iterable[int]) -> dict[int, int]:
    """The number of the mandate that holds now of each of these playbooks that has one."""
    among = set(playbook_ids)
    if not among:
        return {}
    latest = select(PlaybookMandate.playbook_id, func.max(PlaybookMandate.id))
    chosen = latest.where(PlaybookMandate.playbook_id.in_(among))
    return dict(session.execute(chosen.group_by(PlaybookMandate.playbook_id)).all())
