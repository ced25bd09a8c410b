"""Pages that compare two versions of a playbook, on the screen and as a file."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.kernel.refusals import NotFound
from cyberready.platform.context import context, read
from cyberready.platform.gate import may, principal, realm
from cyberready.platform.paper import stationery
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language
from cyberready.platform.web import attachment, page, shortdate
from cyberready.playbooks import (
    documents_changes,
    documents_comparison,
    queries_comparison,
    queries_drafts,
    screens,
    sides,
)
from cyberready.playbooks.comparison import Comparison
from cyberready.playbooks.documents_changes import Author
from cyberready.playbooks.documents_comparison import Heading
from cyberready.playbooks.queries_comparison import Version
from cyberready.playbooks.views_blueprint import blueprint, draft_reader

VIEWS = ("columns", "one", "whole")
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A version in the list to choose from."""

    key: str
    name: str


@blueprint.get("/<slug>/compare")
@may("playbooks.read")
def compare(slug: str) -> ResponseReturnValue:
    """Two versions: ``?old=`` and ``?new=`` are numbers of releases or ``draft-`` with that of a draft."""
    reader = draft_reader()
    found, title = read(
        lambda session: (
            queries_comparison.versions(session, realm(), slug, reader),
            screens.called(session, realm(), queries_drafts.playbook(session, realm(), slug).id, language()),
        )
    )
    keys = queries_comparison.pair(found, request.args.get("old", ""), request.args.get("new", ""))
    view = request.args.get("view", "")
    shown: dict[str, Any] = {
        "slug": slug,
        "title": title,
        "choices": [Choice(one.key, _name(one, dated=True)) for one in found],
        "pair": keys,
        "view": view if view in VIEWS else VIEWS[0],
        "old": keys[0] if keys else "",
        "new": keys[1] if keys else found[0].key,
    }
    if keys is None:
        return page("playbooks/compare", **shown)
    old, new, comparison = _compared(slug, *keys)
    differing = documents_comparison.differing(comparison)
    whole = documents_comparison.arranged(comparison.passages)
    return page(
        "playbooks/compare",
        **shown,
        heading=_heading(old, new),
        text_language=new.language,
        structured=all(sides.side(text).playbook for text in (comparison.old_text, comparison.new_text)),
        found=differing,
        shown=whole if view == "whole" else differing,
        columns=shown["view"] == "columns",
        **documents_comparison.names(),
    )


@blueprint.get("/<slug>/compare/file")
@may("playbooks.read")
def comparison_file(slug: str) -> ResponseReturnValue:
    """A comparison as a Word document with tracked changes, as one HTML file, or as data."""
    kind = request.args.get("format", "docx")
    if kind not in TYPES:
        raise NotFound("A comparison can be had as docx, html or json.")
    old, new, comparison = _compared(slug, request.args.get("old", ""), request.args.get("new", ""))
    name = f"{slug}-{old.number}-{new.number}.{kind}"
    return attachment(_file(kind, comparison, old, new), name, TYPES[kind])


def _file(kind: str, comparison: Comparison, old: Version, new: Version) -> bytes:
    heading = _heading(old, new)
    if kind == "html":
        return documents_comparison.as_html(comparison, heading).encode()
    if kind == "json":
        return documents_comparison.as_json(comparison, heading).encode()
    author = Author(new.author, new.at, principal().organisation_name)
    template = stationery.chosen(context().settings.word_templates)
    return documents_changes.as_docx(comparison, heading, author, template)


def _compared(slug: str, old: str, new: str) -> tuple[Version, Version, Comparison]:
    reader = draft_reader()

    def work(session: Session) -> tuple[tuple[Version, str], tuple[Version, str]]:
        one = queries_comparison.source(session, realm(), slug, old, reader)
        return one, queries_comparison.source(session, realm(), slug, new, reader)

    (before, before_text), (after, after_text) = read(work)
    return before, after, sides.compare(before_text, after_text)


def _heading(old: Version, new: Version) -> Heading:
    return Heading(new.title, _name(old), _name(new), new.language)


def _name(one: Version, *, dated: bool = False) -> str:
    """A version as it is called on the page, with its language when that is another than the reader's."""
    said = (
        _("draft %(version)s", version=one.number)
        if one.is_draft
        else _("version %(version)s", version=one.number)
    )
    said += f" ({one.language})" if one.language != language() else ""
    return f"{said}, {shortdate(one.at)}" if dated else said
