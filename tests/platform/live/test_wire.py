"""The bytes on the wire, which the direct writer makes itself: they must be what uvicorn would have made."""

import re
from importlib.metadata import version

import pytest

from cyberready.platform.live.writer import Direct, Portable, writer


async def recorded(world, house):
    client = await (await world.listen(house)).until_open()
    house.say("<p>één</p>")
    await client.until_id(0)
    house.say("first line\nsecond line")
    await client.until_id(1)
    house.ring("gone:s-1")
    await client.until_over()
    waiting = re.search(rb"retry: \d+\n", client.body.raw)[0]
    return client.head, client.body.raw.replace(waiting, b"retry: 1000\n")


GOLDEN = (
    b"id: 0\ndata: <p>\xc3\xa9\xc3\xa9n</p>\n\n",
    b"id: 1\ndata: first line\ndata: second line\n\n",
    b"event: live:gone\ndata: live:gone\n\n",
)


def chunked(content):
    return b"%x\r\n%b\r\n" % (len(content), content)


@pytest.mark.parametrize("kind", ["direct", "portable"])
def test_the_bytes_of_a_stream(world, trails, kind):
    with world.opened(trails, writer=kind) as house:
        head, body = world.play(recorded(world, house))
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"transfer-encoding: chunked\r\n" in head
    opening, *rest = re.split(rb"(?<=\n\n\r\n)", body)
    assert re.fullmatch(rb"[0-9a-f]+\r\n:\n\nevent: live:open\nretry: 1000\ndata: live:open\n\n\r\n", opening)
    assert b"".join(rest) == b"".join(map(chunked, GOLDEN)) + b"0\r\n\r\n"


def test_both_writers_say_the_same(world, trails):
    said = {}
    for kind in ("direct", "portable"):
        trails.said.clear()
        with world.opened(trails, writer=kind) as house:
            head, body = world.play(recorded(world, house))
        without_date = re.sub(rb"date: [^\r]+\r\n", b"", head)
        said[kind] = without_date, re.sub(rb"^[0-9a-f]+\r\n", b"", body)
    assert said["direct"] == said["portable"]


def test_the_direct_writer_is_really_taken(world, trails):
    chosen = {}
    for kind in ("direct", "portable"):
        with world.opened(trails, writer=kind) as house:

            async def story(house=house):
                await (await world.listen(house)).until_open()
                return type(next(iter(house.hub._all())).writer)

            chosen[kind] = world.play(story())
    assert chosen == {"direct": Direct, "portable": Portable}


def test_a_server_that_shows_no_connection_gets_the_portable_writer():
    async def send(message):
        pass

    assert type(writer(send, "direct")) is Portable


def test_the_pinned_server_is_the_one_these_bytes_were_compared_with():
    assert version("uvicorn") == "0.54.0"
