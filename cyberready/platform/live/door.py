"""The door: one ASGI application for the pages, the live streams, and the start and end of what runs beside them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast
from wsgiref.types import WSGIApplication

from a2wsgi import WSGIMiddleware

from cyberready.kernel.refusals import NotFound
from cyberready.platform.live.answers import Scope, refuse
from cyberready.platform.live.bell import Bell
from cyberready.platform.live.hub import PATH, Hub
from cyberready.platform.live.writer import Receive, Send

log = logging.getLogger(__name__)
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
PAGE_THREADS = 10
ENDING_SECONDS = 1.0


class Door:
    """Pages for everything but ``/live/``, streams for that; either may be left out and then answers 404.

    *beginning* is called at the start and *ending* at the end, in order, in a thread; what is not ended after a
    second is left behind, for nothing here needs a clean end to be whole.
    """

    def __init__(
        self,
        *,
        pages: WSGIApplication | None,
        hub: Hub | None,
        bell: Bell | None,
        beginning: Sequence[Callable[[], None]] = (),
        ending: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._pages = None if pages is None else _in_threads(pages)
        self._hub = hub
        self._bell = bell
        self._beginning = beginning
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server through its life."""
        if scope["type"] == "lifespan":
            await self._live_through(receive, send)
        elif scope["path"].startswith(PATH):
            await (self._hub or _missing)(scope, receive, send)
        else:
            await (self._pages or _missing)(scope, receive, send)

    def end_streams(self) -> None:
        """End every stream, so that the server can stop."""
        if self._hub:
            self._hub.end_streams()

    async def _live_through(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._begin()
        except Exception as error:
            log.exception("the start failed")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _begin(self) -> None:
        if self._hub:
            await self._hub.start()
        if self._bell:
            await self._bell.start()
        for step in self._beginning:
            await asyncio.to_thread(step)

    async def _end(self) -> None:
        if self._hub:
            self._hub.close()
        if self._bell:
            await self._bell.stop()
        try:
            async with asyncio.timeout(ENDING_SECONDS):
                for step in self._ending:
                    await asyncio.to_thread(step)
        except TimeoutError:
            log.warning("some work was still going on; what was not finished is done after the next start")


def _in_threads(pages: WSGIApplication) -> Application:
    # a2wsgi has its own names for the same shapes.
    return cast("Application", WSGIMiddleware(cast("Any", pages), workers=PAGE_THREADS))


async def _missing(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 -- the signature is ASGI's
    sentence = "This page does not exist. The address may be mistyped, or what it showed was moved."
    await refuse(scope, send, NotFound(sentence))
