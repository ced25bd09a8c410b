"""Lines of a foreign document that say where to go on, as decisions that branch to the steps with those numbers."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from cyberready.exchange.blocks import Block, Item, Listing, Marked, Prose
from cyberready.exchange.marks import escaped
from cyberready.exchange.report import Place, Report
from cyberready.exchange.shaping import outcomes
from cyberready.exchange.shaping.outcomes import Said
from cyberready.exchange.shaping.steps import Step
from cyberready.platform.outline import plain

BREAK = re.compile(r"\\?\n")
NO_TEXT = re.compile(r" {0,3}(?:>|`{3}|~{3}|\||\[\^|<)| {4}|\t")
WORDS = {"nl": ("Besluit", "Hoe gaat u verder?"), "en": ("Decision", "How do you go on?")}
ASKING = re.compile(r"^(?:beslis|besluit|beslispunt|keuze|decide|decision|choose)\s*:\s*(\S)", re.IGNORECASE)
LONGEST_QUESTION = 290
BECAME = "“%(text)s” became an outcome of a decision that leads to the step “%(title)s”."
OTHERWISE = "Nothing says what follows otherwise: “%(answer)s” leads to the next step, “%(title)s”."
STAYED = "“%(text)s” stayed text: no step has the number %(number)s, or several have it. Write the decision yourself."


@dataclass(frozen=True, slots=True)
class Chapter:
    """A phase as far as numbers go: its own, if it has one, and its steps."""

    number: str
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a step's text: ``said`` are the outcomes in it, ``before`` what stands before them in the same line."""

    block: Block
    said: tuple[Said, ...] = ()
    before: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a block, the one *at* that place, became a part of: the unit as it was read, or None when it was changed."""

    at: int
    unit: Unit | None
    block: Block | None


class Branching:
    """Makes decisions in the steps of *chapters*, whose ids are given; *name* gives an id for a question."""

    def __init__(
        self, chapters: Sequence[Chapter], report: Report, language: str, name: Callable[[str], str]
    ) -> None:
        self._report = report
        self._word, self._ask = WORDS[language]
        self._name = name
        self._every = [step for chapter in chapters for step in chapter.steps]
        self._by_chapter = [_numbered(chapter) for chapter in chapters]
        self._anywhere: dict[str, list[Step]] = {}
        for known in self._by_chapter:
            for number, steps in known.items():
                self._anywhere.setdefault(number, []).extend(steps)
        self._chapters = chapters

    def make(self) -> None:
        """Put the decisions in the text of the steps."""
        at = 0
        for chapter, near in zip(self._chapters, self._by_chapter, strict=True):
            for step in chapter.steps:
                at += 1
                following = self._every[at] if at < len(self._every) else None
                _Step(self, step, near, following).make()

    def target(self, number: str, near: dict[str, list[Step]]) -> Step | None:
        """The one step with a number, in the same phase before anywhere else; None when that is not clear."""
        found = near.get(number) or self._anywhere.get(number, [])
        return found[0] if len(found) == 1 else None

    def decision(self, question: str, lines: Iterable[str], place: Place) -> Prose:
        """A decision point as Markdown."""
        asked = _bare(question).removeprefix(f"{self._word}:").strip()[:LONGEST_QUESTION] or self._ask
        head = f"> **{self._word}: {asked}** {{#{self._name(asked)}}}"
        return Prose("\n".join([head, *(f"> - {line}" for line in lines)]), place)

    def tell(self, place: Place, sentence: str, **values: object) -> None:
        """Note what was guessed."""
        self._report.guessed(place, sentence, **values)


class _Step:
    """The decisions of one step."""

    def __init__(
        self, whole: Branching, step: Step, near: dict[str, list[Step]], following: Step | None
    ) -> None:
        self._whole = whole
        self._step = step
        self._near = near
        self._following = following

    def make(self) -> None:
        """Put them in the text of the step."""
        self._step.body = self._blocks(self._step.body)
        line = outcomes.read(self._step.title)
        if line is not None and line.before:
            title = line.before.rstrip(" :")
            made = self._decision([Unit(Prose("", self._step.place), line.outcomes)], title)
            if made is not None:
                self._step.title = title
                self._step.body.insert(0, made)

    def _blocks(self, blocks: Iterable[Block]) -> list[Block]:
        """The blocks with decisions in them; a block in which none was made stays as it was."""
        whole = list(blocks)
        made: list[Piece] = []
        run: list[Piece] = []
        for at, block in enumerate(whole):
            for unit in self._units(block):
                if run and (unit.before or not unit.said):
                    self._close(run, made)
                    run = []
                (run if unit.said else made).append(Piece(at, unit, unit.block))
        self._close(run, made)
        changed = {one.at for one in made if one.unit is None or isinstance(one.block, Marked)}
        kept: list[Block] = []
        for at, pieces in groupby(made, key=lambda one: one.at):
            changes = [one.block for one in pieces if one.block is not None]
            kept += changes if at in changed else [whole[at]]
        return kept

    def _units(self, block: Block) -> Iterator[Unit]:
        """A block in pieces that hold outcomes, or none."""
        if isinstance(block, Marked):
            yield Unit(replace(block, blocks=tuple(self._blocks(block.blocks))))
        elif isinstance(block, Prose) and not NO_TEXT.match(block.text):
            lines = BREAK.split(block.text)
            read = [outcomes.read(line) for line in lines]
            if not any(read):
                yield Unit(block)
                return
            for line, found in zip(lines, read, strict=True):
                piece = Prose(line, block.place)
                yield Unit(piece, found.outcomes, found.before) if found else Unit(piece)
        elif isinstance(block, Listing):
            yield from _items(block)
        else:
            yield Unit(block)

    def _close(self, run: list[Piece], made: list[Piece]) -> None:
        """Put a run of outcomes behind what was made: as a decision where that is clear, else as the text it was."""
        if not run:
            return
        units = [one.unit for one in run if one.unit is not None]
        asked = made[-1].block if made else None
        alone = isinstance(asked, Prose) and "\n" not in asked.text and asked.text.rstrip().endswith("?")
        question = asked.text if alone and isinstance(asked, Prose) and not units[0].before else ""
        decision = self._decision(units, question)
        if decision is None:
            made += run
            return
        before = units[0].before
        if question:
            made[-1] = Piece(made[-1].at, None, None)  # it stands in the decision now
        elif before and not before.endswith("?"):
            made.append(Piece(run[0].at, None, Prose(before, units[0].block.place)))
        made.append(Piece(run[0].at, None, decision))
        made += [Piece(one.at, None, None) for one in run]

    def _decision(self, run: list[Unit], question: str) -> Prose | None:
        said = [(unit, one) for unit in run for one in unit.said]
        targets = [self._whole.target(one.number, self._near) for _, one in said]
        only = said[0][1] if len(said) == 1 else None
        if only is not None and (not only.other or self._following is None):
            return None
        if None in targets:
            unit, one = said[targets.index(None)]
            self._whole.tell(unit.block.place, STAYED, text=one.words, number=one.number)
            return None
        lines = []
        for (unit, one), target in zip(said, targets, strict=True):
            if target is not None:
                lines.append(f"{one.answer} → {_link(target)} {one.more}".rstrip())
                self._whole.tell(unit.block.place, BECAME, text=one.words, title=plain(target.title))
        if only is not None and self._following is not None:
            lines.append(f"{only.other} → {_link(self._following)}")
            place, title = run[0].block.place, plain(self._following.title)
            self._whole.tell(place, OTHERWISE, answer=only.other, title=title)
        title = ASKING.sub(lambda found: found[1].upper(), self._step.title)  # it stays above the decision
        asked = next((one for one in (run[0].before, title) if one.rstrip().endswith("?")), "")
        return self._whole.decision(question or asked, lines, run[0].block.place)


def _items(listing: Listing) -> Iterator[Unit]:
    """The items of a list: those that hold outcomes one by one, the others together."""
    kept: list[Item] = []
    for item in listing.items:
        found = None if item.inner or item.box else outcomes.read(item.text)
        if found is None:
            kept.append(item)
            continue
        if kept:
            yield Unit(replace(listing, items=tuple(kept), raw=""))
            kept = []
        yield Unit(Listing(listing.ordered, (item,), item.place), found.outcomes, found.before)
    if kept:
        whole = len(kept) == len(listing.items)
        yield Unit(listing if whole else replace(listing, items=tuple(kept), raw=""))


def _numbered(chapter: Chapter) -> dict[str, list[Step]]:
    """The steps of a phase by their numbers, also with that of the phase before it."""
    found: dict[str, list[Step]] = {}
    for step in chapter.steps:
        longer = [f"{chapter.number}.{one}" for one in step.numbers if chapter.number and "." not in one]
        for number in dict.fromkeys([*step.numbers, *longer]):
            found.setdefault(number, []).append(step)
    return found


def _link(step: Step) -> str:
    title = re.sub(r"(?<!\\)([\[\]])", r"\\\1", escaped(plain(step.title)))
    return f"[{title}](#{step.id})"


def _bare(question: str) -> str:
    """A question as it may stand in bold."""
    return escaped(plain(question).replace("*", "").replace("{#", "{ #").strip())
