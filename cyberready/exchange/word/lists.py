"""Paragraphs of a Word file that belong to lists, put together: Word itself only knows paragraphs with a number."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyberready.exchange.blocks import Block, Item, Listing, Prose
from cyberready.exchange.report import Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A block with what its list says of it: the number of the list (empty for none), the depth in it, its indent
    in twips.
    """

    block: Block
    count: str = ""
    depth: int = 0
    ordered: bool = False
    box: str = ""
    indent: int = 0
    number: str = ""
    goes_on: bool = False  # text of the item above, without a number of its own


DEEPEST = 12  # lists in lists: Word itself has nine levels


def grouped(entries: Sequence[Entry], level: int = 0) -> list[Block]:
    """The entries as blocks, those of a list as one."""
    last = {entry.count: at for at, entry in enumerate(entries) if entry.count}
    made: list[Block] = []
    at = 0
    while at < len(entries):
        if entries[at].count:
            listing, at = _listing(entries, at, last, level)
            made.append(listing)
        else:
            made.append(entries[at].block)
            at += 1
    return made


def _listing(entries: Sequence[Entry], at: int, last: dict[str, int], level: int) -> tuple[Listing, int]:
    """The list that begins at *at*, and where what follows begins."""
    first = entries[at]
    items: list[Item] = []
    while at < len(entries) and _same(first, entries[at]):
        head = entries[at]
        at += 1
        inner: list[Entry] = []
        while level < DEEPEST and at < len(entries) and _belongs(head, entries[at], at, last):
            inner.append(entries[at])
            at += 1
        text = head.block.text if isinstance(head.block, Prose) else ""
        items.append(Item(text, _place(head.block), tuple(grouped(inner, level + 1)), head.box, head.number))
    return Listing(first.ordered, tuple(items), _place(first.block)), at


def _place(block: Block) -> Place:
    return block.place


def _same(first: Entry, entry: Entry) -> bool:
    """Whether *entry* is an item of the list of *first*."""
    if not entry.count or entry.depth != first.depth or entry.ordered != first.ordered:
        return False
    # Two numbered lists that touch are one: some word processors give the first item a list of its own.
    near = entry.count == first.count or not first.ordered or entry.indent == first.indent
    return bool(entry.box) == bool(first.box) and near


def _belongs(head: Entry, entry: Entry, at: int, last: dict[str, int]) -> bool:
    """Whether *entry* stands inside the item *head*: deeper, or between two items that count on."""
    counts_on = head.ordered and last[head.count] > at and entry.count != head.count
    if not entry.count:
        return counts_on or (entry.goes_on and entry.depth >= head.depth)
    if entry.count == head.count:
        return entry.depth > head.depth
    if entry.depth != head.depth:
        return entry.depth > head.depth or counts_on
    return counts_on or (not _same(head, entry) and entry.indent > head.indent > 0)
