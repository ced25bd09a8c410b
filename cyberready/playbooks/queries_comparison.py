"""Questions for a comparison: which versions there are to choose from, and their texts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries, queries_drafts, queries_visibility
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import Draft
from cyberready.playbooks.queries_visibility import Reader

DRAFT = "draft-"
UNKNOWN = "This version of the playbook does not exist."


@dataclass(frozen=True, slots=True)
class Version:
    """A release or a draft to choose: ``key`` is the number of a release, or ``draft-`` and that of a draft.

    ``at`` is when it was published or changed last.
    """

    key: str
    number: str
    language: str
    title: str
    at: datetime
    author: str
    is_draft: bool


def versions(session: Session, realm: Realm, slug: str, reader: Reader) -> list[Version]:
    """What can be compared, newest first, open drafts (for who may see them) before releases; raises NotFound."""
    book = queries_drafts.playbook(session, realm, slug)
    written = queries_drafts.drafts_of(session, realm, book.id)
    open_ = queries_visibility.seen(session, realm, reader, written)
    try:
        published = queries.releases(session, realm, slug)
    except NotFound:
        published = []
    if not (open_ or published):
        raise NotFound("This playbook does not exist.")
    return [*map(_of_draft, reversed(open_)), *map(_of_release, published)]


def source(session: Session, realm: Realm, slug: str, key: str, reader: Reader) -> tuple[Version, str]:
    """One version with its text; raises NotFound, also for a draft of who may not see it."""
    number = key.removeprefix(DRAFT)
    if not number.isdecimal() or len(number) > 9:
        raise NotFound(UNKNOWN)
    if not key.startswith(DRAFT):
        release = queries.release(session, realm, int(number), slug)
        return _of_release(release), release.source
    draft = queries_visibility.draft(session, realm, reader, int(number))
    if draft.slug != slug and draft.playbook_id != queries_drafts.playbook(session, realm, slug).id:
        raise NotFound(UNKNOWN)
    return _of_draft(draft), draft.source


def pair(found: list[Version], old: str, new: str) -> tuple[str, str] | None:
    """The keys to compare: as asked, else the newest with the one before it in its language; None when none is.

    Without *new* the newest release is compared with *old*.
    """
    released = [one for one in found if not one.is_draft] or found
    chosen = new or released[0].key
    if old:
        return old, chosen
    here = next((place for place, one in enumerate(found) if one.key == chosen), None)
    language = found[here].language if here is not None else ""
    before = [one for one in found[(here or 0) + 1 :] if not one.is_draft]
    earlier = [one for one in before if one.language == language]
    return (earlier[0].key, chosen) if earlier else None


def _of_release(found: PlaybookRelease) -> Version:
    return Version(
        str(found.id),
        found.version,
        found.language,
        found.title,
        found.published_at,
        found.owner,
        is_draft=False,
    )


def _of_draft(found: Draft) -> Version:
    key = f"{DRAFT}{found.id}"
    return Version(
        key, found.version, found.language, found.title, found.updated_at, found.author_name, is_draft=True
    )
