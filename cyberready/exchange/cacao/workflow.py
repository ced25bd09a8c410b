"""The workflow of a CACAO playbook as a graph: whether it starts, goes on, branches and ends as it should."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cyberready.exchange.cacao.names import (
    ACTION,
    END,
    IF,
    PARALLEL,
    PLAYBOOK_ACTION,
    START,
    STEP_TYPES,
    SWITCH,
    WHILE,
    kind_of,
)
from cyberready.platform.faults import Fault
from cyberready.platform.shapes import nearest
from cyberready.platform.sources import Document, Path

Node = Mapping[str, object]
MOST_STEPS = 1_000
ONWARD = ("on_completion", "on_success", "on_failure")
TOO_MANY = "The workflow has more than %(limit)s steps. Split the playbook."
NO_START = "The workflow has no step %(name)s to start with. Let workflow_start refer to its start step."
NOT_A_START = "The workflow starts with a step of type %(value)s. It must be a step of type start."
UNKNOWN_TYPE = (
    "%(name)s is not the identifier of a step: it begins with no type that CACAO knows. Correct it."
)
PREFIX = "The identifier says %(prefix)s and the type says %(value)s. Make them the same."
NOWHERE = "There is no step %(name)s in the workflow. Choose from: %(choices)s."
BOTH_WAYS = "Both on_completion and on_success or on_failure stand here. Leave one of the two."
NO_WAY_ON = "Nothing follows this step. Add on_completion, and an end step when it is the last."
NO_SUCCESS = "on_failure stands here without on_success. Add on_success."
UNREACHABLE = "No path from the start leads to this step. Refer to it, or remove it."
CYCLE = "From here the workflow goes back to %(name)s and never ends. Use a while-condition to repeat steps."
NO_ACTION = "The workflow has nothing to do: it needs an action or playbook-action. Add one."
NO_END = "The workflow has no end step. Add one, and let every branch reach its own."
SHARED_END = "Several branches share this end step. Give each branch its own."
SHARED = "Several branches lead into this step. Let each branch end, and go on by on_completion after them."


class Way(NamedTuple):
    """A way from one step to the next; a branch runs inside the step that it leaves."""

    target: str
    path: Path
    is_branch: bool


def ways(name: str, step: Node) -> Iterator[Way]:
    """Where a step leads: its branches first, then what follows it."""
    path: Path = ("workflow", name)
    for place, target in _branches(step):
        if isinstance(target, str):
            yield Way(target, (*path, *place), is_branch=True)
    for field in ONWARD:
        if isinstance(target := step.get(field), str):
            yield Way(target, (*path, field), is_branch=False)


def _branches(step: Node) -> Iterator[tuple[Path, object]]:
    kind, following, cases = step.get("type"), step.get("next_steps"), step.get("cases")
    if kind == IF:
        yield from ((("on_true",), step.get("on_true")), (("on_false",), step.get("on_false")))
    elif kind == WHILE:
        yield ("on_true",), step.get("on_true")
    elif kind == PARALLEL and isinstance(following, list):
        yield from ((("next_steps", at), target) for at, target in enumerate(following))
    elif kind == SWITCH and isinstance(cases, Mapping):
        yield from ((("cases", case), target) for case, target in cases.items())


def faults(document: Document, value: Node) -> Iterator[Fault]:
    """What is wrong with the workflow of a playbook."""
    workflow = value.get("workflow")
    if not isinstance(workflow, Mapping):
        return
    if len(workflow) > MOST_STEPS:
        yield document.fault(("workflow",), TOO_MANY, limit=MOST_STEPS)
        return
    steps = {name: step for name, step in workflow.items() if isinstance(step, Mapping)}
    yield from _start(document, value, steps)
    for name, step in steps.items():
        yield from _step(document, name, step, steps)
    kinds = {str(step.get("type")) for step in steps.values()}
    if not kinds & {ACTION, PLAYBOOK_ACTION}:
        yield document.fault(("workflow",), NO_ACTION)
    if END not in kinds:
        yield document.fault(("workflow",), NO_END)
    yield from _Paths(document, steps).faults(value)


def _start(document: Document, value: Node, steps: Mapping[str, Node]) -> Iterator[Fault]:
    name = value.get("workflow_start")
    if not isinstance(name, str):
        return
    if name not in steps:
        yield document.fault(("workflow_start",), NO_START, name=name[:120])
    elif steps[name].get("type") != START:
        yield document.fault(("workflow_start",), NOT_A_START, value=str(steps[name].get("type"))[:40])
    other = value.get("workflow_exception")
    if isinstance(other, str) and other not in steps:
        yield document.fault(
            ("workflow_exception",), NOWHERE, name=other[:120], choices=nearest(other, steps)
        )


def _step(document: Document, name: str, step: Node, steps: Mapping[str, Node]) -> Iterator[Fault]:
    path: Path = ("workflow", name)
    kind, prefix = str(step.get("type", "")), kind_of(name)
    if prefix not in STEP_TYPES:
        yield document.fault(path, UNKNOWN_TYPE, name=name[:120])
    elif kind and kind != prefix:
        yield document.fault((*path, "type"), PREFIX, prefix=prefix, value=kind[:40])
    on_completion, on_success, on_failure = (step.get(field) is not None for field in ONWARD)
    if on_completion and (on_success or on_failure):
        yield document.fault((*path, "on_completion"), BOTH_WAYS)
    elif on_failure and not on_success:
        yield document.fault((*path, "on_failure"), NO_SUCCESS)
    if kind in {START, ACTION, PLAYBOOK_ACTION} and not (on_completion or on_success or on_failure):
        yield document.fault(path, NO_WAY_ON)
    for way in ways(name, step):
        if way.target not in steps:
            choices = nearest(way.target, steps)
            yield document.fault(way.path, NOWHERE, name=way.target[:120], choices=choices)


class _Paths:
    """Follows every path of a workflow."""

    def __init__(self, document: Document, steps: Mapping[str, Node]) -> None:
        self._document = document
        self._steps = steps
        self._ways = {
            name: [way for way in ways(name, step) if way.target in steps] for name, step in steps.items()
        }

    def faults(self, value: Node) -> Iterator[Fault]:
        """What is wrong with the paths: steps that none reaches, endless rounds, branches that run together."""
        roots = [
            name
            for name in (value.get("workflow_start"), value.get("workflow_exception"))
            if isinstance(name, str) and name in self._steps
        ]
        if not roots:
            return
        seen: set[str] = set()
        for root in roots:
            yield from self._rounds(root, seen)
        for name in self._steps:
            if name not in seen:
                yield self._document.fault(("workflow", name), UNREACHABLE)
        yield from self._shared(roots)

    def _rounds(self, root: str, seen: set[str]) -> Iterator[Fault]:
        """Follow every path from *root* once, without recursion; a way back to a while-condition is its repetition."""
        if root in seen:
            return
        seen.add(root)
        path: dict[str, Iterator[Way]] = {root: iter(self._ways[root])}
        while path:
            name = next(reversed(path))
            way = next(path[name], None)
            if way is None:
                path.popitem()
            elif way.target in path:
                if self._steps[way.target].get("type") != WHILE:
                    yield self._document.fault(way.path, CYCLE, name=way.target)
            elif way.target not in seen:
                seen.add(way.target)
                path[way.target] = iter(self._ways[way.target])

    def _shared(self, roots: list[str]) -> Iterator[Fault]:
        """Faults for steps that are reached by more than one branch."""
        branch = {root: root for root in roots}
        told: set[str] = set()
        waiting = list(roots)
        while waiting:
            name = waiting.pop()
            for way in self._ways[name]:
                inside = f"{name} {way.path}" if way.is_branch else branch[name]
                if way.target not in branch:
                    branch[way.target] = inside
                    waiting.append(way.target)
                elif branch[way.target] != inside and way.target not in told:
                    told.add(way.target)
                    kind = self._steps[way.target].get("type")
                    if kind != WHILE:
                        sentence = SHARED_END if kind == END else SHARED
                        yield self._document.fault(("workflow", way.target), sentence)
