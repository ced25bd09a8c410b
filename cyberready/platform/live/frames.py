"""Server-sent events on the wire: frames, and the ring that keeps the last of them, encoded once."""

import logging
import re
from collections import deque
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cyberready.platform.live.tickets import View

log = logging.getLogger(__name__)
STAFF = "staff"
RING_FRAMES = 256
RING_BYTES = 128 * 1024
LINE_ENDS = re.compile(r"\r\n|\r|\n")


class Line(Protocol):
    """One entry of a trail, as far as the streams care; positions of a trail have no gaps and begin at 0."""

    @property
    def position(self) -> int:
        """Its place in the trail, and the id of its frame."""

    @property
    def audience(self) -> tuple[str, ...]:
        """The tokens that may see it."""


class FrameSource(Protocol):
    """Where frames come from; every method blocks and is called in a thread."""

    def lines(self, trail_id: int, after: int, limit: int) -> Sequence[Line]:
        """The lines after position *after*, in order, at most *limit*."""

    def render(self, view: View, line: Any) -> str | None:
        """The HTML of one of its lines, or None when this page shows nothing for it.

        The audience has been checked, and all who see a page in one language see the same: *view* has no tokens.
        """

    def alive(self, ref: str, generation: int) -> bool:
        """Whether this person's access is still of this generation."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One event, framed as an HTTP chunk so that it can go to a connection as it is."""

    position: int
    chunk: bytes

    @property
    def event(self) -> bytes:
        """The event without the chunk around it."""
        return bare(self.chunk)


def chunk(content: bytes) -> bytes:
    """Frame *content* as one chunk of HTTP/1.1 chunked transfer coding."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def bare(framed: bytes) -> bytes:
    """Return what ``chunk`` framed."""
    return framed[framed.index(b"\r\n") + 2 : -2]


def encode(position: int, html: str) -> bytes:
    """Return the event that carries *html*, one ``data:`` field for each of its lines."""
    data = "".join(f"data: {line}\n" for line in LINE_ENDS.split(html))
    return f"id: {position}\n{data}\n".encode()


def named(event: str, *, retry: int | None = None) -> bytes:
    """Return an event that swaps nothing and only tells the page something, with a new ``retry`` in milliseconds."""
    # An empty data field, since a browser's own EventSource drops events without one.
    waiting = f"retry: {retry}\n" if retry is not None else ""
    return f"event: {event}\n{waiting}data: {event}\n\n".encode()


def visible(audience: Sequence[str], tokens: Sequence[str]) -> bool:
    """Whether someone holding *tokens* may see a line for *audience*; staff see everything."""
    return STAFF in tokens or not set(tokens).isdisjoint(audience)


Drawn = MutableMapping[tuple[str, str, int], Frame | None]


def draw(source: FrameSource, view: View, lines: Sequence[Line], drawn: Drawn) -> list[Frame]:
    """Return the frames of *lines* that *view* may see.

    *drawn* remembers frames by page, language and position, so that many audiences on one page cost one drawing.
    """
    frames = []
    for line in lines:
        if not visible(line.audience, view.tokens):
            continue
        key = view.page, view.language, line.position
        if key not in drawn:
            drawn[key] = _frame(source, View(view.page, view.language, ()), line)
        frame = drawn[key]
        if frame is not None:
            frames.append(frame)
    return frames


def _frame(source: FrameSource, view: View, line: Line) -> Frame | None:
    try:
        html = source.render(view, line)
    except Exception:
        # One line that cannot be shown must not keep all later ones from the screens.
        log.exception("line %s is not shown on %s: it cannot be rendered", line.position, view.page)
        return None
    return Frame(line.position, chunk(encode(line.position, html))) if html else None


def end(source: FrameSource, trail_id: int, near: int) -> int:
    """Return the last position of a trail, -1 when it is empty, searching from a guess *near* it.

    Positions have no gaps, so doubling steps and then halving them finds it in a few looks.
    """

    def exists(position: int) -> bool:
        return bool(source.lines(trail_id, position - 1, 1))

    low, high, step = -1, near + 1, 1
    if near >= 0 and exists(near):
        low = near
    if low == near:
        while exists(low + step):
            low, step = low + step, step * 2
        high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if exists(middle) else (low, middle)
    return low


class Ring:
    """The last frames of one view: every frame it shows of the positions after ``floor``, up to ``head``."""

    __slots__ = ("_bytes", "_frames", "floor", "head")

    def __init__(self, head: int) -> None:
        self.floor = self.head = head
        self._frames: deque[Frame] = deque()
        self._bytes = 0

    def covers(self, position: int) -> bool:
        """Whether someone who has everything up to *position* can be served from here."""
        return position >= self.floor

    def after(self, position: int) -> list[Frame]:
        """The frames after *position*, in order."""
        found: list[Frame] = []
        for frame in reversed(self._frames):
            if frame.position <= position:
                break
            found.append(frame)
        found.reverse()
        return found

    def add(self, frames: Sequence[Frame], head: int) -> None:
        """Go on to *head*, with the *frames* of the positions since the last head; the oldest make room."""
        self.head = head
        for frame in frames:
            self._frames.append(frame)
            self._bytes += len(frame.chunk)
        while len(self._frames) > RING_FRAMES or self._bytes > RING_BYTES:
            oldest = self._frames.popleft()
            self._bytes -= len(oldest.chunk)
            self.floor = oldest.position

    def backfill(self, after: int, upto: int, frames: Sequence[Frame]) -> None:
        """Reach back to *after* with *frames* that cover the positions up to *upto*, if they join on and fit."""
        older = [frame for frame in frames if frame.position <= self.floor]
        size = sum(len(frame.chunk) for frame in older)
        fits = len(self._frames) + len(older) <= RING_FRAMES and self._bytes + size <= RING_BYTES
        if after < self.floor <= upto and fits:
            self._frames.extendleft(reversed(older))
            self._bytes += size
            self.floor = after
