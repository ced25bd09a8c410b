"""Footnotes of a document at the phase or step that refers to them: who reads a step need not look for its note."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from cyberready.exchange.blocks import Block, Prose, written

SIGN = re.compile(r"(?<!\\)\[\^([^\[\]\s^]{1,40})\](?!:)")
TEXT = re.compile(r"\[\^([^\[\]\s^]{1,40})\]:(?=\s)")

MOST_TWICE = 300  # characters of a note


class Part(Protocol):
    """A phase or step that is being made."""

    title: str
    body: list[Block]


def placed(parts: Sequence[Part]) -> None:
    """Move the text of every footnote to the end of the first part that has its sign.

    A sign in a title is left out, as the text of its note comes to stand below it; a short text also a second time. A
    note without a sign stays where it is.
    """
    texts = {name: (part, block) for part in parts for name, block in _texts(part.body)}
    done: set[str] = set()
    for part in parts:
        for name in dict.fromkeys(_signs(part)):
            if name not in texts:
                continue
            home, block = texts[name]
            again = name in done
            if not again:
                home.body.remove(block)
            if not again or (f"[^{name}]" in part.title and len(block.text) <= MOST_TWICE):
                part.body.append(block)
                part.title = part.title.replace(f"[^{name}]", "").rstrip()
            done.add(name)


def _texts(blocks: Iterable[Block]) -> Iterator[tuple[str, Prose]]:
    for block in blocks:
        if isinstance(block, Prose) and (found := TEXT.match(block.text)):
            yield found[1], block


def _signs(part: Part) -> Iterator[str]:
    yield from SIGN.findall(part.title)
    yield from SIGN.findall(written(part.body))
