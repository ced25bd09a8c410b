"""The playbook file: Markdown with front matter, read into phases, steps and decision points with their lines."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import takewhile
from typing import Annotated, Literal
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field

from cyberready.platform import markdown
from cyberready.platform.faults import MOST_FAULTS, Fault, FaultsFound
from cyberready.platform.outline import KEY, Block, anchor, blocks, key, links, plain
from cyberready.platform.shapes import Language, Name, Title, Words, nearest, validated
from cyberready.platform.sources import Document, read_yaml, text_of
from cyberready.playbooks.rules import Content, DecisionPoint, Outcome, Phase, Playbook, Step

FRONT = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
REFERENCE = re.compile(r" {0,3}\[[^\]]+\]:")
FIELD = re.compile(r"([^\W\d][\w ]{0,30}):(.*)", re.DOTALL)
DECISION = re.compile(r"\*\*(?:besluit|decision):(.+?)\*\*(.*)", re.IGNORECASE)
MEANT_AS_DECISION = re.compile(r"\*\*(?:besluit|decision)\b", re.IGNORECASE)
QUOTE = re.compile(r" {0,3}> ?")
ARROW = re.compile("→|->|=>")
TIME = re.compile(r"([0-9]{1,4}) ?([a-z]+)", re.IGNORECASE)
FIELDS = {
    "rol": "role",
    "role": "role",
    "vervanger": "deputy",
    "deputy": "deputy",
    "tijd": "time",
    "within": "time",
    "resultaat": "result",
    "result": "result",
    "bewijs": "evidence",
    "evidence": "evidence",
}
UNITS = {
    **dict.fromkeys(("min", "minuut", "minuten", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("uur", "uren", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("dag", "dagen", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("week", "weken", "weeks"), timedelta(weeks=1)),
}
MOST_LINES = 20_000
LONGEST_LINE = 20_000
TAKEN = frozenset({"main", "notices"})  # ids that every page of the application has


class Front(BaseModel):
    """The front matter of a playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Name
    title: Title
    language: Language
    version: Title
    summary: Words
    owner: Title
    tlp: Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] = "CLEAR"
    review_months: Annotated[int, Field(ge=1, le=120)] | None = None
    roles: Annotated[dict[Name, Title], Field(min_length=1)]


def canonical(source: str | bytes) -> str:
    r"""The text that is kept and hashed: ``\n`` line ends, no byte order mark, one line end at the end."""
    return text_of(source).strip("\n") + "\n"


def digest(source: str | bytes) -> str:
    """The SHA-256 of the canonical source, in hex."""
    return hashlib.sha256(canonical(source).encode()).hexdigest()


def parse(source: str | bytes) -> Playbook:
    """Read a playbook file; raises FaultsFound with everything that is wrong with it."""
    text = text_of(source)
    _refuse_excess(text)
    matter = FRONT.match(text, len(text) - len(text.lstrip("\n")))
    if matter is None:
        sentence = (
            "The front matter is missing. Begin with a line ---, then slug, title and so on, then a line ---."
        )
        raise FaultsFound([Fault(1, "", sentence)])
    front, roles, faults = _front(matter[1], text.count("\n", 0, matter.start(1)) + 1)
    above = text.count("\n", 0, matter.end())
    reader = _Reader("\n" * above + text[matter.end() :], roles)
    intro, phases = reader.read()
    faults += reader.faults
    if front is None or faults:
        raise FaultsFound(faults)
    return Playbook(**dict(front), intro=intro, phases=phases, digest=digest(text))


def _refuse_excess(text: str) -> None:
    """Refuse what no one will read and what would keep the Markdown parser busy for a minute."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        sentence = "The file has more than %(limit)s lines. Split the playbook."
        raise FaultsFound([Fault(MOST_LINES + 1, "", sentence, {"limit": MOST_LINES})])
    for line, words in enumerate(lines, 1):
        if len(words) > LONGEST_LINE:
            sentence = "This line is longer than %(limit)s characters. Break it."
            raise FaultsFound([Fault(line, "", sentence, {"limit": LONGEST_LINE})])


def _front(text: str, line: int) -> tuple[Front | None, frozenset[str] | None, list[Fault]]:
    """Read the front matter: its values, the keys of its roles (None when unreadable) and what is wrong."""
    try:
        document = read_yaml(text, first_line=line)
    except FaultsFound as found:
        return None, None, list(found.faults)
    value = document.value if isinstance(document.value, dict) else {}
    document = Document(value, document.lines | {(): line})
    front, faults = validated(Front, document)
    roles = value.get("roles")
    return front, frozenset(roles) if isinstance(roles, dict) else None, faults


@dataclass(slots=True)
class _Section:
    """What stands under one heading; ``level`` 0 is what stands before the first."""

    level: int
    heading: str
    line: int
    blocks: list[Block] = field(default_factory=list)


class _Reader:
    """Reads the body of a playbook; ``faults`` are what it came across, 200 at most."""

    def __init__(self, text: str, roles: frozenset[str] | None) -> None:
        self.faults: list[Fault] = []
        self._roles = roles
        self._lines = text.split("\n")
        environment: dict[str, object] = {}
        self._tokens = markdown.parser().parse(text, environment)
        self._ids: dict[str, int] = {}
        if environment.get("references"):
            line = next((at for at, words in enumerate(self._lines, 1) if REFERENCE.match(words)), 1)
            self._fault(
                line,
                "",
                "A link must be written where it stands, as [text](address). Move the address there.",
            )

    def read(self) -> tuple[tuple[Content, ...], tuple[Phase, ...]]:
        """Read introduction and phases."""
        before, *sections = self._sections()
        intro = self._content(before.blocks)
        phases: list[tuple[Phase, list[Step]]] = []
        for section in sections:
            if section.level == 2:
                phases.append((self._phase(section), []))
                continue
            steps = phases[-1][1] if phases else []
            steps.append(self._step(section, f"{_letters(len(phases))}{len(steps) + 1}"))
            if not phases:
                self._fault(
                    section.line, "", "This step stands before the first phase. Put a heading ## above it."
                )
        if not phases:
            self._fault(1, "", "There is no phase. Write a heading ## for each phase and ### for each step.")
        self._check_links()
        return intro, tuple(replace(phase, steps=tuple(steps)) for phase, steps in phases)

    def _sections(self) -> list[_Section]:
        sections = [_Section(0, "", 1)]
        for block in blocks(self._tokens):
            tag = block.tokens[0].tag if block.kind == "heading" else ""
            if tag == "h1":
                self._fault(block.start + 1, "", "The title stands in the front matter. Use ## for a phase.")
            elif tag in {"h2", "h3"}:
                sections.append(_Section(int(tag[1]), block.tokens[1].content, block.start + 1))
            else:
                sections[-1].blocks.append(block)
        return sections

    def _phase(self, section: _Section) -> Phase:
        heading, found = anchor(section.heading)
        title = self._title(heading, section.line)
        name = self._id(found or key(title), title, section.line)
        return Phase(name, title, section.line, self._content(section.blocks))

    def _step(self, section: _Section, number: str) -> Step:
        heading, found = anchor(section.heading)
        title = self._title(heading, section.line)
        name = self._id(found, title, section.line)
        fields, rest = self._fields(section)
        if "role" not in fields:
            sentence = "This step has no role. Begin it with a line - Rol: and a role from the front matter."
            self._fault(section.line, "role", sentence)
        within = _within(fields.get("time", ""))
        return Step(name, number, title, section.line, **fields, within=within, content=self._content(rest))

    def _title(self, heading: str, line: int) -> str:
        title = plain(heading)
        if not title:
            self._fault(line, "", "This heading has no text. Write what the phase or the step is about.")
        return title

    def _id(self, found: str | None, title: str, line: int) -> str:
        """Note the id of a heading or a decision point; a fault when it is absent, unfit or given before."""
        if not found:
            self._fault(
                line, "id", "There is no id here. Write {#%(fitting)s} after the title.", fitting=key(title)
            )
            return key(title)
        if not KEY.fullmatch(found) or len(found) > 80:
            sentence = (
                "{#%(name)s} does not fit: small letters, digits and hyphens only. Write {#%(fitting)s}."
            )
            self._fault(line, "id", sentence, name=found, fitting=key(found))
        elif found in TAKEN:
            self._fault(line, "id", "The page itself has the id %(name)s. Choose another.", name=found)
        elif found in self._ids:
            sentence = "Id %(name)s is used twice; the first is on line %(first)s. Choose another."
            self._fault(line, "id", sentence, name=found, first=self._ids[found])
        self._ids.setdefault(found, line)
        return found

    def _fields(self, section: _Section) -> tuple[dict[str, str], list[Block]]:
        """Read the fields at the top of a step's first list, and give the blocks that remain."""
        rest = list(section.blocks)
        place = next((at for at, block in enumerate(rest) if block.kind == "bullet_list"), None)
        if place is None:
            return {}, rest
        items = rest[place].inner
        # Markdown joins a check list that follows at once to the list of fields: it begins where no field stands.
        leading = list(takewhile(lambda pair: pair[1] is not None, ((item, _field(item)) for item in items)))
        if not any(pair and pair[0].lower() in FIELDS for _, pair in leading):
            return {}, rest
        fields: dict[str, str] = {}
        for item, pair in leading:
            self._take(fields, *(pair or ("", "")), item.start + 1)
        after = items[len(leading) :]
        rest[place : place + 1] = [Block(after[0].tokens, after[0].start, rest[place].end)] if after else []
        return fields, rest

    def _take(self, fields: dict[str, str], name: str, value: str, line: int) -> None:
        """Take one field of a step; a fault when it is unknown, empty, given before or does not fit."""
        known = FIELDS.get(name.lower())
        if known is None:
            sentence = "%(name)s is not a field of a step. Choose from: %(choices)s."
            self._fault(line, name, sentence, among=[choice.capitalize() for choice in FIELDS], name=name)
        elif known in fields:
            self._fault(line, known, "%(name)s stands here twice. Remove one.", name=name)
        elif not value:
            self._fault(line, known, "%(name)s is empty. Fill it in, or remove the line.", name=name)
        elif known in {"role", "deputy"} and self._roles is not None and value not in self._roles:
            sentence = "There is no role %(name)s in the front matter. Choose from: %(choices)s."
            self._fault(line, known, sentence, among=self._roles, name=value)
        elif known == "time" and _within(value) is None:
            sentence = "%(value)s is not a time target. Write a number and minuten, uur or dagen: 15 minuten."
            self._fault(line, known, sentence, value=value)
        if known is not None:
            fields.setdefault(known, value)

    def _content(self, found: list[Block]) -> tuple[Content, ...]:
        """Blocks as Markdown, with the decision points between them read."""
        parts: list[Content] = []
        run: list[Block] = []
        for block in found:
            if _is_decision(block):
                parts += [*self._text(run), self._decision(block)]
                run = []
            else:
                run.append(block)
        return tuple(parts + self._text(run))

    def _text(self, run: list[Block]) -> list[Content]:
        return ["\n".join(self._lines[run[0].start : run[-1].end]).strip("\n")] if run else []

    def _decision(self, block: Block) -> DecisionPoint:
        line = block.start + 1
        opening, *others = block.inner
        first, _, more = opening.tokens[1].content.partition("\n")
        heading = DECISION.fullmatch(first.strip())
        question, found = anchor(f"{heading[1]} {heading[2]}" if heading else first)
        if heading is None or question.strip() != heading[1].strip():
            self._fault(line, "", "Write a decision point as **Besluit: the question?** {#id}, on one line.")
        name = self._id(found, question, line)
        text = [more] if more else []
        outcomes: list[Outcome] = []
        for other in others:
            if other.kind == "bullet_list":
                outcomes += [self._outcome(item) for item in other.inner]
            else:
                quoted = self._lines[other.start : other.end]
                text.append("\n".join(QUOTE.sub("", words, count=1) for words in quoted))
        if len(outcomes) < 2:
            self._fault(
                line, "", "A decision point needs two outcomes or more: > - answer → [what to do](#id)."
            )
        return DecisionPoint(name, plain(question), "\n\n".join(text), tuple(outcomes), line)

    def _outcome(self, item: Block) -> Outcome:
        line = item.start + 1
        answer, *after = ARROW.split(item.one_line or "", maxsplit=1)
        inline = markdown.parser().parseInline(after[0] if after else "")
        target = next((href[1:] for href, _ in links(inline) if href.startswith("#")), "")
        if not (answer.strip() and target):
            self._fault(line, "", "Write an outcome on one line as: answer → [what to do](#id).")
        return Outcome(plain(answer), plain(after[0]) if after else "", target, line)

    def _check_links(self) -> None:
        for href, line in links(self._tokens):
            if href.startswith("#") and unquote(href[1:]) not in self._ids:
                sentence = "There is no phase, step or decision point #%(name)s. Choose from: %(choices)s."
                self._fault(line, "", sentence, among=self._ids, name=unquote(href[1:]))

    def _fault(
        self,
        line: int,
        field_name: str,
        sentence: str,
        *,
        among: Iterable[str] | None = None,
        **values: object,
    ) -> None:
        if len(self.faults) < MOST_FAULTS:
            if among is not None:
                values["choices"] = nearest(str(values["name"]), among)
            self.faults.append(Fault(line, field_name, sentence, values))


def _letters(count: int) -> str:
    """A for 1, B for 2 … Z, AA, AB …; empty for 0."""
    return _letters((count - 1) // 26) + chr(ord("A") + (count - 1) % 26) if count else ""


def _field(item: Block) -> tuple[str, str] | None:
    """Name and value of a list item ``Name: value``; None for any other item."""
    found = None if item.is_task else FIELD.fullmatch(item.one_line or "")
    return (found[1].strip(), found[2].strip()) if found else None


def _within(time: str) -> timedelta | None:
    """Read a time target such as ``15 minuten``; None when it is not one."""
    found = TIME.fullmatch(time)
    unit = UNITS.get(found[2].lower()) if found else None
    return unit * int(found[1]) if found and unit else None


def _is_decision(block: Block) -> bool:
    if block.kind != "blockquote" or len(block.tokens) < 5 or block.tokens[1].type != "paragraph_open":
        return False
    return MEANT_AS_DECISION.match(block.tokens[2].content) is not None
