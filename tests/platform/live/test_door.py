import asyncio
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from flask import Flask, request

from cyberready.platform.live.door import Door

SERVE = """
import sys, time
from cyberready.platform.live.door import Door
from cyberready.platform.live.server import address_of, listening, server
listener = listening("127.0.0.1", 0)
door = Door(pages=None, hub=None, bell=None, beginning=[lambda: print("begun", flush=True)],
            ending=[lambda: print("ended", flush=True), lambda: time.sleep(float(sys.argv[1]))])
server(door, started=lambda: print(address_of(listener), flush=True)).run(sockets=[listener])
print("stopped", flush=True)
"""


@pytest.fixture
def pages():
    site = Flask("site")

    @site.get("/page")
    def page():
        return f"a page in {threading.current_thread().name}"

    @site.post("/form")
    def form():
        return request.form["typed"] * 2, 201

    return site.wsgi_app


async def answer(world, house, address, **headers):
    client = await world.Client.open(house.port, address, Connection="close", **headers)
    await client.until_over()
    return client.status, client.body.content or client.body.raw


def test_pages_and_streams_behind_one_door(world, trails, pages):
    with world.opened(trails, pages=pages) as house:

        async def story():
            client = await (await world.listen(house)).until_open()
            status, body = await answer(world, house, "/page")
            assert (status, body[:17]) == (200, b"a page in WSGI_0"[:17])
            house.say("line 0")
            await client.until_id(0)
            assert (await answer(world, house, "/nothing"))[0] == 404

        world.play(story())


def test_live_only_has_no_pages(world, trails):
    with world.opened(trails) as house:

        async def story():
            assert (await answer(world, house, "/page"))[0] == 404
            assert (await (await world.listen(house)).until_open()).status == 200

        world.play(story())


def test_web_only_has_no_streams(world, trails, pages):
    with world.opened(trails, pages=pages, live=False) as house:

        async def story():
            assert (await answer(world, house, world.path()))[0] == 404
            assert (await answer(world, house, "/page"))[0] == 200

        world.play(story())


@pytest.mark.parametrize("writer", ["direct", "portable"])
def test_stopping_ends_open_streams_cleanly(world, trails, writer):
    with world.opened(trails, writer=writer) as house:

        async def story():
            clients = [await (await world.listen(house)).until_open() for _ in range(50)]
            await asyncio.gather(asyncio.to_thread(house.stop), *(client.until_over() for client in clients))
            assert all(client.body.ended for client in clients)

        world.play(story())


async def lifespan(door):
    inbox, outbox = asyncio.Queue(), asyncio.Queue()
    task = asyncio.create_task(door({"type": "lifespan"}, inbox.get, outbox.put))
    await inbox.put({"type": "lifespan.startup"})
    started = await outbox.get()
    if started["type"] == "lifespan.startup.complete":
        await inbox.put({"type": "lifespan.shutdown"})
        await outbox.get()
    await task
    return started


def test_what_begins_and_ends_does_so_in_order():
    done = []
    door = Door(
        pages=None,
        hub=None,
        bell=None,
        beginning=[lambda: done.append("alarm starts")],
        ending=[lambda: done.append("alarm stops"), lambda: done.append("database closes")],
    )
    asyncio.run(lifespan(door))
    assert done == ["alarm starts", "alarm stops", "database closes"]


def test_a_start_that_fails_stops_the_server_with_the_reason(caplog):
    def fail():
        raise OSError("the database is away")

    door = Door(pages=None, hub=None, bell=None, beginning=[fail])
    started = asyncio.run(lifespan(door))
    assert started == {"type": "lifespan.startup.failed", "message": "the database is away"}
    assert "the start failed" in caplog.text


def test_an_end_that_takes_too_long_is_left_behind(caplog):
    release = threading.Event()
    done = []
    door = Door(
        pages=None, hub=None, bell=None, ending=[lambda: release.wait(60), lambda: done.append("never")]
    )

    async def story():
        began = time.monotonic()
        await lifespan(door)
        release.set()
        return time.monotonic() - began

    assert asyncio.run(story()) < 30
    assert done == []
    assert "done after the next start" in caplog.text


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_without_complaint(sent):
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "begun\n"
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    os.kill(process.pid, sent)
    out, complaints = process.communicate(timeout=30)
    assert (out, complaints, process.returncode) == ("ended\nstopped\n", "", 0)
