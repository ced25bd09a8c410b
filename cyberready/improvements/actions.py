"""Verbs of findings and improvements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cyberready.improvements import queries
from cyberready.improvements.models import Finding, Improvement, Retest
from cyberready.improvements.rules import CLOSED, FindingState, Origin, Outcome, Priority, Status, Theme
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people import queries as people
from cyberready.people.actions_access import note
from cyberready.platform.realm import Realm
from cyberready.trail.rules import Kind


@dataclass(frozen=True, slots=True)
class Aim:
    """What a finding points at: a step of a version of a playbook; empty texts for none."""

    slug: str = ""
    playbook_title: str = ""
    language: str = "nl"
    version: str = ""
    step_id: str = ""
    step_title: str = ""


def where(finding: Finding) -> Aim:
    """Where a finding points."""
    step = finding.step_id, finding.step_title
    return Aim(finding.slug, finding.playbook_title, finding.language, finding.version, *step)


def file(
    session: Session,
    realm: Realm,
    *,
    origin: Origin,
    occasion: str,
    occasion_title: str,
    theme: Theme,
    text: str,
    aim: Aim | None = None,
    actor: Actor,
    now: datetime,
) -> Finding:
    """File a finding; raises Refused when it says nothing."""
    said = text.strip()
    if not said:
        raise Refused("Say what should be better.")
    at = aim or Aim()
    filed = Finding(
        organisation_id=realm.organisation_id,
        origin=origin,
        occasion=occasion,
        occasion_title=occasion_title,
        slug=at.slug,
        playbook_title=at.playbook_title,
        language=at.language,
        version=at.version,
        step_id=at.step_id,
        step_title=at.step_title,
        theme=theme,
        text=said,
        filed_by=actor.ref,
        filed_by_name=actor.name,
        filed_at=now,
    )
    session.add(filed)
    session.flush()  # the entry names the finding
    _note(
        session,
        realm,
        Kind.FINDING_FILED,
        f"finding:{filed.id}",
        actor,
        now,
        text=said,
        occasion=occasion_title,
        playbook=at.slug,
        step=at.step_id,
    )
    return filed


def dismiss(
    session: Session, realm: Realm, finding_id: int, reason: str, *, actor: Actor, now: datetime
) -> Finding:
    """Put a finding aside for a reason; raises Conflict when an improvement answers it already."""
    dismissed = queries.finding(session, realm, finding_id)
    if not reason.strip():
        raise Refused("Say why nothing is done with this finding.")
    if dismissed.state != FindingState.OPEN or dismissed.improvement_id is not None:
        raise Conflict("This finding is being dealt with already.")
    dismissed.state, dismissed.dismissed_because = FindingState.DISMISSED, reason.strip()
    about = f"finding:{finding_id}"
    _note(session, realm, Kind.FINDING_DISMISSED, about, actor, now, reason=reason.strip())
    return dismissed


def improve(
    session: Session,
    realm: Realm,
    finding_ids: Collection[int],
    *,
    title: str,
    text: str,
    owner_id: int,
    due_on: date,
    priority: Priority,
    actor: Actor,
    now: datetime,
) -> Improvement:
    """Make one improvement of one or more open findings; it points where the first of them points.

    Raises NotFound for a foreign finding or owner and Conflict for a finding that is dealt with already.
    """
    chosen = queries.chosen(session, realm, finding_ids)
    if not chosen:
        raise Refused("Choose at least one finding.")
    if any(one.state != FindingState.OPEN or one.improvement_id is not None for one in chosen):
        raise Conflict("One of these findings is being dealt with already.")
    people.account(session, realm, owner_id)
    first = chosen[0]
    made = Improvement(
        organisation_id=realm.organisation_id,
        title=title.strip(),
        text=text.strip(),
        owner_id=owner_id,
        due_on=due_on,
        priority=priority,
        slug=first.slug,
        language=first.language,
        step_id=first.step_id,
        created_at=now,
        findings=chosen,
    )
    session.add(made)
    session.flush()  # the entry names the improvement
    about, numbers = f"improvement:{made.id}", [one.id for one in chosen]
    _note(session, realm, Kind.IMPROVEMENT_OPENED, about, actor, now, title=made.title, findings=numbers)
    return made


def change(
    session: Session,
    realm: Realm,
    improvement_id: int,
    *,
    owner_id: int,
    due_on: date,
    priority: Priority,
    status: Status,
    evidence: str,
    actor: Actor,
    now: datetime,
) -> Improvement:
    """Change who does it, by when, and how far it is.

    Done needs evidence, declined a reason in its place; either answers the findings, reopening opens them again.
    Raises Refused when that is missing.
    """
    changed = queries.improvement(session, realm, improvement_id)
    if status in CLOSED and not evidence.strip():
        raise Refused("Say what shows that it is done, or why it is not going to be.")
    if owner_id != changed.owner_id:
        people.account(session, realm, owner_id)
    changed.owner_id, changed.due_on, changed.priority = owner_id, due_on, priority
    changed.evidence = evidence.strip()
    _set(changed, status, now)
    about = f"improvement:{improvement_id}"
    _note(
        session,
        realm,
        Kind.IMPROVEMENT_CHANGED,
        about,
        actor,
        now,
        title=changed.title,
        status=status,
        due_on=due_on.isoformat(),
        evidence=changed.evidence,
    )
    return changed


def held(session: Session, realm: Realm, improvement_id: int) -> Improvement:
    """The improvement, which nobody else changes until the transaction ends; raises NotFound."""
    chosen = select(Improvement).where(
        Improvement.id == improvement_id, Improvement.organisation_id == realm.organisation_id
    )
    found = session.scalars(
        chosen.options(selectinload(Improvement.findings))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound(queries.UNKNOWN)
    return found


def carry_out(
    session: Session, realm: Realm, improvement_id: int, draft_id: int, *, actor: Actor, now: datetime
) -> Improvement:
    """Record that a draft of the playbook carries the improvement out; raises Conflict when it is closed."""
    begun = held(session, realm, improvement_id)
    if begun.status in CLOSED:
        raise Conflict("This improvement is closed already.")
    begun.draft_id, begun.status = draft_id, Status.IN_PROGRESS
    about = f"improvement:{improvement_id}"
    _note(session, realm, Kind.IMPROVEMENT_BEGUN, about, actor, now, title=begun.title, draft=draft_id)
    return begun


def close_published(
    session: Session, realm: Realm, draft_id: int, version: str, *, actor: Actor, now: datetime
) -> list[Improvement]:
    """Close the improvements that a draft carried out, now that it is published as *version*."""
    closed = [one for one in queries.of_draft(session, realm, draft_id) if one.status not in CLOSED]
    for one in closed:
        one.version = version
        _set(one, Status.DONE, now)
        about = f"improvement:{one.id}"
        _note(session, realm, Kind.IMPROVEMENT_CLOSED, about, actor, now, title=one.title, version=version)
    return closed


def open_again(
    session: Session,
    realm: Realm,
    slug: str,
    language: str,
    versions: Collection[str],
    *,
    actor: Actor,
    now: datetime,
) -> list[Improvement]:
    """Open the improvements that these versions of a playbook closed, now that none of them is followed any more."""
    opened = queries.closed_by(session, realm, slug, language, versions)
    for one in opened:
        was, one.version, one.draft_id = one.version, "", None
        _set(one, Status.OPEN, now)
        about = f"improvement:{one.id}"
        _note(session, realm, Kind.IMPROVEMENT_REOPENED, about, actor, now, title=one.title, version=was)
    return opened


def let_go(session: Session, realm: Realm, draft_id: int) -> None:
    """Free the improvements of a draft that is abandoned, so that another can carry them out."""
    for one in queries.of_draft(session, realm, draft_id):
        if one.status not in CLOSED:
            one.draft_id, one.status = None, Status.OPEN


def test_again(
    session: Session,
    realm: Realm,
    exercise_id: int,
    slug: str,
    finding_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> Retest:
    """Let an exercise with playbook *slug* look at a finding again; taking it up twice changes nothing."""
    finding = queries.finding(session, realm, finding_id)
    chosen = select(Retest).where(Retest.exercise_id == exercise_id, Retest.finding_id == finding_id)
    if known := session.scalars(chosen).first():
        return known
    if finding.slug != slug or finding.state == FindingState.DISMISSED:
        raise Conflict("This finding is not about the playbook of the exercise, or it was put aside.")
    taken = Retest(
        organisation_id=realm.organisation_id, finding_id=finding_id, exercise_id=exercise_id, taken_at=now
    )
    session.add(taken)
    session.flush()  # a second one at the same time meets the constraint here
    about = f"finding:{finding_id}"
    _note(session, realm, Kind.RETEST_TAKEN, about, actor, now, exercise=exercise_id, text=finding.text)
    return taken


def judge(
    session: Session,
    realm: Realm,
    exercise_id: int,
    retest_id: int,
    *,
    outcome: Outcome,
    remark: str,
    exercise_title: str,
    aim: Aim | None = None,
    actor: Actor,
    now: datetime,
) -> Retest:
    """Record how a step did this time; seen again files a new finding at *aim*, so that what comes back is counted.

    *aim* is the step in the version that was practised; without it the new one points where the old one does.
    Who judges otherwise after all withdraws that finding, as long as no improvement answers it, and brings it back by
    judging so again.
    """
    judged = queries.retest(session, realm, exercise_id, retest_id)
    session.refresh(judged, ("outcome", "filed_id"), with_for_update=True)  # two at once file one finding
    was, judged.outcome, judged.note, judged.judged_at = judged.outcome, outcome, remark.strip(), now
    about = f"finding:{judged.finding_id}"
    _note(session, realm, Kind.RETEST_JUDGED, about, actor, now, exercise=exercise_id, outcome=outcome)
    if outcome == Outcome.AGAIN and judged.filed_id is None:
        old = judged.finding
        filed = file(
            session,
            realm,
            origin=Origin.EXERCISE,
            occasion=f"exercise:{exercise_id}",
            occasion_title=exercise_title,
            theme=Theme(old.theme),
            text=remark.strip() or old.text,
            aim=aim or where(old),
            actor=actor,
            now=now,
        )
        judged.filed_id = filed.id
    elif judged.filed_id is not None and outcome != was and Outcome.AGAIN in {outcome, was}:
        _reconsider(session, realm, judged, actor, now)
    return judged


def _reconsider(session: Session, realm: Realm, judged: Retest, actor: Actor, now: datetime) -> None:
    """Withdraw the finding that a judgement filed, or bring it back, as the judgement is now.

    One that somebody put aside, which takes a reason, stays aside.
    """
    filed = queries.finding(session, realm, judged.filed_id or 0)
    about, again = f"finding:{filed.id}", judged.outcome == Outcome.AGAIN
    if again and filed.state == FindingState.DISMISSED and not filed.dismissed_because:
        filed.state = FindingState.OPEN
        said = {"text": filed.text, "occasion": filed.occasion_title, "playbook": filed.slug}
        _note(session, realm, Kind.FINDING_FILED, about, actor, now, **said, step=filed.step_id)
    elif not again and filed.state == FindingState.OPEN and filed.improvement_id is None:
        filed.state = FindingState.DISMISSED
        reason = judged.note or filed.occasion_title
        _note(session, realm, Kind.FINDING_DISMISSED, about, actor, now, reason=reason)


def _set(changed: Improvement, status: Status, now: datetime) -> None:
    """Set the status and let the findings follow."""
    changed.status = status
    changed.closed_at = now if status in CLOSED else None
    for finding in changed.findings:
        finding.state = FindingState.ANSWERED if status in CLOSED else FindingState.OPEN


def _note(
    session: Session, realm: Realm, kind: Kind, about: str, actor: Actor, now: datetime, **body: object
) -> None:
    plain = {key: value if isinstance(value, int | list) else str(value) for key, value in body.items()}
    note(session, realm.organisation_id, kind, actor=actor, now=now, about=about, **plain)
