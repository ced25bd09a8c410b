"""Questions about findings and improvements."""

from collections.abc import Collection, Iterable

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from cyberready.improvements.models import Finding, Improvement, Retest
from cyberready.improvements.rules import (
    CLOSED,
    RANK,
    FindingState,
    Outcome,
    Problem,
    Sighting,
    Status,
    recurring,
)
from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm

UNKNOWN = "This improvement does not exist."


def improvements(session: Session, realm: Realm) -> list[Improvement]:
    """Every improvement with its findings: open ones first, then by priority and due date."""
    order = (
        Improvement.status.in_(sorted(CLOSED)),
        case(RANK, value=Improvement.priority),
        Improvement.due_on,
        Improvement.id,
    )
    return list(session.scalars(_improvements(realm).order_by(*order)))


def improvement(session: Session, realm: Realm, improvement_id: int) -> Improvement:
    """One improvement with its findings; raises NotFound."""
    found = session.scalars(_improvements(realm).where(Improvement.id == improvement_id)).first()
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def unfinished(session: Session, realm: Realm) -> list[Improvement]:
    """The improvements that are still to be done, by due date."""
    chosen = _improvements(realm).where(Improvement.status.not_in(sorted(CLOSED)))
    return list(session.scalars(chosen.order_by(Improvement.due_on, Improvement.id)))


def findings(session: Session, realm: Realm, *, state: FindingState | None = None) -> list[Finding]:
    """The findings of the organisation, newest first, with the improvement each belongs to."""
    chosen = _findings(realm).order_by(Finding.id.desc())
    return list(session.scalars(chosen if state is None else chosen.where(Finding.state == state)))


def finding(session: Session, realm: Realm, finding_id: int) -> Finding:
    """One finding with its improvement; raises NotFound."""
    found = session.scalars(_findings(realm).where(Finding.id == finding_id)).first()
    if found is None:
        raise NotFound("This finding does not exist.")
    return found


def chosen(session: Session, realm: Realm, numbers: Iterable[int]) -> list[Finding]:
    """The findings with these numbers, oldest first; raises NotFound when one is not there."""
    return [finding(session, realm, number) for number in sorted(set(numbers))]


def open_findings(session: Session, realm: Realm, slug: str) -> list[Finding]:
    """The open findings on a playbook, oldest first."""
    chosen = _findings(realm).where(Finding.slug == slug, Finding.state == FindingState.OPEN)
    return list(session.scalars(chosen.order_by(Finding.id)))


def open_by_playbook(session: Session, realm: Realm) -> dict[str, int]:
    """How many open findings each playbook has, by its name."""
    chosen = (
        select(Finding.slug, func.count())
        .where(
            Finding.organisation_id == realm.organisation_id,
            Finding.state == FindingState.OPEN,
            Finding.slug != "",
        )
        .group_by(Finding.slug)
    )
    return dict(session.execute(chosen).all())


def seen_at(session: Session, realm: Realm, occasion: str) -> list[Finding]:
    """The findings of one occasion (``exercise:4``), oldest first."""
    return list(session.scalars(_findings(realm).where(Finding.occasion == occasion).order_by(Finding.id)))


def filed_on(session: Session, realm: Realm, occasions: Iterable[str]) -> dict[str, int]:
    """The first finding of each of these occasions by its number; those without one are not among them."""
    chosen = (
        select(Finding.occasion, func.min(Finding.id))
        .where(Finding.organisation_id == realm.organisation_id, Finding.occasion.in_(list(occasions)))
        .group_by(Finding.occasion)
    )
    return dict(session.execute(chosen).all())


def answered_by(session: Session, realm: Realm, slug: str) -> dict[str, list[Finding]]:
    """Which findings each version of a playbook answers, by version."""
    chosen = (
        select(Finding)
        .join(Finding.improvement)
        .options(joinedload(Finding.improvement))
        .where(
            Improvement.organisation_id == realm.organisation_id,
            Improvement.slug == slug,
            Improvement.version != "",
        )
    )
    found: dict[str, list[Finding]] = {}
    for one in session.scalars(chosen.order_by(Finding.id)):
        if one.improvement is not None:
            found.setdefault(one.improvement.version, []).append(one)
    return found


def of_draft(session: Session, realm: Realm, draft_id: int) -> list[Improvement]:
    """The improvements that a draft carries out, oldest first."""
    chosen = _improvements(realm).where(Improvement.draft_id == draft_id)
    return list(session.scalars(chosen.order_by(Improvement.id)))


def closed_by(
    session: Session, realm: Realm, slug: str, language: str, versions: Collection[str]
) -> list[Improvement]:
    """The improvements that these versions of a playbook closed, in one language, oldest first."""
    chosen = _improvements(realm).where(
        Improvement.slug == slug,
        Improvement.language == language,
        Improvement.version.in_(versions),
        Improvement.status == Status.DONE,
    )
    return list(session.scalars(chosen.order_by(Improvement.id)))


def problems(session: Session, realm: Realm) -> list[tuple[Problem, tuple[Finding, ...]]]:
    """What keeps coming back over exercises, incidents and audits, with the findings that show it."""
    all_of_them = {one.id: one for one in findings(session, realm) if one.state != FindingState.DISMISSED}
    sightings = (
        Sighting(one.id, one.occasion, one.slug, one.step_id, one.theme, one.filed_at)
        for one in all_of_them.values()
    )
    return [
        (problem, tuple(all_of_them[number] for number in problem.findings))
        for problem in recurring(sightings)
    ]


def proposed(session: Session, realm: Realm, exercise_id: int, slug: str) -> list[Finding]:
    """What the exercise could test again: findings on steps of its playbook that no test has shown to be better.

    Those that the exercise already looks at, that were seen in it, that were dismissed, or in whose place a later
    finding stands are left out.
    """
    filed_anew = and_(Retest.outcome == Outcome.AGAIN, Retest.filed_id.is_not(None))
    settled = select(Retest.finding_id).where(or_(Retest.outcome == Outcome.BETTER, filed_anew))
    taken = select(Retest.finding_id).where(Retest.exercise_id == exercise_id)
    if not slug:
        return []
    chosen = _findings(realm).where(
        Finding.slug == slug,
        Finding.state != FindingState.DISMISSED,
        Finding.occasion != f"exercise:{exercise_id}",
        Finding.id.not_in(settled),
        Finding.id.not_in(taken),
    )
    return list(session.scalars(chosen.order_by(Finding.id)))


def retests(session: Session, realm: Realm, exercise_id: int) -> list[Retest]:
    """What an exercise looks at again, with the findings, in the order of taking them up."""
    chosen = (
        select(Retest)
        .options(joinedload(Retest.finding))
        .where(Retest.organisation_id == realm.organisation_id, Retest.exercise_id == exercise_id)
    )
    return list(session.scalars(chosen.order_by(Retest.id)))


def retest(session: Session, realm: Realm, exercise_id: int, retest_id: int) -> Retest:
    """One evaluation point of an exercise; raises NotFound."""
    for found in retests(session, realm, exercise_id):
        if found.id == retest_id:
            return found
    raise NotFound("This evaluation point does not exist.")


def _improvements(realm: Realm) -> Select[Improvement]:
    chosen = select(Improvement).options(selectinload(Improvement.findings))
    return chosen.where(Improvement.organisation_id == realm.organisation_id)


def _findings(realm: Realm) -> Select[Finding]:
    chosen = select(Finding).options(joinedload(Finding.improvement))
    return chosen.where(Finding.organisation_id == realm.organisation_id)
