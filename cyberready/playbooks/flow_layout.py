"""Where everything stands in the flow chart of a playbook: layers of boxes, and lines that go around them. Pure.

Boxes stand in layers from top to bottom, each below everything that leads to it and each phase below the one before.
A line to the next layer bends in the gap between the two. A line that goes further runs beside the boxes: on the left
when it goes down, on the right when it goes back. So no line crosses a box, whatever the graph.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from cyberready.playbooks.flow import STEP, Edge, Graph, Node
from cyberready.playbooks.lettering import FIXED, wrapped
from cyberready.playbooks.rules import END

WIDTH, BETWEEN = 236, 28  # of a box, and between two in one layer
MOST_BESIDE = 3  # boxes in one layer
PAD = 12
TITLE, NOTE = 15, 13  # sizes of letters
BOLD = 1.06  # bold letters are wider
TITLE_LINE, NOTE_LINE = 20, 18
GAP, TRACK = 18, 9  # least room above and below the lines in a gap, and between two lines
CHANNEL, MARGIN = 12, 14  # between two lines beside the boxes, and between these and the boxes
HEADING = 40

LEAVING, NEAR, ARRIVING = (
    "leaving",
    "near",
    "arriving",
)  # the parts of its way in which an edge runs across a gap

Point = tuple[int, int]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Words:
    """What the chart says in the reader's language; ``kinds`` by the kind of a node, ``within`` has one ``%s``."""

    kinds: Mapping[str, str]
    within: str


@dataclass(frozen=True, slots=True)
class Text:
    """One line in a box: ``style`` is ``kind``, ``title``, ``note`` or ``way``; ``x`` and ``y`` of its baseline."""

    style: str
    text: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place and its lines of text, in pixels from the top left of the chart."""

    node: Node
    x: int
    y: int
    width: int
    height: int
    texts: tuple[Text, ...]

    @property
    def middle(self) -> int:
        """The x of its middle."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Path:
    """An edge as a line through points; it ends above its target, pointing down."""

    edge: Edge
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: boxes in the order of the file, lines, and the titles of the phases with their places.

    ``cuts`` are the heights at which no box and no line across is cut in two or touched, from 0 to the height of all.
    """

    width: int
    height: int
    boxes: tuple[Box, ...]
    paths: tuple[Path, ...]
    headings: tuple[Text, ...]
    cuts: tuple[int, ...]


def laid_out(graph: Graph, words: Words) -> Drawing:
    """Give everything its place."""
    return _Layout(graph, words).drawing()


def layers(graph: Graph) -> dict[str, int]:
    """The layer of each node, from 0: below all that leads down to it, and below every earlier phase."""
    order = {node.id: at for at, node in enumerate(graph.nodes)}
    above: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        if order[edge.source] < order[edge.target]:
            above[edge.target].append(edge.source)
    found: dict[str, int] = {}
    used: Counter[int] = Counter()
    first = 0
    for _phase, nodes in groupby(graph.nodes, key=lambda node: node.phase):
        last = first - 1
        for node in nodes:
            layer = max([first, *(found[name] + 1 for name in above[node.id])])
            while used[layer] == MOST_BESIDE:
                layer += 1
            used[layer] += 1
            found[node.id] = layer
            last = max(last, layer)
        first = last + 1
    return found


class _Layout:
    """Works out a drawing: what stands in which layer, then everything across, then everything down."""

    def __init__(self, graph: Graph, words: Words) -> None:
        self._graph = graph
        self._nodes = {node.id: node for node in graph.nodes}
        self._texts = {node.id: _texts(node, words, self._nodes) for node in graph.nodes}
        self._layer = layers(graph)
        self._depth = max(self._layer.values(), default=-1) + 1
        self._channel = self._channels()
        self._rows: list[list[Node]] = [[] for _ in range(self._depth)]
        for node in graph.nodes:
            self._rows[self._layer[node.id]].append(node)
        self._across()
        self._count = [0] * (
            self._depth + 1
        )  # lines that run across the gap above each layer, and below the last
        self._track: dict[tuple[Edge, str], int] = {}
        for gap in range(self._depth + 1):
            self._run_across(gap)

    def drawing(self) -> Drawing:
        """The drawing."""
        gaps, tops, headings, height = self._down()
        boxes = {name: self._box(node, tops[self._layer[name]]) for name, node in self._nodes.items()}
        paths = [Path(edge, self._points(edge, boxes, gaps)) for edge in self._graph.edges]
        cuts = (0, *(gap + GAP // 2 for gap in gaps[1:-1]), height)
        return Drawing(self._width, height, tuple(boxes.values()), tuple(paths), tuple(headings), cuts)

    def _is_near(self, edge: Edge) -> bool:
        return self._layer[edge.target] == self._layer[edge.source] + 1

    def _side(self, edge: Edge) -> int:
        """On which side of the boxes a far edge runs: -1 left, when it goes down, 1 right."""
        return -1 if self._layer[edge.target] > self._layer[edge.source] else 1

    def _channels(self) -> dict[tuple[int, str], int]:
        """The track, from the boxes outwards, by side and target: lines to one target share it, short ones go inside."""
        spans: dict[tuple[int, str], Span] = {}
        for edge in self._graph.edges:
            if not self._is_near(edge):
                key = (self._side(edge), edge.target)
                span = _span(self._layer[edge.source] + 1, self._layer[edge.target])
                spans[key] = _joined(span, spans.get(key, span))
        taken: dict[int, list[list[Span]]] = {-1: [], 1: []}
        return {key: _free(taken[key[0]], span) for key, span in sorted(spans.items(), key=_shortest)}

    def _in_columns(self) -> dict[str, int]:
        """The column of each node, from 0: below what leads to it if that is free, else the nearest that is."""
        leading: dict[str, list[Edge]] = defaultdict(list)
        for edge in self._graph.edges:
            if self._is_near(edge):
                leading[edge.target].append(edge)
        column: dict[str, int] = {}
        for row in self._rows:
            wish = {node.id: 0.0 for node in row}
            for node in row:
                above = [column[edge.source] + max(edge.way, 0) / 100 for edge in leading[node.id]]
                wish[node.id] = min(above) if above else float(MOST_BESIDE)
            free = list(range(MOST_BESIDE))
            for node in sorted(row, key=lambda node: wish[node.id]):
                wished = 0 if wish[node.id] == MOST_BESIDE else int(wish[node.id])
                column[node.id] = min(free, key=lambda at: (at < wished, abs(at - wished)))
                free.remove(column[node.id])
        return column

    def _across(self) -> None:
        """The x of everything: lines that go down, boxes, lines that go back."""
        left, right = (
            max((track + 1 for (side, _), track in self._channel.items() if side == which), default=0)
            for which in (-1, 1)
        )
        column = self._in_columns()
        inner = (max(column.values(), default=0) + 1) * (WIDTH + BETWEEN) - BETWEEN
        first = left * CHANNEL + MARGIN
        self._edges = {-1: first - MARGIN, 1: first + inner + MARGIN}
        self._width = first + inner + MARGIN + right * CHANNEL
        self._x = {name: first + at * (WIDTH + BETWEEN) for name, at in column.items()}

    def _beside(self, edge: Edge) -> int:
        """The x of the line beside the boxes along which a far edge runs."""
        side = self._side(edge)
        return self._edges[side] + side * self._channel[side, edge.target] * CHANNEL

    def _port(self, edge: Edge) -> int:
        """The x at which an edge leaves its box: the outcomes of a branch side by side."""
        ways = len(self._nodes[edge.source].ways) if edge.way >= 0 else 0
        return self._x[edge.source] + (WIDTH * (edge.way + 1) // (ways + 1) if ways else WIDTH // 2)

    def _run_across(self, gap: int) -> None:
        """Give the lines that run across a gap their tracks: first those that leave, last those that arrive."""
        for part in (LEAVING, NEAR, ARRIVING):
            spans: dict[object, Span] = {}
            runs: dict[object, list[Edge]] = defaultdict(list)
            for edge, span in self._runs(gap, part):
                key: object = (
                    edge if part == LEAVING else (edge.target, self._side(edge) if part == ARRIVING else 0)
                )
                spans[key] = _joined(span, spans.get(key, span))
                runs[key].append(edge)
            taken: list[list[Span]] = []
            for key, span in spans.items():
                track = self._count[gap] + _free(taken, span)
                self._track |= {(edge, part): track for edge in runs[key]}
            self._count[gap] += len(taken)

    def _runs(self, gap: int, part: str) -> Iterator[tuple[Edge, Span]]:
        """The edges that run across a gap in this part of their way, with from and to which x."""
        for edge in self._by_gap[gap, part]:
            port, middle = self._port(edge), self._x[edge.target] + WIDTH // 2
            if part != NEAR:
                yield edge, _span(port if part == LEAVING else middle, self._beside(edge))
            elif port != middle:
                yield edge, _span(port, middle)

    @cached_property
    def _by_gap(self) -> Mapping[tuple[int, str], list[Edge]]:
        found: dict[tuple[int, str], list[Edge]] = defaultdict(list)
        for edge in self._graph.edges:
            if self._is_near(edge):
                found[self._layer[edge.target], NEAR].append(edge)
            else:
                found[self._layer[edge.source] + 1, LEAVING].append(edge)
                found[self._layer[edge.target], ARRIVING].append(edge)
        return found

    def _down(self) -> tuple[list[int], list[int], list[Text], int]:
        """The y of every gap and every layer, the titles of the phases, and the height of all."""
        gaps, tops, headings = [], [], []
        y, phase = 0, -1
        for layer, row in enumerate(self._rows):
            gaps.append(y)
            y += self._gap(layer)
            if row[0].phase > phase:
                phase = row[0].phase
                headings.append(Text("phase", self._graph.phases[phase], self._edges[-1] + MARGIN, y + TITLE))
                y += HEADING
            tops.append(y)
            y += max(self._texts[node.id][1] for node in row)
        gaps.append(y)
        return gaps, tops, headings, y + self._gap(self._depth)

    def _gap(self, gap: int) -> int:
        count = self._count[gap]
        return 2 * GAP + (count - 1) * TRACK if count else (GAP if gap in {0, self._depth} else 2 * GAP)

    def _box(self, node: Node, top: int) -> Box:
        texts, height = self._texts[node.id]
        x = self._x[node.id]
        placed = tuple(Text(text.style, text.text, x + text.x, top + text.y) for text in texts)
        return Box(node, x, top, WIDTH, height, placed)

    def _points(self, edge: Edge, boxes: Mapping[str, Box], gaps: list[int]) -> tuple[Point, ...]:
        source, target = boxes[edge.source], boxes[edge.target]
        port, middle = self._port(edge), target.middle
        below = self._layer[edge.source] + 1
        begin, end = (port, source.y + source.height), (middle, target.y)
        if self._is_near(edge):
            if port == middle:
                return begin, end
            y = gaps[below] + GAP + self._track[edge, NEAR] * TRACK
            return begin, (port, y), (middle, y), end
        beside = self._beside(edge)
        y = gaps[below] + GAP + self._track[edge, LEAVING] * TRACK
        z = gaps[self._layer[edge.target]] + GAP + self._track[edge, ARRIVING] * TRACK
        return begin, (port, y), (beside, y), (beside, z), (middle, z), end


def _texts(node: Node, words: Words, nodes: Mapping[str, Node]) -> tuple[tuple[Text, ...], int]:
    """The lines in a box, from its own top left, and its height."""
    room = WIDTH - 2 * PAD
    found: list[tuple[str, str]] = []
    if node.kind != STEP:
        found.append(("kind", " ".join((node.number, words.kinds[node.kind])).strip()))
    title = f"{node.number} {node.title}" if node.kind == STEP else node.title
    found += [("title", line) for line in wrapped(title, room, BOLD * TITLE)]
    time = words.within % node.time if node.time else ""
    note = f"{FIXED}· ".join(part for part in (node.role, time.replace(" ", FIXED)) if part)
    found += [("note", line) for line in wrapped(note, room, NOTE)]
    for at, way in enumerate(node.ways, 1):
        said = f"{at}.{FIXED}{way.answer} → {_named(nodes[way.target], words)}".replace("→ ", f"→{FIXED}")
        found += [("way", line) for line in wrapped(said, room, NOTE)]
    y, texts = PAD, []
    for style, text in found:
        y += TITLE_LINE if style == "title" else NOTE_LINE
        texts.append(Text(style, text, PAD, y - 5))
    return tuple(texts), y + PAD - 2


def _named(node: Node, words: Words) -> str:
    """How an outcome names where it leads: by number, a branch by its question."""
    if node.kind in {STEP, END}:
        return node.number or words.kinds[END]
    return node.title


def _span(one: int, other: int) -> Span:
    return (one, other) if one <= other else (other, one)


def _joined(one: Span, other: Span) -> Span:
    return min(one[0], other[0]), max(one[1], other[1])


def _shortest(item: tuple[tuple[int, str], Span]) -> tuple[int, Span, str]:
    (_, target), span = item
    return span[1] - span[0], span, target


def _free(taken: list[list[Span]], span: Span) -> int:
    """The first track on which nothing lies in *span*, which is taken now."""
    for track, others in enumerate(taken):
        if all(span[1] < low or high < span[0] for low, high in others):
            others.append(span)
            return track
    taken.append([span])
    return len(taken) - 1
