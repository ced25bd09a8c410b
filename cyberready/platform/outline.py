"""Markdown as blocks with their lines, for formats that give meaning to headings, lists and quotes."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markdown_it.token import Token

from cyberready.platform import markdown

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Block(NamedTuple):
    """A block of Markdown: its tokens and its lines, counted from 0, ``end`` exclusive."""

    tokens: Sequence[Token]
    start: int
    end: int

    @property
    def kind(self) -> str:
        """What it is: ``paragraph``, ``heading``, ``bullet_list``, ``list_item``, ``blockquote``, ``fence`` …"""
        return self.tokens[0].type.removesuffix("_open")

    @property
    def inner(self) -> "list[Block]":
        """The blocks inside."""
        return list(blocks(self.tokens[1:-1]))

    @property
    def one_line(self) -> str | None:
        """The Markdown of a block that holds one paragraph, as one line; None when it holds something else."""
        kinds = [token.type for token in self.tokens[1:-1]]
        return " ".join(self.tokens[2].content.split()) if kinds == ONE_PARAGRAPH else None

    @property
    def is_task(self) -> bool:
        """Whether this is a list item with a box to tick."""
        return "task-list-item" in str(self.tokens[0].attrs.get("class", ""))


ONE_PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]


def blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    """Cut *tokens* into the blocks of their outermost level."""
    opened = 0
    for index, token in enumerate(tokens):
        if token.level == tokens[0].level and token.nesting != 1:
            start, end = tokens[opened].map or (0, 0)
            yield Block(tokens[opened : index + 1], start, end)
            opened = index + 1


def plain(text: str) -> str:
    """Markdown of one line without its markup."""
    children = markdown.parser().parseInline(text)[0].children or []
    return "".join(child.content for child in children if child.type != "note").strip()


def anchor(text: str) -> tuple[str, str | None]:
    """Split ``Title {#id}`` into title and id; the id is None when there is none."""
    head, found, tail = text.rstrip().rpartition("{#")
    if found and tail.endswith("}") and "}" not in tail[:-1]:
        return head.strip(), tail[:-1].strip()
    return text.strip(), None


def key(title: str) -> str:
    """An id that fits *title*: small letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only))[:60].strip("-") or "id"


def links(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """Where every link leads, with its line (from 1)."""
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        within = line
        for child in token.children or []:
            if child.type in {"softbreak", "hardbreak"}:
                within += 1
            elif child.type == "link_open":
                yield str(child.attrs.get("href", "")), within
