"""What a document consists of before it is a playbook: headings, text, lists and tables, each with its place. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cyberready.exchange.report import Place

PIPE = re.compile(r"(?<!\\)\|")
NOWHERE = Place("the whole document", {})


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 0 is the title of the document, ``id`` what the document calls it, if anything."""

    level: int
    text: str
    place: Place
    id: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown of one block that is kept as it is: a paragraph, quote, note or code."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its own line, what stands below it, ``" "`` or ``"x"`` when it has a box to tick, and the
    number that its readers see before it, as far as that is known.
    """

    text: str
    place: Place
    inner: "tuple[Block, ...]" = ()
    box: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; ``raw`` is its Markdown where that is known already."""

    ordered: bool
    items: tuple[Item, ...]
    place: Place
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; ``above`` when it is merged with the one above it and so holds nothing itself."""

    blocks: "tuple[Block, ...]" = ()
    above: bool = False

    @property
    def text(self) -> str:
        """What the cell says, as Markdown of one line."""
        return one_line(self.blocks)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; ``raw`` is its Markdown where that is known already, ``first`` the number of its first row."""

    rows: tuple[tuple[Cell, ...], ...]
    place: Place
    raw: str = ""
    first: int = 1


@dataclass(frozen=True, slots=True)
class Marked:
    """A part that an export of cyberready marked with a tag, so that it is known again."""

    tag: str
    blocks: "tuple[Block, ...]"
    place: Place


Block = Heading | Prose | Listing | Grid | Marked


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a document; ``sha256`` is that of its bytes, in hex, and stands in the reference to it."""

    name: str
    data: bytes = field(repr=False)
    sha256: str


def written(blocks: Iterable[Block]) -> str:
    """Blocks as Markdown."""
    return "\n\n".join(text for text in map(_block, blocks) if text)


def one_line(blocks: Sequence[Block]) -> str:
    """Blocks as Markdown of one line, as a cell of a table holds it."""
    said = ""
    for piece in _pieces(blocks):
        gap = "" if not said else " " if said[-1] in ".;:,!?" else "; "
        said += gap + piece
    return said


def _pieces(blocks: Sequence[Block]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, Prose):
            yield " ".join(re.sub(r"^> ?|\\$", "", line).strip() for line in block.text.split("\n")).strip()
        elif isinstance(block, Heading):
            yield block.text
        elif isinstance(block, Listing):
            for item in block.items:
                yield _boxed(item)
                yield from _pieces(item.inner)
        elif isinstance(block, Marked):
            yield from _pieces(block.blocks)
        else:
            for row in block.rows:
                yield from filter(None, (cell.text for cell in row))


def _boxed(item: Item) -> str:
    return f"[{item.box}] {item.text}" if item.box else item.text


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * min(6, max(4, block.level))} {block.text}"
    if isinstance(block, Prose):
        return block.text
    if isinstance(block, Marked):
        return written(block.blocks)
    if block.raw:
        return block.raw
    return _list(block) if isinstance(block, Listing) else _table(block)


def _list(listing: Listing) -> str:
    made = []
    for number, item in enumerate(listing.items, 1):
        marker = f"{number}. " if listing.ordered else "- "
        text = marker + indented(_boxed(item), len(marker))
        for block in item.inner:
            gap = "\n" if isinstance(block, Listing) else "\n\n"
            text += gap + " " * len(marker) + indented(_block(block), len(marker))
        made.append(text)
    return "\n".join(made)


def indented(text: str, width: int) -> str:
    """Every line but the first moved to the right, so that it belongs to its item."""
    return re.sub(r"\n(?=[^\n])", "\n" + " " * width, text)


def _table(grid: Grid) -> str:
    width = max((len(row) for row in grid.rows), default=0)
    if not width:
        return ""
    rows = [[cell.text for cell in row] + [""] * (width - len(row)) for row in grid.rows]
    head, *body = rows
    lines = [_row(head), _row(["---"] * width), *map(_row, body)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(PIPE.sub(r"\\|", cell) for cell in cells) + " |"
