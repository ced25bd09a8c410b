"""How one goes through a playbook: its steps and branches as a graph. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from cyberready.playbooks import placeholders
from cyberready.playbooks.rules import DECISION, END, WHILE, Content, DecisionPoint, Playbook, Step

STEP = "step"
FINISH = "#end"  # the id of the node where the playbook is over; no step can have it
FLOW, OUTCOME, ORDER = "flow", "outcome", "order"


@dataclass(frozen=True, slots=True)
class Way:
    """One outcome of a branch, as it is told: the answer, and where it leads (the id of a node)."""

    answer: str
    target: str


@dataclass(frozen=True, slots=True)
class Node:
    """A step, a branch or the end.

    ``kind`` is ``step``, ``decision``, ``parallel``, ``while`` or ``end``; ``phase`` counts from 0 and is -1 before the
    first; ``number`` is that of the step (of its step, for a branch), ``role`` a name and ``time`` as written.
    """

    id: str
    kind: str
    title: str
    phase: int
    number: str = ""
    role: str = ""
    time: str = ""
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """One goes from ``source`` to ``target``.

    ``kind`` is ``flow`` (what follows), ``outcome`` (of a branch, ``way`` counts its ways from 0) or ``order``: nothing
    leads to the target, it only comes next in the file.
    """

    source: str
    target: str
    kind: str
    way: int = -1


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order of the file, the edges between them, and the titles of the phases."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    phases: tuple[str, ...]

    def leaving(self, node: str) -> tuple[Edge, ...]:
        """The edges that leave a node, in order."""
        return tuple(edge for edge in self.edges if edge.source == node)


def graph(playbook: Playbook) -> Graph:
    """The graph of a playbook; what is not filled in is told by its description."""
    builder = _Builder(playbook)
    nodes = tuple(builder.nodes())
    edges = [edge for node in nodes for edge in builder.leaving(node)]
    reached = {edge.target for edge in edges if edge.source != edge.target}
    edges = list(dict.fromkeys(edges))
    edges += [Edge(one.id, two.id, ORDER) for one, two in pairwise(nodes) if two.id not in reached]
    if FINISH in reached:
        nodes = (*nodes, Node(FINISH, END, "", len(playbook.phases) - 1))
    order = {node.id: at for at, node in enumerate(nodes)}
    edges.sort(key=lambda edge: (order[edge.source], edge.kind == ORDER))
    return Graph(nodes, tuple(edges), tuple(builder.said(phase.title) for phase in playbook.phases))


class _Builder:
    """Reads a playbook as nodes, and knows what each of them leads to."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._steps = {step.id: step for step in playbook.steps}
        self._points: dict[str, list[str]] = {}  # the branches in each step
        self._follows: dict[str, str] = {}  # what comes next in the file
        places: list[tuple[str, bool]] = []  # every id in the order of the file, and whether it is a node
        places += self._branches("", playbook.intro)
        for phase in playbook.phases:
            places += [(phase.id, False), *self._branches("", phase.content)]
            for step in phase.steps:
                places += [(step.id, True), *self._branches(step.id, step.content)]
        self._place = self._resolved(places)

    def said(self, text: str) -> str:
        """Text for a drawing, which cannot mark what is not filled in."""
        return placeholders.worded(text, self._playbook.placeholders)

    def nodes(self) -> Iterator[Node]:
        """Every step and branch in the order of the file."""
        yield from self._nodes_in(self._playbook.intro, -1, "")
        for at, phase in enumerate(self._playbook.phases):
            yield from self._nodes_in(phase.content, at, "")
            for step in phase.steps:
                yield self._step_node(step, at)
                yield from self._nodes_in(step.content, at, step.number)

    def leaving(self, node: Node) -> Iterator[Edge]:
        """The edges that leave a node."""
        if node.kind == STEP:
            yield from self._leaving_step(self._steps[node.id])
            return
        for at, way in enumerate(node.ways):
            yield Edge(node.id, way.target, OUTCOME, at)
        if node.kind == WHILE and len(node.ways) == 1:
            yield Edge(node.id, self._follows[node.id], FLOW)

    def _leaving_step(self, step: Step) -> Iterator[Edge]:
        points = self._points.get(step.id, [])
        for point in points:
            yield Edge(step.id, point, FLOW)
        if step.next:
            yield Edge(step.id, FINISH if step.next == END else self._place[step.next], FLOW)
        elif not points:
            yield Edge(step.id, self._follows[step.id], FLOW)

    def _step_node(self, step: Step, phase: int) -> Node:
        role = self.said(self._playbook.roles.get(step.role, step.role))
        return Node(step.id, STEP, self.said(step.title), phase, step.number, role, step.time)

    def _nodes_in(self, parts: Iterable[Content], phase: int, number: str) -> Iterator[Node]:
        for part in parts:
            if isinstance(part, DecisionPoint):
                ways = tuple(
                    Way(self.said(one.answer), self._place.get(one.target, FINISH)) for one in part.outcomes
                )
                yield Node(part.id, part.kind or DECISION, self.said(part.question), phase, number, ways=ways)

    def _branches(self, step: str, parts: Iterable[Content]) -> list[tuple[str, bool]]:
        found = [part.id for part in parts if isinstance(part, DecisionPoint)]
        if step and found:
            self._points[step] = found
        return [(name, True) for name in found]

    def _resolved(self, places: list[tuple[str, bool]]) -> dict[str, str]:
        """The node that each id stands for (a phase for its first), and what follows each node."""
        stands: dict[str, str] = {}
        following = FINISH
        for name, is_node in reversed(places):
            if is_node:
                self._follows[name] = following
                following = name
            stands[name] = following
        return stands
