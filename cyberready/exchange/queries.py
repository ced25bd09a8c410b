"""Questions of the exchange: files that wait, and the versions that documents were made from."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from cyberready.exchange.models import KeptUpload
from cyberready.exchange.standing import Approved, Changed, Standing
from cyberready.exchange.word.identity import Identity
from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.platform.texts import translate
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks import queries_drafts, queries_images, queries_placeholders
from cyberready.playbooks.rules import review_due

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


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
    withdrawn = next(one.withdrawal for one in known if one.id == release.id) is not None
    standing = Standing(
        made=now,
        organisation=organisation,
        state=translate(spoken, "Withdrawn") if withdrawn else translate(spoken, "Published"),
        published=_day(release.published_at, spoken),
        review=_day(due, spoken) if due and not withdrawn else "",
        approvals=tuple(Approved(one.name, one.function, _day(one.at, spoken)) for one in given),
        changes=tuple(Changed(one.version, _day(one.published_at, spoken), one.note) for one in listed),
        values=queries_placeholders.values(session, realm, slug),
        pictures={digest: image.data for digest, image in images.items()},
        begun=min((one.published_at for one in listed), default=release.published_at),
        issued=release.published_at,
        withdrawn=withdrawn,
    )
    return Version(release.id, slug, release.title, release.version, release.source, standing)


def _day(moment: datetime, language: str) -> str:
    return format_date(moment.astimezone(AMSTERDAM), "d MMMM y", locale=language)


def is_known(session: Session, realm: Realm, slug: str) -> bool:
    """Whether there is a playbook of that short name."""
    try:
        queries_drafts.playbook(session, realm, slug)
    except NotFound:
        return False
    return True
