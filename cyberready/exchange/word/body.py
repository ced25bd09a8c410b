"""The body of a Word file as blocks: headings, text, lists and tables, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import replace

from cyberready.exchange.blocks import Block, Cell, Grid, Heading, Marked, Prose, one_line, written
from cyberready.exchange.limits import Element
from cyberready.exchange.report import Kind, Place, Report
from cyberready.exchange.word.inline import Inline, Line, Span, markdown
from cyberready.exchange.word.lists import Entry, grouped
from cyberready.exchange.word.parts import BOXES, File, Style, child, name, value, whole, within
from cyberready.platform.markdown import FILE

START = "paragraph %(paragraph)s, before the first heading"
TABLE_UNDER = "table %(table)s under “%(heading)s”"
FIRST_TABLE = "table %(table)s, before the first heading"
UNDER = "paragraph %(paragraph)s under “%(heading)s”"
CONTENTS = re.compile(r"(toc|inhopg|inhoudsopgave) ?\d", re.IGNORECASE)
TYPED = re.compile(
    r"^(?:\\?[-–—]|[•·▪◦‣]|(\d{1,3}(?:\.\d{1,3}){0,3})\\?[.)](?=\s)|(\d{1,3}(?:\.\d{1,3}){1,3})(?=\s))\s+(?=\S)"
)
OUTWARD = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)
MARKED_STYLES = {"subtitle": "subtitle", "ondertitel": "subtitle", "cyberready notice": "notice"}
BEGINNING = "cr__"
DEEPEST = 8
TOO_DEEP = 40  # tables in cells of tables: deeper ones are read as text


class Body:
    """Reads one part of a Word file (its text, its notes, a header) into blocks."""

    def __init__(self, file: File, part: str, report: Report, notes: "Notes") -> None:
        self._file = file
        self._report = report
        self._notes = notes
        self._heading = ""
        self._paragraph = self._tables = self._inside = 0
        self._joined: Line | None = None
        self._anchors: list[str] = []
        self._contents: list[str] = []
        self._counts: dict[str, list[int]] = {}
        self._inline = Inline(file, part, self._tell, self._notes.mark, self._comment)

    @property
    def place(self) -> Place:
        """Where the reader is: a table is told as a whole, as its rows are told by who takes them."""
        values = {"paragraph": self._paragraph, "table": self._tables, "heading": self._heading}
        under, first = (TABLE_UNDER, FIRST_TABLE) if self._inside else (UNDER, START)
        return Place(under if self._heading else first, values)

    def _tell(self, kind: str, sentence: str, **values: object) -> None:
        self._report.note(Kind(kind), self.place, sentence, **values)

    def _comment(self, number: str) -> None:
        if number in self._notes.told:
            return
        self._notes.told.add(number)
        author, text = self._notes.comment(number)
        sentence = "A comment by %(author)s is left out: %(text)s"
        self._report.skipped(self.place, sentence, author=author or "-", text=text)

    def blocks(self, parent: Element, depth: int = 0) -> list[Block]:
        """The blocks of *parent*, with lists put together, and the notes of each part at its end."""
        made: list[Block] = []
        run: list[Entry] = []
        for entry in self._entries(parent, depth):
            if isinstance(entry.block, Heading):
                made += [*grouped(run), *self._notes.due(), entry.block]
                run = []
            else:
                run.append(entry)
        made += grouped(run)
        if depth == 0:
            made += self._notes.due()
            self._tell_contents()
        return made

    def _tell_contents(self) -> None:
        if self._contents:
            sentence = "The table of contents is left out; the pages have their own: %(text)s"
            self._report.skipped("the whole document", sentence, text=" / ".join(self._contents))

    def _entries(self, parent: Element, depth: int) -> Iterator[Entry]:
        for node in parent:
            match name(node):
                case "w:p":
                    yield from self._paragraphs(node, depth)
                case "w:tbl":
                    yield from self._table(node, depth)
                case "w:sdt":
                    yield from self._control(node, depth)
                case "w:bookmarkStart":
                    self._anchors.append(value(node, "name"))
                case "w:customXml" | "w:ins" | "w:moveTo" | "w:sdtContent":
                    yield from self._entries(node, depth)
                case "w:del" | "w:moveFrom":
                    self._inline.deleted(node)
                case "w:altChunk":
                    self._inline.chunk(node)
                case _:
                    pass  # the page and marks between blocks

    def _control(self, node: Element, depth: int) -> Iterator[Entry]:
        about, content = child(node, "w:sdtPr"), child(node, "w:sdtContent")
        tag = value(child(about, "w:tag"))
        if content is None:
            return
        self._inline.choice(about, content)
        if value(child(about, "w:docPartObj", "w:docPartGallery")) == "Table of Contents":
            said = " ".join(_words(content).split())
            self._contents += [said] if said else []
        elif tag.startswith("cyberready:"):
            place = self.place
            inner = grouped(list(self._entries(content, depth + 1)))
            yield Entry(Marked(tag.removeprefix("cyberready:"), tuple(inner), place))
        else:
            yield from self._entries(content, depth)

    def _paragraphs(self, node: Element, depth: int) -> Iterator[Entry]:
        shape = child(node, "w:pPr")
        style = self._file.styles.get(value(child(shape, "w:pStyle")), self._file.plain)
        contents = self._inline.inside_contents or CONTENTS.match(style.name) is not None
        self._paragraph += not self._inside
        line = self._inline.line(node)
        line.anchors, self._anchors = self._anchors + line.anchors, []
        if self._joined is not None:
            line.spans, line.boxes = self._joined.spans + line.spans, self._joined.boxes + line.boxes
            self._joined = None
        if child(shape, "w:rPr", "w:del") is not None:
            self._joined = line  # the end of this paragraph was deleted: it runs on
            return
        if BEGINNING in line.anchors:
            yield Entry(Marked("start", (), self.place))
        if contents or line.contents or self._inline.inside_contents:
            self._contents += [line.text] if line.text else []
        elif line.text:
            yield self._entry(line, shape, style)
        elif any(span.mark for span in line.spans):
            yield self._entry(line, shape, Style("Normal"))
        for box in line.boxes:
            yield from self._box(box, depth)

    def _box(self, box: Element, depth: int) -> Iterator[Entry]:
        """A text box as a quote after its paragraph."""
        if depth >= TOO_DEEP:
            return
        inner = grouped(list(self._entries(box, depth + 1)))
        if inner:
            self._report.guessed(self.place, "A text box became a quote after this paragraph.")
            yield Entry(Prose(quoted(written(inner)), self.place))

    def _entry(self, line: Line, shape: Element | None, style: Style) -> Entry:
        """One paragraph: a heading, an item of a list, or text."""
        outline = value(child(shape, "w:outlineLvl"))
        level = whole(outline) + 1 if outline and whole(outline) < 9 else style.heading
        if level or style.name.lower() in {"title", "titel"}:
            return self._headed(line, level)
        box = self._ticked(line)
        block = Prose(markdown(line.spans, self._link), self.place)
        if tag := MARKED_STYLES.get(style.name.lower()):
            return Entry(Marked(tag, (block,), block.place))
        if known := next((one for one in line.anchors if one.startswith("cr_")), ""):
            return Entry(Marked(f"anchor:{known}", (block,), block.place))
        indent = whole(value(child(shape, "w:ind"), "left") or value(child(shape, "w:ind"), "start"))
        count = value(child(shape, "w:numPr", "w:numId")) or style.count
        if count and count != "0":
            depth = value(child(shape, "w:numPr", "w:ilvl"))
            at = min(DEEPEST, whole(depth) if depth else style.depth)
            item = self._item(Entry(block, count, at, box=box, indent=indent))
            return replace(item, depth=max(at, style.nested))
        if box:
            return Entry(block, "box", 0, box=box, indent=indent)
        return self._typed(block, indent)

    def _item(self, entry: Entry) -> Entry:
        """A paragraph that Word numbers."""
        lists = self._file.lists
        form = lists.get((entry.count, entry.depth)) or lists.get((entry.count, 0), "decimal")
        if form == "none":
            return Entry(entry.block, depth=entry.depth, goes_on=True)
        box = entry.box or BOXES.get(form, "")
        ordered = form != "bullet" and not box
        number = self._counted(entry) if ordered and form == "decimal" else ""
        return replace(entry, ordered=ordered, box=box, number=number)

    def _counted(self, entry: Entry) -> str:
        """The number that a reader sees before an item: a list counts on as long as the document lasts."""
        known = self._counts.setdefault(entry.count, [])
        known[:] = [*known[: entry.depth + 1], *[0] * (entry.depth + 1 - len(known))]
        known[entry.depth] += 1
        return ".".join(str(max(1, one)) for one in known)

    def _typed(self, block: Prose, indent: int) -> Entry:
        """Text, or an item whose sign or number was typed."""
        found = TYPED.match(block.text)
        if found is None or (self._inside and found[2]):  # a version in a cell, such as 1.4, counts nothing
            return Entry(block)
        number = found[1] or found[2] or ""
        sentence = "A sign or number that was typed became an item of a list: %(text)s"
        self._tell("guessed", sentence, text=found[0].strip())
        rest = Prose(block.text[found.end() :], block.place)
        depth = min(DEEPEST, number.count("."))
        count = "typed" if number else "dash"
        return Entry(rest, count, depth, bool(number), indent=indent, number=number)

    def _headed(self, line: Line, level: int) -> Entry:
        plain = [
            Span(span.text.replace("\n", " "), target=span.target, mark=span.mark) for span in line.spans
        ]
        text = markdown(plain, lambda _target: "")
        known = next((one for one in line.anchors if one.startswith("cr_")), "")
        if level:
            self._heading, self._paragraph, self._tables = line.text, 0, 0
        return Entry(Heading(level, text, Place("heading “%(heading)s”", {"heading": line.text}), known))

    def _link(self, target: str) -> str:
        """Where a link of the document may lead: out of it, to a part that an export marked, or to another playbook."""
        if target.startswith("#cr_"):
            return target
        target = re.sub(r"^(\.\.?/)+", "", target)
        return target if OUTWARD.match(target) or FILE.fullmatch(target) else ""

    @staticmethod
    def _ticked(line: Line) -> str:
        """Take the box to tick off the beginning; what stands in it, empty when there is none."""
        first = next((at for at, span in enumerate(line.spans) if span.text.strip()), None)
        if first is None or line.spans[first].text.lstrip()[0] not in BOXES:
            return ""
        text = line.spans[first].text.lstrip()
        line.spans[first] = Span(text[1:].lstrip() if text[1:].strip() else text[1:])
        while line.spans and not line.spans[0].text.strip():
            line.spans.pop(0)
        return BOXES[text[0]]

    def _table(self, node: Element, depth: int) -> Iterator[Entry]:
        self._tables += not self._inside
        values = {"table": self._tables, "heading": self._heading}
        place = Place(TABLE_UNDER if self._heading else FIRST_TABLE, values)
        if depth >= TOO_DEEP:
            text = " ".join(_words(node).split())
            if text:
                self._tell("guessed", "A table deep inside other tables became text.")
                yield Entry(Prose(markdown([Span(text)]), place))
            return
        rows = [self._row(row, depth) for row in _rows(node) if self._kept(row)]
        rows = [row for row in rows if row]
        self._file.spread(len(rows) * max(map(len, rows), default=0))
        cells = [cell for row in rows for cell in row]
        if len(cells) == 1:
            self._report.guessed(place, "A table of one cell became text.")
            yield from (Entry(block) for block in cells[0].blocks)
        elif any(cell.blocks for cell in cells):
            yield Entry(Grid((tuple(map(_unbold, rows[0])), *rows[1:]), place))

    def _kept(self, row: Element) -> bool:
        if child(row, "w:trPr", "w:del") is None:
            return True
        said = " | ".join(filter(None, (" ".join(_words(cell).split()) for cell in within(row, "w:tc"))))
        self._tell(
            "skipped", "A row of a table, deleted with tracked changes, is left out: %(text)s", text=said
        )
        return False

    def _row(self, row: Element, depth: int) -> tuple[Cell, ...]:
        shape = child(row, "w:trPr")
        made = [Cell()] * min(63, whole(value(child(shape, "w:gridBefore"))))
        for cell in _cells(row):
            about = child(cell, "w:tcPr")
            merged = child(about, "w:vMerge")
            self._inside += 1
            inner = tuple(grouped(list(self._entries(cell, depth + 1))))
            self._inside -= 1
            continues = merged is not None and value(merged) != "restart"
            made.append(Cell(inner, above=continues and not inner))
            made += [Cell()] * min(62, whole(value(child(about, "w:gridSpan"))) - 1)
        return tuple(made)


class Notes:
    """Footnotes, endnotes and comments: numbered as they come, and due at the end of the part that refers to them."""

    def __init__(self, file: File, report: Report) -> None:
        self._file = file
        self._report = report
        self._count = 0
        self._marks: dict[tuple[str, str], int] = {}
        self.told: set[str] = set()  # the comments that are in the report
        self._due: list[tuple[str, str, int]] = []
        self._parts: dict[str, dict[str, Element]] = {}

    def mark(self, kind: str, number: str) -> str:
        """The mark of a note in the text: the next one, or the same again for a note that was referred to before."""
        known = self._marks.get((kind, number))
        if known is None:
            self._count += 1
            known = self._marks[kind, number] = self._count
            self._due.append((kind, number, known))
        return f"[^{known}]"

    def due(self) -> list[Block]:
        """The notes that the text referred to since the last time."""
        made: list[Block] = []
        while self._due:
            kind, number, count = self._due.pop(0)
            made.append(self._note(kind, number, count))
        return made

    def _note(self, kind: str, number: str, count: int) -> Prose:
        place = Place("note %(number)s", {"number": count})
        node = self._known(f"{kind}s").get(number)
        said = "" if node is None else self._said(kind, node)
        if not said:
            self._report.lost(place, "The note has no text.")
        return Prose(f"[^{count}]: {said or '-'}", place)

    def _said(self, kind: str, node: Element) -> str:
        related = self._file.related(self._file.part).values()
        part = next((target for found, target, _ in related if found == f"{kind}s"), "")
        return one_line(Body(self._file, part, self._report, self).blocks(node, 1))

    def unplaced(self) -> Iterator[Prose]:
        """The notes that no text refers to, or only a text that was deleted."""
        for kind in ("footnote", "endnote"):
            for number, node in self._known(f"{kind}s").items():
                between = value(node, "type") not in {"", "normal"}  # the lines between text and notes
                said = "" if between or (kind, number) in self._marks else self._said(kind, node)
                if said:
                    place = Place("note %(number)s of the document", {"number": number})
                    self._report.guessed(place, "A note that the text does not refer to is kept at the end.")
                    yield Prose(said, place)

    def comment(self, number: str) -> tuple[str, str]:
        """Author and text of a comment."""
        node = self._known("comments").get(number)
        return ("", "") if node is None else (value(node, "author"), " ".join(_words(node).split()))

    def _known(self, kind: str) -> dict[str, Element]:
        if kind not in self._parts:
            root = self._file.other(kind)
            found = () if root is None else (one for one in root if value(one, "id"))
            self._parts[kind] = {value(one, "id"): one for one in found}
        return self._parts[kind]


def _unbold(cell: Cell) -> Cell:
    """A cell of the first row, whose bold is only that of a heading."""
    if len(cell.blocks) != 1:
        return cell
    block = cell.blocks[0]
    inner = block.blocks[0] if isinstance(block, Marked) and block.blocks else block
    found = re.fullmatch(r"\*\*([^*]+)\*\*", inner.text) if isinstance(inner, Prose) else None
    if found is None:
        return cell
    plain = Prose(found[1], inner.place)
    return replace(cell, blocks=(replace(block, blocks=(plain,)) if isinstance(block, Marked) else plain,))


def _rows(table: Element) -> Iterator[Element]:
    for node in table:
        if name(node) == "w:tr":
            yield node
        elif name(node) in {"w:sdt", "w:sdtContent", "w:customXml", "w:ins"}:
            yield from _rows(node)


def _cells(row: Element) -> Iterator[Element]:
    for node in row:
        if name(node) == "w:tc":
            yield node
        elif name(node) in {"w:sdt", "w:sdtContent", "w:customXml"}:
            yield from _cells(node)


def _words(node: Element) -> str:
    """Every word inside, paragraphs parted by a space."""
    return "".join(
        " " if name(one) in {"w:p", "w:tab", "w:br"} else one.text or ""
        for one in within(node, "w:t", "w:p", "w:tab", "w:br", "w:delText")
    )


def quoted(text: str) -> str:
    """Markdown as a block quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
