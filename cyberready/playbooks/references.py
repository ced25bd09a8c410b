"""What the steps of a playbook refer to outside it: message templates, legal clocks and other playbooks."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from cyberready.platform import law
from cyberready.platform.faults import Fault
from cyberready.platform.shapes import nearest
from cyberready.platform.sources import text_of
from cyberready.playbooks import messages, wording
from cyberready.playbooks.rules import Playbook
from cyberready.settings import content_root

SENTENCES = {
    "messages": "There is no message template %(name)s. Choose from: %(choices)s.",
    "clocks": "There is no legal clock %(name)s. Choose from: %(choices)s.",
    "playbooks": "There is no playbook %(name)s. Choose from: %(choices)s.",
}


def shipped() -> dict[str, frozenset[str]]:
    """The names that exist in the shipped content, by field."""
    return {
        "messages": frozenset(key for key, _ in messages.shipped()),
        "clocks": frozenset(clock.id for clock in law.every_clock()),
        "playbooks": frozenset(
            path.name.split(".")[0] for path in (content_root() / "playbooks").glob("*.md")
        ),
    }


def unknown(playbook: Playbook, source: str | bytes, known: Mapping[str, frozenset[str]]) -> list[Fault]:
    """The names in the steps of a playbook that are not among the *known* ones, with their lines in *source*."""
    lines = text_of(source).split("\n")
    return [
        Fault(_line(lines, line, field, name), field, SENTENCES[field], _values(name, known[field]))
        for field, name, line in _names(playbook)
        if name not in known[field]
    ]


def _names(playbook: Playbook) -> Iterator[tuple[str, str, int]]:
    for step in playbook.steps:
        named = {"messages": step.messages, "clocks": step.clocks, "playbooks": step.playbooks}
        yield from chain.from_iterable(
            ((field, name, step.line) for name in names) for field, names in named.items()
        )


def _values(name: str, known: frozenset[str]) -> dict[str, object]:
    return {"name": name, "choices": nearest(name, known)}


def _line(lines: list[str], first: int, field: str, name: str) -> int:
    """The line of the field at or below *first* that names it, counted from 1."""
    words = "|".join(word for word, known in wording.FIELDS.items() if known == field)
    stands = re.compile(rf"\s*[-*+]\s+(?:{words})\s*:.*(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
    return next((at for at, line in enumerate(lines[first:], first + 1) if stands.match(line)), first)
