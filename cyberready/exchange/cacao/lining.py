"""The steps of a CACAO workflow in a line, as people read them: every branch in full, then what follows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cyberready.exchange.cacao.names import (
    BRANCHING,
    END,
    IF,
    PARALLEL,
    START,
    SWITCH,
    WHILE,
)
from cyberready.exchange.cacao.own import extension
from cyberready.exchange.cacao.structure import node, texts
from cyberready.exchange.cacao.workflow import ways

Node = Mapping[str, object]
YES, NO, OTHERWISE = "yes", "no", "otherwise"


class After(NamedTuple):
    """What follows when a branch ends: a step, and what follows when the branch around this one ends."""

    target: str
    outer: "After | None"


class Place(NamedTuple):
    """A step to go on at, and what follows the branch that it is in; an empty step is the end of the playbook.

    ``end`` is the end step by which one came there: then the step stands behind a branch, which has it done.
    """

    step: str
    after: After | None
    end: str = ""


@dataclass(slots=True)
class Unit:
    """What becomes one step of ours: an action with the branching that follows it, or either of them.

    ``ways`` are answers with the steps that they lead to and ``on`` is what follows without an answer; an empty step is
    the end.
    """

    step: str
    point: str = ""
    ways: list[tuple[str, str]] = field(default_factory=list)
    on: str = ""
    asks_success: bool = False
    id: str = ""  # of the step of ours
    question: str = ""  # of the decision point in it


class Line:
    """Lays a workflow without faults out; the first ``exception`` of its ``units`` are its ordinary course."""

    def __init__(self, value: Node) -> None:
        self._steps = {name: node(step) for name, step in node(value.get("workflow")).items()}
        self._marked = {
            str(own["id"]): name
            for name, step in self._steps.items()
            if isinstance((own := extension(step)).get("id"), str)
        }
        self._leading: dict[str, int] = {}
        for name, step in self._steps.items():
            for way in ways(name, step):
                self._leading[way.target] = self._leading.get(way.target, 0) + 1
        self._waiting: list[Place] = []
        self._done: set[str] = set()
        self.units: list[Unit] = []
        self.ends: list[str] = []  # end steps that an answer leads to
        self._follow(value.get("workflow_start"))
        self.exception = len(self.units)
        self._follow(value.get("workflow_exception"))

    def _follow(self, root: object) -> None:
        if isinstance(root, str):
            self._push(self._at(root, None))
        while self._waiting:
            place = self._waiting.pop()
            if place.step not in self._done:
                self._done.add(place.step)
                self.units.append(self._unit(place))

    def _push(self, place: Place) -> str:
        """Do a step later; gives its name."""
        if place.step and not place.end and place.step not in self._done:
            self._waiting.append(place)
        return place.step

    def _at(self, target: str, after: After | None) -> Place:
        """The step that one comes to at *target*: past starts, playbooks that a step of ours starts, jumps and ends."""
        end = ""
        seen: set[str] = set()
        while True:
            step = self._steps.get(target, {})
            kind = step.get("type")
            if kind == END or not step:
                end = target or end
                if after is None:
                    return Place("", None, end)
                target, after = after
            elif kind == START or extension(step).get("starts"):
                target = str(step.get("on_completion", ""))
            elif (goal := self._jump(step)) and target not in seen:
                seen.add(target)
                self._push_behind(step, after)
                target = goal
            else:
                return Place(target, after, end)

    def _jump(self, step: Node) -> str:
        goal = extension(step).get("goto")
        return self._marked.get(goal, "") if isinstance(goal, str) else ""

    def _push_behind(self, step: Node, after: After | None) -> None:
        """What stands behind a jump is reached by nothing else."""
        behind = step.get("on_completion")
        if isinstance(behind, str) and self._steps.get(behind, {}).get("type") not in {END, None}:
            self._waiting.append(Place(behind, after))

    def _unit(self, place: Place) -> Unit:
        step = self._steps[place.step]
        if step.get("type") in BRANCHING:
            unit = Unit("", place.step)
            self._branch(unit, step, place.after)
            return unit
        unit = Unit(place.step)
        success, failure = step.get("on_success"), step.get("on_failure")
        if isinstance(success, str) and isinstance(failure, str):
            unit.asks_success = True
            self._ways(unit, [(YES, self._at(success, place.after)), (NO, self._at(failure, place.after))])
            return unit
        following = self._at(str(step.get("on_completion", success or "")), place.after)
        point = self._steps.get(following.step, {})
        direct = following.step == step.get("on_completion", success)
        alone = self._leading.get(following.step) == 1 and following.step not in self._done
        if point.get("type") in BRANCHING and direct and alone:
            self._done.add(following.step)
            unit.point = following.step
            self._branch(unit, point, following.after)
        else:
            unit.on = self._push(following)
        return unit

    def _branch(self, unit: Unit, step: Node, after: After | None) -> None:
        """Note where a branching step leads, and do what follows it after its branches."""
        behind = step.get("on_completion", step.get("on_success"))
        inside = After(behind, after) if isinstance(behind, str) else after
        join = self._at(behind, after) if isinstance(behind, str) else self._at("", after)
        self._push(join)
        kind = step.get("type")
        if kind == WHILE:
            within = After(unit.point, after)
            self._ways(unit, [(YES, self._at(str(step.get("on_true", "")), within)), (NO, join)])
            return
        found = [(answer, self._at(target, inside)) for answer, target in _answers(step)]
        if kind == IF and len(found) == 1:
            found.append((NO, join))
        self._ways(unit, found)

    def _ways(self, unit: Unit, found: list[tuple[str, Place]]) -> None:
        for _, place in reversed(found):
            self._push(place)
        for answer, place in found:
            if not place.step:
                self.ends.append(place.end)
            unit.ways.append((answer, place.step))


def _answers(step: Node) -> Iterator[tuple[str, str]]:
    """The answers of an if, a switch or a parallel step, and where they lead."""
    kind = step.get("type")
    if kind == IF:
        for answer, field_name in ((YES, "on_true"), (NO, "on_false")):
            if isinstance(target := step.get(field_name), str):
                yield answer, target
    elif kind == SWITCH:
        cases = {
            answer: target for answer, target in node(step.get("cases")).items() if isinstance(target, str)
        }
        for answer, target in cases.items():
            yield OTHERWISE if answer == "default" else f"={answer}", target
    elif kind == PARALLEL:
        for at, target in enumerate(texts(step.get("next_steps")), 1):
            yield f"#{at}", target
