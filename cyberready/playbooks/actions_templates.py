"""Verbs of regional templates: a region offers a release; a municipality builds on it and settles what changed later."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_drafts, lifecycle, queries, queries_drafts, queries_templates
from cyberready.playbooks.actions import held, record
from cyberready.playbooks.merging import Answer, Verdict
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import Draft
from cyberready.playbooks.models_editing import PlaybookImage
from cyberready.playbooks.models_templates import PlaybookBase, PlaybookTemplate, TemplateDecision
from cyberready.playbooks.queries_templates import Proposal
from cyberready.trail.rules import Kind, Plain

OWN_ONLY = frozenset({"AMBER+STRICT", "RED"})  # TLP 2.0: for the organisation, or for named recipients
IMAGE = re.compile(r"\(image:([0-9a-f]{64})\)")


def offer(
    session: Session, realm: Realm, release_id: int, *, actor: Actor, now: datetime
) -> PlaybookTemplate:
    """Offer a release to the municipalities of this safety region; what is offered already stays so.

    Raises Refused for who is no safety region, for a release that was withdrawn, and for a text that its TLP marking
    keeps inside the organisation.
    """
    release = queries.release(session, realm, release_id)
    if not queries_templates.is_region(session, realm):
        raise Refused("Only a safety region offers templates to its municipalities.")
    if release.withdrawal is not None:
        raise Conflict("Version %(version)s was withdrawn before.", version=release.version)
    if release.tlp in OWN_ONLY:
        raise Refused(
            "TLP:%(tlp)s keeps this text inside your organisation, so it cannot be a template.",
            tlp=release.tlp,
        )
    held(session, release.playbook_id)
    known = session.scalars(select(PlaybookTemplate).where(PlaybookTemplate.release_id == release.id)).first()
    if known is not None and known.ended_at is None:
        return known
    made = known or PlaybookTemplate(
        organisation_id=realm.organisation_id, playbook_id=release.playbook_id, release_id=release.id
    )
    made.offered_at, made.offered_by, made.ended_at = now, actor.ref, None
    session.add(made)
    said: dict[str, Plain] = {"version": release.version, "language": release.language, "release": release.id}
    record(session, release.playbook_id, Kind.TEMPLATE_OFFERED, said, actor=actor, now=now)
    session.flush()
    return made


def end(session: Session, realm: Realm, template_id: int, *, actor: Actor, now: datetime) -> PlaybookTemplate:
    """Offer a release no longer; what was built on it stays. Raises NotFound for a template of somebody else."""
    chosen = select(PlaybookTemplate).where(
        PlaybookTemplate.id == template_id, PlaybookTemplate.organisation_id == realm.organisation_id
    )
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound(queries_templates.UNKNOWN)
    if found.ended_at is None:
        found.ended_at = now
        release = queries.release(session, realm, found.release_id)
        said: dict[str, Plain] = {
            "version": release.version,
            "language": release.language,
            "release": release.id,
        }
        record(session, found.playbook_id, Kind.TEMPLATE_ENDED, said, actor=actor, now=now)
    return found


def build_on(session: Session, realm: Realm, template_id: int, *, actor: Actor, now: datetime) -> Draft:
    """Begin a draft from a template of one's own region and remember which release that was.

    A playbook of the same name gets the draft as its next version. Raises Conflict when it builds on a template already.
    """
    found = queries_templates.template(session, realm, template_id)
    if found.organisation_id == realm.organisation_id:
        raise Refused("This template is your own. Write a draft of the playbook itself.")
    release = found.release
    origin = f"{release.title} {release.version}"
    draft = actions_drafts.bring_in(session, realm, release.source, origin=origin, actor=actor, now=now)
    _remember(session, realm, draft, found, actor, now)
    _take_images(session, realm, found.organisation_id, release.source, actor, now)
    said: dict[str, Plain] = {
        "template": found.id,
        "version": release.version,
        "title": release.title,
        "draft": draft.id,
    }
    record(session, draft.playbook_id, Kind.TEMPLATE_BUILT_ON, said, actor=actor, now=now)
    return draft


def _remember(
    session: Session, realm: Realm, draft: Draft, template: PlaybookTemplate, actor: Actor, now: datetime
) -> None:
    """Keep what the playbook builds on; a base of which no text is left is replaced."""
    chosen = select(PlaybookBase).where(
        PlaybookBase.playbook_id == draft.playbook_id, PlaybookBase.language == draft.language
    )
    known = session.scalars(chosen).first()
    if known is not None and _is_in_use(session, realm, known, draft):
        raise Conflict("You build on this template already. Look at what changed in it instead.")
    base = known or PlaybookBase(
        organisation_id=realm.organisation_id, playbook_id=draft.playbook_id, language=draft.language
    )
    base.template_playbook_id, base.release_id = template.playbook_id, template.release_id
    base.built_at, base.built_by, base.settled_id, base.settled_in = now, actor.ref, None, None
    session.add(base)
    session.flush()


def _is_in_use(session: Session, realm: Realm, base: PlaybookBase, besides: Draft) -> bool:
    """Whether a text that was made of the template is still there: a release, or a draft other than *besides*."""
    since = select(PlaybookRelease.id).where(
        PlaybookRelease.playbook_id == base.playbook_id,
        PlaybookRelease.language == base.language,
        PlaybookRelease.published_at >= base.built_at,
    )
    drafts = queries_drafts.drafts_of(session, realm, base.playbook_id)
    others = [one for one in drafts if one.id != besides.id and one.language == base.language]
    return bool(others) or session.scalars(since.limit(1)).first() is not None


def settle(
    session: Session,
    realm: Realm,
    slug: str,
    language: str,
    answers: Mapping[str, Answer],
    *,
    template_id: int,
    own_digest: str,
    actor: Actor,
    now: datetime,
) -> Draft | None:
    """Decide about changes of a template: what is taken over or written goes into a draft, what is left is remembered.

    Gives the draft, or None when everything was left. Raises Conflict when the template or the own text is another one
    than the reader saw, and Refused without a single decision.
    """
    held(session, queries_templates.base_of(session, realm, slug, language).playbook_id)
    found = queries_templates.proposal(session, realm, slug, language)
    if found.template.id != template_id or found.own_digest != own_digest:
        raise Conflict("The template or your own text was changed meanwhile. Look at the changes again.")
    chosen = {one.key: answers[one.key] for one in found.questions if one.key in answers}
    if not chosen:
        raise Refused("Say of at least one change whether you take it over or leave it.")
    draft = None
    if any(answer.verdict is not Verdict.LEAVE for answer in chosen.values()):
        draft = _write(session, realm, slug, found, found.merge.merged(chosen), actor=actor, now=now)
    _keep(session, found, chosen, draft, actor, now)
    if draft is not None:
        found.base.settled_in = draft.id
    if len(chosen) == len(found.questions):
        found.base.settled_id = found.template.release_id
    counts = {verdict.value: sum(one.verdict is verdict for one in chosen.values()) for verdict in Verdict}
    said: dict[str, Plain] = {
        "template": found.template.id,
        "version": found.template.release.version,
        **counts,
    }
    record(session, found.base.playbook_id, Kind.TEMPLATE_SETTLED, said, actor=actor, now=now)
    return draft


def _write(
    session: Session, realm: Realm, slug: str, found: Proposal, text: str, *, actor: Actor, now: datetime
) -> Draft:
    """Save the merged text in the open draft, or in one that is begun for it."""
    language = found.base.language
    draft = found.draft or actions_drafts.begin(session, realm, slug, language, actor=actor, now=now)
    theirs = "".join(section.text for section in found.merge.theirs)
    _take_images(session, realm, found.template.organisation_id, theirs, actor, now)
    renamed = lifecycle.front_of(text, "slug") not in {"", slug}
    merged = lifecycle.with_front(text, "slug", slug) if renamed else text
    return actions_drafts.save(
        session, realm, draft.id, merged, revision=draft.revision, actor=actor, now=now
    )


def _keep(
    session: Session,
    found: Proposal,
    chosen: Mapping[str, Answer],
    draft: Draft | None,
    actor: Actor,
    now: datetime,
) -> None:
    stand = found.merge.stand()
    for key, answer in chosen.items():
        session.add(
            TemplateDecision(
                organisation_id=found.base.organisation_id,
                base_id=found.base.id,
                release_id=found.template.release_id,
                key=key,
                verdict=answer.verdict,
                text=stand.get(key, ""),
                draft_id=draft.id if draft and answer.verdict is not Verdict.LEAVE else None,
                at=now,
                by=actor.ref,
                by_name=actor.name,
            )
        )
    session.flush()


def _take_images(session: Session, realm: Realm, region: int, text: str, actor: Actor, now: datetime) -> None:
    """Copy the images that the text of a template shows and this organisation does not have yet."""
    wanted = set(IMAGE.findall(text))
    kept = select(PlaybookImage).where(PlaybookImage.digest.in_(wanted)).options(undefer(PlaybookImage.data))
    own = set(
        session.scalars(
            kept.with_only_columns(PlaybookImage.digest).where(
                PlaybookImage.organisation_id == realm.organisation_id
            )
        )
    )
    for image in session.scalars(kept.where(PlaybookImage.organisation_id == region)):
        if image.digest not in own:
            session.add(
                PlaybookImage(
                    organisation_id=realm.organisation_id,
                    digest=image.digest,
                    media_type=image.media_type,
                    width=image.width,
                    height=image.height,
                    size=image.size,
                    data=image.data,
                    kept_at=now,
                    kept_by=actor.ref,
                )
            )
