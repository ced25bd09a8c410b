"""The flow chart of a playbook as SVG, without styles of its own: the page's classes colour it. Pure."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from cyberready.playbooks.flow import STEP
from cyberready.playbooks.flow_layout import NOTE_LINE, PAD, Box, Drawing, Path, Point, Text, Words
from cyberready.playbooks.rules import DECISION, END, PARALLEL

ROUND, CORNER, ARROW = 6, 8, 5
LEAST_WIDE, TALLER = 560, 13  # a sheet of A4 without its margins is 1.4 times as high as it is wide
FIRST_TALLER = 10  # on the first stand title, version and what the drawing is


def svg(
    drawing: Drawing,
    words: Words,
    *,
    title: str,
    description: str,
    address: Callable[[str], str],
    name: str = "flow",
) -> str:
    """The drawing as one ``<svg>``; *address* gives where the box of a step leads, *name* begins its ids.

    Every box is in a ``<g data-node=…>``, every edge in a ``<path data-from=… data-to=…>``.
    """
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    head = (
        f'<svg class="cr-flow" xmlns="http://www.w3.org/2000/svg" {size} role="group"'
        f' aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
    )
    return "".join([head, f'<g id="{name}-all">', *_parts(drawing, words, address), "</g></svg>"])


def sheets(drawing: Drawing, *, name: str = "flow") -> tuple[str, ...]:
    """The drawing that ``svg`` made in parts that fit on sheets of paper, cut where no box is cut in two."""
    wide = max(drawing.width, LEAST_WIDE)
    made: list[str] = []
    top = 0
    for cut, after in pairwise([*drawing.cuts, drawing.height + wide * TALLER]):
        if after - top > wide * (TALLER if made else FIRST_TALLER) // 10 and cut > top:
            box = (
                f'viewBox="0 {top} {drawing.width} {cut - top}" width="{drawing.width}" height="{cut - top}"'
            )
            made.append(
                f'<svg class="cr-flow" xmlns="http://www.w3.org/2000/svg" {box} aria-hidden="true">'
                f'<use href="#{name}-all"/></svg>'
            )
            top = cut
    return tuple(made)


def _parts(drawing: Drawing, words: Words, address: Callable[[str], str]) -> Iterator[str]:
    yield '<g aria-hidden="true">'
    yield from (_path(path) for path in drawing.paths)
    yield "</g>"
    yield from (_text(heading) for heading in drawing.headings)
    yield from (_box(box, words, address) for box in drawing.boxes)


def _path(path: Path) -> str:
    edge = path.edge
    x, y = path.points[-1]
    arrow = f"M{x} {y}l{-ARROW} {-ARROW - 3}h{2 * ARROW}z"
    names = f'data-from={quoteattr(edge.source)} data-to={quoteattr(edge.target)} data-kind="{edge.kind}"'
    return f'<path class="cr-flow-line" {names} d="{_line(path.points)}"/><path class="cr-flow-arrow" d="{arrow}"/>'


def _line(points: tuple[Point, ...]) -> str:
    """A line through *points* whose corners are rounded."""
    corners = [point for point, after in pairwise(points) if point != after] + [points[-1]]
    drawn = [f"M{corners[0][0]} {corners[0][1]}"]
    for before, (x, y), after in zip(corners, corners[1:], corners[2:], strict=False):
        (near_x, near_y), (far_x, far_y) = _towards((x, y), before), _towards((x, y), after)
        drawn.append(f"L{near_x} {near_y}Q{x} {y} {far_x} {far_y}")
    return "".join([*drawn, f"L{corners[-1][0]} {corners[-1][1]}"])


def _towards(corner: Point, other: Point) -> Point:
    """A point on the way from a corner to the next one, where its rounding begins or ends."""
    x, y = corner
    across, down = other[0] - x, other[1] - y
    return (
        x + max(-CORNER, min(CORNER, across // 2)),
        y + max(-CORNER, min(CORNER, down // 2)),
    )


def _box(box: Box, words: Words, address: Callable[[str], str]) -> str:
    node = box.node
    inner = _shape(box) + "".join(_text(text) for text in box.texts)
    if node.kind != END:
        kind = "" if node.kind == STEP else f"{words.kinds[node.kind]}: "
        number = f"{node.number} " if node.kind == STEP else ""
        label = quoteattr(f"{kind}{number}{node.title}")
        inner = f"<a href={quoteattr(address(node.id))} aria-label={label}>{inner}</a>"
    return f'<g class="cr-flow-node" data-kind="{node.kind}" data-node={quoteattr(node.id)}>{inner}</g>'


def _shape(box: Box) -> str:
    """A rectangle for a step; cut corners, double bars, a turned arrow and a round end for the other kinds."""
    x, y, wide, high = box.x, box.y, box.width, box.height
    if box.node.kind == DECISION:
        cut = PAD
        outline = (
            f"M{x + cut} {y}h{wide - 2 * cut}l{cut} {cut}v{high - 2 * cut}l{-cut} {cut}"
            f"h{2 * cut - wide}l{-cut} {-cut}v{2 * cut - high}z"
        )
        return f'<path class="cr-flow-box" d="{outline}"/>'
    rounded = high // 2 if box.node.kind == END else ROUND
    shape = f'<rect class="cr-flow-box" x="{x}" y="{y}" width="{wide}" height="{high}" rx="{rounded}"/>'
    if box.node.kind == PARALLEL:
        bars = f"M{x + PAD} {y + 4}h{wide - 2 * PAD}M{x + PAD} {y + high - 4}h{wide - 2 * PAD}"
        shape += f'<path class="cr-flow-sign" d="{bars}"/>'
    elif box.node.kind not in {STEP, END}:
        turn = f"M{x + wide - PAD - 4} {y + PAD + NOTE_LINE // 2}a6 6 0 1 1 -3 -5l0 -5m0 5l-5 0"
        shape += f'<path class="cr-flow-sign" d="{turn}"/>'
    return shape


def _text(text: Text) -> str:
    return f'<text class="cr-flow-{text.style}" x="{text.x}" y="{text.y}">{escape(text.text)}</text>'
