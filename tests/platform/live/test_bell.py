import asyncio
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import text

from cyberready.platform.db import Database, ring
from cyberready.platform.live.bell import Bell

HOUR = 3600
COMMIT = """
import sys
from sqlalchemy import text
from cyberready.platform.db import Database, ring
database = Database(sys.argv[1])
def work(session):
    session.execute(text("INSERT INTO rung VALUES (1)"))
    ring(session, "trail:1")
for _ in sys.stdin:
    database.transact(work)
"""


@pytest.fixture
def database(database_url):
    made = Database(database_url)
    made.transact(lambda session: session.execute(text("CREATE TABLE rung (number INTEGER)")))
    yield made
    made.close()


class Heard:
    """What the bell told the event loop, and when."""

    def __init__(self):
        self.here = []
        self.elsewhere = []
        self.threads = set()

    def ring(self, bells):
        self.here.append(bells)
        self.threads.add(threading.current_thread())

    def ring_all(self):
        self.elsewhere.append(time.monotonic())


def rung(session):
    session.execute(text("INSERT INTO rung VALUES (1)"))
    ring(session, "trail:7", "gone:s-1")


def test_a_commit_of_this_process_is_heard_by_name_in_the_event_loop(world, database):
    heard = Heard()

    async def story():
        bell = Bell(database, heard.ring, heard.ring_all, poll_seconds=HOUR)
        await bell.start()
        await asyncio.to_thread(database.transact, rung)
        await world.eventually(lambda: heard.here)
        await bell.stop()
        await asyncio.to_thread(database.transact, rung)
        await asyncio.sleep(0.05)

    asyncio.run(story())
    assert heard.here == [frozenset({"trail:7", "gone:s-1"})]
    assert heard.threads == {threading.main_thread()}


def test_what_is_rolled_back_rings_no_bell(database):
    heard = Heard()

    def refused(session):
        rung(session)
        raise LookupError

    async def story():
        bell = Bell(database, heard.ring, heard.ring_all, poll_seconds=HOUR)
        await bell.start()
        with pytest.raises(LookupError):
            await asyncio.to_thread(database.transact, refused)
        await asyncio.sleep(0.05)
        await bell.stop()

    asyncio.run(story())
    assert heard.here == []


def test_a_commit_of_another_process_is_heard_without_the_safety_net(world, database, database_url):
    heard = Heard()

    async def story():
        bell = Bell(database, heard.ring, heard.ring_all, poll_seconds=HOUR)
        await bell.start()
        await world.eventually(lambda: heard.elsewhere)
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", COMMIT, database_url, stdin=subprocess.PIPE
        )
        for _ in range(5):
            # Whatever was still on its way from before has come by then.
            await asyncio.sleep(0.1)
            heard.elsewhere.clear()
            other.stdin.write(b"commit\n")
            await world.eventually(lambda: heard.elsewhere)
        other.stdin.close()
        assert await other.wait() == 0
        await bell.stop()

    asyncio.run(story())
    assert heard.here == []


def test_the_safety_net_looks_without_any_bell(world, database):
    heard = Heard()

    async def story():
        bell = Bell(database, heard.ring, heard.ring_all, poll_seconds=0.01)
        await bell.start()
        await world.eventually(lambda: len(heard.elsewhere) > 3)
        await bell.stop()

    asyncio.run(story())


def test_a_lost_connection_to_the_database_comes_back_and_looks_at_once(world, database):
    if database.sqlite:
        pytest.skip("SQLite has no connection to lose")
    heard = Heard()
    listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"

    async def story():
        bell = Bell(database, heard.ring, heard.ring_all, poll_seconds=HOUR)
        await bell.start()
        await world.eventually(lambda: heard.elsewhere)
        ended = await asyncio.to_thread(
            database.transact, lambda session: session.execute(text(listeners)).scalars().all()
        )
        assert ended == [True]
        heard.elsewhere.clear()
        await world.eventually(lambda: heard.elsewhere)
        heard.elsewhere.clear()
        await asyncio.to_thread(database.transact, rung)
        await world.eventually(lambda: heard.elsewhere)
        await bell.stop()

    asyncio.run(story())
