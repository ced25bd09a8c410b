"""Blocks of a document as the source of a playbook: headings become phases, lists and tables with roles become steps."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from urllib.parse import unquote

from cyberready.exchange import recognising
from cyberready.exchange.blocks import Block, Grid, Heading, Listing, Marked, Prose, written
from cyberready.exchange.report import Place, Report
from cyberready.exchange.shaping import matter as matters
from cyberready.exchange.shaping import notes
from cyberready.exchange.shaping.branching import Branching, Chapter
from cyberready.exchange.shaping.cast import UNKNOWN, Cast
from cyberready.exchange.shaping.matter import Matter
from cyberready.exchange.shaping.steps import DIGITS, Step, Steps
from cyberready.exchange.shaping.tables import table_columns, untitled
from cyberready.platform.outline import key, plain
from cyberready.playbooks import formats, placeholders
from cyberready.playbooks.placeholders import PLACE

REST = {"nl": "Niet geplaatst", "en": "Not placed"}
ALL = {"nl": "Stappen", "en": "Steps"}
COUNTED = re.compile(r"((?:\d{1,3}(?:\\?\.\d{1,3})*\\?[.)]?|[A-Z]\.|[IVX]{1,5}\.)(?=\s))\s+(?=\S)")
STEP_HEAD = re.compile(
    r"((?:stap|actie|step|action)\s+[\dA-Z]{1,4}(?:\.\d+)*\s*[:.–-]?)\s+(?=\S)", re.IGNORECASE
)
CARD = re.compile(r"(?:actiekaart|taakkaart|taken van|action card)\s*:?\s*(?:de |het )?(.+)", re.IGNORECASE)
TABLE = "A table with roles became %(count)s steps."
TABLE_GUESSED = (
    "A table with roles became %(count)s steps; its column “%(column)s” was taken for what is done."
)
FAKE = 12  # words at most of a bold line that stands for a heading
INNER = re.compile(r"(?<![!\\])\[((?:[^\[\]\\]|\\.)*)\]\(#([^()\s]+)\)")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(slots=True)
class Section:
    """What stands under one heading; no heading for what comes before the first."""

    heading: Heading | None
    rank: int = 0
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Phase:
    """A phase that is being made."""

    title: str
    place: Place
    body: list[Block] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    id: str = ""
    was: str = ""  # the heading as it stood in the document
    number: str = ""  # that was typed before it


def shaped(
    blocks: Iterable[Block], aside: Sequence[Prose], report: Report, name: str, known: Matter | None = None
) -> str:
    """The source of a playbook that holds every word of *blocks*.

    *name* is that of the file, without its ending, and *known* what its front matter said. What was understood, guessed and left out is added to *report*. *aside* is text that had no place in the document;
    it is kept under a last heading. The source may still hold faults that only a person can mend.
    """
    found = [one for block in blocks for one in untitled(_unmarked(block))]
    head, found = _title(found, report)
    if not any(isinstance(block, Heading) for block in found):
        found = _with_bold_headings(found, report)
    text = written(found)
    matter = known or Matter()
    before, *sections = _sections(found)
    before.blocks = matters.taken(before.blocks, matter, report)
    if not head and "title" not in matter.values:
        report.guessed(
            "the whole document",
            "The title was not found; the name of the file stands there: %(text)s",
            text=name,
        )
    elif head and matter.values.get("title", plain(head)) != plain(head):
        sentence = "Another title stands in the document, and is left out: %(text)s"
        report.skipped("the whole document", sentence, text=plain(head))
    matters.completed(matter, head or name, text, [*before.blocks, *_introduction(sections)], name, report)
    made = _Shaper(matter.values["language"], report).of(before, sections, aside)
    if not made.cast.names:
        made.cast.key(UNKNOWN[matter.values["language"]])
    declared = sorted({one for one in placeholders.used("\n".join(made.parts)) if KEY.fullmatch(one)})
    return "\n\n".join([matter.text(made.cast.names, declared), *made.parts]) + "\n"


def _unmarked(block: Block) -> Block:
    """A part that an export marked as plain blocks: who imports it here has no identity to go back to."""
    return replace(block, tag="cell") if isinstance(block, Marked) else block


def _title(blocks: list[Block], report: Report) -> tuple[str, list[Block]]:
    """The title of a document: what is set as such, or the only first heading when the document begins with it
    (or with comments) and has others below.
    """
    at = next((at for at, block in enumerate(blocks) if isinstance(block, Heading)), None)
    if at is None:
        return "", blocks
    head = blocks[at]
    top = [block for block in blocks if isinstance(block, Heading) and block.level == 1]
    bare = all(isinstance(block, Prose) and block.text.startswith("<!--") for block in blocks[:at])
    under = any(isinstance(block, Heading) for block in blocks[at + 1 :])
    if not isinstance(head, Heading) or not (head.level == 0 or (top == [head] and bare and under)):
        return "", blocks
    report.understood(head.place, "This became the title: %(text)s", text=plain(head.text))
    others = (
        replace(block, level=1) if isinstance(block, Heading) and block.level == 0 else block
        for block in blocks[at + 1 :]
    )
    return head.text, [*blocks[:at], *others]


def _with_bold_headings(blocks: list[Block], report: Report) -> list[Block]:
    """In a document without headings short bold lines stand for them."""
    made: list[Block] = []
    for block in blocks:
        bold = isinstance(block, Prose) and re.fullmatch(r"\*\*([^*\n]+)\*\*", block.text)
        if isinstance(block, Prose) and bold and len(bold[1].split()) <= FAKE and bold[1][-1] not in ".;,":
            report.guessed(block.place, "A bold line became a heading: %(text)s", text=bold[1])
            made.append(Heading(1, bold[1], block.place))
        else:
            made.append(block)
    return made


def _sections(blocks: Iterable[Block]) -> list[Section]:
    sections = [Section(None)]
    for block in blocks:
        if isinstance(block, Heading):
            sections.append(Section(block))
        else:
            sections[-1].blocks.append(block)
    levels = sorted({one.heading.level for one in sections if one.heading})
    for one in sections:
        one.rank = levels.index(one.heading.level) + 1 if one.heading else 0
    return sections


def _introduction(sections: Sequence[Section]) -> list[Block]:
    """What the first parts explain, before anything is done."""
    still = takewhile(lambda one: one.heading and recognising.is_still(plain(one.heading.text)), sections)
    return [block for one in still for block in one.blocks]


@dataclass(slots=True)
class _Made:
    parts: list[str]
    cast: Cast


class _Shaper:
    """Makes phases and steps of sections."""

    def __init__(self, language: str, report: Report) -> None:
        self._language = language
        self._outer = report
        self._ids: set[str] = set(formats.TAKEN)
        self._numbered: dict[str, int] = {}  # the last behind the same words
        self._anchors: dict[str, str] = {}

    def of(self, before: Section, sections: Sequence[Section], aside: Sequence[Prose]) -> _Made:
        """Make the parts of the text."""
        self._begin(deep=False)
        self._all(before, sections)
        if not any(phase.steps for phase in self._phases) and any(one.rank == 2 for one in sections):
            self._begin(
                deep=True
            )  # nothing is numbered: the headings below those of the phases are the steps
            self._all(before, sections)
        if self._numbers:
            sentence = (
                "The numbers before headings are left out, as phases and steps count themselves: %(numbers)s"
            )
            self._report.skipped("the whole document", sentence, numbers=", ".join(self._numbers))
        if aside:
            self._phases.append(Phase(REST[self._language], aside[0].place, list(aside)))
        if not self._phases:
            self._phases.append(Phase(ALL[self._language], Place("the whole document", {})))
        self._place_notes()
        self._name()
        chapters = [Chapter(phase.number, phase.steps) for phase in self._phases]
        Branching(chapters, self._report, self._language, lambda said: self._id(said, "", said)).make()
        self._outer.remarks += self._report.remarks
        parts = [written(self._intro)] if self._intro else []
        for phase in self._phases:
            parts.append(f"## {phase.title} {{#{phase.id}}}")
            parts += [written(phase.body)] if phase.body else []
            parts += [step.text(self._language) for step in phase.steps]
        return _Made([PLACE.sub(_placeholder, self._linked(part)) for part in parts if part], self._cast)

    def _place_notes(self) -> None:
        parts: list[notes.Part] = [Phase("", Place("the whole document", {}), self._intro)]
        for phase in self._phases:
            parts += [phase, *phase.steps]
        notes.placed(parts)

    def _begin(self, *, deep: bool) -> None:
        self._deep = deep
        self._report = Report()
        self._cast = Cast(self._language)
        self._steps = Steps(self._cast, self._report, self._language)
        self._phases: list[Phase] = []
        self._intro: list[Block] = []
        self._numbers: list[str] = []
        self._step_rank = 0  # the rank of the heading that is the current step

    def _all(self, before: Section, sections: Sequence[Section]) -> None:
        if sections:
            self._intro = list(before.blocks)
        elif before.blocks:
            at = next(
                (at for at, block in enumerate(before.blocks) if self._acts(block, "")), len(before.blocks)
            )
            self._intro = before.blocks[:at]
            if before.blocks[at:]:
                self._phases.append(Phase(ALL[self._language], before.blocks[at].place))
                self._fill(before.blocks[at:], "", still=False)
        for section in sections:
            self._section(section)

    def _section(self, section: Section) -> None:
        heading = section.heading
        if heading is None:
            return
        inside = self._step_rank and section.rank > self._step_rank
        if inside:
            self._below(heading, section.blocks)
        elif self._is_step(heading, section):
            if not self._phases:
                self._phases.append(Phase(ALL[self._language], heading.place))
            self._step_rank = section.rank
            self._heading_step(heading, section)
        elif (
            section.rank == 1
            or not self._phases
            or self._phases[-1].steps
            or any(self._acts(block, heading.text) for block in section.blocks)
        ):
            self._phase(heading, section)
        else:
            self._below(heading, section.blocks)

    def _phase(self, heading: Heading, section: Section) -> None:
        """A new phase; a card of one role gives its steps that role."""
        self._step_rank = 0
        title, number = self._counted(heading)
        card = CARD.fullmatch(plain(title))
        self._steps.role = card[1] if card else ""
        self._phases.append(Phase(title, heading.place, id=heading.id, was=heading.text, number=number))
        self._report.understood(heading.place, "A heading became a phase: %(text)s", text=plain(title))
        self._fill(section.blocks, heading.text, still=recognising.is_still(plain(title)))

    def _below(self, heading: Heading, blocks: Sequence[Block]) -> None:
        """A heading that is neither phase nor step, with its text."""
        target = self._phases[-1].steps[-1].body if self._phases[-1].steps else self._phases[-1].body
        target += [replace(heading, level=4), *blocks]

    def _is_step(self, heading: Heading, section: Section) -> bool:
        if STEP_HEAD.match(heading.text) or (self._deep and section.rank == 2):
            return True
        probe = Step("", heading.place, list(section.blocks))
        Steps(Cast(self._language), Report(), self._language).take_fields(probe)
        return bool(probe.role)

    def _heading_step(self, heading: Heading, section: Section) -> None:
        title, number = self._counted(heading)
        numbers = [number] if number else []
        said = STEP_HEAD.match(title)
        if said:
            self._numbers.append(said[1])
            numbers += DIGITS.findall(said[1])
            title = title[said.end() :]
        step = self._steps.of_heading(replace(heading, text=title), section.blocks)
        step.numbers += numbers
        step.was = heading.text
        self._phases[-1].steps.append(step)
        self._report.understood(heading.place, "A heading became a step: %(text)s", text=plain(title))

    def _counted(self, heading: Heading) -> tuple[str, str]:
        """The heading without a number that was typed before it, and that number."""
        text = heading.text.replace("{#", "{ #")
        found = COUNTED.match(text)
        if found is None:
            return text, ""
        self._numbers.append(found[1].replace("\\", ""))
        number = DIGITS.match(found[1].replace("\\", ""))
        return text[found.end() :], number[0] if number else ""

    def _acts(self, block: Block, heading: str) -> bool:
        """Whether a block holds steps."""
        if recognising.is_still(plain(heading)):
            return False
        if isinstance(block, Grid):
            return bool(table_columns(block, heading))
        return isinstance(block, Listing) and block.ordered

    def _fill(self, blocks: Sequence[Block], heading: str, *, still: bool) -> None:
        """Put the blocks of a part where they belong: steps, text of a step, text of the phase."""
        for block in blocks:
            phase = self._phases[-1]
            if not still and self._acts(block, heading):
                self._take_steps(block, heading)
            elif phase.steps:
                phase.steps[-1].body.append(block)
            else:
                self._note_cast(block)
                if isinstance(block, Listing) and block.ordered:
                    self._report.guessed(
                        block.place,
                        "A numbered list stayed text, because its part explains and does not act.",
                    )
                phase.body.append(block)

    def _note_cast(self, block: Block) -> None:
        """The roles of a table that tells who is who; the table itself stays text."""
        if not isinstance(block, Grid) or len(block.rows) < 2:
            return
        columns = [recognising.column(cell.text) for cell in block.rows[0]]
        if "role" not in columns:
            return
        at = columns.index("role")
        for row in block.rows[1:]:
            if at < len(row) and row[at].text and recognising.is_role(row[at].text):
                self._cast.key(row[at].text)

    def _take_steps(self, block: Block, heading: str) -> None:
        found: Iterator[Step | Heading] = iter(())
        what, tell, values = "", self._report.understood, {}
        if isinstance(block, Grid):
            columns = table_columns(block, heading)
            found = self._steps.of_table(block, columns)
            what, named = TABLE, block.rows[0][columns.index("title")].text
            if recognising.column(named) != "title":
                what, tell, values = TABLE_GUESSED, self._report.guessed, {"column": named}
        elif isinstance(block, Listing):
            found = self._steps.of_list(block)
            what = "A numbered list became %(count)s steps."
        count = 0
        for one in found:
            if isinstance(one, Heading):
                self._phases.append(Phase(one.text.replace("{#", "{ #"), one.place))
            else:
                self._phases[-1].steps.append(one)
                count += 1
        tell(block.place, what, count=count, **values)

    def _name(self) -> None:
        """Give every phase and step its id: the one of the document where it fits, or one from the title."""
        for phase in self._phases:
            phase.id = self._id(phase.title, phase.id, phase.was)
            for step in phase.steps:
                step.id = self._id(step.title, step.id, step.was)

    def _id(self, title: str, given: str, was: str) -> str:
        said = given.removeprefix("cr_").replace("_", "-")
        fitting = base = said if KEY.fullmatch(said) and len(said) <= 80 else key(plain(title))
        while fitting in self._ids:
            self._numbered[base] = self._numbered.get(base, 1) + 1
            fitting = f"{base}-{self._numbered[base]}"
        self._ids.add(fitting)
        for name in filter(None, (given, anchor_of(was), anchor_of(title))):
            self._anchors.setdefault(name, fitting)
        return fitting

    def _linked(self, text: str) -> str:
        """The text with links to the headings where they are now; what leads nowhere becomes plain text."""

        def link(found: re.Match[str]) -> str:
            name = unquote(found[2])
            if name in self._ids - formats.TAKEN:
                return found[0]
            if known := self._anchors.get(name) or self._anchors.get(name.lower()):
                return f"[{found[1]}](#{known})"
            sentence = "A link that leads nowhere in this text became plain text: %(text)s"
            self._outer.guessed("the whole document", sentence, text=f"{plain(found[1])} (#{name})")
            return found[1]

        return INNER.sub(link, text)


def _placeholder(found: re.Match[str]) -> str:
    """A placeholder whose key fits; other braces stay braces."""
    return found[0] if KEY.fullmatch(found[1].strip()) else "{\\" + found[0][1:]


def anchor_of(title: str) -> str:
    """The anchor that a forge gives to a heading."""
    bare = re.sub(r"[^\w\- ]", "", plain(title).lower())
    return bare.strip().replace(" ", "-")
