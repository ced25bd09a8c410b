"""A playbook file cut into sections: front matter, introduction, phases and steps, each with its exact text. Pure.

Sections put together again are the file. Two people who change different sections do not meet; a section has a digest
by which one knows that it is still what one began from.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

FRONT, INTRO, PHASE, STEP = "front", "intro", "phase", "step"
TWIN = "~"  # before the number of one that has the id of another
# Names of the fields of a step, in the order in which they are written.
LABELS = {
    "nl": {
        "role": "Rol",
        "deputy": "Vervanger",
        "time": "Tijd",
        "result": "Resultaat",
        "evidence": "Bewijs",
        "messages": "Berichten",
        "contacts": "Contacten",
        "clocks": "Termijnen",
        "playbooks": "Draaiboeken",
        "next": "Daarna",
    },
    "en": {
        "role": "Role",
        "deputy": "Deputy",
        "time": "Within",
        "result": "Result",
        "evidence": "Evidence",
        "messages": "Messages",
        "contacts": "Contacts",
        "clocks": "Clocks",
        "playbooks": "Playbooks",
        "next": "Next",
    },
}
FIELDS = tuple(LABELS["nl"])


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2 (phase) or 3 (step); ``line`` counts from 0, ``id`` may be empty."""

    line: int
    level: int
    title: str
    id: str


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of the file; ``key`` names it among the others and ``line`` is its first, from 1.

    The key of a phase or a step is its id; ``~2`` follows when another one has that id too.
    """

    key: str
    kind: str
    title: str
    text: str
    line: int

    @property
    def digest(self) -> str:
        """By which one knows whether the text is still the same."""
        return digest(self.text)

    @property
    def movable(self) -> bool:
        """Whether it may stand elsewhere."""
        return self.kind in {PHASE, STEP}


def digest(text: str) -> str:
    """The SHA-256 of a section in hex; blank lines at its end do not count."""
    return hashlib.sha256(text.rstrip("\n").encode("utf-8", "surrogatepass")).hexdigest()


def split(source: str, body: int, headings: Sequence[Heading]) -> tuple[Section, ...]:
    """Cut *source*: the front matter is above line *body* (from 0), and each of *headings* begins a section."""
    lines = _lines(source)
    starts = [0, body, *(heading.line for heading in headings), len(lines)]
    texts = ["".join(lines[start:end]) for start, end in pairwise(starts)]
    made = [Section(FRONT, FRONT, "", texts[0], 1), Section(INTRO, INTRO, "", texts[1], body + 1)]
    taken = {FRONT, INTRO}
    for heading, text in zip(headings, texts[2:], strict=True):
        key = fresh(heading.id, taken, TWIN)
        taken.add(key)
        made.append(
            Section(key, PHASE if heading.level == 2 else STEP, heading.title, text, heading.line + 1)
        )
    return tuple(made)


def _lines(source: str) -> list[str]:
    """Lines as Markdown and editors count them: only a line feed ends one."""
    parts = source.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def fresh(wanted: str, taken: Container[str], sign: str = "-") -> str:
    """An id that nobody has: *wanted*, or the same with a number behind *sign*."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}{sign}{number}"
    return name


def whole(sections: Iterable[Section]) -> str:
    """The file."""
    return "".join(section.text for section in sections)


def find(sections: Iterable[Section], key: str) -> Section | None:
    """The section with this key."""
    return next((section for section in sections if section.key == key), None)


def replaced(sections: Sequence[Section], key: str, text: str) -> str:
    """The file with another text for one section; every other keeps its own, to the letter."""
    return _joined([_fitted(text, one) if one.key == key else one.text for one in sections], sections)


def inserted(sections: Sequence[Section], after: str, text: str) -> str:
    """The file with a new section behind the one with key *after*, or at the end when there is none."""
    place = next((at for at, section in enumerate(sections) if section.key == after), len(sections) - 1)
    texts = [section.text for section in sections]
    return _joined([*texts[: place + 1], text.rstrip("\n") + "\n\n", *texts[place + 1 :]], sections)


def removed(sections: Sequence[Section], key: str) -> str:
    """The file without one section; the steps of a removed phase stay, under the phase before it."""
    return _joined([section.text for section in sections if section.key != key], sections)


def moved(sections: Sequence[Section], key: str, by: int) -> str:
    """The file with a step or phase one place up (*by* -1) or down (1); at the edge nothing changes.

    A step goes past the heading of a phase into the phase beside it; a phase takes its steps along.
    """
    blocks = _blocks(sections, key)
    at = next(place for place, block in enumerate(blocks) if any(one.key == key for one in block))
    other = at + by
    if not 0 <= other < len(blocks) or not _may_change_places(blocks, min(at, other)):
        return whole(sections)
    blocks[at], blocks[other] = blocks[other], blocks[at]
    return _joined([section.text for block in blocks for section in block], sections)


def _blocks(sections: Sequence[Section], key: str) -> list[list[Section]]:
    """What moves as one: a phase with its steps when *key* is a phase, else each section."""
    moving = find(sections, key)
    blocks: list[list[Section]] = []
    for section in sections:
        if moving is not None and moving.kind == PHASE and section.kind == STEP and blocks:
            blocks[-1].append(section)
        else:
            blocks.append([section])
    return blocks


def _may_change_places(blocks: Sequence[Sequence[Section]], upper: int) -> bool:
    """Whether the blocks at *upper* and below it may: nothing moves above the introduction or the first phase."""
    first, second = blocks[upper][0], blocks[upper + 1][0]
    if not (first.movable and second.movable):
        return False
    phase_above = any(block[0].kind == PHASE for block in blocks[:upper])
    return second.kind == PHASE or first.kind == STEP or phase_above


def _fitted(text: str, section: Section) -> str:
    """What is put in the place of *section*, with a blank line behind it and before an introduction."""
    if digest(text) == section.digest:
        return section.text
    above = "\n" if section.kind == INTRO and text.strip() and not text.startswith("\n") else ""
    below = "\n" if section.kind == FRONT else "\n\n"
    return above + text.rstrip("\n") + below if text.strip() else ""


def _joined(texts: Iterable[str], before: Sequence[Section]) -> str:
    """Texts under one another: none is glued to the next, and what ended the file gets a blank line behind it."""
    kept = [text for text in texts if text]
    end = before[-1].text
    apart = [
        text.rstrip("\n") + "\n\n" if text == end or not text.endswith("\n") else text for text in kept[:-1]
    ]
    return "".join([*apart, *(text.rstrip("\n") + "\n" for text in kept[-1:])])


# --- joining what two people wrote --------------------------------------------------------------------------------


def merged(base: str, mine: str, theirs: str) -> str | None:
    """Both changes of *base* in one text; None where they changed the same place differently."""
    old, one, other = _lines(base), _lines(mine), _lines(theirs)
    result: list[str] = []
    at = mine_at = theirs_at = 0
    for start, mine_start, theirs_start, size in _common(old, one, other):
        gap = old[at:start]
        mine_gap, theirs_gap = one[mine_at:mine_start], other[theirs_at:theirs_start]
        if mine_gap in (gap, theirs_gap):
            result += theirs_gap
        elif theirs_gap == gap:
            result += mine_gap
        else:
            return None
        result += old[start : start + size]
        at, mine_at, theirs_at = start + size, mine_start + size, theirs_start + size
    return "".join(result)


def _common(old: list[str], one: list[str], other: list[str]) -> list[tuple[int, int, int, int]]:
    """Runs of lines that stand in all three, as (place in each, length); an empty one at the end closes the list."""
    ours = SequenceMatcher(None, old, one, autojunk=False).get_matching_blocks()
    theirs = SequenceMatcher(None, old, other, autojunk=False).get_matching_blocks()
    found: list[tuple[int, int, int, int]] = []
    mine = yours = 0
    while mine < len(ours) - 1 and yours < len(theirs) - 1:
        (start, place, size), (start_, place_, size_) = ours[mine], theirs[yours]
        first, last = max(start, start_), min(start + size, start_ + size_)
        if first < last:
            found.append((first, place + first - start, place_ + first - start_, last - first))
        if start + size < start_ + size_:
            mine += 1
        else:
            yours += 1
    return [*found, (len(old), len(one), len(other), 0)]


# --- a step as a form ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldLines:
    """A field of a step as it stands; its lines count from 0 within the section, *end* exclusive."""

    field: str
    label: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step's text as the fields of a form, and where they stand.

    ``heading_end`` is the first line below the heading; ``list_end`` the first below the fields.
    """

    text: str
    title: str
    id: str
    heading_end: int
    fields: tuple[FieldLines, ...]

    @property
    def values(self) -> dict[str, str]:
        """What the form shows: title, body and every field, empty where there is none."""
        found = {one.field: one.value for one in reversed(self.fields)}
        return {"title": self.title, "body": self.body} | {name: found.get(name, "") for name in FIELDS}

    @property
    def body(self) -> str:
        """The text below the heading without the fields."""
        return "".join(words for _line, words in self._rest()).strip("\n")

    def body_line(self, line: int) -> int:
        """Which line of the body, from 1, a line of the text is, from 0; the first for a line that is above it."""
        rest = self._rest()
        above = next((at for at, (_line, words) in enumerate(rest) if words != "\n"), 0)
        return max(1, sum(1 for number, _words in rest if number <= line) - above)

    def _rest(self) -> list[tuple[int, str]]:
        """The lines below the heading that no field has, numbered from 0."""
        used = {line for one in self.fields for line in range(one.start, one.end)}
        rest = enumerate(_lines(self.text)[self.heading_end :], self.heading_end)
        return [(line, words) for line, words in rest if line not in used]


def rewritten(form: StepForm, values: Mapping[str, str], language: str) -> str:
    """The step's text with these values; what did not change stays as it stands, letter for letter.

    Values are taken on one line, but for the body.
    """
    old = form.values
    new = {name: _changed(name, old[name], value) for name, value in values.items()}
    if all(value == old[name] for name, value in new.items()):
        return form.text
    if new.get("body", old["body"]) != old["body"]:
        return _anew(form, old | new, language)
    lines: list[str | None] = list(_lines(form.text if form.text.endswith("\n") else f"{form.text}\n"))
    for one in form.fields:
        value = new.get(one.field, one.value)
        if value != old[one.field]:
            lines[one.start : one.end] = [None] * (one.end - one.start)
            lines[one.start] = f"- {one.label}: {value}\n" if value else None
    _head(lines, form, old | new)
    return _with_new_fields(form, lines, old, new, language)


def _changed(name: str, old: str, new: str) -> str:
    """The new value as it is written; the old one where only white space differs, that nobody sees."""
    if name == "body":
        return old if new.strip("\n") == old else new.strip("\n")
    return old if new.split() == old.split() else " ".join(new.split())


def _head(lines: list[str | None], form: StepForm, values: Mapping[str, str]) -> None:
    if values["title"] != form.title:
        lines[: form.heading_end] = [None] * form.heading_end
        lines[0] = _heading(values["title"], form.id)


def _heading(title: str, name: str) -> str:
    return f"### {title} {{#{name}}}\n"


def _with_new_fields(
    form: StepForm, lines: list[str | None], old: Mapping[str, str], new: Mapping[str, str], language: str
) -> str:
    """Put fields that were not there behind the one that comes before them, or in a list below the heading."""
    added = {name: value for name in FIELDS if (value := new.get(name, "")) and not old[name]}
    standing = {one.field: one for one in form.fields}
    for name in reversed([name for name in FIELDS if name in added]):
        words = f"- {LABELS[language][name]}: {added[name]}\n"
        earlier = [standing[other] for other in FIELDS[: FIELDS.index(name)] if other in standing]
        if earlier:
            lines.insert(max(one.end for one in earlier), words)
        elif standing:
            lines.insert(min(one.start for one in form.fields), words)
        else:
            return _anew(form, {**old, **new}, language)
    return "".join(words for words in lines if words is not None)


def _anew(form: StepForm, values: Mapping[str, str], language: str) -> str:
    """Write the whole step: heading, fields, body; fields that stood there keep their names."""
    labels = LABELS[language] | {one.field: one.label for one in form.fields}
    known = [f"- {labels[name]}: {values[name]}\n" for name in FIELDS if values[name]]
    body = values["body"].strip("\n")
    head = _heading(values["title"], form.id) if values["title"] != form.title else ""
    parts = [head or "".join(_lines(form.text)[: form.heading_end]), "".join(known), body]
    return "\n".join(part if part.endswith("\n") else f"{part}\n" for part in parts if part)
