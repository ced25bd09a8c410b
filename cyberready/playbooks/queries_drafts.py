"""Questions about drafts: what is being written, who must approve it, who did, what waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, selectinload, undefer

from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.playbooks import lifecycle
from cyberready.playbooks.lifecycle import Absence, Approver, Mandate, Stand, State, Verdict
from cyberready.playbooks.models import Playbook, PlaybookRelease
from cyberready.playbooks.models_drafts import (
    Approval,
    Delegation,
    Draft,
    DraftRevision,
    DraftWriter,
    PlaybookMandate,
)

UNKNOWN = "This draft does not exist."


@dataclass(frozen=True, slots=True)
class Review:
    """What is known about the approval of one draft: who must agree, who did so far, who wrote the text."""

    mandate: Mandate | None
    stands: tuple[Stand, ...]
    editors: frozenset[int]

    @property
    def needed(self) -> tuple[Approver, ...]:
        """Whose agreement is still needed."""
        return self.mandate.needed(self.stands) if self.mandate else ()


def playbook(session: Session, realm: Realm, slug: str) -> Playbook:
    """One playbook by its short name, published or not; raises NotFound."""
    chosen = select(Playbook).where(Playbook.organisation_id == realm.organisation_id, Playbook.slug == slug)
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This playbook does not exist.")
    return found


def playbook_by_id(session: Session, realm: Realm, playbook_id: int) -> Playbook:
    """One playbook by its number, published or not; raises NotFound."""
    found = session.get(Playbook, playbook_id)
    if found is None or found.organisation_id != realm.organisation_id:
        raise NotFound("This playbook does not exist.")
    return found


def draft(session: Session, realm: Realm, draft_id: int) -> Draft:
    """One draft with its source, in whatever state; raises NotFound."""
    found = session.scalars(_drafts(realm).where(Draft.id == draft_id).options(undefer(Draft.source))).first()
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def open_drafts(session: Session, realm: Realm) -> list[Draft]:
    """The drafts that are being written, reviewed or wait to be published, last changed first, without their source."""
    chosen = _drafts(realm).where(Draft.state.in_(lifecycle.OPEN))
    return list(session.scalars(chosen.order_by(Draft.updated_at.desc(), Draft.id.desc())))


def drafts_of(session: Session, realm: Realm, playbook_id: int) -> list[Draft]:
    """The open drafts of one playbook, oldest first, without their source."""
    chosen = _drafts(realm).where(Draft.playbook_id == playbook_id, Draft.state.in_(lifecycle.OPEN))
    return list(session.scalars(chosen.order_by(Draft.id)))


def open_in(session: Session, realm: Realm, slug: str, language: str) -> list[Draft]:
    """The open drafts of a playbook in one language, oldest first, without their source."""
    chosen = _drafts(realm).where(
        Draft.slug == slug, Draft.language == language, Draft.state.in_(lifecycle.OPEN)
    )
    return list(session.scalars(chosen.order_by(Draft.id)))


def revisions(session: Session, realm: Realm, draft_id: int, *, limit: int = 50) -> list[DraftRevision]:
    """The last texts that a draft had, newest first, without them; raises NotFound."""
    known = draft(session, realm, draft_id)
    chosen = select(DraftRevision).where(DraftRevision.draft_id == known.id)
    return list(session.scalars(chosen.order_by(DraftRevision.number.desc()).limit(limit)))


def revision(session: Session, realm: Realm, draft_id: int, number: int) -> DraftRevision:
    """One text that a draft had, with its source; raises NotFound."""
    known = draft(session, realm, draft_id)
    chosen = select(DraftRevision).where(DraftRevision.draft_id == known.id, DraftRevision.number == number)
    found = session.scalars(chosen.options(undefer(DraftRevision.source))).first()
    if found is None:
        raise NotFound("This draft had no such text.")
    return found


def approvals(session: Session, draft_ids: Iterable[int]) -> dict[int, list[Approval]]:
    """Everything that approvers said of these drafts, with their remarks, in order of time."""
    chosen = select(Approval).where(Approval.draft_id.in_(list(draft_ids))).order_by(Approval.id)
    found: dict[int, list[Approval]] = defaultdict(list)
    for approval in session.scalars(chosen.options(selectinload(Approval.remarks))):
        found[approval.draft_id].append(approval)
    return dict(found)


def refusal(session: Session, of: Draft) -> Approval | None:
    """The last refusal of a draft with its remarks, as long as the draft is with its writers; None without one."""
    if of.state != State.DRAFT:
        return None
    chosen = select(Approval).where(Approval.draft_id == of.id, Approval.verdict == Verdict.REFUSED)
    latest = chosen.order_by(Approval.id.desc()).limit(1)
    return session.scalars(latest.options(selectinload(Approval.remarks))).first()


def release_approvals(session: Session, release_ids: Sequence[int]) -> dict[int, list[Approval]]:
    """The approvals on which each of these releases was published, by release."""
    chosen = (
        select(Draft.release_id, Approval)
        .join(Approval, Approval.draft_id == Draft.id)
        .where(Draft.release_id.in_(release_ids), _valid())
        .order_by(Approval.position)
    )
    found: dict[int, list[Approval]] = defaultdict(list)
    for release_id, approval in session.execute(chosen):
        found[release_id or 0].append(approval)
    return dict(found)


def mandate(session: Session, realm: Realm, playbook_id: int) -> PlaybookMandate | None:
    """Who must approve a playbook from now on, with the approvers in order; None when nobody said so yet."""
    chosen = (
        select(PlaybookMandate)
        .join(Playbook, Playbook.id == PlaybookMandate.playbook_id)
        .where(Playbook.organisation_id == realm.organisation_id, Playbook.id == playbook_id)
        .options(selectinload(PlaybookMandate.approvers))
        .order_by(PlaybookMandate.id.desc())
        .limit(1)
    )
    return session.scalars(chosen).first()


def review(session: Session, of: Draft) -> Review:
    """What is known about the approval of one draft under review."""
    return reviews(session, [of])[of.id]


def reviews(session: Session, drafts: Sequence[Draft]) -> dict[int, Review]:
    """What is known about the approval of these drafts, in three questions however many they are."""
    numbers = [found.id for found in drafts]
    chosen = select(PlaybookMandate).where(
        PlaybookMandate.id.in_([found.mandate_id for found in drafts if found.mandate_id])
    )
    mandates = {
        found.id: value_of(found)
        for found in session.scalars(chosen.options(selectinload(PlaybookMandate.approvers)))
    }
    given = select(Approval.draft_id, Approval.position, Approval.account_id, Approval.digest)
    stands: dict[tuple[int, str], list[Stand]] = defaultdict(list)
    for row in session.execute(given.where(Approval.draft_id.in_(numbers), _valid())):
        stands[row.draft_id, row.digest].append(Stand(row.position, row.account_id))
    wrote = editors(session, drafts)
    return {
        found.id: Review(
            mandates.get(found.mandate_id or 0), tuple(stands[found.id, found.digest]), wrote[found.id]
        )
        for found in drafts
    }


def editors(session: Session, drafts: Sequence[Draft]) -> dict[int, frozenset[int]]:
    """The accounts that wrote any text of a draft, here or before it came in, or described what it changes, by draft."""
    found = {one.id: {one.author, *one.described_by.split()} for one in drafts}
    saved = select(DraftRevision.draft_id, DraftRevision.by).where(DraftRevision.draft_id.in_(list(found)))
    named = select(DraftWriter.draft_id, DraftWriter.writer).where(DraftWriter.draft_id.in_(list(found)))
    for draft_id, by in session.execute(saved.union(named)):
        found[draft_id].add(by)
    return {
        draft_id: frozenset(number for ref in refs if (number := account_number(ref)))
        for draft_id, refs in found.items()
    }


def named_writers(session: Session, realm: Realm, draft_id: int) -> list[str]:
    """The names of who wrote the text before it was brought in, as far as that was said, by name; raises NotFound."""
    known = draft(session, realm, draft_id)
    chosen = select(DraftWriter.name).where(DraftWriter.draft_id == known.id)
    return list(session.scalars(chosen.order_by(DraftWriter.name, DraftWriter.id)))


def absences(session: Session, realm: Realm, now: datetime) -> list[Absence]:
    """Who lets whom approve at this moment."""
    return [
        Absence(found.account_id, found.deputy_id, found.starts_at, found.ends_at)
        for found in delegations(session, realm, now)
        if found.starts_at <= now
    ]


def delegations(session: Session, realm: Realm, now: datetime) -> list[Delegation]:
    """The delegations of an organisation that hold now or later, first ones first."""
    chosen = select(Delegation).where(
        Delegation.organisation_id == realm.organisation_id, Delegation.ends_at > now
    )
    return list(session.scalars(chosen.order_by(Delegation.starts_at, Delegation.id)))


def waiting_for(session: Session, realm: Realm, account_id: int, *, now: datetime) -> list[Draft]:
    """The drafts that this account may approve now, for itself or as a deputy, without their source."""
    chosen = _drafts(realm).where(Draft.state == State.IN_REVIEW).order_by(Draft.updated_at, Draft.id)
    found = list(session.scalars(chosen))
    if not found:
        return []
    known, away = reviews(session, found), absences(session, realm, now)
    return [one for one in found if place(known[one.id], away, account_id, now) is not None]


def place(known: Review, away: Iterable[Absence], account_id: int | None, now: datetime) -> Approver | None:
    """The place at which an account may approve now, or None."""
    if known.mandate is None or account_id is None:
        return None
    return lifecycle.place_of(
        known.mandate, known.stands, away, account_id=account_id, editors=known.editors, now=now
    )


def seat(known: Review, away: Sequence[Absence], account_id: int | None, now: datetime) -> Approver | None:
    """The place in the mandate from which an account may send the draft back, whoever agreed so far, or None."""
    if account_id is None:
        return None
    for approver in known.mandate.approvers if known.mandate else ():
        alone = Mandate((approver,))
        if lifecycle.place_of(alone, (), away, account_id=account_id, editors=known.editors, now=now):
            return approver
    return None


def moved_on(session: Session, of: Draft) -> PlaybookRelease | None:
    """The version that was published after the one this draft builds on, if any."""
    newest = _newest(session, of)
    return newest if newest is not None and newest.id > (of.base_release_id or 0) else None


def value_of(found: PlaybookMandate) -> Mandate:
    """A mandate as a value."""
    places = (Approver(one.position, one.function, one.account_id) for one in found.approvers)
    return Mandate(tuple(places), found.in_order)


def account_number(ref: str) -> int | None:
    """The number of the account that an actor's reference names, or None."""
    kind, _, number = ref.partition(":")
    return int(number) if kind == "account" and number.isdecimal() else None


def _newest(session: Session, of: Draft) -> PlaybookRelease | None:
    from_here = PlaybookRelease.playbook_id == of.playbook_id, PlaybookRelease.language == of.language
    chosen = select(PlaybookRelease).where(*from_here, ~PlaybookRelease.withdrawal.has())
    return session.scalars(chosen.order_by(PlaybookRelease.id.desc()).limit(1)).first()


def _valid() -> ColumnElement[bool]:
    return (Approval.verdict == Verdict.APPROVED) & Approval.lapsed_at.is_(None)


def _drafts(realm: Realm) -> Select[Draft]:
    return select(Draft).where(Draft.organisation_id == realm.organisation_id)
