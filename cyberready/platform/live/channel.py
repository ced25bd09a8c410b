"""One trail on its way to its subscribers: read once, drawn once per view, written to everyone."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from cyberready.platform.live.frames import Drawn, Frame, FrameSource, Line, Ring, chunk, draw, end
from cyberready.platform.live.tickets import Ticket, View
from cyberready.platform.live.writer import Writer

T = TypeVar("T")
log = logging.getLogger(__name__)
BATCH = 100
SLICE = 50


class InThread(Protocol):
    """Runs blocking work in a thread."""

    def __call__(self, work: Callable[[], T], /) -> Coroutine[Any, Any, T]:
        """Return what *work* returns."""


class Stream:
    """One subscriber: a cursor and a connection, nothing else."""

    __slots__ = ("cursor", "live", "ticket", "writer")

    def __init__(self, ticket: Ticket, cursor: int, writer: Writer) -> None:
        self.ticket = ticket
        self.cursor = cursor
        self.writer = writer
        self.live = False

    def deliver(self, after: int, whole: bytes, frames: Sequence[Frame]) -> None:
        """Write what is new to this subscriber: mostly the *whole* batch, which follows *after*."""
        try:
            if self.cursor <= after:
                self.writer.write(whole)
            else:
                for frame in frames:
                    if frame.position > self.cursor:
                        self.writer.write(frame.chunk)
        except Exception:
            # The others must still get theirs; this client comes back and says where it was.
            log.exception("a client could not be written to and is dropped")
            self.writer.drop()
        self.cursor = max(self.cursor, frames[-1].position)


class Group:
    """The subscribers of one trail who see the same, and the last frames they saw."""

    __slots__ = ("reading", "ring", "streams", "view")

    def __init__(self, view: View, head: int) -> None:
        self.view = view
        self.ring = Ring(head)
        self.streams: set[Stream] = set()
        # Who reconnects at the same moment waits here; the first one's reading then serves all.
        self.reading = asyncio.Lock()


class Channel:
    """One trail with subscribers; ``head`` is the last position that was read for them."""

    def __init__(
        self, trail_id: int, source: FrameSource, near: int, front: InThread, back: InThread
    ) -> None:
        self._trail_id = trail_id
        self._source = source
        self._front = front
        self._back = back
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._head = -1
        self._groups: dict[View, Group] = {}
        self._members: set[Stream] = set()
        self._task = asyncio.create_task(self._run(near))

    def ring(self) -> None:
        """Look for new lines."""
        self._wake.set()

    def stop(self) -> None:
        """Stop looking; who still waits for the start finds its connection closed."""
        self._task.cancel()
        self._ready.set()

    def join(self, stream: Stream) -> None:
        """Stay for *stream*, until it leaves."""
        self._members.add(stream)

    async def follow(self, stream: Stream) -> None:
        """Bring *stream* up to the present and keep it there; returns when it is live, or closed on the way.

        It joins first and replays then, so that nothing falls between; its cursor drops what would come twice.
        """
        await self._ready.wait()
        group = self._group(stream.ticket.view)
        group.streams.add(stream)
        while not stream.writer.closed:
            if not group.ring.covers(stream.cursor):
                await self._replay(group, stream)
                continue
            frames = group.ring.after(stream.cursor)
            if not frames:
                stream.live = True
                return
            await _send(stream, frames)

    def leave(self, stream: Stream) -> bool:
        """Forget *stream*; returns whether nobody is left."""
        self._members.discard(stream)
        group = self._groups.get(stream.ticket.view)
        if group is not None:
            group.streams.discard(stream)
            if not group.streams:
                del self._groups[stream.ticket.view]
        return not self._members

    def _group(self, view: View) -> Group:
        group = self._groups.get(view)
        if group is None:
            group = self._groups[view] = Group(view, self._head)
        return group

    async def _replay(self, group: Group, stream: Stream) -> None:
        async with group.reading:
            if group.ring.covers(stream.cursor):
                return
            # Many come at once, each from another place: one reading then serves all of them that are near.
            furthest = min((one.cursor for one in group.streams if not one.live), default=stream.cursor)
            after = min(stream.cursor, max(group.ring.floor - BATCH, furthest))

            def read() -> tuple[Sequence[Line], list[Frame]]:
                lines = self._source.lines(self._trail_id, after, BATCH)
                return lines, draw(self._source, group.view, lines, {})

            lines, frames = await self._back(read)
            upto = lines[-1].position if lines else group.ring.floor
            group.ring.backfill(after, upto, frames)
        await _send(stream, [frame for frame in frames if frame.position > stream.cursor])
        stream.cursor = max(stream.cursor, upto)

    async def _run(self, near: int) -> None:
        await self._persist(lambda: self._find_head(near))
        self._ready.set()
        while True:
            await self._persist(self._advance)

    async def _persist(self, step: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        """Repeat *step* until it says that it is done; after trouble, at the next bell (the poll rings it too)."""
        while True:
            try:
                if await step():
                    return
            except Exception:
                log.exception(
                    "trail %s could not be read; it is tried again at the next bell", self._trail_id
                )
            await self._wake.wait()
            self._wake.clear()

    async def _find_head(self, near: int) -> bool:
        self._head = await self._front(lambda: end(self._source, self._trail_id, near))
        return True

    async def _advance(self) -> bool:
        """Read, draw and write one batch; returns whether there may be more."""
        after = self._head
        lines = await self._front(lambda: self._source.lines(self._trail_id, after, BATCH))
        if not lines:
            return False
        drawn: Drawn = {}
        frames: dict[Group, list[Frame]] = {}
        # Groups that came while others were being drawn are drawn too, before anybody is told of the new head.
        while missing := [group for group in self._groups.values() if group not in frames]:
            found = await self._front(partial(_draw_all, self._source, missing, lines, drawn))
            frames |= dict(zip(missing, found, strict=True))
        self._head = lines[-1].position
        for group in frames:
            group.ring.add(frames[group], self._head)
        for group in frames:
            if frames[group]:
                await _fan_out(group, after, frames[group])
        return len(lines) == BATCH


def _draw_all(
    source: FrameSource, groups: Sequence[Group], lines: Sequence[Line], drawn: Drawn
) -> list[list[Frame]]:
    return [draw(source, group.view, lines, drawn) for group in groups]


async def _send(stream: Stream, frames: Sequence[Frame]) -> None:
    for frame in frames:
        if stream.writer.closed:
            return
        await stream.writer.replay(frame.event)
        stream.cursor = frame.position


async def _fan_out(group: Group, after: int, frames: Sequence[Frame]) -> None:
    whole = frames[0].chunk if len(frames) == 1 else chunk(b"".join(frame.event for frame in frames))
    for index, stream in enumerate(tuple(group.streams), start=1):
        if stream.live:
            stream.deliver(after, whole, frames)
        if index % SLICE == 0:
            await asyncio.sleep(0)
