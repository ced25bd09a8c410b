"""Two ways to bring frames to one client: straight to its connection, or through the server's ``send``.

The direct writer leans on uvicorn's internals (its version is pinned, and a test holds the bytes on the wire); it
costs half of the portable one per delivery. Both put the same bytes on the wire.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from cyberready.platform.live.frames import bare, chunk

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BACKLOG_BYTES = 64 * 1024
PATIENCE_SECONDS = 20.0
FAREWELL_SECONDS = 2.0
DISCONNECT = "http.disconnect"


class Writer(Protocol):
    """What the hub needs of a client's connection; the response has been started before."""

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""

    def write(self, framed: bytes) -> None:
        """Write one chunk without waiting; a client that is too far behind is dropped instead."""

    async def replay(self, event: bytes) -> None:
        """Write one event and wait while the client is behind; a client that takes nothing is dropped."""

    def finish(self, farewell: bytes) -> None:
        """Write one last event and end the response."""

    def drop(self) -> None:
        """Cut the connection."""

    async def serve(self, receive: Receive) -> None:
        """Stay until the client is gone or was finished or dropped."""


def writer(send: Send, preference: str) -> Writer:
    """Return a writer for the response that *send* has started: ``direct`` where the server allows it."""
    transport = _transport(send)
    chunked = getattr(getattr(send, "__self__", None), "chunked_encoding", None) is True
    if preference == "direct" and transport is not None and chunked:
        return Direct(send, transport)
    return Portable(send)


def _transport(send: Send) -> asyncio.Transport | None:
    """The connection beneath *send*, where the server shows it (uvicorn does)."""
    found = getattr(getattr(send, "__self__", None), "transport", None)
    return found if hasattr(found, "get_write_buffer_size") else None


async def _replay(connection: Writer, send: Send, event: bytes) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await send({"type": "http.response.body", "body": event, "more_body": True})
    except TimeoutError:
        connection.drop()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != DISCONNECT:
        pass


class Direct:
    """Writes chunks straight to the transport of the connection."""

    __slots__ = ("_finished", "_send", "_transport")

    def __init__(self, send: Send, transport: asyncio.Transport) -> None:
        self._send = send
        self._transport = transport
        self._finished = False

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        return self._finished or self._transport.is_closing()

    def write(self, framed: bytes) -> None:
        """Write one chunk without waiting; a client that is too far behind is dropped instead."""
        if self.closed:
            return
        if self._transport.get_write_buffer_size() > BACKLOG_BYTES:
            self._transport.abort()
        else:
            self._transport.write(framed)

    async def replay(self, event: bytes) -> None:
        """Write one event and wait while the client is behind; a client that takes nothing is dropped."""
        await _replay(self, self._send, event)

    def finish(self, farewell: bytes) -> None:
        """Write one last event and end the response; who does not take it in time is cut off."""
        if self.closed:
            return
        self._finished = True
        self._transport.write(chunk(farewell) + b"0\r\n\r\n" if farewell else b"0\r\n\r\n")
        self._transport.close()
        asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self._transport.abort)

    def drop(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    async def serve(self, receive: Receive) -> None:
        """Stay until the client is gone; ``finish`` and ``drop`` close the connection, so they end this too."""
        await _gone(receive)


class Portable:
    """Hands events to the server's ``send``, from a queue that is bounded by its bytes."""

    __slots__ = ("_ending", "_pending", "_pending_bytes", "_send", "_stopped", "_stopping", "_wake")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._pending: deque[bytes] = deque()
        self._pending_bytes = 0
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ending = False
        self._stopped = False

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        return self._ending or self._stopped

    def write(self, framed: bytes) -> None:
        """Write one chunk without waiting; a client that is too far behind is dropped instead."""
        if self.closed:
            return
        if self._pending_bytes > BACKLOG_BYTES:
            self.drop()
        else:
            self._queue(framed)

    def _queue(self, framed: bytes) -> None:
        self._pending.append(framed)
        self._pending_bytes += len(framed)
        self._wake.set()

    async def replay(self, event: bytes) -> None:
        """Write one event and wait while the client is behind; a client that takes nothing is dropped."""
        await _replay(self, self._send, event)

    def finish(self, farewell: bytes) -> None:
        """Write one last event and end the response; who does not take it in time is cut off."""
        if self.closed:
            return
        if farewell:
            self._queue(chunk(farewell))
        self._ending = True
        self._wake.set()
        asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self.drop)

    def drop(self) -> None:
        """Cut the connection where the server shows it; else stop writing, and the server closes it."""
        self._stopped = True
        self._stopping.set()
        transport = _transport(self._send)
        if transport is not None:
            transport.abort()

    async def serve(self, receive: Receive) -> None:
        """Stay until the client is gone or was finished or dropped, and send what is queued."""
        work = [
            asyncio.create_task(_gone(receive)),
            asyncio.create_task(self._deliver()),
            asyncio.create_task(self._until_dropped()),
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._stopped = True
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _until_dropped(self) -> None:
        await self._stopping.wait()

    async def _deliver(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._pending:
                framed = self._pending.popleft()
                self._pending_bytes -= len(framed)
                await self._send({"type": "http.response.body", "body": bare(framed), "more_body": True})
            if self._ending:
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
                return
