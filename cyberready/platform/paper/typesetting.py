"""Blocks of an outline as WordprocessingML, in the named styles of the sheet they are set on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import cast

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Cm

from cyberready.platform.paper.outline import (
    AnswerLines,
    Block,
    Bullets,
    Fields,
    Heading,
    Notice,
    NoticeKind,
    Numbered,
    PageBreak,
    Paragraph,
    Picture,
    Run,
    Table,
    Text,
    printable,
)

TAGS = {"nl": "nl-NL", "en": "en-GB"}
BOXES = {
    NoticeKind.WARNING: "cyberready Notice",
    NoticeKind.EXERCISE: "cyberready Exercise",
    NoticeKind.OK: "cyberready Confirmation",
}
TWIPS_PER_CM = 567
LABEL_SHARE = 0.3
NO_LANGUAGE = "x-none"  # as Word says it
WHOLE = 9  # rows of labels and values that no page break parts
SHORT = 5  # rows of a table that none parts
UNBREAKABLE = re.compile(r"(\S*[@=]\S*|\S*://\S*|(?=\S*[0-9])\S{12,})")
"""Addresses, references and hashes: a hyphen inside them would be read as part of them."""


def element(tag: str, *children: BaseOxmlElement | None, **attributes: object) -> BaseOxmlElement:
    """A WordprocessingML element; attributes are in the same namespace, children that are None are left out."""
    made = cast("BaseOxmlElement", OxmlElement(f"w:{tag}"))
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(child for child in children if child is not None)
    return made


class Typesetter:
    """Sets block after block at the end of one document."""

    def __init__(self, sheet: Document, language: str) -> None:
        self.sheet = sheet
        self.language = language
        self.tag = TAGS[language]
        self.styles = {style.name: style.style_id for style in sheet.styles}
        self.end = sheet.element.body.sectPr
        self.width = text_width(sheet.sections[-1])
        self.breaks = False

    def set(self, block: Block, following: Block | None = None) -> None:
        """Set one block; a text that leads up to what follows stays on its page."""
        match block:
            case Heading(level, text):
                self.paragraph(f"Heading {level}", text)
            case Paragraph(text):
                leads = isinstance(following, Table | Fields | Bullets | Numbered | AnswerLines | Picture)
                self.paragraph("Body Text", text, keep=leads)
            case Notice(kind, text):
                self.paragraph(BOXES[kind], text)
            case Table():
                self.table(block)
            case Fields(rows):
                self.fields(rows)
            case Picture():
                self.picture(block)
            case PageBreak():
                self.breaks = True
            case Bullets() | Numbered() | AnswerLines():
                self.lines(block)

    def lines(self, block: Bullets | Numbered | AnswerLines) -> None:
        """Set what repeats one style."""
        match block:
            case Bullets(items):
                for item in items:
                    self.paragraph("List Bullet", item)
            case Numbered(items):
                self.numbered(items)
            case AnswerLines(count):
                for line in range(1, count + 1):
                    ruled = element("tabs", element("tab", val="right", leader="dot", pos=self.width))
                    self.paragraph("cyberready Answer", "\t", ruled, keep=line < count)

    def part_from(self, block: Block, following: Block | None) -> None:
        """Keep a table apart from what follows: Word joins two tables that touch."""
        apart = isinstance(following, Heading | PageBreak) or (
            isinstance(following, Table) and following.caption
        )
        if isinstance(block, Table | Fields) and not apart:
            self.place(self.filler("120"))

    def place(self, made: BaseOxmlElement) -> None:
        """Put it at the end of the text."""
        self.end.addprevious(made)

    def top(self) -> BaseOxmlElement | None:
        """What starts a new page, once after each page break."""
        broken, self.breaks = self.breaks, False
        return element("pageBreakBefore") if broken else None

    def paragraph(self, style: str, text: Text, *extra: BaseOxmlElement, keep: bool = False) -> None:
        """A paragraph in a named style; *extra* are further properties, *keep* ties it to the next."""
        tied = element("keepNext") if keep else None
        self.place(self.styled(style, self.runs(text), tied, self.top(), *extra))

    def styled(
        self, style: str, content: Iterable[BaseOxmlElement], *shape: BaseOxmlElement | None
    ) -> BaseOxmlElement:
        """A paragraph that is not placed yet."""
        return element("p", element("pPr", element("pStyle", val=self.styles[style]), *shape), *content)

    def filler(self, height: str) -> BaseOxmlElement:
        """An empty line of *height* twips."""
        return self.styled(
            "Body Text",
            (),
            self.top(),
            element("spacing", before="0", after="0", line=height, lineRule="exact"),
        )

    def runs(self, text: Text) -> Iterator[BaseOxmlElement]:
        """Runs with the document's language."""
        for run in (Run(text),) if isinstance(text, str) else text:
            for index, piece in enumerate(UNBREAKABLE.split(printable(run.text))):
                if piece:
                    yield self.run(piece, bold=run.bold, italic=run.italic, code=index % 2 == 1)

    def run(
        self, words: str, *, bold: bool = False, italic: bool = False, code: bool = False
    ) -> BaseOxmlElement:
        """One run; line feeds become line breaks, and *code* is neither hyphenated nor spelled."""
        face = element(
            "rPr",
            element("b") if bold else None,
            element("bCs") if bold else None,
            element("i") if italic else None,
            element("iCs") if italic else None,
            element("noProof") if code else None,
            element("lang", val=NO_LANGUAGE if code else self.tag),
        )
        return element("r", face, *_letters(words))

    def numbered(self, items: Sequence[Text]) -> None:
        """A list that starts at 1 again, where the template's list style counts."""
        count = self.new_count()
        for item in items:
            numbers = (
                ()
                if count is None
                else (element("numPr", element("ilvl", val=0), element("numId", val=count)),)
            )
            self.paragraph("List Number", item, *numbers)

    def new_count(self) -> int | None:
        """A fresh count in the form of the style List Number; None when the template's style does not count."""
        found = self.sheet.styles["List Number"].element.xpath("./w:pPr/w:numPr/w:numId/@w:val")
        forms = self.sheet.part.numbering_part.element if found else None
        if forms is None or not (
            owners := forms.xpath(f"./w:num[@w:numId={found[0]}]/w:abstractNumId/@w:val")
        ):
            return None
        count = forms.add_num(int(owners[0]))
        count.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(count.numId)

    def table(self, block: Table) -> None:
        """A caption and a table whose header row is repeated and whose rows stay whole."""
        if block.caption:
            self.paragraph("Caption", block.caption)
        elif self.breaks:
            self.place(self.filler("20"))
        widths = _fitted(block.widths or (1.0,) * len(block.header), self.width, full=not block.widths)
        rows = [self.row(block.header, widths, header=True)]
        short = len(block.rows) <= SHORT
        rows += [
            self.row(cells, widths, together=short and index < len(block.rows))
            for index, cells in enumerate(block.rows, start=1)
        ]
        self.place(self.grid("cyberready Table", widths, rows, block.caption, firstRow=1, noVBand=1))

    def fields(self, rows: Sequence[tuple[str, Text]]) -> None:
        """Labels in the first column, values in the second; a short list stays on one page."""
        if self.breaks:
            self.place(self.filler("20"))
        widths = _fitted((LABEL_SHARE, 1 - LABEL_SHARE), self.width, full=True)
        whole = len(rows) <= WHOLE
        made = [
            self.row(row, widths, together=whole and index < len(rows))
            for index, row in enumerate(rows, start=1)
        ]
        self.place(self.grid("cyberready Fields", widths, made, "", firstColumn=1, noHBand=1, noVBand=1))

    def grid(
        self, style: str, widths: Sequence[int], rows: Iterable[BaseOxmlElement], caption: str, **look: object
    ) -> BaseOxmlElement:
        """A table of fixed widths; *look* says which parts of the style count."""
        shape = element(
            "tblPr",
            element("tblStyle", val=self.styles[style]),
            element("tblW", w=sum(widths), type="dxa"),
            element("tblLayout", type="fixed"),
            element("tblLook", **look),
            element("tblCaption", val=printable(caption)) if caption else None,
        )
        return element(
            "tbl", shape, element("tblGrid", *(element("gridCol", w=width) for width in widths)), *rows
        )

    def row(
        self, cells: Sequence[Text], widths: Sequence[int], *, header: bool = False, together: bool = False
    ) -> BaseOxmlElement:
        """One row that no page break splits; *together* keeps it on the page of the next."""
        shape = element("trPr", element("cantSplit"), element("tblHeader") if header else None)
        made = [
            element(
                "tc",
                element("tcPr", element("tcW", w=width, type="dxa")),
                self.styled(
                    "cyberready Cell",
                    self.runs(text),
                    element("keepNext") if header or together else None,
                    element("suppressAutoHyphens") if header else None,
                ),
            )
            for text, width in zip(cells, widths, strict=True)
        ]
        return element("tr", shape, *made)

    def picture(self, block: Picture) -> None:
        """A picture on a line of its own, with the words that stand for it."""
        inline = self.sheet.part.new_pic_inline(BytesIO(block.png), width=Cm(block.width))
        inline.docPr.set("descr", printable(block.alt))
        self.place(self.styled("Body Text", (element("r", element("drawing", inline)),), self.top()))


def _letters(words: str) -> Iterator[BaseOxmlElement]:
    for piece in re.split("([\n\t])", words.replace("\r\n", "\n").replace("\r", "\n")):
        if piece in {"\n", "\t"}:
            yield element("br" if piece == "\n" else "tab")
        elif piece:
            text = element("t")
            text.text = piece
            text.set(qn("xml:space"), "preserve")
            yield text


def text_width(section: Section) -> int:
    """The width between the margins in twips; that of A4 with 2.2 cm where the template is silent."""
    page, left, right = section.page_width, section.left_margin, section.right_margin
    if page is None or left is None or right is None:
        return round(16.6 * TWIPS_PER_CM)
    return int(page - left - right) // 635


def _fitted(widths: Sequence[float], room: int, *, full: bool) -> list[int]:
    """Widths in cm as twips, scaled to *room* when they are wider or must fill it."""
    wanted = [width * TWIPS_PER_CM for width in widths]
    scale = room / sum(wanted) if full or sum(wanted) > room else 1
    return [round(width * scale) for width in wanted]
