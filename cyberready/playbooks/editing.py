"""A playbook's text while it is being written: its sections, a step as a form, and its faults, whatever state it is in."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

from markdown_it.token import Token

from cyberready.platform import excess, markdown
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.outline import Block, anchor, blocks, key, plain
from cyberready.platform.sources import SUSPECT, read_yaml
from cyberready.playbooks import formats, wording
from cyberready.playbooks import sections as cutting
from cyberready.playbooks.rules import Content, Phase, Playbook, Step
from cyberready.playbooks.sections import FieldLines, Heading, Section, StepForm

LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
STAND_IN = """---
slug: unknown
title: "?"
language: nl
version: "0"
summary: "?"
owner: "?"
roles: {unknown: "?"}
---
"""


def normal(typed: str) -> str:
    """Text as a browser sends it, with the line ends of a file; what no file can hold is marked with U+FFFD."""
    return SUSPECT.sub("\ufffd", LINE_END.sub("\n", typed))


@lru_cache(maxsize=64)
def sections(source: str) -> tuple[Section, ...]:
    """The sections of a text; a text too long to be read is one."""
    if _is_excessive(source):
        return cutting.split(source, source.count("\n") + 1, ())
    matter = formats.FRONT.match(source, len(source) - len(source.lstrip("\n")))
    body = source.count("\n", 0, matter.end()) if matter else 0
    rest = source[matter.end() :] if matter else source
    tokens = markdown.parser().parse("\n" * body + rest)
    return cutting.split(source, body, [made for block in blocks(tokens) if (made := _heading(block))])


def _is_excessive(source: str) -> bool:
    try:
        excess.refuse(source)
    except FaultsFound:
        return True
    return False


def _heading(block: Block) -> Heading | None:
    if block.kind != "heading" or block.tokens[0].tag not in {"h2", "h3"}:
        return None
    title, found = anchor(block.tokens[1].content)
    return Heading(block.start, int(block.tokens[0].tag[1]), plain(title), found or key(title))


def form_of(text: str) -> StepForm | None:
    """A step as a form; None for text that does not begin with the heading of a step, or is too long to be read."""
    if _is_excessive(text):
        return None
    first, *rest = blocks(markdown.parser().parse(text) or [Token("hr", "hr", 0)])
    if first.kind != "heading" or first.tokens[0].tag != "h3" or first.start != 0:
        return None
    title, found = anchor(first.tokens[1].content)
    listed = next((block for block in rest if block.kind == "bullet_list"), None)
    fields = _fields(listed, text.split("\n")) if listed is not None else ()
    return StepForm(text, title, found or key(title), first.end, fields)


def _fields(listed: Block, lines: list[str]) -> tuple[FieldLines, ...]:
    """The known fields with which a list begins, each once."""
    found: dict[str, FieldLines] = {}
    for item in takewhile(lambda item: _pair(item) is not None, listed.inner):
        label, value = _pair(item) or ("", "")
        name = wording.FIELDS.get(label.lower())
        end = item.end
        while not lines[end - 1].strip():
            end -= 1  # the blank lines behind an item are nobody's
        if name is not None and name not in found:
            found[name] = FieldLines(name, label, value, item.start, end)
    return tuple(found.values())


def _pair(item: Block) -> tuple[str, str] | None:
    found = None if item.is_task else wording.FIELD.fullmatch(item.one_line or "")
    return (found[1].strip(), found[2].strip()) if found else None


def faults(source: str) -> tuple[Fault, ...]:
    """What is wrong with a text, first lines first."""
    try:
        formats.parse(source)
    except FaultsFound as found:
        return found.faults
    return ()


def language(source: str) -> str:
    """The language in which fields are named in this text: that of the front matter, else Dutch."""
    front = sections(source)[0].text if source else ""
    return "en" if any(line.split() == ["language:", "en"] for line in front.split("\n")) else "nl"


def roles(source: str) -> dict[str, str]:
    """The roles in the front matter, by key; none when it cannot be read."""
    matter = formats.FRONT.match(source)
    try:
        found = read_yaml(matter[1]).value if matter else {}
    except FaultsFound:
        found = {}
    named = found.get("roles") if isinstance(found, dict) else {}
    return {str(name): str(said) for name, said in named.items()} if isinstance(named, dict) else {}


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as its readers would see it, as far as it can be read, and its faults.

    A line of the text is the same line of ``playbook`` and *shift* more.
    """

    playbook: Playbook
    faults: tuple[Fault, ...]
    shift: int = 0


class Roles(dict[str, str]):
    """Names of roles by key; a key without a name is its own."""

    def __missing__(self, name: str) -> str:
        return name or "?"


def preview(source: str) -> Preview | None:
    """A text as its readers would see it; None for one that is too long to be read."""
    shift = 0
    try:
        playbook, found = formats.attempt(source)
        if playbook is None:
            matter = formats.FRONT.match(source)
            rest = source[matter.end() :] if matter else source
            shift = STAND_IN.count("\n") - (source.count("\n", 0, matter.end()) if matter else 0)
            playbook, _more = formats.attempt(STAND_IN + rest)
    except FaultsFound:
        return None
    if playbook is None:
        return None
    known = Roles(roles(source) if shift else playbook.roles)
    faults = tuple(sorted(found, key=lambda fault: fault.line))
    return Preview(replace(_without_twins(playbook), roles=known), faults, shift)


def _without_twins(playbook: Playbook) -> Playbook:
    """The same with an id of its own for everything: a text with faults may give one twice, a page may not."""
    taken: set[str] = set()

    def own(name: str) -> str:
        found = cutting.fresh(name, taken, cutting.TWIN)
        taken.add(found)
        return found

    def contents(found: tuple[Content, ...]) -> tuple[Content, ...]:
        return tuple(one if isinstance(one, str) else replace(one, id=own(one.id)) for one in found)

    intro = contents(playbook.intro)
    phases = tuple(
        replace(
            phase,
            id=own(phase.id),
            content=contents(phase.content),
            steps=tuple(replace(one, id=own(one.id), content=contents(one.content)) for one in phase.steps),
        )
        for phase in playbook.phases
    )
    return replace(playbook, intro=intro, phases=phases)


def ids(source: str) -> frozenset[str]:
    """Every id that a new step may not have."""
    taken = {section.key for section in sections(source)} | formats.TAKEN
    return frozenset(taken | {words.partition("}")[0].strip() for words in source.split("{#")[1:]})


@dataclass(frozen=True, slots=True)
class Part:
    """A phase or a step that is shown; ``step`` is None for the phase itself."""

    phase: Phase
    step: Step | None = None


def parts(playbook: Playbook, first: int, last: int) -> tuple[Part, ...]:
    """The phases and steps that begin on the lines from *first* to *last*, both counted, in order."""
    found: list[Part] = []
    for phase in playbook.phases:
        if first <= phase.line <= last:
            found.append(Part(phase))
        found += [Part(phase, step) for step in phase.steps if first <= step.line <= last]
    return tuple(found)
