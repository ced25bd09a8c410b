import asyncio
import random
import socket
import threading
from datetime import timedelta

import pytest


def test_a_frame_arrives_as_it_was_rendered(world, house):
    async def story():
        client = await (await world.listen(house)).until_open()
        house.say("<li>Uitkeringen</li>\n<li>vallen uit</li>")
        await client.until_id(0)
        assert client.frames == [(0, "<li>Uitkeringen</li>\n<li>vallen uit</li>")]

    world.play(story())


def test_the_first_bytes_come_at_once_with_headers_that_no_proxy_holds_back(world, house):
    async def story():
        client = await (await world.listen(house)).until_open()
        assert client.status == 200
        assert client.header["content-type"] == "text/event-stream"
        assert client.header["cache-control"] == "no-store"
        assert client.header["x-accel-buffering"] == "no"
        assert client.header["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in client.header["content-security-policy"]
        assert not [name for name in client.header if name.startswith("access-control")]
        assert client.body.content.startswith(b":\n\nevent: live:open\nretry: ")

    world.play(story())


def test_clients_are_told_different_waiting_times(world, house):
    async def story():
        clients = [await (await world.listen(house)).until_open() for _ in range(8)]
        waits = {client.body.content.split(b"retry: ")[1].split(b"\n")[0] for client in clients}
        assert len(waits) > 1
        assert all(500 <= int(wait) <= 3000 for wait in waits)

    world.play(story())


@pytest.mark.parametrize("how", ["header", "page"])
def test_what_was_missed_is_replayed_from_where_the_client_was(world, house, how):
    for number in range(6):
        house.trails.say(f"line {number}")

    async def story():
        where = {"Last_Event_ID": "2"} if how == "header" else {"after": 2}
        client = await (await world.listen(house, **where)).until_id(5)
        house.say("line 6")
        await client.until_id(6)
        assert client.frames == [(number, f"line {number}") for number in range(3, 7)]

    world.play(story())


def test_the_header_counts_more_than_what_the_page_once_knew(world, house):
    for number in range(6):
        house.trails.say(f"line {number}")

    async def story():
        client = await (await world.listen(house, after=0, Last_Event_ID="4")).until_id(5)
        assert client.ids == [5]

    world.play(story())


def test_a_long_replay_comes_whole_even_to_a_slow_reader(world, house):
    for number in range(700):
        house.trails.say(f"{number} " + "x" * 2000)

    async def story():
        client = await world.listen(house)
        await asyncio.sleep(0.2)
        house.say("and one more")
        await client.until_id(700)
        assert client.ids == list(range(701))

    world.play(story())


def test_a_client_that_is_ahead_of_the_hub_waits_for_what_is_new(world, house):
    async def story():
        first = await (await world.listen(house)).until_open()
        house.loud = False
        for number in range(3):
            house.say(f"line {number}")
        # The page was rendered from the database before the bell came to the hub.
        second = await (await world.listen(house, after=2)).until_open()
        house.loud = True
        house.say("line 3")
        await first.until_id(3)
        await second.until_id(3)
        assert first.ids == [0, 1, 2, 3]
        assert second.ids == [3]

    world.play(story())


def test_an_id_from_beyond_the_trail_harms_nobody_else(world, house):
    house.trails.say("line 0")

    async def story():
        liar = await (await world.listen(house, Last_Event_ID="999999999")).until_open()
        honest = await (await world.listen(house, after=0)).until_open()
        house.say("line 1")
        await honest.until_id(1)
        assert honest.ids == [1]
        assert (await liar.quiet()).ids == []

    world.play(story())


def test_two_tabs_of_one_person_are_both_live(world, house):
    async def story():
        tabs = [await (await world.listen(house)).until_open() for _ in range(2)]
        for number in range(3):
            house.say(f"line {number}")
        for tab in tabs:
            await tab.until_id(2)
            assert tab.ids == [0, 1, 2]

    world.play(story())


def test_nobody_sees_what_is_for_others(world, house):
    audiences = [("all",), ("team:1",), ("team:2",), ("staff",), ("participant:7",), (), ("team:1", "team:2")]
    for audience in audiences:
        house.trails.say("|".join(audience) or "nobody", audience=audience)

    async def story():
        seen = {}
        for name, tokens in {
            "one": {"all", "team:1"},
            "two": {"all", "team:2"},
            "seven": {"participant:7"},
            "staff": {"staff"},
            "nobody": set(),
        }.items():
            chosen = world.ticket(tokens=frozenset(tokens))
            seen[name] = await (await world.listen(house, chosen)).until_open()
        for audience in audiences:
            house.say("|".join(audience) or "nobody", audience=audience)
        await seen["staff"].until_id(13)
        shown = {name: (await client.quiet()).ids for name, client in seen.items()}
        assert shown == {
            "one": [0, 1, 6, 7, 8, 13],
            "two": [0, 2, 6, 7, 9, 13],
            "seven": [4, 11],
            "staff": list(range(14)),
            "nobody": [],
        }
        assert b"team:2" not in seen["one"].body.raw.replace(b"team:1|team:2", b"")

    world.play(story())


def test_trails_do_not_mix(world, house):
    async def story():
        one = await (await world.listen(house, world.ticket(trail_id=1))).until_open()
        two = await (await world.listen(house, world.ticket(trail_id=2))).until_open()
        house.say("of one", trail=1)
        house.say("of two", trail=2)
        assert (await one.until_id(0)).frames == [(0, "of one")]
        assert (await two.until_id(0)).frames == [(0, "of two")]

    world.play(story())


def test_a_line_with_nothing_to_show_makes_no_frame(world, house):
    async def story():
        client = await (await world.listen(house)).until_open()
        for html in ("shown", "hidden", "cannot be rendered", "shown again"):
            house.say(html)
        assert (await client.until_id(3)).ids == [0, 3]

    world.play(story())


def test_a_line_is_read_and_drawn_once_however_many_listen(world, house):
    async def story():
        clients = [await (await world.listen(house)).until_open() for _ in range(20)]
        house.say("once")
        for client in clients:
            await client.until_id(0)
        assert [position for _, position in house.trails.rendered] == [0]
        assert len(house.trails.read) < 10

    world.play(story())


def test_who_reconnects_together_is_served_by_few_readings(world, house):
    for number in range(50):
        house.trails.say(f"line {number}")

    async def story():
        clients = await asyncio.gather(*(world.listen(house, after=9) for _ in range(40)))
        for client in clients:
            await client.until_id(49)
            assert client.ids == list(range(10, 50))
        assert len(house.trails.rendered) == 40

    world.play(story())


def test_two_hundred_clients_receive_every_frame_once(world, house):
    async def story():
        teams = [world.ticket(tokens=frozenset({"all", f"team:{number % 4}"})) for number in range(200)]
        clients = await asyncio.gather(*(world.listen(house, team) for team in teams))
        await asyncio.gather(*(client.until_open() for client in clients))
        for number in range(60):
            house.say(f"line {number}")
            if number % 10 == 0:
                await asyncio.sleep(0.01)
        await asyncio.gather(*(client.until_id(59) for client in clients))
        assert all(client.ids == list(range(60)) for client in clients)

    world.play(story())


def test_who_comes_at_any_moment_misses_nothing_and_gets_nothing_twice(world, house):
    chance = random.Random(7)
    house.trails.slow = 0.002
    for number in range(300):
        house.trails.say(f"line {number}")

    async def speak():
        for number in range(300, 700):
            house.say(f"line {number}")
            await asyncio.sleep(chance.uniform(0, 0.004))

    async def come(number):
        after = chance.choice([-1, 100, 250, 299, 299, 299])
        await asyncio.sleep(chance.uniform(0, 0.8))
        chosen = world.ticket(tokens=frozenset({"all", f"team:{number % 3}"}))
        client = await world.listen(house, chosen, after=after)
        await client.until_id(699)
        assert client.ids == list(range(after + 1, 700))

    async def story():
        await asyncio.gather(speak(), *(come(number) for number in range(40)))

    world.play(story())


def live(house):
    return [stream for stream in house.hub._all() if stream.live]


def test_who_is_the_first_of_a_view_while_others_are_drawn_gets_the_line_too(world, house):
    async def story():
        first = await (await world.listen(house)).until_open()
        await world.eventually(lambda: live(house))
        house.trails.hold = threading.Event()
        house.say("line 0")
        await asyncio.to_thread(house.trails.holding.wait)
        release, house.trails.hold = house.trails.hold, None
        other = world.ticket(page="exercises/wall", ref="participant:2")
        second = await (await world.listen(house, other)).until_open()
        await world.eventually(lambda: len(live(house)) == 2)
        release.set()
        house.say("line 1")
        for client in (first, second):
            await client.until_id(1)
            assert client.ids == [0, 1]

    world.play(story())


def test_a_long_stretch_that_is_for_others_is_passed_over(world, house):
    for _ in range(450):
        house.trails.say("for team 2", audience=("team:2",))
    house.trails.say("for everyone")

    async def story():
        client = await world.listen(house)
        await client.until_id(450)
        assert client.ids == [450]
        assert len(house.trails.read) < 40

    world.play(story())


def test_a_client_that_stops_reading_is_dropped_and_the_others_get_everything(world, house):
    async def story():
        healthy = [await (await world.listen(house)).until_open() for _ in range(3)]
        stalled = socket.create_connection(("127.0.0.1", house.port))
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.sendall(f"GET {world.path()} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        await world.eventually(lambda: house.hub.streams == 4)
        number = 0
        while house.hub.streams == 4 and number < 1000:
            number = house.say(f"{number} " + "x" * 8000)
            await asyncio.gather(*(client.until_id(number) for client in healthy))
        assert house.hub.streams == 3
        assert number < 300
        assert all(client.ids == list(range(number + 1)) for client in healthy)
        stalled.close()

    world.play(story())


@pytest.mark.parametrize("name", ["s-1", "participant:1"])
def test_a_gone_bell_ends_the_streams_of_that_session_or_person_at_once(world, house, name):
    async def story():
        mine = [await (await world.listen(house)).until_open() for _ in range(2)]
        other = world.ticket(ref="participant:2", sid="s-2")
        theirs = await (await world.listen(house, other)).until_open()
        house.ring(f"gone:{name}")
        for client in mine:
            await client.until_over(seconds=10)
            assert client.events[-1] == "live:gone"
            assert client.body.ended
        house.say("for who stayed")
        await theirs.until_id(0)
        assert [client.ids for client in mine] == [[], []]

    world.play(story())


def test_a_session_that_signed_out_cannot_come_back_with_its_old_ticket(world, house):
    async def story():
        house.ring("gone:s-1")
        await asyncio.sleep(0.05)
        assert (await world.listen(house)).status == 403
        again = await world.listen(house, world.ticket(sid="s-2"))
        assert again.status == 200

    world.play(story())


@pytest.mark.parametrize("name", ["s-1", "participant:1"])
def test_access_withdrawn_while_it_is_being_checked_is_no_access(world, house, name):
    async def story():
        house.trails.hold = threading.Event()
        coming = asyncio.create_task(world.listen(house))
        await asyncio.to_thread(house.trails.holding.wait)
        house.ring(f"gone:{name}")
        await asyncio.sleep(0.05)
        house.trails.hold.set()
        client = await (await coming).until_over(seconds=10)
        assert client.status == 403 or client.events[-1] == "live:gone"

    world.play(story())


def test_withdrawn_access_cannot_come_back(world, house):
    house.trails.dead.add(("participant:1", 0))

    async def story():
        assert (await world.listen(house)).status == 403
        newer = await world.listen(house, world.ticket(generation=1))
        assert newer.status == 200

    world.play(story())


def refusals(world):
    expired = world.ticket(expires_at=world.NOON)
    good = world.path()
    return {
        world.path(expired): 403,
        good[:-1] + ("A" if good[-1] != "A" else "B"): 403,
        "/live/": 403,
        "/live/nonsense": 403,
        "/live/a/b": 403,
        good + "?after=x": 400,
        good + "?after=-2": 400,
        good + "?after=" + "9" * 30: 400,
        "/elsewhere": 404,
    }


def test_bad_requests_are_refused_in_a_sentence(world, house):
    async def story():
        for address, status in refusals(world).items():
            client = await (await world.Client.open(house.port, address)).until_over()
            assert client.status == status, address
            assert b"data-refusal" in client.body.raw
            assert client.header["x-content-type-options"] == "nosniff"
        broken = await world.listen(house, Last_Event_ID="12; DROP")
        assert broken.status == 400
        posted = await world.listen(house, method="POST", Content_Length=0)
        assert posted.status == 405
        assert posted.header["allow"] == "get"
        assert house.hub.streams == 0

    world.play(story())


@pytest.mark.parametrize("writer", ["direct", "portable"])
def test_heartbeats_come_and_a_stream_ends_with_its_ticket(world, trails, writer):
    with world.opened(trails, writer=writer, heartbeat=0.15) as house:

        async def story():
            client = await (await world.listen(house)).until_open()
            await client.until(lambda client: client.comments >= 2)
            assert client.ids == []
            house.clock.now += timedelta(hours=12)
            await client.until_over()
            assert client.events[-1] == "live:gone"
            assert (await world.listen(house)).status == 403

        world.play(story())


@pytest.mark.parametrize("writer", ["direct", "portable"])
def test_a_heartbeat_ends_streams_whose_access_was_withdrawn_elsewhere(world, trails, writer):
    with world.opened(trails, writer=writer, heartbeat=0.15) as house:

        async def story():
            client = await (await world.listen(house)).until_open()
            stays = await (await world.listen(house, world.ticket(ref="participant:2"))).until_open()
            trails.dead.add(("participant:1", 0))
            await client.until_over()
            assert client.events[-1] == "live:gone"
            house.say("still here")
            await stays.until_id(0)

        world.play(story())


@pytest.mark.parametrize("writer", ["direct", "portable"])
def test_after_a_restart_clients_go_on_where_they_were(world, trails, writer):
    async def before(house):
        client = await (await world.listen(house)).until_open()
        for number in range(5):
            house.say(f"line {number}")
        await client.until_id(4)
        stopping = asyncio.to_thread(house.stop)
        await asyncio.gather(stopping, client.until_over())
        assert client.body.ended
        return client.ids

    async def after(house, last):
        client = await world.listen(house, Last_Event_ID=str(last))
        house.say("line 8")
        await client.until_id(8)
        return client.ids

    with world.opened(trails, writer=writer) as house:
        received = world.play(before(house))
    for number in range(5, 8):
        trails.say(f"line {number}")
    with world.opened(trails, writer=writer, port=house.port) as again:
        received += world.play(after(again, received[-1]))
    assert received == list(range(9))


def test_trouble_with_the_database_is_made_good_at_the_next_bell(world, house, caplog):
    async def story():
        client = await (await world.listen(house)).until_open()
        house.say("line 0")
        await client.until_id(0)
        house.trails.broken = True
        house.say("line 1")
        await client.quiet()
        house.trails.broken = False
        house.say("line 2")
        await client.until_id(2)
        assert client.ids == [0, 1, 2]

    world.play(story())
    assert "trail 1 could not be read" in caplog.text


def test_what_nobody_listens_to_any_more_is_forgotten(world, house):
    async def story():
        client = await (await world.listen(house)).until_open()
        house.say("line 0")
        await client.until_id(0)
        await client.close()
        await world.eventually(lambda: house.hub.streams == 0)
        readings = len(house.trails.read)
        for number in range(1, 11):
            house.say(f"line {number}")
            await asyncio.sleep(0.02)
        assert len(house.trails.read) <= readings + 1  # one may have been on its way when the client left

    world.play(story())
