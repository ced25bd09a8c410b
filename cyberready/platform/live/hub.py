"""The live streams: ``GET /live/<ticket>`` answers with server-sent events that never end by themselves."""

import asyncio
import itertools
import logging
import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TypeVar

from cyberready.kernel.refusals import Forbidden, Refused
from cyberready.platform.live import tickets
from cyberready.platform.live.answers import Scope, Unavailable, WrongMethod, position, refuse, start
from cyberready.platform.live.channel import Channel, Stream
from cyberready.platform.live.frames import FrameSource, Line, chunk, named
from cyberready.platform.live.tickets import Ticket, View
from cyberready.platform.live.writer import Receive, Send, writer
from cyberready.platform.texts import LANGUAGES

__all__ = ["FrameSource", "Hub", "Line", "View"]

T = TypeVar("T")
log = logging.getLogger(__name__)
PATH = "/live/"
SLOTS = 15
SLICE = 50
HEARTBEAT = chunk(b":\n\n")
OPENED = "live:open"
GONE = "live:gone"
FAREWELL = named(GONE)
RETRY_MILLISECONDS = (500, 3000)
WITHDRAWN_KEPT = 10_000


class Hub:
    """All streams of this process; an ASGI application for one address.

    ``writer`` is ``direct`` or ``portable``; ``heartbeat`` is the time in seconds between two signs of life,
    and between two looks whether a listener's access still holds. Beside the frames there are two named events:
    ``live:open`` at the start (with the time before the browser comes back after a break), and ``live:gone``
    before the end, when access was withdrawn or the ticket is over.
    """

    def __init__(
        self,
        *,
        secret_key: str,
        source: FrameSource,
        clock: Callable[[], datetime],
        writer: str = "direct",
        heartbeat: float = 15.0,
    ) -> None:
        self._secret_key = secret_key
        self._source = source
        self._clock = clock
        self._preference = writer
        self._heartbeat = heartbeat
        self._channels: dict[int, Channel] = {}
        self._slots: tuple[set[Stream], ...] = tuple(set() for _ in range(SLOTS))
        self._turn = itertools.cycle(range(SLOTS))
        self._withdrawn: dict[str, int] = {}
        self._closing = False
        self._beating: asyncio.Task[None] | None = None
        # Reconnecting clients queue in the back, so that a new line never waits behind them.
        self._front = ThreadPoolExecutor(2, thread_name_prefix="live-front")
        self._back = ThreadPoolExecutor(2, thread_name_prefix="live-back")

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return sum(len(slot) for slot in self._slots)

    async def start(self) -> None:
        """Start the heartbeat."""
        self._beating = asyncio.create_task(self._beat())

    def end_streams(self) -> None:
        """End every stream and accept no more; clients come back after their waiting time."""
        self._closing = True
        for stream in self._all():
            stream.writer.finish(b"")
        for channel in self._channels.values():
            channel.stop()

    def close(self) -> None:
        """End every stream and stop working."""
        self.end_streams()
        if self._beating:
            self._beating.cancel()
        self._front.shutdown(wait=False, cancel_futures=True)
        self._back.shutdown(wait=False, cancel_futures=True)

    def ring(self, bells: Iterable[str]) -> None:
        """Hear bells: ``trail:<id>`` brings new lines, ``gone:<session or person>`` ends their streams."""
        for bell in bells:
            kind, _, name = bell.partition(":")
            if kind == "trail" and int(name) in self._channels:
                self._channels[int(name)].ring()
            elif kind == "gone":
                self._withdraw(name)

    def ring_all(self) -> None:
        """Hear that something changed elsewhere: every trail with subscribers is read."""
        for channel in self._channels.values():
            channel.ring()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a stream."""
        language = LANGUAGES[0]
        try:
            ticket = self._ticket(scope)
            language = ticket.language
            cursor = position(scope)
            rung = self._withdrawn.get(ticket.ref)
            await self._admit(ticket)
        except Refused as refusal:
            await refuse(scope, send, refusal, language)
            return
        await start(scope, send)
        waiting = random.randint(*RETRY_MILLISECONDS)  # noqa: S311 -- only keeps clients from coming back at once
        opening = b":\n\n" + named(OPENED, retry=waiting)
        await send({"type": "http.response.body", "body": opening, "more_body": True})
        stream = Stream(ticket, cursor, writer(send, self._preference))
        slot = self._slots[next(self._turn)]
        slot.add(stream)
        try:
            if self._closing or ticket.sid in self._withdrawn or self._withdrawn.get(ticket.ref) != rung:
                stream.writer.finish(FAREWELL)
            await self._follow(stream)
            await stream.writer.serve(receive)
        finally:
            slot.discard(stream)
            self._leave(stream)

    def _ticket(self, scope: Scope) -> Ticket:
        if self._closing:
            raise Unavailable("The server is being restarted. This page goes on by itself in a moment.")
        if scope["method"] != "GET":
            raise WrongMethod(
                "This address cannot be used in this way. Go back and use the buttons on the page."
            )
        return tickets.read(self._secret_key, scope["path"].removeprefix(PATH), self._clock())

    async def _admit(self, ticket: Ticket) -> None:
        alive = await self._in_back(partial(self._source.alive, ticket.ref, ticket.generation))
        if not alive or ticket.sid in self._withdrawn:
            raise Forbidden(tickets.SENTENCE)

    async def _follow(self, stream: Stream) -> None:
        number = stream.ticket.trail_id
        channel = self._channels.get(number)
        if channel is None:
            channel = Channel(number, self._source, stream.cursor, self._in_front, self._in_back)
            self._channels[number] = channel
        channel.join(stream)
        try:
            await channel.follow(stream)
        except Exception:
            log.exception("a client of trail %s could not be brought up to date; it comes back", number)
            stream.writer.finish(b"")

    def _leave(self, stream: Stream) -> None:
        number = stream.ticket.trail_id
        channel = self._channels.get(number)
        if channel is not None and channel.leave(stream):
            channel.stop()
            del self._channels[number]

    def _withdraw(self, name: str) -> None:
        self._withdrawn[name] = self._withdrawn.pop(name, 0) + 1
        if len(self._withdrawn) > WITHDRAWN_KEPT:
            del self._withdrawn[next(iter(self._withdrawn))]
        for stream in self._all():
            if name in {stream.ticket.sid, stream.ticket.ref}:
                stream.writer.finish(FAREWELL)

    async def _beat(self) -> None:
        for slot in itertools.cycle(self._slots):
            await asyncio.sleep(self._heartbeat / SLOTS)
            try:
                await self._look_after(slot)
            except Exception:
                log.exception("listeners could not be checked; they are at the next heartbeat")

    async def _look_after(self, slot: set[Stream]) -> None:
        now = self._clock()
        for index, stream in enumerate(tuple(slot), start=1):
            if stream.ticket.expires_at <= now:
                stream.writer.finish(FAREWELL)
            elif stream.live:
                stream.writer.write(HEARTBEAT)
            if index % SLICE == 0:
                await asyncio.sleep(0)
        holders = {(stream.ticket.ref, stream.ticket.generation) for stream in slot}
        withdrawn = await self._in_back(partial(_withdrawn, self._source, holders))
        for stream in tuple(slot):
            if (stream.ticket.ref, stream.ticket.generation) in withdrawn:
                stream.writer.finish(FAREWELL)

    async def _in_front(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._front, work)

    async def _in_back(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._back, work)

    def _all(self) -> list[Stream]:
        return [stream for slot in self._slots for stream in slot]


def _withdrawn(source: FrameSource, holders: set[tuple[str, int]]) -> set[tuple[str, int]]:
    return {(ref, generation) for ref, generation in holders if not source.alive(ref, generation)}
