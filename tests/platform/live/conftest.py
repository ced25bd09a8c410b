"""A server on a free port with a made-up trail behind it, and clients that read the wire byte by byte."""

import asyncio
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from cyberready.platform.live import tickets
from cyberready.platform.live.door import Door
from cyberready.platform.live.hub import Hub
from cyberready.platform.live.server import listening, server
from cyberready.platform.live.tickets import Ticket

KEY = "a key for tests"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENCE = 20


@dataclass(frozen=True)
class Said:
    position: int
    audience: tuple[str, ...]
    html: str


@dataclass
class Trails:
    """Trails in memory; what was said for whom, who is no longer alive, and how often was asked."""

    said: dict[int, list[Said]] = field(default_factory=dict)
    dead: set = field(default_factory=set)
    rendered: list = field(default_factory=list)
    read: list = field(default_factory=list)
    slow: float = 0
    broken: bool = False
    holding: threading.Event = field(default_factory=threading.Event)
    hold: threading.Event | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, html, *, trail=1, audience=("all",)):
        with self.lock:
            lines = self.said.setdefault(trail, [])
            lines.append(Said(len(lines), audience, html))
            return len(lines) - 1

    def lines(self, trail_id, after, limit):
        if self.broken:
            raise OSError("the database is away")
        time.sleep(self.slow)
        with self.lock:
            found = self.said.get(trail_id, [])[after + 1 : after + 1 + limit]
        self.read.append((trail_id, after, len(found)))
        return found

    def render(self, view, line):
        self.rendered.append((view, line.position))
        self._wait()
        if "cannot" in line.html:
            raise ValueError(line.html)
        return None if "hidden" in line.html else line.html

    def alive(self, ref, generation):
        answer = (ref, generation) not in self.dead
        self._wait()
        return answer

    def _wait(self):
        if hold := self.hold:
            self.holding.set()
            hold.wait(PATIENCE)


class Hand:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


class House:
    """A running server: the hub behind the door, in a thread of its own."""

    def __init__(self, trails, *, writer="direct", port=0, pages=None, live=True, heartbeat=15.0, loud=True):
        self.trails = trails
        self.clock = Hand()
        self.loud = loud
        self.hub = (
            Hub(secret_key=KEY, source=trails, clock=self.clock, writer=writer, heartbeat=heartbeat)
            if live
            else None
        )
        self.door = Door(pages=pages, hub=self.hub, bell=None)
        self.listener = listening("127.0.0.1", port)
        self.port = self.listener.getsockname()[1]
        started = threading.Event()
        self.loop = None

        def ready():
            self.loop = asyncio.get_running_loop()
            started.set()

        self.server = server(self.door, started=ready)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.listener]}, daemon=True
        )
        self.thread.start()
        assert started.wait(PATIENCE)

    def say(self, html, **where):
        position = self.trails.say(html, **where)
        if self.loud:
            self.ring(f"trail:{where.get('trail', 1)}")
        return position

    def ring(self, *bells):
        self.loop.call_soon_threadsafe(self.hub.ring, bells)

    def stop(self):
        self.server.should_exit = True
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def ticket(**changes):
    chosen = {
        "trail_id": 1,
        "page": "exercises/room",
        "language": "nl",
        "tokens": frozenset({"all", "team:1"}),
        "ref": "participant:1",
        "sid": "s-1",
        "generation": 0,
        "expires_at": NOON + timedelta(hours=12),
    }
    return Ticket(**chosen | changes)


class Body:
    """Chunked bytes as they come in: the lengths of the chunks, their content, and whether the last has come."""

    def __init__(self):
        self.raw = b""
        self.rest = b""
        self.sizes = []
        self.content = b""
        self.ended = False

    def feed(self, got):
        self.raw += got
        self.rest += got
        while b"\r\n" in self.rest and not self.ended:
            head, _, rest = self.rest.partition(b"\r\n")
            size = int(head, 16)
            if len(rest) < size + 2:
                return
            assert rest[size : size + 2] == b"\r\n"
            self.content, self.rest = self.content + rest[:size], rest[size + 2 :]
            self.sizes.append(size)
            self.ended = size == 0


def block(text):
    """One event or comment as a list of (field, value)."""
    return [tuple(line.split(": ", 1)) if ": " in line else (line, "") for line in text.split("\n")]


class Client:
    """One listener; ``frames`` are the (id, data) it received, ``events`` the names of events without an id."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.head = b""
        self.body = Body()
        self.over = False
        self.frames = []
        self.events = []
        self.comments = 0
        self._parsed = 0

    @classmethod
    async def open(cls, port, path, **headers):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        client = cls(reader, writer)
        OPEN.append(client)
        method = headers.pop("method", "GET")
        fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: test\r\n{fields}\r\n".encode())
        client.head = await reader.readuntil(b"\r\n\r\n")
        return client

    @property
    def status(self):
        return int(self.head.split()[1])

    @property
    def header(self):
        lines = self.head.decode().strip().split("\r\n")[1:]
        return dict(line.lower().split(": ", 1) for line in lines)

    @property
    def ids(self):
        return [number for number, _ in self.frames]

    async def read(self):
        got = await self.reader.read(65536)
        self.over = not got
        if self.header.get("transfer-encoding") == "chunked":
            self.body.feed(got)
            self._parse()
        else:
            self.body.raw += got

    def _parse(self):
        content = self.body.content
        while (end := content.find(b"\n\n", self._parsed)) >= 0:
            fields = block(content[self._parsed : end].decode())
            self._parsed = end + 2
            match fields[0]:
                case ("id", number):
                    data = "\n".join(value for name, value in fields if name == "data")
                    self.frames.append((int(number), data))
                case ("event", name):
                    self.events.append(name)
                case (":", _):
                    self.comments += 1
                case _:
                    raise AssertionError(fields)

    async def until(self, condition, seconds=PATIENCE):
        async with asyncio.timeout(seconds):
            while not condition(self) and not self.over:
                await self.read()
        assert condition(self), (self.events, self.frames[-3:])
        return self

    async def until_id(self, position):
        return await self.until(lambda client: client.frames and client.frames[-1][0] >= position)

    async def until_open(self):
        return await self.until(lambda client: "live:open" in client.events)

    async def until_over(self, seconds=PATIENCE):
        return await self.until(lambda client: client.over, seconds)

    async def quiet(self, seconds=0.15):
        """Read what comes in a little while: for showing that something does not come."""
        try:
            async with asyncio.timeout(seconds):
                while not self.over:
                    await self.read()
        except TimeoutError:
            pass
        return self

    async def close(self):
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


OPEN = []


def play(story):
    """Run a story and close every connection that it opened."""

    async def whole():
        try:
            return await story
        finally:
            await asyncio.gather(*(client.close() for client in OPEN))
            OPEN.clear()

    return asyncio.run(whole())


@contextmanager
def opened(*args, **kwargs):
    house = House(*args, **kwargs)
    try:
        yield house
    finally:
        house.stop()


async def eventually(condition, seconds=PATIENCE):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- what is waited for happens in another thread
            await asyncio.sleep(0.005)


def path(chosen=None, after=None):
    address = "/live/" + tickets.issue(KEY, chosen or ticket())
    return address if after is None else f"{address}?after={after}"


async def listen(house, chosen=None, after=None, **headers):
    return await Client.open(house.port, path(chosen, after), **headers)


@dataclass(frozen=True)
class World:
    """What tests of the live streams stand on."""

    Trails = Trails
    Client = Client
    opened = staticmethod(opened)
    listen = staticmethod(listen)
    ticket = staticmethod(ticket)
    path = staticmethod(path)
    play = staticmethod(play)
    eventually = staticmethod(eventually)
    KEY = KEY
    NOON = NOON


@pytest.fixture
def world():
    return World()


@pytest.fixture
def trails():
    return Trails()


@pytest.fixture(scope="module")
def stopping():
    """Servers take a quarter of a second to stop; they do it while the next test runs."""
    houses = []
    yield houses
    for house in houses:
        house.stop()


@pytest.fixture(params=["direct", "portable"])
def house(request, trails, stopping):
    running = House(trails, writer=request.param)
    yield running
    running.server.should_exit = True
    stopping.append(running)
