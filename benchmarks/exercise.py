"""How late is an inject on the last of 200 screens, in a real exercise on the real server?

    python benchmarks/exercise.py

The server is the command that is deployed, as a process of its own on a fresh SQLite database. Participants join over
HTTP by the code and hold the streams of their own rooms on plain sockets; the leader's panel and the wall are
open too. Lateness of an inject is from its due moment by the exercise clock to its arrival; of one that the
leader fires, from just before the request is sent.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from html import unescape
from pathlib import Path

import httpx
from live import Listener, at, memory_megabytes
from rich.console import Console
from rich.table import Table

from cyberready.cli import stage, town
from cyberready.cli.players import STREAM, Player, sign_in
from cyberready.exercises import actions as exercises
from cyberready.exercises import queries
from cyberready.exercises.models import Exercise
from cyberready.kernel.actor import SYSTEM
from cyberready.migrations.run import upgrade
from cyberready.people import actions_access as access
from cyberready.platform.db import Database
from cyberready.platform.live.server import open_files
from cyberready.platform.realm import Realm
from cyberready.settings import Settings
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind

PACE = 60
LATER = 600
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SEATS = ("crisis/voorzitter", "crisis", "ict", "com")
BODY = "Steeds meer collega's melden dat zij hun bestanden niet meer kunnen openen. " * 8
HEAD = """\
format: cyberready/scenario/1
slug: meting
title: Meting
language: nl
version: "1.0"
summary: Een scenario om mee te meten.
duration: 1440m
objectives: {opschalen: "Op tijd opschalen"}
variables: {gemeente: Waterveld}
teams:
  crisis: {name: Crisisteam, task: "Besluiten", roles: {voorzitter: Voorzitter}}
  ict: {name: ICT-respons, task: "Herstellen"}
  com: {name: Communicatie, task: "Uitleggen"}
briefing: Welkom bij de oefening van {{ gemeente }}.
evaluation: ["Wat ging goed?"]
injects:
"""


def scenario(timed: int, fired: int) -> str:
    """*timed* injects a minute apart from the fifth minute, and *fired* that come due much later."""
    moments = [5 + number for number in range(timed)] + [LATER + number for number in range(fired)]
    lines = [
        f'  - {{id: i{number}, at: {moment}m, channel: phone, from: Servicedesk, to: [all], title: "Bericht {number}", '
        f'body: "{BODY}"}}\n'
        for number, moment in enumerate(moments, 1)
    ]
    return HEAD + "".join(lines)


def prepared(settings: Settings, options) -> tuple[Database, Exercise, str]:
    database = Database(settings.database_url)
    upgrade(database)
    now = datetime.now(UTC)
    founded = database.transact(lambda session: town.found(session, now))
    realm = Realm(founded.home)
    source = scenario(options.injects, options.fired)

    def plan(session) -> Exercise:
        release = exercises.publish(session, realm, source, actor=SYSTEM, now=now)
        number = town.plan(session, founded, release.id, "Meting", now)
        return exercises.change_pace(session, realm, number, Fraction(PACE), actor=SYSTEM, now=now)

    exercise = database.transact(plan)
    leader = founded.accounts["exercise_leader"]
    link = database.transact(
        lambda session: access.issue_link(session, account_id=leader, valid=timedelta(hours=1), now=now)
    )
    return database, exercise, link


def first_page(settings: Settings, port: int, log: Path) -> tuple[subprocess.Popen, float]:
    """Start the server; return it with the seconds until it had shown a page."""
    command = [sys.executable, "-m", "cyberready.cli.main", "serve", "--port", str(port)]
    with log.open("ab") as sink:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=stage.environment(settings), stdout=sink, stderr=sink)
    while process.poll() is None:
        try:
            if httpx.get(f"{settings.base_url}/sign-in", timeout=10).status_code == 200:
                return process, time.perf_counter() - began
        except httpx.HTTPError:
            time.sleep(0.01)
    raise SystemExit(log.read_text())


def children(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


async def room(base_url: str, transport, code: str, exercise_id: int, number: int) -> str:
    """Join as participant *number*; return the address of the room's live stream."""
    async with httpx.AsyncClient(base_url=base_url, transport=Shared(transport), timeout=60) as client:
        token = unescape(TOKEN.search((await client.get(f"/exercises/join/{code}")).text)[1])
        said = {"csrf_token": token, "name": f"Deelnemer {number}", "seat": SEATS[number % len(SEATS)]}
        joined = await client.post(f"/exercises/join/{code}", data=said)
        if joined.status_code != 303:
            raise SystemExit(f"participant {number} could not join: {joined.text}")
        return unescape(STREAM.search((await client.get(f"/exercises/{exercise_id}/room")).text)[1])


class Shared(httpx.AsyncBaseTransport):
    """One pool of connections for many clients with cookies of their own."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.handle_async_request = transport.handle_async_request


async def some_at_a_time(works: Iterable[Awaitable[str]], count: int) -> list[str]:
    places = asyncio.Semaphore(count)

    async def one(work: Awaitable[str]) -> str:
        async with places:
            return await work

    return await asyncio.gather(*(one(work) for work in works))


async def joined(base_url: str, exercise: Exercise, count: int) -> list[str]:
    transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=8))
    rooms = (room(base_url, transport, exercise.join_code, exercise.id, number) for number in range(count))
    try:
        return await some_at_a_time(rooms, 8)
    finally:
        await transport.aclose()


async def watched(port: int, addresses: list[str]) -> list[Listener]:
    loop = asyncio.get_running_loop()
    openings = [
        loop.create_connection(partial(Listener, address), "127.0.0.1", port) for address in addresses
    ]
    found = [listener for _transport, listener in await asyncio.gather(*openings)]
    await asyncio.gather(*(one.ready for one in found))
    return found


async def fire(leader: Player, address: str, pending: list[int]) -> dict[int, float]:
    """Fire injects one by one; when each was asked for, in wall seconds."""
    asked = {}
    for inject in pending:
        await leader.open(address)
        token = leader.page.xpath("//input[@name='csrf_token']/@value")[0]
        asked[inject] = time.time()
        await leader.client.post(f"{address}/injects/{inject}/fire", data={"csrf_token": token})
        await asyncio.sleep(0.3)
    return asked


async def play(settings: Settings, port: int, database: Database, exercise: Exercise, link: str, options):
    """Play; return the listeners, the moments of fired injects, and the seconds that joining took."""
    address = f"/exercises/{exercise.id}"
    script = database.read(lambda session: queries.injects(session, exercise.id))
    async with Player("Leader", settings.base_url) as leader:
        await sign_in(leader, link)
        began = time.perf_counter()
        streams = await joined(settings.base_url, exercise, options.participants)
        joining = time.perf_counter() - began
        listeners = await watched(port, streams)
        await leader.open(address)
        await leader.submit("/clock/start", {})
        staff = []
        for page in (address, f"{address}/wall"):
            await leader.open(page)
            staff.append(unescape(STREAM.search(leader.text)[1]))
        await watched(port, staff)
        clock = database.read(
            lambda session: queries.exercise(session, Realm(exercise.organisation_id), exercise.id).clock
        )
        last = clock.due_at(script[options.injects - 1].offset)
        await asyncio.sleep((last - datetime.now(UTC)).total_seconds() + 1)
        asked = await fire(leader, address, [one.id for one in script[options.injects :]])
        due = {one.id: clock.due_at(one.offset).timestamp() for one in script[: options.injects]}
        await asyncio.sleep(1)
    return listeners, due, asked, joining


def lateness(lines, listeners: list[Listener], moments: dict[int, float]) -> tuple[list[float], int, int]:
    """Milliseconds until the last screen for each inject, how many arrived, and how many more than once."""
    # Listeners stamp by the monotonic clock.
    shift = time.time() - time.monotonic_ns() / 1e9
    last, arrived, twice = [], 0, 0
    for line in lines:
        if line.body["inject"] in moments:
            got = [one.arrived.get(line.position, []) for one in listeners]
            arrived += sum(bool(times) for times in got)
            twice += sum(len(times) > 1 for times in got)
            latest = max(times[0] for times in got if times) / 1e9 + shift
            last.append((latest - moments[line.body["inject"]]) * 1000)
    return last, arrived, twice


def show(rows, facts: list[tuple[str, str]], options) -> None:
    table = Table(title=f"A real exercise with {options.participants} participants, the leader and the wall")
    table.add_column("to the last screen")
    for heading in ("injects", "p50", "p99", "max", "delivered", "twice"):
        table.add_column(heading, justify="right")
    for name, (last, arrived, twice) in rows:
        share = 100 * arrived / (len(last) * options.participants)
        spread = (f"{at(last, share):.0f} ms" for share in (0.5, 0.99, 1))
        table.add_row(name, str(len(last)), *spread, f"{share:.1f} %", str(twice))
    console = Console(width=110)
    console.print(table)
    for name, value in facts:
        console.print(f"{name}: {value}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Lateness of injects in a real exercise.")
    parser.add_argument("--participants", type=int, default=200)
    parser.add_argument("--injects", type=int, default=24, help="injects that come due, one a second")
    parser.add_argument("--fired", type=int, default=12, help="injects that the leader fires")
    options = parser.parse_args()
    open_files()
    port = stage.free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = town.furnish(Path(folder), f"http://127.0.0.1:{port}")
        database, exercise, link = prepared(settings, options)
        server, seconds = first_page(settings, port, Path(folder) / "server.log")
        try:
            listeners, due, asked, joining = asyncio.run(
                play(settings, port, database, exercise, link, options)
            )
            memory = sum(memory_megabytes(pid) for pid in children(server.pid))
        finally:
            server.terminate()
            server.wait()
        lines = database.read(lambda session: trails.of_kinds(session, exercise.trail_id, Kind.INJECT_FIRED))
        database.close()
    rows = [
        ("from its due moment", lateness(lines, listeners, due)),
        ("from “fire now”", lateness(lines, listeners, asked)),
    ]
    facts = [
        ("start of the process to the first page", f"{seconds:.2f} s"),
        ("memory of the server's processes at the end", f"{memory} MB"),
        ("joining, three requests for each participant", f"{joining:.1f} s"),
    ]
    show(rows, facts, options)


if __name__ == "__main__":
    main()
