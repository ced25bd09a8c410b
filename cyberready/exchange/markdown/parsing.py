"""Markdown as blocks with their lines; what is not understood stays as it was written."""

import re
import textwrap
from dataclasses import replace
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.tasklists import tasklists_plugin

from cyberready.exchange.blocks import Block, Cell, Grid, Heading, Item, Listing, Prose
from cyberready.exchange.marks import opening
from cyberready.exchange.report import Place
from cyberready.exchange.shaping.notes import TEXT
from cyberready.platform import outline
from cyberready.platform.markdown import LINK, read_notes
from cyberready.platform.outline import anchor

HEADING = re.compile(r"( {0,3})(#{1,6}\s|={1,}\s*$|-{2,}\s*$)")
PIPE = re.compile(r"(?<!\\)\|")
NEXT_NOTE = re.compile(r"\n(?=\[\^[^\[\]\s^]{1,40}\]:\s)")
MOST_ROUNDS = 5
BOX = re.compile(r"\[([ xX])\]\s+")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """The dialect of the house, but with HTML as blocks of its own, so that a comment stays in one piece."""
    made = MarkdownIt("commonmark", {"html": True})
    made.enable(["table", "strikethrough"])
    made.use(tasklists_plugin)
    read_notes(made)
    made.validateLink = lambda url: bool(LINK.match(url.strip()))  # type: ignore[method-assign]  # the documented way
    return made


def blocks_of(text: str, file: str = "") -> list[Block]:
    """The blocks of a Markdown text; *file* is its name among several."""
    lines, tokens = _unhidden(text.split("\n"))
    reading = _Parsing(lines, file)
    made: list[Block] = []
    for block in outline.blocks(tokens):
        last = made[-1] if made else None
        if block.kind == "code_block" and isinstance(last, Prose) and TEXT.match(last.text):
            more = [opening(line.strip()) for line in block.tokens[0].content.split("\n") if line.strip()]
            made[-1] = replace(
                last, text="\\\n".join([last.text, *more])
            )  # indented below a note: its next paragraph
        else:
            made += reading.block(block)
    return made


def _unhidden(lines: list[str]) -> tuple[list[str], list[Token]]:
    """The lines and what they are read as: an address that is hidden as a definition of a link becomes text."""
    tokens: list[Token] = []
    for _ in range(MOST_ROUNDS):
        found: dict[str, Any] = {}
        tokens = _parser().parse("\n".join(lines), found)
        hidden = [*found.get("references", {}).values(), *found.get("duplicate_refs", ())]
        if not hidden:
            break
        for one in hidden:
            at = one["map"][0]
            lines[at] = lines[at].replace("[", "\\[", 1)
    return lines, tokens


class _Parsing:
    def __init__(self, lines: list[str], file: str) -> None:
        self._lines = lines
        self._file = file

    def _place(self, block: outline.Block) -> Place:
        if self._file:
            return Place("line %(line)s of %(file)s", {"line": block.start + 1, "file": self._file})
        return Place("line %(line)s", {"line": block.start + 1})

    def block(self, block: outline.Block) -> list[Block]:
        """One block of the text as blocks of a document."""
        place = self._place(block)
        match block.kind:
            case "heading":
                title, name = anchor(" ".join(block.tokens[1].content.split()))
                level = int(block.tokens[0].tag[1])
                return [
                    Heading(
                        level,
                        title,
                        Place("heading “%(heading)s”", {**place.values, "heading": title}),
                        name or "",
                    )
                ]
            case "bullet_list" | "ordered_list":
                return [self._list(block, self._raw(block))]
            case "table":
                return [self._table(block, place)]
            case _:
                return [Prose(text, place) for text in self._texts(block)]

    def _texts(self, block: outline.Block) -> list[str]:
        """A block that stays as it is, or nearly so: a paragraph of footnotes, each by itself."""
        match block.kind:
            case "paragraph":
                return NEXT_NOTE.split(self._raw(block))
            case "code_block":
                return [_fenced(block.tokens[0].content)]
            case "html_block":
                return [_harmless(self._raw(block))]
            case _:
                return [self._raw(block)]

    def _raw(self, block: outline.Block) -> str:
        return textwrap.dedent("\n".join(self._lines[block.start : block.end])).strip("\n").rstrip()

    def _list(self, block: outline.Block, raw: str) -> Listing:
        ordered = block.kind == "ordered_list"
        first = int(block.tokens[0].attrs.get("start", 1))
        items = (
            self._item(item, str(number) if ordered else "") for number, item in enumerate(block.inner, first)
        )
        return Listing(ordered, tuple(items), self._place(block), raw)

    def _item(self, item: outline.Block, number: str) -> Item:
        text, box = "", ""
        inner: list[Block] = []
        for at, part in enumerate(item.inner):
            if at == 0 and part.kind == "paragraph":
                text = part.tokens[1].content.strip()
                if found := BOX.match(text):
                    box, text = found[1].lower(), text[found.end() :]
                text = " ".join(text.split("\n"))
            elif part.start == item.start and part.kind in {"bullet_list", "ordered_list"}:
                inner.append(self._list(part, ""))
            else:
                inner += self.block(part)
        return Item(text, self._place(item), tuple(inner), box, number)

    def _table(self, block: outline.Block, place: Place) -> Grid:
        rows: list[list[Cell]] = []
        for token in block.tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                text = token.content
                if len(rows) > 1 and len(rows[-1]) == len(rows[0]) - 1 and token.map:
                    text = self._last(token.map[0], len(rows[0]), text)
                rows[-1].append(Cell((Prose(text, place),)) if text.strip() else Cell())
        return Grid(tuple(tuple(row) for row in rows), place, self._raw(block))

    def _last(self, line: int, width: int, text: str) -> str:
        """The last cell of a row, with what stands behind it: Markdown itself drops cells that are too many."""
        cells = PIPE.split(self._lines[line].strip().removeprefix("|").removesuffix("|"))
        return "\\|".join(cells[width - 1 :]).strip() if len(cells) > width else text


def _fenced(code: str) -> str:
    """Code that was indented, between fences: below a step its indent would read as that of a list."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", code))])
    return f"{fence}\n{code.rstrip()}\n{fence}"


def _harmless(text: str) -> str:
    """A comment or other HTML, in which no line reads as a heading: a playbook shows it as the text that it is."""
    return "\n".join(f"    {line}" if HEADING.match(line) else line for line in text.split("\n"))
