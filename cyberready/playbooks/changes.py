"""What changed in the structure of a playbook: titles, roles, time targets, decisions, front matter. Pure."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cyberready.playbooks.pieces import likeness
from cyberready.playbooks.rules import Content, DecisionPoint, Outcome, Phase, Playbook, Step
from cyberready.playbooks.sections import FRONT, INTRO, STEP

DECISION = "decision"
ALIKE = 0.6
LINK = re.compile(r"\(#([^()\s]+)\)")
# What is not compared as a field: names and places, and what is compared by itself.
APART = frozenset(
    {"id", "number", "title", "line", "within", "content", "intro", "phases", "digest", "steps"}
)
ROLES = frozenset({"role", "deputy"})


class ChangeKind(StrEnum):
    """What can have changed."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RENAMED = "renamed"
    RETITLED = "retitled"
    ROLE = "role"
    TIME = "time"
    FIELD = "field"
    OUTCOMES = "outcomes"
    REWORDED = "reworded"
    LAYOUT = "layout"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of which part, in words of both versions.

    ``part`` is front, intro, phase, step or decision; ``id`` and ``title`` are the new ones, or the old ones of what was
    removed. ``field`` names what changed, for example ``time`` or ``roles.ciso``. ``old`` and ``new`` hold its value,
    the number of what moved, the id of what was renamed, or outcomes one a line.
    """

    kind: ChangeKind
    part: str
    id: str
    title: str
    field: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class _Point:
    """A decision point and the section where it stands, by its id."""

    point: DecisionPoint
    home: str


_Pair = tuple[_Point | None, _Point | None]


class Meaning:
    """The changes between two playbooks, section by section; *renamed* are the new ids of old phases and steps."""

    def __init__(self, old: Playbook, new: Playbook, renamed: Mapping[str, str]) -> None:
        self.old = old
        self.new = new
        self._before = {part.id: part for part in _parts(old)}
        self._after = {part.id: part for part in _parts(new)}
        self._homes = dict(renamed)
        self._points = tuple(self._together(_paired_points(list(_points(old)), list(_points(new)))))
        self._renamed = self._homes | {
            one.point.id: other.point.id for one, other in self._points if one and other
        }

    def _together(self, pairs: Iterable[_Pair]) -> Iterator[_Pair]:
        """Pairs of decision points whose sections are both in both versions; others came or went with a section."""
        stay = set(self._homes.values())
        for one, other in pairs:
            if one and other and (one.home not in self._homes or other.home not in stay):
                yield one, None
                yield None, other
            else:
                yield one, other

    def left(self, home: str) -> bool:
        """Whether a decision point went from this old section to another."""
        return any(
            one and other and one.home == home and not self._stayed(one, other) for one, other in self._points
        )

    def number(self, key: str, *, new: bool) -> str:
        """The number of a step, empty for anything else."""
        part = (self._after if new else self._before).get(key)
        return part.number if isinstance(part, Step) else ""

    def front(self) -> Iterator[Change]:
        """What changed in the front matter."""
        for name, before, after in _differences(self.old, self.new):
            if isinstance(before, Mapping) and isinstance(after, Mapping):
                for key in dict.fromkeys((*before, *after)):
                    if before.get(key) != after.get(key):
                        yield self._front(f"{name}.{key}", before.get(key, ""), after.get(key, ""))
            else:
                yield self._front(name, before, after)

    def _front(self, name: str, before: object, after: object) -> Change:
        return Change(ChangeKind.FIELD, FRONT, "", self.new.title, name, _said(before), _said(after))

    def inside(self, kind: str, old: str, new: str) -> Iterator[Change]:
        """What changed in a section that both have, named by its ids."""
        if kind == INTRO:
            yield from self._content(INTRO, "", "", self.old.intro, self.new.intro)
            return
        before, after = self._before[old], self._after[new]
        if isinstance(before, Step) and isinstance(after, Step):
            yield from self._fields(before, after)
        yield from self._content(kind, new, after.title, before.content, after.content)

    def _fields(self, before: Step, after: Step) -> Iterator[Change]:
        for name, was, is_now in _differences(before, after):
            one, other = self._shown(name, was, self.old), self._shown(name, is_now, self.new)
            if name == "next" and self._renamed.get(one, one) == other:
                continue
            kind = (
                ChangeKind.ROLE if name in ROLES else ChangeKind.TIME if name == "time" else ChangeKind.FIELD
            )
            if one == other:  # another key for a role of the same name
                one, other = _said(was), _said(is_now)
            yield Change(kind, STEP, after.id, after.title, name, one, other)

    @staticmethod
    def _shown(name: str, value: object, playbook: Playbook) -> str:
        said = _said(value)
        return playbook.roles.get(said, said) if name in ROLES else said

    def _content(
        self, kind: str, name: str, title: str, before: Iterable[Content], after: Iterable[Content]
    ) -> Iterator[Change]:
        """What changed in text and decision points of a section."""
        if self._order(before, old=True) != self._order(after, old=False):
            yield Change(ChangeKind.REWORDED, kind, name, title)
        for one, other in self._points:
            home = other.home if other else self._homes.get(one.home, "") if one else ""
            if home == name:
                yield from self._decision(one, other)

    def _order(self, content: Iterable[Content], *, old: bool) -> list[str]:
        """Words and decision points of a section in their order, each by its new id."""
        here = {
            (one if old else other).point.id
            for one, other in self._points
            if one and other and self._stayed(one, other)
        }
        said: list[str] = []
        for part in content:
            if isinstance(part, str):
                said += (self._led_on(part) if old else part).split()
            elif part.id in here:
                said.append(f"\0{self._renamed.get(part.id, part.id) if old else part.id}")
        return said

    def _stayed(self, one: _Point, other: _Point) -> bool:
        return self._homes.get(one.home) == other.home

    def _decision(self, one: _Point | None, other: _Point | None) -> Iterator[Change]:
        """What changed in a decision point; one of a section that came or went did so with it."""
        if one is None or other is None:
            found = one or other
            if found is not None and self._kept(found.home, new=one is None):
                kind = ChangeKind.ADDED if one is None else ChangeKind.REMOVED
                yield _of(kind, found.point)
            return
        before, after = one.point, other.point
        if not self._stayed(one, other):
            yield _of(ChangeKind.MOVED, after, "", self._place(one, new=False), self._place(other, new=True))
        if before.id != after.id:
            yield _of(ChangeKind.RENAMED, after, "", before.id, after.id)
        if before.question != after.question:
            yield _of(ChangeKind.RETITLED, after, "", before.question, after.question)
        if before.kind != after.kind:
            yield _of(ChangeKind.FIELD, after, "kind", before.kind, after.kind)
        if self._ways(before.outcomes, old=True) != self._ways(after.outcomes, old=False):
            yield _of(ChangeKind.OUTCOMES, after, "", _lines(before), _lines(after))
        if self._led_on(before.text).split() != after.text.split():
            yield _of(ChangeKind.REWORDED, after)

    def _kept(self, home: str, *, new: bool) -> bool:
        return home in (self._homes.values() if new else self._homes)

    def _place(self, found: _Point, *, new: bool) -> str:
        part = (self._after if new else self._before).get(found.home)
        return "" if part is None else self.number(found.home, new=new) or part.title

    def _ways(self, outcomes: Iterable[Outcome], *, old: bool) -> list[tuple[str, str, str]]:
        return [
            (way.answer, way.text, self._renamed.get(way.target, way.target) if old else way.target)
            for way in outcomes
        ]

    def _led_on(self, text: str) -> str:
        """Old text with its links to what has another id now."""
        return LINK.sub(lambda link: f"(#{self._renamed.get(link[1], link[1])})", text)


def _of(kind: ChangeKind, point: DecisionPoint, name: str = "", old: str = "", new: str = "") -> Change:
    return Change(kind, DECISION, point.id, point.question, name, old, new)


def _lines(point: DecisionPoint) -> str:
    return "\n".join(f"{way.answer} → {way.text}" for way in point.outcomes)


def _differences(before: Playbook | Step, after: Playbook | Step) -> Iterator[tuple[str, object, object]]:
    """Fields of both that differ, with both values."""
    for field in dataclasses.fields(after):
        if field.name not in APART or (field.name == "title" and isinstance(after, Playbook)):
            was, is_now = getattr(before, field.name), getattr(after, field.name)
            if was != is_now:
                yield field.name, was, is_now


def _said(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _parts(playbook: Playbook) -> Iterator[Phase | Step]:
    for phase in playbook.phases:
        yield phase
        yield from phase.steps


def _points(playbook: Playbook) -> Iterator[_Point]:
    """Every decision point with the id of its section, empty for the introduction."""
    homes: list[tuple[str, Iterable[Content]]] = [("", playbook.intro)]
    homes += [(part.id, part.content) for part in _parts(playbook)]
    for home, content in homes:
        yield from (_Point(part, home) for part in content if isinstance(part, DecisionPoint))


def _paired_points(old: list[_Point], new: list[_Point]) -> tuple[tuple[_Point | None, _Point | None], ...]:
    """Decision points of both versions: by id, then by a question that reads nearly the same; in the new order."""
    known = {one.point.id: one for one in old}
    pairs = {other.point.id: known[other.point.id] for other in new if other.point.id in known}
    left = [one for one in old if one.point.id not in pairs]
    for other in new:
        if other.point.id not in pairs and left:
            nearest = max(left, key=lambda one: _alike(one.point, other.point))
            if _alike(nearest.point, other.point) >= ALIKE:
                pairs[other.point.id] = nearest
                left.remove(nearest)
    return (*((pairs.get(other.point.id), other) for other in new), *((one, None) for one in left))


def _alike(one: DecisionPoint, other: DecisionPoint) -> float:
    return likeness(f"{one.question} {_lines(one)}", f"{other.question} {_lines(other)}")
