"""The bell: tells the streams that something was committed, here or in another process."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing

import psycopg
from psycopg import sql

from cyberready.platform.db import CHANNEL, Database

log = logging.getLogger(__name__)
POLL_SECONDS = 2.0
VERSION_SECONDS = 0.05
RECONNECT_SECONDS = 1.0


class Bell:
    """Passes bells on to the event loop: *here* with the names of bells rung by commits of this process, *elsewhere*
    without a name when another process may have committed.

    Other processes are heard by ``LISTEN`` (PostgreSQL) or by the data version of the file (SQLite, looked at each
    50 ms, which costs half a per cent of a core; each 25 ms would cost one). Whatever is missed is made good every
    two seconds.
    """

    def __init__(
        self,
        database: Database,
        here: Callable[[frozenset[str]], None],
        elsewhere: Callable[[], None],
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._database = database
        self._here = here
        self._elsewhere = elsewhere
        self._poll_seconds = poll_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start hearing."""
        self._loop = asyncio.get_running_loop()
        self._database.listeners.append(self._committed)
        outside = self._watch_file() if self._database.sqlite else self._listen()
        self._tasks = [asyncio.create_task(outside), asyncio.create_task(self._poll())]

    async def stop(self) -> None:
        """Stop hearing."""
        self._database.listeners.remove(self._committed)
        self._loop = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _committed(self, bells: frozenset[str]) -> None:
        # In the thread that committed.
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(self._here, bells)
        except RuntimeError:
            log.info("a commit after the end of the streams: nobody listens any more")

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            self._elsewhere()

    async def _watch_file(self) -> None:
        while True:
            try:
                await self._until_file_fails()
            except sqlite3.Error:
                log.warning("the database file cannot be watched; trying again", exc_info=True)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _until_file_fails(self) -> None:
        # The pragma reads a counter in shared memory within microseconds, so it may run in the event loop.
        with closing(sqlite3.connect(str(self._database.url.database), timeout=0)) as connection:
            known = None
            while True:
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != known:
                    known = version
                    self._elsewhere()
                await asyncio.sleep(VERSION_SECONDS)

    async def _listen(self) -> None:
        while True:
            try:
                await self._until_connection_fails()
            except psycopg.Error:
                log.warning("not connected to the database's bell; trying again", exc_info=True)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _until_connection_fails(self) -> None:
        address = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            # What was committed before the connection stood was not heard.
            self._elsewhere()
            async for _ in connection.notifies():
                self._elsewhere()
