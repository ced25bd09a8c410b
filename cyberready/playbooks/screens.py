"""What the pages about drafts show: who approves and who did, what is wrong with a text, what it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cyberready.improvements import queries as improvements
from cyberready.people import queries as people
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.realm import Realm
from cyberready.playbooks import (
    editing,
    formats,
    lifecycle,
    queries,
    queries_drafts,
    queries_translations,
    queries_visibility,
    sides,
)
from cyberready.playbooks.changes import Change as Difference
from cyberready.playbooks.lifecycle import Approver, Change, Standing, State, Verdict
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import Approval, Draft, DraftRevision
from cyberready.playbooks.queries_translations import Original
from cyberready.playbooks.queries_visibility import Reader
from cyberready.playbooks.rules import Playbook, Step

PAGE = 50


@dataclass(frozen=True, slots=True)
class Seat:
    """One approver of a draft as its page shows it: what he or she said, or whether it is his or her turn."""

    position: int
    name: str
    function: str
    approval: Approval | None
    is_next: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """A finding that a draft answers, and the improvement that it belongs to.

    ``place`` is the key of the section it is about: its own step, else that of the improvement; empty when neither is
    in the draft.
    """

    finding_id: int
    text: str
    seen_at: str
    filed_at: datetime
    improvement_id: int
    improvement: str
    how: str
    place: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the page of a draft shows; ``script`` is None while the text has faults.

    ``number`` is the version that it will be; ``place`` and ``seat`` are where the reader may agree or send it back,
    and ``signs_for`` is the name of who is absent there; empty for the reader's own place.
    """

    draft: Draft
    script: Playbook | None
    faults: tuple[Fault, ...]
    base: PlaybookRelease | None
    newer: PlaybookRelease | None
    original: Original | None
    seats: tuple[Seat, ...]
    in_order: bool
    said: tuple[Approval, ...]
    revisions: tuple[DraftRevision, ...]
    number: str
    is_first: bool
    place: Approver | None
    seat: Approver | None
    wrote: bool
    signs_for: str
    named: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def tlp(self) -> str:
        """How the text may be shared; empty when that cannot be read."""
        return marking(self.draft.source, self.script)

    @property
    def steps(self) -> Mapping[str, Step]:
        """The steps of the text by their id; none while it has faults."""
        return {step.id: step for step in self.script.steps} if self.script else {}

    @property
    def refusal(self) -> Approval | None:
        """The last refusal, as long as the draft is with its writers."""
        refused = [one for one in self.said if one.verdict == Verdict.REFUSED]
        return refused[-1] if refused and self.draft.state == State.DRAFT else None

    @property
    def lapsed(self) -> tuple[Approval, ...]:
        """The approvals that no longer hold, last ones first."""
        gone = [one for one in self.said if one.lapsed_at is not None]
        return tuple(reversed(gone))


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of the versions of a playbook, newest first; ``older`` is where the next page begins, if there is one.

    ``current`` says whether one of all its versions is to be followed.
    """

    releases: tuple[PlaybookRelease, ...]
    standings: Mapping[int, Standing]
    approvals: Mapping[int, list[Approval]]
    drafts: tuple[Draft, ...]
    older: int | None
    current: bool
    title: str


def reasons(session: Session, realm: Realm, of: Draft) -> tuple[Reason, ...]:
    """Why a draft (with its source) is written: the findings that it answers, by improvement."""
    known = {section.key for section in editing.sections(of.source)}
    return tuple(
        Reason(
            finding_id=finding.id,
            text=finding.text,
            seen_at=finding.occasion_title,
            filed_at=finding.filed_at,
            improvement_id=improvement.id,
            improvement=improvement.title,
            how=improvement.text,
            place=next((step for step in (finding.step_id, improvement.step_id) if step in known), ""),
        )
        for improvement in improvements.of_draft(session, realm, of.id)
        for finding in improvement.findings
    )


def shelf(
    session: Session, realm: Realm, slug: str, reader: Reader, *, language: str, before: int | None
) -> Shelf:
    """The versions of a playbook that are older than *before*, and the drafts that the reader may see.

    Raises NotFound when there are none.
    """
    found = queries.releases(session, realm, slug, limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    drafts = queries_drafts.drafts_of(session, realm, shown[0].playbook_id)
    return Shelf(
        releases=tuple(shown),
        standings=queries.standings(session, realm, shown),
        approvals=queries_drafts.release_approvals(session, [one.id for one in shown]),
        drafts=tuple(queries_visibility.seen(session, realm, reader, drafts)),
        older=shown[-1].id if len(found) > PAGE else None,
        current=queries.current_if_any(session, realm, slug) is not None,
        title=called(session, realm, shown[0].playbook_id, language),
    )


def sheet(session: Session, realm: Realm, draft_id: int, reader: Reader) -> Sheet:
    """What the page of one draft shows to one reader; raises NotFound, also when he or she may not see it."""
    draft = queries_visibility.draft(session, realm, reader, draft_id)
    account_id, now = reader.account_id, reader.now
    script, faults = examined(draft.source)
    known = queries_drafts.review(session, draft)
    current = (
        queries_drafts.mandate(session, realm, draft.playbook_id) if draft.state == State.DRAFT else None
    )
    mandate = known.mandate or (queries_drafts.value_of(current) if current else None)
    said = queries_drafts.approvals(session, [draft.id]).get(draft.id, [])
    away = queries_drafts.absences(session, realm, now)
    numbers = queries.version_numbers(session, draft.playbook_id, draft.language)
    reviewed, writable = draft.state in lifecycle.UNDER_REVIEW, draft.state in lifecycle.OPEN
    base = queries.release(session, realm, draft.base_release_id) if draft.base_release_id else None
    seats = _seats(session, realm, mandate, known, said) if mandate else ()
    seat = queries_drafts.seat(known, away, account_id, now) if reviewed else None
    place = queries_drafts.place(known, away, account_id, now) if draft.state == State.IN_REVIEW else None
    return Sheet(
        draft=draft,
        script=script,
        faults=faults,
        base=base,
        newer=queries_drafts.moved_on(session, draft) if writable else None,
        original=queries_translations.original(session, realm, draft, base) if writable else None,
        seats=seats,
        in_order=mandate.in_order if mandate else True,
        said=tuple(said),
        revisions=tuple(queries_drafts.revisions(session, realm, draft.id, limit=20)),
        number=str(lifecycle.next_release(numbers, Change(draft.change))),
        is_first=not numbers,
        place=place,
        seat=seat,
        wrote=account_id in known.editors,
        signs_for=_absent(seats, place, account_id),
        named=tuple(queries_drafts.named_writers(session, realm, draft.id)) if draft.origin else (),
        reasons=reasons(session, realm, draft),
    )


def called(session: Session, realm: Realm, playbook_id: int, language: str) -> str:
    """What readers of a language call a playbook: its title among releases, else in its newest draft."""
    if title := queries.title(session, realm, playbook_id, language):
        return title
    drafts = queries_drafts.drafts_of(session, realm, playbook_id)
    return drafts[-1].title if drafts else queries_drafts.playbook_by_id(session, realm, playbook_id).slug


def examined(source: str) -> tuple[Playbook | None, tuple[Fault, ...]]:
    """A text as a playbook, or what is wrong with it."""
    try:
        return formats.parse(source), ()
    except FaultsFound as found:
        return None, found.faults


def marking(source: str, script: Playbook | None) -> str:
    """The TLP marking of a text, also of one with faults; empty when its front matter cannot be read."""
    found = script or formats.attempt(source)[0]
    return found.tlp if found else ""


def differences(sheet: Sheet) -> tuple[Difference, ...]:
    """What a draft changes in the version that it was begun from, but its number; nothing for a first version."""
    if sheet.base is None:
        return ()
    found = sides.compare(sheet.base.source, sheet.draft.source).changes
    return tuple(one for one in found if one.field != "version")


def names(session: Session, realm: Realm, numbers: set[int]) -> dict[int, str]:
    """What these accounts are called, closed ones too."""
    known = {found.id: found.name for found in people.accounts(session, realm)}
    return {number: known.get(number) or people.account(session, realm, number).name for number in numbers}


def _absent(seats: tuple[Seat, ...], place: Approver | None, account_id: int | None) -> str:
    if place is None or place.account_id == account_id:
        return ""
    return next(seat.name for seat in seats if seat.position == place.position)


def _seats(
    session: Session,
    realm: Realm,
    mandate: lifecycle.Mandate,
    known: queries_drafts.Review,
    said: list[Approval],
) -> tuple[Seat, ...]:
    called = names(session, realm, {approver.account_id for approver in mandate.approvers})
    given = {one.position: one for one in said if one.verdict == Verdict.APPROVED and one.lapsed_at is None}
    waiting = set(mandate.next_up(known.stands)) if known.mandate else set()
    return tuple(
        Seat(
            position=approver.position,
            name=called[approver.account_id],
            function=approver.function,
            approval=given.get(approver.position),
            is_next=approver in waiting,
        )
        for approver in mandate.approvers
    )
