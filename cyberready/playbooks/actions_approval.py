"""Approving: who must agree, submitting, agreeing or sending back, publishing what was agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cyberready.improvements import actions as improvements
from cyberready.kernel.actor import SYSTEM, Actor
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people import queries as people
from cyberready.people.actions_access import note
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.realm import Realm
from cyberready.playbooks import formats, lifecycle, queries, queries_drafts
from cyberready.playbooks.actions import held, published, record, release
from cyberready.playbooks.actions_drafts import NO_LONGER, back_to_draft, describe, held_draft, noted, rewrite
from cyberready.playbooks.actions_translations import refuse_unchanged
from cyberready.playbooks.lifecycle import OPEN, UNDER_REVIEW, Approver, Change, State, Verdict
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import (
    Approval,
    ApprovalRemark,
    Delegation,
    Draft,
    MandateApprover,
    PlaybookMandate,
)
from cyberready.trail.rules import Kind, Plain

MOST_APPROVERS = 8
LONGEST_FUNCTION, LONGEST_REMARK = 120, 4000
LONGEST_ABSENCE = timedelta(days=366)
MOVED = "Version %(version)s was published after this draft was begun. Take over what changed, then go on from it."
CHANGED = "This draft was changed while you were reading. Read it again first."
NOT_YOURS = "You cannot approve this draft: you are not next in its mandate, you wrote part of it, or you agreed already."


@dataclass(frozen=True, slots=True)
class Remark:
    """What an approver wants changed; ``step_id`` is empty for the whole playbook."""

    step_id: str
    text: str


def set_mandate(
    session: Session,
    realm: Realm,
    playbook_id: int,
    approvers: Sequence[tuple[int, str]],
    *,
    in_order: bool,
    actor: Actor,
    now: datetime,
) -> PlaybookMandate:
    """Say who approves a playbook from now on: accounts with the function under which they sign, in order.

    A draft that is under review keeps the mandate it was submitted under. Raises NotFound for a foreign playbook or
    account, and Refused for no approver, too many, one named twice or one without a function.
    """
    signing = [(number, function.strip()[:LONGEST_FUNCTION]) for number, function in approvers]
    if not 1 <= len(signing) <= MOST_APPROVERS:
        raise Refused("Name at least one approver and at most %(most)s.", most=MOST_APPROVERS)
    if len({number for number, _ in signing}) < len(signing):
        raise Refused("Name each approver once.")
    if not all(function for _, function in signing):
        raise Refused("Give each approver the function under which he or she signs.")
    playbook = held(session, queries_drafts.playbook_by_id(session, realm, playbook_id).id)
    accounts = [people.account(session, realm, number) for number, _ in signing]
    if any(account.closed_at is not None for account in accounts):
        raise Refused("One of these accounts was closed. Choose somebody else.")
    made = PlaybookMandate(
        playbook_id=playbook.id,
        in_order=in_order,
        set_by=actor.ref,
        set_by_name=actor.name,
        set_at=now,
        approvers=[
            MandateApprover(position=place, function=function, account_id=number)
            for place, (number, function) in enumerate(signing, 1)
        ],
    )
    session.add(made)
    session.flush()  # the entry names the mandate
    named = [f"{account.name}, {function}" for account, (_, function) in zip(accounts, signing, strict=True)]
    said: dict[str, Plain] = {"mandate": made.id, "approvers": "; ".join(named), "in_order": in_order}
    record(session, playbook.id, Kind.MANDATE_SET, said, actor=actor, now=now)
    return made


def delegate(
    session: Session,
    realm: Realm,
    deputy_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    now: datetime,
) -> Delegation:
    """Let a deputy approve in the actor's place while he or she is absent.

    Raises NotFound for a foreign account and Refused for oneself, a closed account or a time that cannot be.
    """
    principal_id = _account(actor)
    deputy = people.account(session, realm, deputy_id)
    if deputy.id == principal_id or deputy.closed_at is not None:
        raise Refused("Choose a colleague as your deputy.")
    if not now < ends_at or not starts_at < ends_at <= starts_at + LONGEST_ABSENCE:
        raise Refused("Choose an end after the begin and after today, at most a year later.")
    made = Delegation(
        organisation_id=realm.organisation_id,
        account_id=principal_id,
        deputy_id=deputy.id,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    session.add(made)
    session.flush()  # the entry names the delegation
    names = {"deputy": deputy.name, "principal": actor.name}
    times = {"starts": starts_at.isoformat(), "ends": ends_at.isoformat()}
    about = f"delegation:{made.id}"
    said = {**names, **times}
    note(session, realm.organisation_id, Kind.DELEGATION_SET, actor=actor, now=now, about=about, **said)
    return made


def end_delegation(
    session: Session, realm: Realm, delegation_id: int, *, actor: Actor, now: datetime
) -> Delegation:
    """End a delegation of the actor's own; raises NotFound for any other and for one that is over."""
    found = session.get(Delegation, delegation_id, with_for_update=True, populate_existing=True)
    mine = found is not None and found.organisation_id == realm.organisation_id
    if found is None or not mine or found.account_id != _account(actor) or found.ends_at <= now:
        raise NotFound("This delegation does not exist, or it is over.")
    found.ends_at = now
    names = {"deputy": people.account(session, realm, found.deputy_id).name, "principal": actor.name}
    about = f"delegation:{found.id}"
    note(session, realm.organisation_id, Kind.DELEGATION_ENDED, actor=actor, now=now, about=about, **names)
    return found


def submit(
    session: Session,
    realm: Realm,
    draft_id: int,
    *,
    actor: Actor,
    now: datetime,
    described: tuple[Change, str] | None = None,
) -> Draft:
    """Ask the approvers to agree to a draft; its text gets the number under which it will be published.

    What the version changes is *described* in the same act when it is given, else it was before. Raises FaultsFound for
    a faulty text, Conflict when another version was published since, and Refused when nobody said what changes or
    nothing does, when the playbook has no mandate, or when an approver wrote part of the text.
    """
    kept = held_draft(session, realm, draft_id, (State.DRAFT,))
    playbook = held(session, kept.playbook_id)
    _refuse_when_moved(session, kept)
    if described is not None:
        describe(session, realm, draft_id, *described, actor=actor, now=now)
    if not kept.note:
        raise Refused("Write first what this version changes and why.")
    mandate = queries_drafts.mandate(session, realm, playbook.id)
    if mandate is None:
        raise Refused("Nobody was named yet who approves this playbook. Set the mandate first.")
    _check_text(kept)
    refuse_unchanged(session, realm, kept)
    number = lifecycle.next_release(
        queries.version_numbers(session, playbook.id, kept.language), Change(kept.change)
    )
    text = lifecycle.with_version(kept.source, number)
    formats.parse(text)
    if text != kept.source:
        rewrite(session, kept, text, actor=SYSTEM, now=now)  # nobody becomes a writer by this line
    _refuse_writers(session, realm, kept, mandate)
    kept.state, kept.mandate_id, kept.updated_at = State.IN_REVIEW, mandate.id, now
    says = {"version": kept.version, "release": str(number), "change": kept.change, "note": kept.note}
    noted(session, kept, Kind.DRAFT_SUBMITTED, actor, now, digest=kept.digest, mandate=mandate.id, **says)
    return kept


def approve(
    session: Session, realm: Realm, draft_id: int, *, digest: str, actor: Actor, now: datetime
) -> Draft:
    """Agree to the text with the digest that was read, for oneself or for who is absent.

    Raises Conflict when the draft is not under review or is no longer that text, and Refused for who may not agree:
    who wrote part of it, is not in the mandate, is not next, or agreed already.
    """
    kept = held_draft(session, realm, draft_id, (State.IN_REVIEW,))
    if kept.digest != digest:
        raise Conflict(CHANGED)
    known = queries_drafts.review(session, kept)
    number = _account(actor)
    place = queries_drafts.place(known, queries_drafts.absences(session, realm, now), number, now)
    if place is None:
        raise Refused(NOT_YOURS)
    made = _signed(session, realm, kept, place, Verdict.APPROVED, actor, now)
    complete = len(known.needed) == 1
    if complete:
        kept.state = State.APPROVED
    kept.updated_at = now
    says = {"name": made.name, "function": made.function, "on_behalf_of": made.on_behalf_name}
    numbers = {"version": kept.version, "release": lifecycle.front_of(kept.source, "version")}
    noted(
        session,
        kept,
        Kind.DRAFT_APPROVED,
        actor,
        now,
        digest=digest,
        position=place.position,
        complete=complete,
        **says,
        **numbers,
    )
    return kept


def refuse(
    session: Session,
    realm: Realm,
    draft_id: int,
    remarks: Sequence[Remark],
    *,
    digest: str,
    actor: Actor,
    now: datetime,
) -> Draft:
    """Send a draft back to its writers with remarks on steps; the approvals there were lapse.

    Everybody in its mandate who did not write part of it may, at any moment until it is published. Refusals as in
    ``approve``; also Refused without a remark and for a step that the text does not have.
    """
    kept = held_draft(session, realm, draft_id, UNDER_REVIEW)
    if kept.digest != digest:
        raise Conflict(CHANGED)
    said = [Remark(one.step_id, one.text.strip()[:LONGEST_REMARK]) for one in remarks if one.text.strip()]
    if not said:
        raise Refused("Write what must change, at a step or for the whole playbook.")
    titles = {step.id: step.title for step in queries.parsed(kept.source).steps}
    if {one.step_id for one in said} - {"", *titles}:
        raise Refused("One of these steps does not exist in this text.")
    known, away = queries_drafts.review(session, kept), queries_drafts.absences(session, realm, now)
    place = queries_drafts.seat(known, away, _account(actor), now)
    if place is None:
        raise Refused("You cannot send this draft back: you are not in its mandate, or you wrote part of it.")
    made = _signed(session, realm, kept, place, Verdict.REFUSED, actor, now, said)
    was = kept.version
    back_to_draft(session, kept, actor=actor, now=now)
    kept.updated_at = now
    told = "; ".join(f"{titles[one.step_id]}: {one.text}" if one.step_id else one.text for one in said)
    names = {"name": made.name, "function": made.function, "on_behalf_of": made.on_behalf_name}
    noted(session, kept, Kind.DRAFT_REFUSED, actor, now, digest=digest, version=was, remarks=told, **names)
    return kept


def withdraw_from_review(
    session: Session, realm: Realm, draft_id: int, *, actor: Actor, now: datetime
) -> Draft:
    """Take a draft back to write on; the approvals there were lapse. Raises Conflict when it is not under review."""
    kept = held_draft(session, realm, draft_id, UNDER_REVIEW)
    was = kept.version
    back_to_draft(session, kept, actor=actor, now=now)
    kept.updated_at = now
    noted(session, kept, Kind.DRAFT_RECALLED, actor, now, version=was)
    return kept


def publish_draft(
    session: Session, realm: Realm, draft_id: int, *, actor: Actor, now: datetime
) -> PlaybookRelease:
    """Publish a draft that was approved for exactly its text; published before, it gives the release there is.

    Raises Conflict when it is not approved, when its approvals are not of this text, when another version was
    published since, or when its number was given out since.
    """
    kept = held_draft(session, realm, draft_id, (*OPEN, State.PUBLISHED))
    if kept.release_id is not None:
        return queries.release(session, realm, kept.release_id)
    if kept.state != State.APPROVED:
        raise Conflict(
            "This draft is published when everybody who must has approved it. Look at it again."
            if kept.state == State.IN_REVIEW
            else NO_LONGER[State.DRAFT]
        )
    playbook = held(session, kept.playbook_id)
    known = queries_drafts.review(session, kept)
    if known.mandate is None or not known.mandate.complete(known.stands):
        raise Conflict("The approvals of this draft are not of this text. Ask for them again.")
    _refuse_when_moved(session, kept)
    script = formats.parse(kept.source)
    if published(session, playbook, kept.language, script.version) is not None:
        raise Conflict(
            "Number %(version)s was given out since. Take the draft back from review and submit it again.",
            version=script.version,
        )
    made = release(
        session,
        playbook,
        script,
        kept.source,
        change=Change(kept.change),
        note=kept.note,
        actor=actor,
        now=now,
    )
    kept.state, kept.release_id, kept.updated_at = State.PUBLISHED, made.id, now
    improvements.close_published(session, realm, kept.id, made.version, actor=actor, now=now)
    return made


def _account(actor: Actor) -> int:
    number = queries_drafts.account_number(actor.ref)
    if number is None:
        raise Refused("Sign in with your own account for this.")
    return number


def _signed(
    session: Session,
    realm: Realm,
    kept: Draft,
    place: Approver,
    verdict: Verdict,
    actor: Actor,
    now: datetime,
    remarks: Sequence[Remark] = (),
) -> Approval:
    number = _account(actor)
    absent = None if place.account_id == number else people.account(session, realm, place.account_id)
    made = Approval(
        draft_id=kept.id,
        digest=kept.digest,
        position=place.position,
        function=place.function,
        account_id=number,
        name=actor.name,
        on_behalf_of=absent.id if absent else None,
        on_behalf_name=absent.name if absent else "",
        verdict=verdict,
        at=now,
        lapsed_by="",
        remarks=[ApprovalRemark(step_id=one.step_id, text=one.text) for one in remarks],
    )
    session.add(made)
    session.flush()  # so that it lapses with the others when the draft goes back
    return made


def _check_text(kept: Draft) -> None:
    """Raise FaultsFound for a text with faults, or of another playbook or language than the draft's."""
    found = formats.parse(kept.source)
    _same(kept, "slug", found.slug, kept.slug)
    _same(kept, "language", found.language, kept.language)


def _same(kept: Draft, field: str, found: str, wanted: str) -> None:
    if found == wanted:
        return
    lines = enumerate(kept.source.splitlines(), 1)
    line = next((number for number, words in lines if words.startswith(f"{field}:")), 1)
    sentence = "This is a draft of %(wanted)s; the file says %(found)s. Put back what stood here."
    raise FaultsFound([Fault(line, field, sentence, {"wanted": wanted, "found": found})])


def _refuse_writers(session: Session, realm: Realm, kept: Draft, mandate: PlaybookMandate) -> None:
    wrote = queries_drafts.editors(session, [kept])[kept.id]
    for approver in mandate.approvers:
        if approver.account_id in wrote:
            name = people.account(session, realm, approver.account_id).name
            raise Refused(
                "%(name)s wrote part of this draft and can never approve it. Name another approver in the mandate.",
                name=name,
            )


def _refuse_when_moved(session: Session, kept: Draft) -> None:
    newer = queries_drafts.moved_on(session, kept)
    if newer is not None:
        raise Conflict(MOVED, version=newer.version)
