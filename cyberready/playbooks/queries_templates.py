"""Questions about regional templates: what one's own region offers, what was built on it, what changed since."""

from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from cyberready.kernel.refusals import NotFound
from cyberready.people import queries as people
from cyberready.people.rules import OrganisationKind
from cyberready.platform.realm import Realm
from cyberready.playbooks import formats, queries, queries_drafts, sides
from cyberready.playbooks.lifecycle import State
from cyberready.playbooks.merging import Merge, Question, Verdict
from cyberready.playbooks.models import Playbook, PlaybookRelease, PlaybookWithdrawal
from cyberready.playbooks.models_drafts import Draft
from cyberready.playbooks.models_templates import PlaybookBase, PlaybookTemplate, TemplateDecision

UNKNOWN = "This template does not exist."


@dataclass(frozen=True, slots=True)
class Offer:
    """A template as its readers see it; ``base`` when something was built on it, ``newer`` when it changed since."""

    template: PlaybookTemplate
    base: PlaybookBase | None
    slug: str
    newer: bool

    @property
    def release(self) -> PlaybookRelease:
        """The release that is offered."""
        return self.template.release


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the newest template changed, beside the own text (of an open draft, else of the release to follow)."""

    base: PlaybookBase
    template: PlaybookTemplate
    own: str
    own_digest: str
    draft: Draft | None
    merge: Merge
    questions: tuple[Question, ...]


def is_region(session: Session, realm: Realm) -> bool:
    """Whether this organisation is a safety region, which offers templates."""
    return people.organisation(session, realm.organisation_id).kind == OrganisationKind.SAFETY_REGION


def offers(session: Session, realm: Realm) -> list[Offer]:
    """The templates of one's own region by title, the newest of each playbook and language; none without a region."""
    region = people.organisation(session, realm.organisation_id).region_id
    if region is None:
        return []
    found = list(session.scalars(_newest(region)))
    chosen = (
        select(PlaybookBase, Playbook.slug, Draft.state)
        .join(Playbook, Playbook.id == PlaybookBase.playbook_id)
        .outerjoin(Draft, Draft.id == PlaybookBase.settled_in)
        .where(PlaybookBase.organisation_id == realm.organisation_id)
    )
    bases = {
        (base.template_playbook_id, base.language): (base, slug, state)
        for base, slug, state in session.execute(chosen)
    }
    made = [
        _offer(one, *bases.get((one.playbook_id, one.release.language), (None, "", None))) for one in found
    ]
    return sorted(made, key=lambda offer: (offer.release.title, offer.release.language))


def _offer(template: PlaybookTemplate, base: PlaybookBase | None, slug: str, state: str | None) -> Offer:
    if base is None:
        return Offer(template, None, "", newer=False)
    settled = base.settled_id if state != State.ABANDONED else None
    return Offer(template, base, slug, newer=template.release_id > max(base.release_id, settled or 0))


def own_templates(session: Session, realm: Realm) -> dict[int, PlaybookTemplate]:
    """What this region offers now, by the number of the release."""
    chosen = select(PlaybookTemplate).where(
        PlaybookTemplate.organisation_id == realm.organisation_id, PlaybookTemplate.ended_at.is_(None)
    )
    return {found.release_id: found for found in session.scalars(chosen)}


def template(session: Session, realm: Realm, template_id: int) -> PlaybookTemplate:
    """A template of one's own region with its text, or one that this region offers itself; raises NotFound."""
    region = people.organisation(session, realm.organisation_id).region_id
    homes = [number for number in (region, realm.organisation_id) if number is not None]
    chosen = _offered().where(PlaybookTemplate.id == template_id, PlaybookTemplate.organisation_id.in_(homes))
    found = session.scalars(
        chosen.options(joinedload(PlaybookTemplate.release).options(undefer(PlaybookRelease.source)))
    ).first()
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def base_of(session: Session, realm: Realm, slug: str, language: str) -> PlaybookBase:
    """What a playbook was built on; raises NotFound."""
    chosen = (
        select(PlaybookBase)
        .join(Playbook, Playbook.id == PlaybookBase.playbook_id)
        .where(
            PlaybookBase.organisation_id == realm.organisation_id,
            Playbook.slug == slug,
            PlaybookBase.language == language,
        )
    )
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This playbook does not build on a template.")
    return found


def proposal(session: Session, realm: Realm, slug: str, language: str) -> Proposal:
    """What the newest template changed and nobody decided about; raises NotFound.

    Only templates of one's own region are looked at. When it offers none any more there is nothing to decide.
    """
    base = base_of(session, realm, slug, language)
    region = people.organisation(session, realm.organisation_id).region_id
    chosen = _newest(region or 0).where(PlaybookTemplate.playbook_id == base.template_playbook_id)
    found = next((one for one in session.scalars(chosen) if one.release.language == language), None)
    if found is None:
        raise NotFound("Your region no longer offers this template. Your own text stays as it is.")
    draft = _open_draft(session, realm, base)
    own = draft.source if draft else _followed(session, realm, slug, language)
    sources = _sources(session, {base.release_id, found.release_id})
    merge = Merge(
        sides.side(sources[base.release_id]).sections,
        sides.side(sources[found.release_id]).sections,
        sides.side(own).sections,
        _decided(session, base),
    )
    return Proposal(base, found, own, formats.digest(own), draft, merge, merge.questions())


def _followed(session: Session, realm: Realm, slug: str, language: str) -> str:
    release = queries.current(session, realm, slug, language)
    if release.language != language:
        raise NotFound("This playbook does not exist, or every version of it was withdrawn.")
    return release.source


def _open_draft(session: Session, realm: Realm, base: PlaybookBase) -> Draft | None:
    """The draft in which the playbook is being written, the last one that was changed."""
    found = [
        one
        for one in queries_drafts.drafts_of(session, realm, base.playbook_id)
        if one.language == base.language
    ]
    latest = max(found, key=lambda one: (one.updated_at, one.id), default=None)
    return queries_drafts.draft(session, realm, latest.id) if latest else None


def _decided(session: Session, base: PlaybookBase) -> dict[str, str]:
    """What the template said in each part when one decided about it; abandoned drafts decided nothing but to leave."""
    chosen = (
        select(TemplateDecision.key, TemplateDecision.text)
        .outerjoin(Draft, Draft.id == TemplateDecision.draft_id)
        .where(
            TemplateDecision.base_id == base.id,
            (TemplateDecision.verdict == Verdict.LEAVE) | (Draft.state != State.ABANDONED),
        )
        .order_by(TemplateDecision.id)
    )
    return {key: said for key, said in session.execute(chosen)}  # noqa: C416 -- dict() knows no rows


def _sources(session: Session, numbers: set[int]) -> dict[int, str]:
    """The texts of these releases; only for templates that the reader may see or built on."""
    chosen = (
        select(PlaybookRelease)
        .where(PlaybookRelease.id.in_(numbers))
        .options(undefer(PlaybookRelease.source))
    )
    return {found.id: found.source for found in session.scalars(chosen)}


def _offered() -> Select[PlaybookTemplate]:
    """Templates that are offered now: not ended, and their release not withdrawn."""
    withdrawn = exists().where(PlaybookWithdrawal.release_id == PlaybookTemplate.release_id)
    return select(PlaybookTemplate).where(PlaybookTemplate.ended_at.is_(None), ~withdrawn)


def _newest(region: int) -> Select[PlaybookTemplate]:
    """The newest template of every playbook of a region in every language, with its release."""
    latest = (
        select(func.max(PlaybookTemplate.release_id))
        .join(PlaybookRelease, PlaybookRelease.id == PlaybookTemplate.release_id)
        .where(
            PlaybookTemplate.organisation_id == region,
            PlaybookTemplate.ended_at.is_(None),
            ~exists().where(PlaybookWithdrawal.release_id == PlaybookTemplate.release_id),
        )
        .group_by(PlaybookTemplate.playbook_id, PlaybookRelease.language)
    )
    return (
        _offered()
        .where(PlaybookTemplate.release_id.in_(latest))
        .options(joinedload(PlaybookTemplate.release))
    )
