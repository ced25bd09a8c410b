"""What can be found of playbooks: each as a whole and each of its steps, in every language it is current in."""

import re

from sqlalchemy.orm import Session

from cyberready.platform.realm import Realm
from cyberready.platform.search import index
from cyberready.platform.search.index import Document
from cyberready.playbooks import queries
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.rules import Content, Step

MARKUP = re.compile(r"\{#[^}]*\}|\]\([^)\n]*\)|[*_`#>|{}\[\]]+|^\s*[-+]\s", re.MULTILINE)


def record(session: Session, realm: Realm, slug: str) -> None:
    """Let the current releases of a playbook be found, one per language, and nothing older."""
    documents: list[Document] = []
    for release in queries.current_in_each_language(session, realm, slug):
        documents += _documents(release)
    index.put(session, realm, f"playbook:{slug}", documents)


def record_all(session: Session, realm: Realm) -> None:
    """Let every playbook of the organisation be found."""
    for slug in sorted({release.slug for release in queries.current_releases(session, realm)}):
        record(session, realm, slug)


def _documents(release: PlaybookRelease) -> list[Document]:
    book = queries.parsed(release.source)
    place = {"slug": release.slug, "language": release.language}

    def document(kind: str, title: str, text: str, within: str = "", anchor: str = "") -> Document:
        return Document(
            kind=kind,
            title=title,
            text=text,
            permission="playbooks.read",
            endpoint="playbooks.reading",
            place={**place, "_anchor": anchor} if anchor else place,
            within=within,
            language=release.language,
        )

    whole = document("playbook", release.title, f"{release.summary} {_words(book.intro)}")
    return [whole, *(document("step", step.title, _said(step), book.title, step.id) for step in book.steps)]


def _said(step: Step) -> str:
    return " ".join(part for part in (_words(step.content), step.result, step.evidence) if part)


def _words(content: tuple[Content, ...]) -> str:
    """A text without its marks: what a reader sees, on one line."""
    parts = [
        part
        if isinstance(part, str)
        else " ".join([part.question, part.text, *(outcome.answer for outcome in part.outcomes)])
        for part in content
    ]
    return " ".join(MARKUP.sub(" ", " ".join(parts)).split())
