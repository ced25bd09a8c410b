"""The playbook file: Markdown with front matter, read into phases, steps and decision points with their lines."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, islice, takewhile
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cyberready.platform import excess, markdown
from cyberready.platform.faults import MOST_FAULTS, Fault, FaultsFound
from cyberready.platform.outline import KEY, Block, anchor, blocks, key, links, plain
from cyberready.platform.shapes import Language, Name, Title, Words, nearest, validated
from cyberready.platform.sources import Document, read_yaml, text_of
from cyberready.playbooks import placeholders, wording
from cyberready.playbooks.rules import END, WHILE, Content, DecisionPoint, Outcome, Phase, Playbook, Step

FRONT = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
REFERENCE = re.compile(r" {0,3}\[[^\]]+\]:")
QUOTE = re.compile(r" {0,3}> ?")
LONGEST_KEPT = 200_000  # characters of a text that is kept as it was read
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
    translates: Title = ""
    placeholders: dict[Key, Title] = {}


def canonical(source: str | bytes) -> str:
    r"""The text that is kept and hashed: ``\n`` line ends, no byte order mark, one line end at the end."""
    return text_of(source).strip("\n") + "\n"


def digest(source: str | bytes) -> str:
    """The SHA-256 of the canonical source, in hex."""
    return hashlib.sha256(canonical(source).encode()).hexdigest()


def parse(source: str | bytes) -> Playbook:
    """Read a playbook file; raises FaultsFound with everything that is wrong with it."""
    playbook, faults = attempt(source)
    if playbook is None or faults:
        raise FaultsFound(faults)
    return playbook


def attempt(source: str | bytes) -> tuple[Playbook | None, list[Fault]]:
    """What can be read of a file with faults (None when its front matter is one), and the faults.

    The same object for the same text, while it is at hand: pages and acts read a text several times.
    """
    text = text_of(source)
    playbook, faults = (kept if len(text) <= LONGEST_KEPT else _attempted)(text)
    return playbook, list(faults)


def _attempted(text: str) -> tuple[Playbook | None, tuple[Fault, ...]]:
    excess.refuse(text)
    matter = FRONT.match(text, len(text) - len(text.lstrip("\n")))
    if matter is None:
        sentence = (
            "The front matter is missing. Begin with a line ---, then slug, title and so on, then a line ---."
        )
        return None, (Fault(1, "", sentence),)
    front, given, faults = _front(matter[1], text.count("\n", 0, matter.start(1)) + 1)
    above = text.count("\n", 0, matter.end())
    body = "\n" * above + text[matter.end() :]
    reader = _Reader(body, _keys(given, "roles"))
    intro, phases = reader.read()
    faults += [*islice(_unfit_placeholders(given, body), MOST_FAULTS), *reader.faults]
    if front is None:
        return None, tuple(faults)
    return Playbook(**dict(front), intro=intro, phases=phases, digest=digest(text)), tuple(faults)


@lru_cache(maxsize=128)
def kept(text: str) -> tuple[Playbook | None, tuple[Fault, ...]]:
    """What ``attempt`` says of a text, the same object as before while it is at hand."""
    return _attempted(text)


def _front(text: str, line: int) -> tuple[Front | None, Document | None, list[Fault]]:
    """Read the front matter: its values, how it stands there (None when unreadable) and what is wrong."""
    try:
        document = read_yaml(text, first_line=line)
    except FaultsFound as found:
        return None, None, list(found.faults)
    value = document.value if isinstance(document.value, dict) else {}
    document = Document(value, document.lines | {(): line})
    front, faults = validated(Front, document)
    return front, document, faults


def _keys(document: Document | None, name: str) -> frozenset[str] | None:
    """The keys under *name* in the front matter; None when they cannot be known."""
    value = document.value.get(name) if document and isinstance(document.value, dict) else None
    return frozenset(value) if isinstance(value, dict) else None


def _unfit_placeholders(document: Document | None, body: str) -> Iterator[Fault]:
    """Placeholders that the front matter does not declare, or that stand where none can be filled."""
    if document is None or not isinstance(document.value, dict):
        return
    declared = _keys(document, "placeholders") or frozenset()
    for name in ("title", "summary", "owner"):
        if placeholders.OPEN in str(document.value.get(name, "")):
            sentence = "Placeholders stand in the text and in the names of roles, not here. Write it out."
            yield document.fault((name,), sentence)
    roles = document.value.get("roles")
    names = roles.items() if isinstance(roles, dict) else ()
    lines = chain(
        ((document.line(("roles", key)), str(name)) for key, name in names), enumerate(body.split("\n"), 1)
    )
    for line, words in lines:
        for name in placeholders.used(words):
            if name not in declared:
                values = {"name": name, "choices": nearest(name, declared)}
                yield Fault(line, "placeholders", placeholders.UNDECLARED, values)


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
        self._goes_on: list[tuple[str, int]] = []
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
        return self._made(Step(name, number, title, section.line, content=self._content(rest)), fields)

    def _made(self, step: Step, fields: Mapping[str, str]) -> Step:
        """The step with its fields."""
        read: dict[str, Any] = {**fields, "within": wording.within(fields.get("time", ""))}
        read |= {name: wording.names(fields[name]) for name in wording.LISTS if name in fields}
        read["next"] = wording.goes_on(fields.get("next", "")) or ""
        return replace(step, **read)

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
        if not any(pair and pair[0].lower() in wording.FIELDS for _, pair in leading):
            return {}, rest
        fields: dict[str, str] = {}
        for item, pair in leading:
            self._take(fields, *(pair or ("", "")), item.start + 1)
        after = items[len(leading) :]
        rest[place : place + 1] = [Block(after[0].tokens, after[0].start, rest[place].end)] if after else []
        return fields, rest

    def _take(self, fields: dict[str, str], name: str, value: str, line: int) -> None:
        """Take one field of a step; a fault when it is unknown, empty, given before or does not fit."""
        known = wording.FIELDS.get(name.lower())
        if known is None:
            sentence = "%(name)s is not a field of a step. Choose from: %(choices)s."
            among = [choice.capitalize() for choice in wording.FIELDS]
            self._fault(line, name, sentence, among=among, name=name)
        elif known in fields:
            self._fault(line, known, "%(name)s stands here twice. Remove one.", name=name)
        elif not value:
            self._fault(line, known, "%(name)s is empty. Fill it in, or remove the line.", name=name)
        else:
            self._check_value(known, value, line)
        if known is not None:
            fields.setdefault(known, value)

    def _check_value(self, known: str, value: str, line: int) -> None:
        """A fault when *value* does not fit the field *known*."""
        if known in {"role", "deputy"} and self._roles is not None and value not in self._roles:
            sentence = "There is no role %(name)s in the front matter. Choose from: %(choices)s."
            self._fault(line, known, sentence, among=self._roles, name=value)
        elif known == "time" and wording.within(value) is None:
            sentence = "%(value)s is not a time target. Write a number and minuten, uur or dagen: 15 minuten."
            self._fault(line, known, sentence, value=value)
        elif known in wording.LISTS:
            self._check_names(known, wording.names(value), line)
        elif known == "next":
            target = wording.goes_on(value)
            if target is None:
                sentence = "%(value)s is not a place to go on. Write the id of a step, or einde."
                self._fault(line, known, sentence, value=value)
            elif target != END and "](" not in value:  # a link is checked with the other links
                self._goes_on.append((target, line))

    def _check_names(self, known: str, names: tuple[str, ...], line: int) -> None:
        for at, name in enumerate(names):
            if not wording.LISTS[known].fullmatch(name):
                sentence = "%(name)s is not a name that can stand here. Separate the names with commas."
                self._fault(line, known, sentence, name=name)
            elif name in names[:at]:
                self._fault(line, known, "%(name)s stands here twice. Remove one.", name=name)

    def _content(self, found: list[Block]) -> tuple[Content, ...]:
        """Blocks as Markdown, with the decision points between them read."""
        parts: list[Content] = []
        run: list[Block] = []
        for block in found:
            if kind := _branch(block):
                parts += [*self._text(run), self._decision(block, kind)]
                run = []
            else:
                run.append(block)
        return tuple(parts + self._text(run))

    def _text(self, run: list[Block]) -> list[Content]:
        return ["\n".join(self._lines[run[0].start : run[-1].end]).strip("\n")] if run else []

    def _decision(self, block: Block, kind: str) -> DecisionPoint:
        line = block.start + 1
        opening, *others = block.inner
        first, _, more = opening.tokens[1].content.partition("\n")
        heading = wording.BRANCH.fullmatch(first.strip())
        question, found = anchor(f"{heading[2]} {heading[3]}" if heading else first)
        if heading is None or question.strip() != heading[2].strip():
            self._fault(line, "", wording.WRITE[kind])
        name = self._id(found, question, line)
        text = [more] if more else []
        outcomes: list[Outcome] = []
        for other in others:
            if other.kind == "bullet_list":
                outcomes += [self._outcome(item) for item in other.inner]
            else:
                quoted = self._lines[other.start : other.end]
                text.append("\n".join(QUOTE.sub("", words, count=1) for words in quoted))
        if kind == WHILE and not 1 <= len(outcomes) <= 2:
            sentence = "What is repeated has one outcome, and a second at most for when it is over: > - ja → [what to do](#id)."
            self._fault(line, "", sentence)
        elif kind != WHILE and len(outcomes) < 2:
            self._fault(line, "", wording.TWO[kind])
        return DecisionPoint(name, plain(question), "\n\n".join(text), tuple(outcomes), line, kind)

    def _outcome(self, item: Block) -> Outcome:
        line = item.start + 1
        answer, *after = wording.ARROW.split(item.one_line or "", maxsplit=1)
        inline = markdown.parser().parseInline(after[0] if after else "")
        target = next((href[1:] for href, _ in links(inline) if href.startswith("#")), "")
        if not (answer.strip() and target):
            self._fault(line, "", "Write an outcome on one line as: answer → [what to do](#id).")
        return Outcome(plain(answer), plain(after[0]) if after else "", target, line)

    def _check_links(self) -> None:
        for name, line in self._goes_on:
            if name not in self._ids:
                self._fault(line, "next", wording.NOWHERE, among=self._ids, name=name)
        for href, line in links(self._tokens):
            if href.startswith("#") and unquote(href[1:]) not in self._ids:
                self._fault(line, "", wording.NOWHERE, among=self._ids, name=unquote(href[1:]))

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
    found = None if item.is_task else wording.FIELD.fullmatch(item.one_line or "")
    return (found[1].strip(), found[2].strip()) if found else None


def _branch(block: Block) -> str | None:
    """The kind of branch that a block is; None for any other block."""
    if block.kind != "blockquote" or len(block.tokens) < 5 or block.tokens[1].type != "paragraph_open":
        return None
    return wording.branch(block.tokens[2].content)
