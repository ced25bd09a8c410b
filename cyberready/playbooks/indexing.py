"""What can be found of playbooks: each as a whole with its phases, and each of its steps, in every language it is current in.

They are found as they are read: with what the organisation filled in, and the description of what is still open.
"""

import re
from collections.abc import Collection

from sqlalchemy.orm import Session

from cyberready.platform.realm import Realm
from cyberready.platform.search import index
from cyberready.platform.search.index import Document
from cyberready.playbooks import placeholders, queries, queries_placeholders
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.rules import Content, Playbook, Step

MARKUP = re.compile(
    r"\\([!-/:-@\[-`{-~])|\{#[^}]*\}|\]\([^)\n]*\)|[*_`#>|{}\[\]]+|^\s*[-+]\s", re.MULTILINE
)  # a sign after a backslash stands for itself

INSIDE = "*_`[]"  # marks that stand against a word or a full stop


def record(session: Session, realm: Realm, slug: str) -> None:
    """Let the current releases of a playbook be found, one per language, and nothing older.

    When every version was withdrawn its name leads to the list of versions, which says so.
    """
    documents: list[Document] = []
    given = queries_placeholders.values(session, realm, slug)
    for release in queries.current_in_each_language(session, realm, slug):
        documents += _documents(release, queries_placeholders.filled(release.source, given))
    if not documents:
        documents = [_withdrawn(one) for one in queries.without_current(session, realm) if one.slug == slug]
    index.put(session, realm, f"playbook:{slug}", documents)


def record_all(session: Session, realm: Realm) -> None:
    """Let every playbook of the organisation be found."""
    known = [*queries.current_releases(session, realm), *queries.without_current(session, realm)]
    for slug in sorted({release.slug for release in known}):
        record(session, realm, slug)


def record_filled(session: Session, realm: Realm, slug: str, keys: Collection[str]) -> None:
    """Let what was filled in be found, in the playbook called *slug*, or in all that use one of the *keys*."""
    found = [slug] if slug else sorted({release.slug for release in queries.current_releases(session, realm)})
    for one in found:
        releases = queries.current_in_each_language(session, realm, one)
        used = {key for release in releases for key in placeholders.used_in(queries.parsed(release.source))}
        if not used.isdisjoint(keys):
            record(session, realm, one)


def _documents(release: PlaybookRelease, book: Playbook) -> list[Document]:
    place = {"slug": release.slug, "language": release.language}

    def document(kind: str, title: str, text: str, within: str = "", anchor: str = "") -> Document:
        return Document(
            kind=kind,
            title=placeholders.worded(title, book.placeholders),
            text=_words(placeholders.worded(text, book.placeholders)),
            permission="playbooks.read",
            endpoint="playbooks.reading",
            place={**place, "_anchor": anchor} if anchor else place,
            within=within,
            language=release.language,
        )

    phases = " ".join(f"{one.title} {_text(one.content)}" for one in book.phases)
    whole = document("playbook", release.title, f"{release.summary} {_text(book.intro)} {phases}")
    steps = (document("step", one.title, _said(one, book), book.title, one.id) for one in book.steps)
    return [whole, *steps]


def _withdrawn(release: PlaybookRelease) -> Document:
    return Document(
        kind="playbook",
        title=release.title,
        text=release.summary,
        permission="playbooks.read",
        endpoint="playbooks.versions",
        place={"slug": release.slug},
        language=release.language,
    )


def _said(step: Step, book: Playbook) -> str:
    roles = (book.roles.get(role, "") for role in (step.role, step.deputy))
    return " ".join(part for part in (_text(step.content), step.result, step.evidence, *roles) if part)


def _text(content: tuple[Content, ...]) -> str:
    parts = [
        part
        if isinstance(part, str)
        else " ".join([part.question, part.text, *(f"{one.answer} {one.text}" for one in part.outcomes)])
        for part in content
    ]
    return " ".join(parts)


def _words(text: str) -> str:
    """A text without its marks: what a reader sees, on one line."""
    return " ".join(MARKUP.sub(lambda mark: mark[1] or ("" if mark[0][0] in INSIDE else " "), text).split())
