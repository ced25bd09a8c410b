"""The Markdown of a playbook as WordprocessingML: real lists, links to bookmarks, and marks by which it is read back."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import unquote

from docx.opc.constants import RELATIONSHIP_TYPE as RELATION_TYPE
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Emu
from markdown_it.token import Token

from cyberready.exchange.word.numbering import Numbering
from cyberready.platform import markdown
from cyberready.platform.outline import Block, blocks
from cyberready.platform.paper.outline import printable
from cyberready.platform.paper.typesetting import Typesetter, element
from cyberready.playbooks.placeholders import PLACE

LONGEST_BOOKMARK = 40
LINKED = "154273"
START = "_"  # no id of a step: the bookmark where the text of the playbook begins
CODE_FONT = "Consolas"
WIDEST = 15.0  # cm


def bookmark(name: str) -> str:
    """The bookmark of a phase, step or decision point: letters, digits and low lines, 40 at most, as Word wants."""
    plain = "cr_" + name.replace("-", "_")
    if len(plain) <= LONGEST_BOOKMARK:
        return plain
    return plain[:31] + "_" + hashlib.sha256(name.encode()).hexdigest()[:8]


class Setting:
    """Sets Markdown with a typesetter; *values* fill the placeholders and *pictures* are images by their SHA-256."""

    def __init__(self, setter: Typesetter, values: Mapping[str, str], pictures: Mapping[str, bytes]) -> None:
        self.setter = setter
        self.numbering = Numbering(setter.sheet)
        self._values = values
        self._pictures = pictures
        self._marks = 0
        self._links: dict[str, str] = {}
        self.lost: list[str] = []

    def markdown(self, text: str) -> None:
        """Set a piece of Markdown."""
        for block in blocks(markdown.parser().parse(text)):
            self._block(block, "Body Text")

    def marked(self, name: str, runs: Sequence[BaseOxmlElement]) -> list[BaseOxmlElement]:
        """Runs between the two ends of a bookmark."""
        self._marks += 1
        start = element("bookmarkStart", id=self._marks, name=bookmark(name))
        return [start, *runs, element("bookmarkEnd", id=self._marks)]

    @contextmanager
    def tagged(self, tag: str) -> Iterator[None]:
        """What is set inside stands in a content control with this tag."""
        outer = self.setter.end
        content = element("sdtContent")
        end = element("sectPr")
        content.append(end)
        self.setter.place(element("sdt", element("sdtPr", element("tag", val=f"cyberready:{tag}")), content))
        self.setter.end = end
        yield
        self.setter.end = outer
        content.remove(end)

    def inline(self, text: str, *, bold: bool = False) -> list[BaseOxmlElement]:
        """Markdown of one paragraph as runs."""
        return list(self._runs(markdown.parser().parseInline(text)[0].children or [], bold=bold))

    def words(self, text: str, *, bold: bool = False) -> list[BaseOxmlElement]:
        """Plain text as runs."""
        return list(self._words(text, bold=bold))

    def _block(self, block: Block, style: str) -> None:
        match block.kind:
            case "paragraph":
                self._paragraph(block.tokens[1], style)
            case "heading":
                self._styled("Heading 3", self._runs(block.tokens[1].children or []))
            case "bullet_list" | "ordered_list":
                self._list(block, 0)
            case "blockquote":
                self._quote(block)
            case "table":
                self._table(block)
            case "fence" | "code_block":
                self._code(block.tokens[0])
            case _:
                with self.tagged("rule"):
                    self.setter.paragraph("Body Text", "* * *")

    def _paragraph(self, inline: Token, style: str, *shape: BaseOxmlElement) -> None:
        self._styled(style, self._runs(inline.children or []), *shape)

    def _styled(
        self, style: str, runs: Iterator[BaseOxmlElement] | Sequence[BaseOxmlElement], *shape: BaseOxmlElement
    ) -> None:
        self.setter.place(self.setter.styled(style, runs, *shape))

    def _list(self, block: Block, depth: int) -> None:
        ordered = block.kind == "ordered_list"
        start = int(block.tokens[0].attrs.get("start", 1)) if ordered else 1
        count = self.numbering.counted(start) if ordered else self.numbering.bullets
        for item in block.inner:
            box = _box(item)
            number = count if box is None else self.numbering.boxes[box]
            first = True
            for inner in item.inner:
                if inner.kind == "paragraph":
                    shape = self.numbering.shape(number if first else self.numbering.continued, depth)
                    style = "List Number" if ordered else "List Bullet"
                    self._paragraph(inner.tokens[1], style, shape)
                    first = False
                elif inner.kind in {"bullet_list", "ordered_list"}:
                    self._list(inner, depth + 1)
                else:
                    self._block(inner, "Body Text")
            if first:
                self._styled("List Bullet", (), self.numbering.shape(number, depth))

    def _quote(self, block: Block) -> None:
        with self.tagged("quote"):
            for inner in block.inner:
                self._block(inner, "cyberready Notice")

    def _table(self, block: Block) -> None:
        rows = _rows(block.tokens)
        width = max(len(row) for row in rows)
        share = self.setter.width // width
        made = []
        for at, row in enumerate(rows):
            cells = [list(self._runs(cell.children or [])) for cell in row]
            made.append(self.row(cells, [share] * width, header=at == 0))
        self.setter.place(
            self.setter.grid("cyberready Table", [share] * width, made, "", firstRow=1, noVBand=1)
        )
        self.setter.place(self.setter.filler("120"))

    def row(
        self,
        cells: Sequence[Sequence[BaseOxmlElement]],
        widths: Sequence[int],
        *,
        header: bool = False,
        together: bool = False,
    ) -> BaseOxmlElement:
        """A row of a table that no page break splits; *together* keeps it on the page of the next."""
        shape = element("trPr", element("cantSplit"), element("tblHeader") if header else None)
        made = [
            element(
                "tc",
                element("tcPr", element("tcW", w=width, type="dxa")),
                self.setter.styled(
                    "cyberready Cell", runs, element("keepNext") if header or together else None
                ),
            )
            for runs, width in zip(cells, widths, strict=False)
        ]
        return element("tr", shape, *made)

    def _code(self, token: Token) -> None:
        with self.tagged(f"code:{token.info.strip().split(' ')[0][:20]}"):
            run = self.setter.run(printable(token.content.rstrip("\n")), code=True)
            self._styled("Body Text", (_in_code(run),))

    def _runs(self, tokens: Sequence[Token], *, bold: bool = False) -> Iterator[BaseOxmlElement]:
        faces = {"bold": bold, "italic": False, "strike": False}
        signs = {"strong": "bold", "em": "italic", "s": "strike"}
        link: tuple[str, list[BaseOxmlElement]] | None = None
        for token in tokens:
            made: list[BaseOxmlElement] = []
            name, _, edge = token.type.partition("_")
            if name in signs:
                faces[signs[name]] = edge == "open" or (bold and name == "strong")
            elif token.type == "link_open":
                link = (str(token.attrs.get("href", "")), [])
            elif token.type == "link_close" and link is not None:
                yield self.link(*link)
                link = None
            else:
                made = list(self._piece(token, faces))
            if link is None:
                yield from made
            else:
                link[1].extend(made)

    def _piece(self, token: Token, faces: Mapping[str, bool]) -> Iterator[BaseOxmlElement]:
        match token.type:
            case "text":
                yield from self._words(token.content, **faces)
            case "softbreak":
                yield from self._words(" ", **faces)
            case "hardbreak":
                yield from self._words("\n", **faces)
            case "code_inline":
                yield _in_code(self.setter.run(printable(token.content), code=True))
            case "note":
                yield self._note(token)
            case "image":
                yield from self._picture(token)
            case "html_inline":
                pass  # the box of a check list is drawn by its list; HTML itself is off
            case _:
                yield from self._words(token.content, **faces)

    def _words(
        self, text: str, *, bold: bool = False, italic: bool = False, strike: bool = False
    ) -> Iterator[BaseOxmlElement]:
        """Text with its placeholders filled: what was filled in is marked, so that it can be taken back."""
        at = 0
        for found in PLACE.finditer(text):
            yield from self._plain(text[at : found.start()], bold=bold, italic=italic, strike=strike)
            key = found[1].strip()
            value = self._values.get(key, "")
            if value and len(key) <= 40:
                runs = self._plain(value, bold=bold, italic=italic, strike=strike)
                yield _replacing(f"placeholder:{key}", value, runs)
            else:
                yield from self._plain(found[0], bold=bold, italic=italic, strike=strike)
            at = found.end()
        yield from self._plain(text[at:], bold=bold, italic=italic, strike=strike)

    def _plain(self, text: str, *, bold: bool, italic: bool, strike: bool) -> Iterator[BaseOxmlElement]:
        if text:
            run = self.setter.run(printable(text), bold=bold, italic=italic)
            if strike:
                run[0].insert(
                    sum(
                        1 for one in run[0] if one.tag in {qn(f"w:{tag}") for tag in ("b", "bCs", "i", "iCs")}
                    ),
                    element("strike"),
                )
            yield run

    def _note(self, token: Token) -> BaseOxmlElement:
        """The raised sign of a footnote, which is known again by its tag."""
        run = self.setter.run(printable(token.info))
        run[0].insert(len(run[0]) - 1, element("vertAlign", val="superscript"))  # before its language
        return _replacing(f"note:{token.content}", token.info, (run,))

    def link(self, href: str, runs: Sequence[BaseOxmlElement]) -> BaseOxmlElement:
        """Runs as a link, out of the document or to a bookmark in it."""
        for run in runs:
            for face in run.iter(qn("w:rPr")):
                at = next(
                    (at for at, one in enumerate(face) if one.tag in {qn("w:noProof"), qn("w:lang")}),
                    len(face),
                )
                face.insert(at, element("color", val=LINKED))
                tongue = face.find(qn("w:lang"))
                line = element("u", val="single")
                face.append(line) if tongue is None else tongue.addprevious(line)
        if href.startswith("#"):
            return element("hyperlink", *runs, anchor=bookmark(unquote(href[1:])))
        if href not in self._links:
            # Under a name of our own: to find a free one the library looks at all that there are, each time.
            self._links[href] = f"link{len(self._links) + 1}"
            relations = self.setter.sheet.part.rels
            relations.add_relationship(RELATION_TYPE.HYPERLINK, href, self._links[href], is_external=True)
        made = element("hyperlink", *runs)
        made.set(qn("r:id"), self._links[href])
        return made

    def _picture(self, token: Token) -> Iterator[BaseOxmlElement]:
        digest = str(token.attrs["src"]).removeprefix("image:")
        data = self._pictures.get(digest)
        if data is None:
            self.lost.append(token.content)
            yield from self._words(f"[{token.content}]")
            return
        inline = self.setter.sheet.part.new_pic_inline(BytesIO(data))
        widest = Cm(WIDEST)
        if inline.extent.cx > widest:
            inline.extent.cy = Emu(int(inline.extent.cy * widest / inline.extent.cx))
            inline.extent.cx = widest
            shape = inline.graphic.graphicData.pic.spPr
            shape.cx, shape.cy = inline.extent.cx, inline.extent.cy
        inline.docPr.set("descr", printable(token.content))
        yield element("r", element("drawing", inline))


def _replacing(tag: str, said: str, runs: Iterable[BaseOxmlElement]) -> BaseOxmlElement:
    """Runs that stand for something else: as long as they say *said*, the tag tells what."""
    about = element(
        "sdtPr",
        element("alias", val=printable(" ".join(said.split()))),
        element("tag", val=f"cyberready:{tag}"),
    )
    return element("sdt", about, element("sdtContent", *runs))


def _box(item: Block) -> str | None:
    """What stands in the box of an item of a check list; None for an item without one."""
    if not item.is_task:
        return None
    inline = next((token for token in item.tokens if token.type == "inline"), None)
    first = inline.children[0] if inline and inline.children else None
    return "x" if first is not None and "checked" in first.content else " "


def _rows(tokens: Sequence[Token]) -> list[list[Token]]:
    """The cells of a table, row by row."""
    rows: list[list[Token]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token)
    return rows


def _in_code(run: BaseOxmlElement) -> BaseOxmlElement:
    fonts = element("rFonts", ascii=CODE_FONT, hAnsi=CODE_FONT, cs=CODE_FONT)
    run[0].insert(0, fonts)
    return run
