"""A comparison as a Word document in which the changes are tracked, so that Word shows them and can accept them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from cyberready.platform.paper.outline import (
    Block,
    Fields,
    Outline,
    Paragraph,
    Properties,
    Run,
    Table,
    marked,
)
from cyberready.platform.paper.outline import Heading as Title
from cyberready.platform.paper.typesetting import Typesetter, element
from cyberready.platform.paper.word import begun, finished
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language
from cyberready.playbooks.changes import ChangeKind
from cyberready.playbooks.comparison import Comparison, Passage
from cyberready.playbooks.documents_comparison import (
    Heading,
    arranged,
    called,
    changed,
    differing,
    fact,
    facts,
    in_text,
    named,
)
from cyberready.playbooks.lines import Line, LineStyle, lines
from cyberready.playbooks.pieces import Piece, PieceKind
from cyberready.playbooks.sections import FRONT, PHASE

STEP_IN = 360  # twips by which a list inside a list is indented
STYLES = {
    LineStyle.PLAIN: "Body Text",
    LineStyle.HEADING: "Heading 3",
    LineStyle.TASK: "List Bullet",
    LineStyle.BULLET: "List Bullet",
    LineStyle.NUMBER: "Body Text",
}
MARKED = {PieceKind.NEW: "ins", PieceKind.GONE: "del"}


@dataclass(frozen=True, slots=True)
class Author:
    """Who made the changes and when (aware), as Word shows them beside each."""

    name: str
    at: datetime
    organisation: str = ""


def as_docx(comparison: Comparison, heading: Heading, author: Author, template: Path | None = None) -> bytes:
    """What changed in a table, then the whole text with every change tracked; accepting all gives the new version."""
    outline = Outline(
        _("Comparison of %(playbook)s", playbook=heading.title),
        f"{heading.old} → {heading.new}",
        language(),
        Properties(_("Comparison of two versions"), author.organisation or author.name, author.at),
        tuple(_summary(comparison, heading)),
    )
    setter = begun(outline, template)
    for block, following in pairwise((*outline.blocks, None)):
        if block is not None:
            setter.set(block, following)
            setter.part_from(block, following)
    tracked = Tracked(setter, author)
    for _place, passage in arranged(comparison.passages):
        if passage.section.kind != FRONT or changed(passage):
            tracked.passage(passage)
    return finished(setter, outline)


def _summary(comparison: Comparison, heading: Heading) -> Iterator[Block]:
    yield Fields(((_("Old version"), heading.old), (_("New version"), heading.new)))
    yield Title(2, _("What changed"))
    passages = differing(comparison)
    if not passages:
        yield Paragraph(_("There are no differences."))
        return
    yield from _changes_in_text(passages)
    if rows := tuple((fact(one), one.old or "–", one.new or "–") for one in facts(passages)):
        yield Title(2, _("Front matter"))
        yield Table((_("What"), _("Was"), _("Is now")), rows, (4.6, 6.0, 6.0))
    yield Title(2, _("The text with its changes"))


def _changes_in_text(passages: Iterable[tuple[int, Passage]]) -> Iterator[Block]:
    found = [(passage, change) for _place, passage in in_text(passages) for change in passage.changes]
    if not found:
        yield Paragraph(_("Nothing changed in the text itself."))
        return
    header = (_("Part"), _("What"), _("Was"), _("Is now"))
    rows = tuple(
        (named(passage), (Run(called(change), bold=True),), change.old or "–", change.new or "–")
        for passage, change in found
    )
    yield Table(header, rows, (4.6, 3.6, 4.2, 4.2))


class Tracked:
    """Sets passages with their changes as Word tracks them."""

    def __init__(self, setter: Typesetter, author: Author) -> None:
        self.setter = setter
        self.by = author.name or "–"
        self.at = author.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.numbers = count(1)

    def passage(self, passage: Passage) -> None:
        """Heading, what moved, and every line."""
        whole = (
            PieceKind.NEW
            if passage.old is None
            else PieceKind.GONE
            if passage.new is None
            else PieceKind.SAME
        )
        found = lines(passage.pieces)
        if passage.section.movable:
            style = "Heading 2" if passage.section.kind == PHASE else "Heading 3"
            number = passage.new_number or passage.old_number
            self.paragraph(style, [Piece(whole, f"{number} ")] * bool(number) + list(passage.title), whole)
            found = found[1:]
        elif passage.section.kind == FRONT:
            self.setter.set(Title(3, _("Front matter")))
        for change in passage.changes:
            if change.kind is ChangeKind.MOVED and change.part != "decision":
                moved = _("Moved from %(old)s to %(new)s.", old=change.old or "–", new=change.new or "–")
                self.setter.set(Paragraph((Run(moved, italic=True),)))
        for line in found:
            self.line(line)

    def line(self, line: Line) -> None:
        """One line in the style of what it is."""
        states = {piece.kind for piece in line.pieces}
        whole = next(iter(states)) if len(states) == 1 else PieceKind.SAME
        sign = "☐ " if line.style is LineStyle.TASK else f"{line.sign} " if line.sign else ""
        depth = line.depth + line.quoted
        inset = [element("ind", left=STEP_IN * (depth + 1))] if depth else []
        self.paragraph(
            STYLES[line.style], [*([Piece(whole, sign)] * bool(sign)), *line.pieces], whole, *inset
        )

    def paragraph(
        self, style: str, pieces: Sequence[Piece], whole: PieceKind, *shape: BaseOxmlElement
    ) -> None:
        """A paragraph; one that only one version has is tracked with its end."""
        mark = element("rPr", self.element(MARKED[whole])) if whole in MARKED else None
        self.setter.place(self.setter.styled(style, self.runs(pieces), *shape, mark))

    def runs(self, pieces: Iterable[Piece]) -> Iterator[BaseOxmlElement]:
        """Runs, those of one version inside the mark of who put them in or took them out."""
        for piece in pieces:
            made = list(self.setter.runs(marked(piece.text)))
            if piece.kind is PieceKind.SAME:
                yield from made
            elif made:
                yield self.element(MARKED[piece.kind], *made)

    def element(self, tag: str, *runs: BaseOxmlElement) -> BaseOxmlElement:
        """The mark of an insertion or a deletion; deleted text has an element of its own."""
        if tag == "del":
            for text in (text for run in runs for text in run.findall(qn("w:t"))):
                text.tag = qn("w:delText")
        return element(tag, *runs, id=next(self.numbers), author=self.by, date=self.at)
