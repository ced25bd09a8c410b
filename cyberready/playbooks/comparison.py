"""Two versions of a playbook: first what changed in its structure, then word by word. Pure.

The sections of both files are paired: by their id, or where that was changed by what they say. A section that stands
elsewhere is paired as well, so that moving it is one change. From the pieces of all passages both files can be put
together again, to the letter.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from cyberready.playbooks.changes import Change, ChangeKind, Meaning
from cyberready.playbooks.pieces import Piece, PieceKind, differ, new_text, old_text, pieces, shared, words
from cyberready.playbooks.rules import Playbook
from cyberready.playbooks.sections import FRONT, PHASE, STEP, Heading, Section, split

ALIKE = 0.6
SAME_TITLE = 0.7
MOST_PAIRS = 20_000
RULE = re.compile(r"---[ \t]*")


@dataclass(frozen=True, slots=True)
class Text:
    """One side of a comparison: a file in sections, and what it means when it holds no fault."""

    sections: tuple[Section, ...]
    playbook: Playbook | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A section in both versions, or in one; ``title`` and ``pieces`` are its title and its whole text word by word.

    The numbers are those of a step (A1), empty for other parts and in a text with faults.
    """

    old: Section | None
    new: Section | None
    old_number: str
    new_number: str
    title: tuple[Piece, ...]
    pieces: tuple[Piece, ...]
    changes: tuple[Change, ...]

    @property
    def section(self) -> Section:
        """The new section, or the old one of what was removed."""
        found = self.new or self.old
        if found is None:
            raise ValueError("A passage stands in one version at least.")
        return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every passage in the order of the new version, with what was removed where it stood."""

    passages: tuple[Passage, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change; none when both texts are the same but for blank lines between sections."""
        return tuple(chain.from_iterable(passage.changes for passage in self.passages))

    @property
    def old_text(self) -> str:
        """The old file, put together from the pieces."""
        # Where two sections begin on one line, the first is empty and so comes first.
        found = sorted((one.old.line, old_text(one.pieces)) for one in self.passages if one.old)
        return "".join(said for _line, said in found)

    @property
    def new_text(self) -> str:
        """The new file, put together from the pieces."""
        found = sorted((one.new.line, new_text(one.pieces)) for one in self.passages if one.new)
        return "".join(said for _line, said in found)


def text(source: str, playbook: Playbook) -> Text:
    """A file without faults, cut for a comparison; *playbook* is what was read from *source*."""
    lines = source.split("\n")
    first = next((at for at, line in enumerate(lines) if line), 0)
    rules = (at for at, line in enumerate(lines) if at > first and RULE.fullmatch(line))
    headings: list[Heading] = []
    for phase in playbook.phases:
        headings.append(Heading(phase.line - 1, 2, phase.title, phase.id))
        headings += [Heading(step.line - 1, 3, step.title, step.id) for step in phase.steps]
    return Text(split(source, next(rules, -1) + 1, headings), playbook)


def compare(old: Text, new: Text) -> Comparison:
    """Compare two versions; unless both were read without a fault, fields and decisions count as words only."""
    pairs = paired(old.sections, new.sections)
    meaning = None
    if old.playbook and new.playbook:
        both = ((old.sections[one], new.sections[other]) for one, other in pairs.items())
        renamed = {_id(one): _id(other) for one, other in both if other.movable}
        meaning = Meaning(old.playbook, new.playbook, {"": ""} | renamed)
    moved = moved_places(old.sections, new.sections, pairs)
    return Comparison(
        tuple(
            _passage(
                None if place is None else old.sections[place],
                None if other is None else new.sections[other],
                meaning,
                moved=other in moved,
            )
            for place, other in _in_order(old.sections, new.sections, pairs, moved)
        )
    )


def _id(section: Section) -> str:
    """The id of a phase or step as it stands in the file; empty for other sections."""
    return section.key.partition("~")[0] if section.movable else ""


def paired(old: Sequence[Section], new: Sequence[Section]) -> dict[int, int]:
    """Places in *old* with their places in *new*: by id, and where an id changed by nearly the same words."""
    places = {(section.kind, section.key): place for place, section in enumerate(new)}
    named = ((place, places.get((section.kind, section.key))) for place, section in enumerate(old))
    pairs = {place: other for place, other in named if other is not None}
    for kind in (STEP, PHASE):
        taken = set(pairs.values())
        before = [place for place, section in enumerate(old) if section.kind == kind and place not in pairs]
        after = [place for place, section in enumerate(new) if section.kind == kind and place not in taken]
        if len(before) * len(after) > MOST_PAIRS:
            continue
        steps = _shared_steps(old, new, pairs) if kind == PHASE else {}
        bags = {other: words(new[other].text) for other in after}
        scored = []
        for one in before:
            bag = words(old[one].text)
            for other in after:
                alike = max(shared(bag, bags[other]), steps.get((one, other), 0.0))
                scored.append((max(alike, _titled(old[one], new[other])), -one, -other))
        for score, one, other in sorted(scored, reverse=True):
            if score >= ALIKE and -one not in pairs and -other not in taken:
                pairs[-one] = -other
                taken.add(-other)
    return pairs


def _titled(old: Section, new: Section) -> float:
    return SAME_TITLE if old.title and old.title.casefold() == new.title.casefold() else 0.0


def _shared_steps(
    old: Sequence[Section], new: Sequence[Section], pairs: Mapping[int, int]
) -> dict[tuple[int, int], float]:
    """Phases of both versions with the share of the larger one's steps that stand in both."""
    homes, new_homes = _homes(old), _homes(new)
    both: dict[tuple[int, int], int] = defaultdict(int)
    for one, other in pairs.items():
        if old[one].kind == STEP:
            both[homes[one], new_homes[other]] += 1
    sizes, new_sizes = list(homes.values()), list(new_homes.values())
    return {
        (one, other): count / max(sizes.count(one), new_sizes.count(other))
        for (one, other), count in both.items()
    }


def _homes(sections: Sequence[Section]) -> dict[int, int]:
    """The place of each step with the place of its phase, -1 before the first."""
    found: dict[int, int] = {}
    phase = -1
    for place, section in enumerate(sections):
        if section.kind == PHASE:
            phase = place
        elif section.kind == STEP:
            found[place] = phase
    return found


def moved_places(old: Sequence[Section], new: Sequence[Section], pairs: Mapping[int, int]) -> set[int]:
    """Places in *new* of what moved: as few phases as possible, and steps other than along with their phase."""
    back = {other: one for one, other in pairs.items()}
    homes, new_homes = _homes(old), _homes(new)
    phases = [place for place, section in enumerate(new) if section.kind == PHASE and place in back]
    moved = set(phases) - _steady(phases, back)
    steps: dict[int, list[int]] = defaultdict(list)
    for place, home in new_homes.items():
        if place in back:
            if pairs.get(homes[back[place]], -1) == home:
                steps[home].append(place)
            else:
                moved.add(place)
    for places in steps.values():
        moved |= set(places) - _steady(places, back)
    return moved


def _steady(places: Sequence[int], back: Mapping[int, int]) -> set[int]:
    """The most of *places* that can stay where they are: the longest run in which the old places rise as well."""
    ends: list[int] = []
    last: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, back[place])
        before[place] = last[at - 1] if at else None
        ends[at : at + 1] = [back[place]]
        last[at : at + 1] = [place]
    steady: set[int] = set()
    at_place = last[-1] if last else None
    while at_place is not None:
        steady.add(at_place)
        at_place = before[at_place]
    return steady


def _in_order(
    old: Sequence[Section], new: Sequence[Section], pairs: Mapping[int, int], moved: Iterable[int]
) -> Iterator[tuple[int | None, int | None]]:
    """Places in both versions in the order of the new one; what was removed follows what it stood behind."""
    away = set(moved)
    gone: dict[int | None, list[int]] = defaultdict(list)
    behind: int | None = None
    for place in range(len(old)):
        if place not in pairs:
            gone[behind].append(place)
        elif pairs[place] not in away:
            behind = place
    back = {other: one for one, other in pairs.items()}
    yield from ((place, None) for place in gone[None])
    for other in range(len(new)):
        yield back.get(other), other
        if other in back:
            yield from ((place, None) for place in gone[back[other]])


def _passage(old: Section | None, new: Section | None, meaning: Meaning | None, *, moved: bool) -> Passage:
    number = meaning.number if meaning else lambda _key, *, new: ""  # noqa: ARG005 -- a text with faults has none
    numbers = (number(_id(old), new=False) if old else "", number(_id(new), new=True) if new else "")
    said = pieces(old.text if old else "", new.text if new else "")
    found = tuple(_changes(old, new, meaning, said, numbers, moved=moved))
    left = meaning is not None and old is not None and meaning.left(_id(old))
    if not (found or left) and (old.text if old else "").rstrip() != (new.text if new else "").rstrip():
        found = (_change(ChangeKind.LAYOUT, new or old),)
    title = pieces(old.title if old else "", new.title if new else "")
    return Passage(old, new, *numbers, title, said, found)


def _changes(
    old: Section | None,
    new: Section | None,
    meaning: Meaning | None,
    said: Sequence[Piece],
    numbers: tuple[str, str],
    *,
    moved: bool,
) -> Iterator[Change]:
    """What changed in one section, seen from outside first."""
    if old is None or new is None:
        yield _change(ChangeKind.ADDED if old is None else ChangeKind.REMOVED, new or old)
        return
    if moved:
        yield _change(ChangeKind.MOVED, new, *numbers)
    if _id(old) != _id(new):
        yield _change(ChangeKind.RENAMED, new, _id(old), _id(new))
    if old.title != new.title:
        yield _change(ChangeKind.RETITLED, new, old.title, new.title)
    if meaning is None:
        if differ(_below(said) if new.movable else said):
            yield _change(ChangeKind.REWORDED, new)
    elif new.kind == FRONT:
        yield from meaning.front()
    else:
        yield from meaning.inside(new.kind, _id(old), _id(new))


def _below(said: Sequence[Piece]) -> list[Piece]:
    """The pieces below the heading: from the first line end that both have."""
    for at, piece in enumerate(said):
        if piece.kind is PieceKind.SAME and "\n" in piece.text:
            return list(said[at:])
    return list(said)


def _change(kind: ChangeKind, section: Section | None, old: str = "", new: str = "") -> Change:
    if section is None:
        raise ValueError("A change is a change of something.")
    return Change(kind, section.kind, _id(section), section.title, "", old, new)
