"""How late is a committed line on the last of N screens? Live streams, with polling in the same run as the measure.

    python benchmarks/live.py --clients 200

A server process on a fresh SQLite database commits lines; this process holds N connections over real sockets.
Lateness is from just after the commit to the arrival at the last client, by the machine's monotonic clock.
"""

import argparse
import asyncio
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import uvloop
from flask import Flask, Response, jsonify, request
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from cyberready.platform.clock import now
from cyberready.platform.db import Database, ring
from cyberready.platform.live.bell import Bell
from cyberready.platform.live.door import Door
from cyberready.platform.live.hub import Hub
from cyberready.platform.live.server import address_of, listening, open_files, server, settle_memory
from cyberready.platform.live.tickets import Ticket, issue

KEY = "benchmark"
TRAIL = 1
SETTLE_SECONDS = 1.0
ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)
TABLE = "CREATE TABLE lines (position INTEGER PRIMARY KEY, html TEXT NOT NULL)"


@dataclass(frozen=True)
class Line:
    position: int
    html: str
    audience: tuple[str, ...] = ("all",)


class Lines:
    """A trail that is one small table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lines(self, trail_id: int, after: int, limit: int) -> list[Line]:
        del trail_id
        found = text(
            "SELECT position, html FROM lines WHERE position > :after ORDER BY position LIMIT :limit"
        )
        return self._database.read(
            lambda session: [Line(*row) for row in session.execute(found, {"after": after, "limit": limit})]
        )

    def render(self, view: object, line: Line) -> str:
        del view
        return line.html

    def alive(self, ref: str, generation: int) -> bool:
        del ref, generation
        return True

    def say(self, html: str) -> int:
        """Commit one line; return the monotonic nanosecond just after."""

        def work(session) -> None:
            session.execute(
                text(
                    "INSERT INTO lines (position, html) SELECT COALESCE(MAX(position), -1) + 1, :html FROM lines"
                ),
                {"html": html},
            )
            ring(session, f"trail:{TRAIL}")

        # The bell rings within transact, so the stamp is taken inside, by a listener that stands first.
        self._database.transact(work)
        return self.committed

    committed = 0

    def stamp(self, bells: frozenset[str]) -> None:
        del bells
        self.committed = time.monotonic_ns()


def pages(source: Lines, size: int) -> Flask:
    site = Flask("benchmark")

    @site.post("/say")
    def say():
        return jsonify(source.say("x" * size))

    @site.get("/poll")
    def poll():
        found = source.lines(TRAIL, int(request.args["after"]), 100)
        last = found[-1].position if found else int(request.args["after"])
        if request.headers.get("If-None-Match") == f'"{last}"':
            return Response(status=304, headers={"ETag": f'"{last}"'})
        return Response("\n".join(line.html for line in found), headers={"ETag": f'"{last}"'})

    return site


def serve(url: str, writer: str, size: int) -> None:
    open_files()
    database = Database(url)
    source = Lines(database)
    database.listeners.append(source.stamp)
    hub = Hub(secret_key=KEY, source=source, clock=now, writer=writer)
    bell = Bell(database, hub.ring, hub.ring_all)
    listener = listening("127.0.0.1", 0)
    door = Door(pages=pages(source, size).wsgi_app, hub=hub, bell=bell)

    def started() -> None:
        settle_memory()
        print(address_of(listener), flush=True)

    server(door, started=started).run(sockets=[listener])


class Listener(asyncio.Protocol):
    """One screen on a stream: notes when each id arrives."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.arrived: dict[int, list[int]] = {}
        self.ready = asyncio.get_running_loop().create_future()
        self._tail = b""

    def connection_made(self, transport) -> None:
        transport.write(f"GET {self.path} HTTP/1.1\r\nHost: benchmark\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        at = time.monotonic_ns()
        whole = self._tail + data
        if not self.ready.done() and b"live:open" in whole:
            self.ready.set_result(None)
        *complete, self._tail = whole.split(b"\n\n")
        for one in complete:
            if found := ID.search(one):
                self.arrived.setdefault(int(found[1]), []).append(at)

    def connection_lost(self, exc) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("closed before it began"))


class Poller:
    """One screen that asks again and again, on one connection, as browsers do."""

    def __init__(self, port: int, every: float) -> None:
        self.port = port
        self.every = every
        self.arrived: dict[int, list[int]] = {}
        self.last = -1

    async def run(self) -> None:
        await asyncio.sleep(random.uniform(0, self.every))
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while True:
            began = time.monotonic()
            writer.write(
                f'GET /poll?after={self.last} HTTP/1.1\r\nHost: b\r\nIf-None-Match: "{self.last}"\r\n\r\n'.encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b" 200 " in head.split(b"\r\n")[0]:
                await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
                newest = int(head.split(b'etag: "')[1].split(b'"')[0])
                at = time.monotonic_ns()
                for number in range(self.last + 1, newest + 1):
                    self.arrived.setdefault(number, []).append(at)
                self.last = newest
            await asyncio.sleep(max(0, began + self.every - time.monotonic()))


@dataclass
class Result:
    name: str
    last: list[float] = field(default_factory=list)
    each: list[float] = field(default_factory=list)
    delivered: int = 0
    twice: int = 0
    wanted: int = 0
    cpu: float = 0
    memory: int = 0


def at(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_megabytes(pid: int) -> int:
    line = next(
        one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS")
    )
    return int(line.split()[1]) // 1024


async def post(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    )
    answer = await reader.read()
    writer.close()
    return int(answer.rpartition(b"\r\n\r\n")[2])


async def speak(port: int, count: int, pace: float) -> dict[int, int]:
    """Have lines committed at an even pace; returns when each was."""
    committed = {}
    for number in range(count):
        committed[number] = await post(port, "/say")
        await asyncio.sleep(1 / pace)
    return committed


async def listeners(port: int, clients: int) -> list[Listener]:
    loop = asyncio.get_running_loop()
    made = []
    for number in range(clients):
        ticket = Ticket(
            trail_id=TRAIL,
            page="benchmark",
            language="nl",
            tokens=frozenset({"all", f"participant:{number}"}),
            ref=f"participant:{number}",
            sid=f"s-{number}",
            generation=0,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
        opening = partial(Listener, f"/live/{issue(KEY, ticket)}")
        _, listener = await loop.create_connection(opening, "127.0.0.1", port)
        made.append(listener)
        if number % 100 == 99:
            await asyncio.gather(*(one.ready for one in made))
    await asyncio.gather(*(one.ready for one in made))
    return made


async def measure(name: str, port: int, pid: int, options) -> Result:
    pollers = []
    if name.startswith("polling"):
        screens = [Poller(port, options.poll_seconds) for _ in range(options.clients)]
        pollers = [asyncio.create_task(one.run()) for one in screens]
        await asyncio.sleep(options.poll_seconds)
    else:
        screens = await listeners(port, options.clients)
    await asyncio.sleep(SETTLE_SECONDS)
    before = cpu_seconds(pid)
    committed = await speak(port, options.lines, options.pace)
    await asyncio.sleep(SETTLE_SECONDS + (options.poll_seconds if pollers else 0))
    result = Result(name, cpu=cpu_seconds(pid) - before, memory=memory_megabytes(pid))
    for number, moment in committed.items():
        got = [screen.arrived.get(number, []) for screen in screens]
        late = [(times[0] - moment) / 1e6 for times in got if times]
        result.wanted += len(got)
        result.delivered += len(late)
        result.twice += sum(len(times) > 1 for times in got)
        result.each += late
        if late:
            result.last.append(max(late))
    for task in pollers:
        task.cancel()
    return result


def one_run(name: str, writer: str, options) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/live.sqlite3"
        database = Database(url)
        database.transact(lambda session: session.execute(text(TABLE)))
        database.close()
        command = [sys.executable, __file__, "--serve", url, "--writer", writer, "--size", str(options.size)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                port = int(process.stdout.readline().rpartition(":")[2])
                return uvloop.run(measure(name, port, process.pid, options))
            finally:
                process.terminate()


def show(results: list[Result], options) -> None:
    table = Table(
        title=f"{options.clients} screens, {options.lines} lines of {options.size} bytes, {options.pace:g} a second"
    )
    for heading in ("", "last screen p50", "p99", "max", "any screen p50", "delivered", "twice"):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_column("CPU/delivery", justify="right")
    table.add_column("memory", justify="right")
    for one in results:
        table.add_row(
            one.name,
            *(f"{at(one.last, share):.1f} ms" for share in (0.5, 0.99, 1)),
            f"{at(one.each, 0.5):.1f} ms",
            f"{100 * one.delivered / one.wanted:.1f} %",
            str(one.twice),
            f"{1e6 * one.cpu / max(1, one.delivered):.0f} µs",
            f"{one.memory} MB",
        )
    Console(width=140).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description="Lateness of live streams, with polling in the same run.")
    parser.add_argument("--clients", "-N", type=int, default=200)
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--pace", type=float, default=20, help="lines a second")
    parser.add_argument("--size", type=int, default=600, help="bytes of HTML in a line")
    parser.add_argument("--poll-seconds", type=float, default=2)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--writer", default="direct", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.writer, options.size)
        return
    open_files()
    runs = [
        ("live, direct writer", "direct"),
        ("live, portable writer", "portable"),
        (f"polling each {options.poll_seconds:g} s", "direct"),
    ]
    show([one_run(name, writer, options) for name, writer in runs], options)


if __name__ == "__main__":
    main()
