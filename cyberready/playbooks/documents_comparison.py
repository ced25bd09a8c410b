"""A comparison of two playbooks as text, as JSON and as one HTML file that needs nothing else."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language
from cyberready.platform.texts import lazy_gettext as later
from cyberready.playbooks.changes import Change, ChangeKind
from cyberready.playbooks.comparison import Comparison, Passage
from cyberready.playbooks.lines import lines, rows
from cyberready.playbooks.pieces import Piece, PieceKind
from cyberready.playbooks.sections import FRONT, INTRO, Section
from cyberready.settings import content_root

SHEETS = Path(__file__).parent.parent / "static" / "css"
FORMAT = "cyberready/comparison/1"
STYLES = ("layers", "tokens", "base", "badges", "facts", "tables", "comparison", "print")
# What a change is called; the part, or the field, decides where the kind alone does not say it.
CALLED = {
    (ChangeKind.ADDED, "phase"): later("Phase added"),
    (ChangeKind.ADDED, "step"): later("Step added"),
    (ChangeKind.ADDED, "decision"): later("Decision point added"),
    (ChangeKind.REMOVED, "phase"): later("Phase removed"),
    (ChangeKind.REMOVED, "step"): later("Step removed"),
    (ChangeKind.REMOVED, "decision"): later("Decision point removed"),
    (ChangeKind.MOVED, "phase"): later("Phase moved"),
    (ChangeKind.MOVED, "step"): later("Step moved"),
    (ChangeKind.MOVED, "decision"): later("Decision point moved"),
    (ChangeKind.RETITLED, "decision"): later("Question changed"),
    (ChangeKind.REWORDED, "decision"): later("Explanation of the decision changed"),
}
KINDS = {
    ChangeKind.ADDED: later("Added"),
    ChangeKind.REMOVED: later("Removed"),
    ChangeKind.MOVED: later("Moved"),
    ChangeKind.RENAMED: later("Id changed"),
    ChangeKind.RETITLED: later("Title changed"),
    ChangeKind.OUTCOMES: later("Outcomes changed"),
    ChangeKind.REWORDED: later("Text changed"),
    ChangeKind.LAYOUT: later("Only the notation changed"),
}
FIELDS = {
    "role": later("Role changed"),
    "deputy": later("Deputy changed"),
    "time": later("Time target changed"),
    "result": later("Result changed"),
    "evidence": later("Evidence changed"),
    "messages": later("Messages changed"),
    "contacts": later("Contacts changed"),
    "clocks": later("Legal clocks changed"),
    "playbooks": later("Sub-playbooks changed"),
    "next": later("What comes next changed"),
    "kind": later("Kind of branch changed"),
    "title": later("Title changed"),
    "summary": later("Summary changed"),
    "owner": later("Owner changed"),
    "tlp": later("TLP marking changed"),
    "review_months": later("Review period changed"),
    "language": later("Language changed"),
    "slug": later("Short name changed"),
    "version": later("Version number changed"),
    "translates": later("Translated version changed"),
}
# What a field of the front matter is called; those of roles and placeholders have names of their own.
FACTS = {
    "title": later("Title"),
    "summary": later("Summary"),
    "owner": later("Owner"),
    "tlp": later("TLP marking"),
    "review_months": later("Months until the review"),
    "language": later("Language"),
    "slug": later("Short name"),
    "version": later("Version number"),
    "translates": later("Translates version"),
}
TONES = {
    ChangeKind.ADDED: "ok",
    ChangeKind.REMOVED: "err",
    ChangeKind.MOVED: "info",
    ChangeKind.LAYOUT: "neutral",
}
BOLD = re.compile(r"\*\*(?! )([^*]+)(?<! )\*\*")
SIGNS = {PieceKind.GONE: ("[-", "-]"), PieceKind.NEW: ("{+", "+}"), PieceKind.SAME: ("", "")}


@dataclass(frozen=True, slots=True)
class Heading:
    """What is compared: the title of the playbook and the names of both versions."""

    title: str
    old: str
    new: str
    language: str = "nl"


def called(change: Change) -> str:
    """What a change is called, in the reader's language."""
    if change.field.startswith("roles."):
        return _("Role %(name)s changed", name=change.field.partition(".")[2])
    if change.field.startswith("placeholders."):
        return _("Placeholder %(name)s changed", name=change.field.partition(".")[2])
    if change.field:
        return str(FIELDS.get(change.field, change.field))
    return str(CALLED.get((change.kind, change.part)) or KINDS[change.kind])


def fact(change: Change) -> str:
    """What the field of the front matter that changed is called, in the reader's language."""
    kind, _dot, name = change.field.partition(".")
    if kind == "roles":
        return _("Role %(name)s", name=name)
    if kind == "placeholders":
        return _("Placeholder %(name)s", name=name)
    return str(FACTS.get(change.field) or called(change))


def is_front(passage: Passage) -> bool:
    """Whether a passage is the front matter, which is told after the text."""
    return passage.section.kind == FRONT


def arranged(passages: Iterable[Passage]) -> list[tuple[int, Passage]]:
    """Passages with their places, from 1, in the order of telling: the front matter, which hides what matters, last."""
    return sorted(enumerate(passages, 1), key=lambda one: is_front(one[1]))


def in_text(found: Iterable[tuple[int, Passage]]) -> list[tuple[int, Passage]]:
    """Those of the passages that are not the front matter."""
    return [one for one in found if not is_front(one[1])]


def facts(found: Iterable[tuple[int, Passage]]) -> list[Change]:
    """What changed in the front matter besides the version number, which both headings say."""
    changes = (change for _place, passage in found if is_front(passage) for change in passage.changes)
    return [change for change in changes if change.field != "version"]


def named(passage: Passage) -> str:
    """The title of a passage for a list: with its number, or what kind of part it is."""
    if passage.section.kind == FRONT:
        return _("Front matter")
    if passage.section.kind == INTRO:
        return _("Introduction")
    return f"{passage.new_number or passage.old_number} {passage.section.title}".strip()


def differing(comparison: Comparison) -> list[tuple[int, Passage]]:
    """The passages in which something changed, with their place, from 1; the front matter last."""
    return [(place, passage) for place, passage in arranged(comparison.passages) if changed(passage)]


def totals(found: Iterable[tuple[int, Passage]]) -> list[tuple[ChangeKind, str, int]]:
    """How often each kind of change was made, what came, went and moved first."""
    counts = Counter(
        (change.kind, called(change)) for _place, passage in in_text(found) for change in passage.changes
    )
    order = list(ChangeKind)
    return sorted(
        ((kind, said, count) for (kind, said), count in counts.items()),
        key=lambda one: (order.index(one[0]), -one[2], one[1]),
    )


def changed(passage: Passage) -> bool:
    """Whether there is something to see in a passage."""
    return bool(passage.changes) or any(
        piece.kind is not PieceKind.SAME and piece.text.strip() for piece in passage.pieces
    )


def as_text(comparison: Comparison, heading: Heading) -> str:
    """For a terminal: the changes as a list, then each passage with ``[-gone-]`` and ``{+new+}``."""
    said = [f"{heading.title}: {heading.old} → {heading.new}", ""]
    found = differing(comparison)
    if not found:
        return "\n".join([*said, _("There are no differences."), ""])
    for _place, passage in found:
        for change in passage.changes:
            was = f": {_one_line(change.old)} → {_one_line(change.new)}" if change.old or change.new else ""
            about = f" ({change.title})" if change.part == "decision" else ""
            said.append(f"* {named(passage)}{about}: {called(change)}{was}")
    for _place, passage in found:
        said += ["", f"== {named(passage)}", "", "".join(map(_signed, passage.pieces)).strip("\n")]
    return "\n".join([*said, ""])


def _one_line(value: str) -> str:
    return "; ".join(value.split("\n")) or "–"


def _signed(piece: Piece) -> str:
    if not piece.text.strip():
        return "" if piece.kind is PieceKind.GONE else piece.text
    opening, closing = SIGNS[piece.kind]
    bare = piece.text.rstrip("\n")
    return f"{opening}{bare}{closing}{piece.text[len(bare) :]}"


def as_json(comparison: Comparison, heading: Heading) -> str:
    """For programs: every change and every passage with its pieces, from which both texts can be put together."""
    said = {
        "format": FORMAT,
        "title": heading.title,
        "old": heading.old,
        "new": heading.new,
        "changes": [_change(change) for change in comparison.changes],
        "passages": [
            {
                "old": _section(passage.old, passage.old_number),
                "new": _section(passage.new, passage.new_number),
                "changes": [_change(change) for change in passage.changes],
                "pieces": [{"kind": piece.kind.value, "text": piece.text} for piece in passage.pieces],
            }
            for passage in comparison.passages
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _change(change: Change) -> dict[str, str]:
    names = ("part", "id", "title", "field", "old", "new")
    return {"kind": change.kind.value} | {name: getattr(change, name) for name in names}


def _section(section: Section | None, number: str) -> dict[str, object] | None:
    if section is None:
        return None
    return {
        "part": section.kind,
        "id": section.key if section.movable else "",
        "number": number,
        "title": section.title,
        "line": section.line,
    }


def as_html(comparison: Comparison, heading: Heading) -> str:
    """One file for any browser, without scripts and without addresses of anything else."""
    template = _environment().get_template("playbooks/comparison_file.html")
    sheet = "\n".join(_style(name) for name in STYLES)
    return template.render(
        found=(found := differing(comparison)),
        shown=found,
        heading=heading,
        columns=False,
        text_language=heading.language,
        style=Markup(sheet),  # noqa: S704 -- our own style sheets
        language=language(),
        **names(),
    )


def faced(text: str) -> Markup:
    """A stretch of Markdown with its bold words bold; everything else stands as it is written."""
    return Markup(BOLD.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704 -- escaped first


def names() -> dict[str, Any]:
    """What the templates of a comparison call."""
    return {
        "called": called,
        "named": named,
        "changed": changed,
        "fact": fact,
        "facts": facts,
        "in_text": in_text,
        "is_front": is_front,
        "faced": faced,
        "lines": lines,
        "rows": rows,
        "tones": TONES,
        "totals": totals,
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(content_root() / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["_"] = _
    return made


@lru_cache(maxsize=16)
def _style(name: str) -> str:
    """A style sheet without its fonts, which are files of their own."""
    text = (SHEETS / f"{name}.css").read_text("utf-8")
    return "".join(_without_fonts(text))


def _without_fonts(text: str) -> Iterator[str]:
    first, *others = text.split("@font-face")
    yield first
    for other in others:
        yield other.partition("}")[2]
