"""Questions of the exchange: files that wait, and the versions that documents were made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from cyberready.exchange.models import ImportReport, KeptUpload
from cyberready.exchange.standing import Approved, Beside, Changed, Standing
from cyberready.exchange.word.identity import Identity
from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.platform.texts import translate
from cyberready.playbooks import lifecycle, queries_drafts, queries_images, queries_placeholders
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks.rules import review_due

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# Message ids: the state of a version on paper, where a table says when it was published besides.
STATES = lifecycle.STANDING_NAMES | {lifecycle.Standing.CURRENT: "Published"}


@dataclass(frozen=True, slots=True)
class Version:
    """A release as it is given out: its number, its source, and what is known of it besides."""

    id: int
    slug: str
    title: str
    version: str
    source: str
    standing: Standing


def upload(session: Session, realm: Realm, number: int, ref: str) -> KeptUpload:
    """A file that *ref* brought in and has not decided on, with its bytes; raises NotFound."""
    chosen = select(KeptUpload).where(
        KeptUpload.organisation_id == realm.organisation_id,
        KeptUpload.id == number,
        KeptUpload.kept_by == ref,
    )
    found = session.scalars(chosen.options(undefer(KeptUpload.data))).first()
    if found is None:
        raise NotFound("This file no longer waits here. Bring it in again.")
    return found


def import_report(session: Session, realm: Realm, draft_id: int) -> ImportReport:
    """What became of the file that an open draft was made of; raises NotFound."""
    found = session.scalars(_reports(realm).where(ImportReport.draft_id == draft_id)).first()
    if found is None or draft_id not in _open(session, realm):
        raise NotFound("How the file of this draft was read is not kept.")
    return found


def has_import_report(session: Session, realm: Realm, draft_id: int) -> bool:
    """Whether there is a report of how a draft came in."""
    chosen = _reports(realm).where(ImportReport.draft_id == draft_id).exists()
    return bool(session.scalar(select(chosen)))


def old_import_reports(session: Session, realm: Realm) -> list[ImportReport]:
    """The reports of drafts on which nobody works any more."""
    working = _open(session, realm)
    return [one for one in session.scalars(_reports(realm)) if one.draft_id not in working]


def _reports(realm: Realm) -> Select[ImportReport]:
    return select(ImportReport).where(ImportReport.organisation_id == realm.organisation_id)


def _open(session: Session, realm: Realm) -> set[int]:
    return {one.id for one in queries_drafts.open_drafts(session, realm)}


def origin(session: Session, realm: Realm, identity: Identity, now: datetime) -> Version | None:
    """The release of this organisation that a document was made from; None when there is none."""
    try:
        found = playbooks.releases(session, realm, identity.slug)
    except NotFound:
        return None
    same = next((one for one in found if one.digest == identity.digest), None)
    return version(session, realm, same.slug, same.id, "", now) if same else None


def version(
    session: Session, realm: Realm, slug: str, release_id: int, organisation: str, now: datetime
) -> Version:
    """A release with what is known of it besides its text, in the language of the text; raises NotFound."""
    release = playbooks.release(session, realm, release_id, slug)
    spoken = release.language
    known = playbooks.releases(session, realm, slug)
    listed = [one for one in known if one.language == spoken and one.published_at <= release.published_at]
    given = queries_drafts.release_approvals(session, [release.id]).get(release.id, [])
    due = review_due(release.published_at, release.review_months)
    images = queries_images.images(session, realm, queries_images.named(release.source))
    bearing = playbooks.bearing(release, playbooks.current_in_each_language(session, realm, slug))
    standing = Standing(
        made=now,
        organisation=organisation,
        state=translate(spoken, STATES[bearing.standing]),
        published=_day(release.published_at, spoken),
        review=_day(due, spoken) if due and bearing.is_current else "",
        approvals=tuple(
            Approved(_signer(one.name, one.on_behalf_name, spoken), one.function, _day(one.at, spoken))
            for one in given
        ),
        changes=tuple(Changed(one.version, _day(one.published_at, spoken), one.note) for one in listed),
        values=queries_placeholders.values(session, realm, slug),
        pictures={digest: image.data for digest, image in images.items()},
        begun=min((one.published_at for one in listed), default=release.published_at),
        issued=release.published_at,
        withdrawn=release.withdrawal is not None,
        others=_others(session, realm, spoken),
        warnings=tuple(_warnings(bearing)),
    )
    return Version(release.id, slug, release.title, release.version, release.source, standing)


def _signer(name: str, absent: str, language: str) -> str:
    """Who signed, and for whom when that one was absent."""
    said = "%(deputy)s for %(principal)s"
    return translate(language, said, deputy=name, principal=absent) if absent else name


def _others(session: Session, realm: Realm, language: str) -> dict[str, Beside]:
    """The current versions of all playbooks by slug, in *language* where there is one in it."""
    current = playbooks.current_of_all(session, realm)
    ordered = sorted(current, key=lambda one: one.language == language)
    return {one.slug: Beside(one.title, one.published_at) for one in ordered}


def _warnings(of: playbooks.Bearing) -> Iterator[str]:
    """Why a release is not to be followed as it is, in its own language."""
    language, withdrawal, current = of.release.language, of.release.withdrawal, of.current
    if withdrawal is not None:
        said = {"date": _day(withdrawal.at, language), "reason": _sentence(withdrawal.reason)}
        yield (
            translate(
                language,
                "Withdrawn on %(date)s: %(reason)s Do not follow this version but version %(version)s.",
                version=current.version,
                **said,
            )
            if current
            else translate(language, "Withdrawn on %(date)s: %(reason)s Do not follow this version.", **said)
        )
    elif current is not None and not of.is_current:
        yield translate(
            language,
            "This version was superseded by version %(version)s on %(date)s. Follow that one.",
            version=current.version,
            date=_day(current.published_at, language),
        )
    elif of.newer_original is not None:
        yield translate(
            language,
            "This translates version %(old)s; version %(new)s of the original is to be followed.",
            old=of.release.translates,
            new=of.newer_original.version,
        )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _day(moment: datetime, language: str) -> str:
    return format_date(moment.astimezone(AMSTERDAM), "d MMMM y", locale=language)


def is_known(session: Session, realm: Realm, slug: str) -> bool:
    """Whether there is a playbook of that short name."""
    try:
        queries_drafts.playbook(session, realm, slug)
    except NotFound:
        return False
    return True
