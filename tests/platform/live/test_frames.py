from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.platform.live import frames
from cyberready.platform.live.frames import Frame, Ring, bare, chunk, draw, encode, end, named, visible
from cyberready.platform.live.tickets import View


def test_a_frame_on_the_wire():
    event = encode(41, "<li>één</li>\n<li>twee</li>")
    assert event == "id: 41\ndata: <li>één</li>\ndata: <li>twee</li>\n\n".encode()
    assert chunk(event) == b"31\r\n" + event + b"\r\n"
    assert bare(chunk(event)) == event


def test_a_named_event_on_the_wire():
    assert named("live:open", retry=1500) == b"event: live:open\nretry: 1500\ndata: live:open\n\n"
    assert named("live:gone") == b"event: live:gone\ndata: live:gone\n\n"


@given(st.text())
def test_no_text_breaks_out_of_its_frame(html):
    event = encode(7, html).decode()
    head, *fields = event.removesuffix("\n\n").split("\n")
    assert head == "id: 7"
    assert all(field.startswith("data: ") for field in fields)
    assert "\r" not in event
    carried = "\n".join(field.removeprefix("data: ") for field in fields)
    assert carried == html.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("audience", "tokens", "seen"),
    [
        (("all",), ("all", "team:1"), True),
        (("team:2",), ("all", "team:1"), False),
        (("team:1", "team:2"), ("team:2",), True),
        (("team:2",), ("staff",), True),
        ((), ("staff",), True),
        (("staff",), ("all", "team:1"), False),
        ((), ("all",), False),
        (("team:1",), (), False),
    ],
)
def test_who_sees_a_line(audience, tokens, seen):
    assert visible(audience, tokens) is seen


def test_audiences_of_one_page_share_one_drawing_that_knows_no_audience(trails):
    trails.say("for everyone")
    lines, drawn = trails.lines(1, -1, 9), {}
    views = [View("room", "nl", ("all", f"participant:{number}")) for number in range(50)]
    frames = [draw(trails, view, lines, drawn)[0] for view in views]
    assert all(frame is frames[0] for frame in frames)
    assert trails.rendered == [(View("room", "nl", ()), 0)]


def test_each_page_and_language_is_drawn_by_itself(trails):
    trails.say("for everyone")
    lines, drawn = trails.lines(1, -1, 9), {}
    for page, language in (("room", "nl"), ("room", "en"), ("wall", "nl")):
        draw(trails, View(page, language, ("all",)), lines, drawn)
    assert [view[:2] for view, _ in trails.rendered] == [("room", "nl"), ("room", "en"), ("wall", "nl")]


def test_what_is_not_for_a_view_is_not_drawn_for_it(trails):
    trails.say("for team 2", audience=("team:2",))
    lines, drawn = trails.lines(1, -1, 9), {}
    assert draw(trails, View("room", "nl", ("team:1",)), lines, drawn) == []
    assert trails.rendered == []
    assert len(draw(trails, View("room", "nl", ("team:2",)), lines, drawn)) == 1
    assert draw(trails, View("room", "nl", ("team:1",)), lines, drawn) == []


def test_a_line_that_cannot_be_rendered_does_not_hold_up_the_next(trails, caplog):
    for html in ("first", "cannot be rendered", "last"):
        trails.say(html)
    drawn = draw(trails, View("room", "nl", ("all",)), trails.lines(1, -1, 9), {})
    assert [frame.position for frame in drawn] == [0, 2]
    assert "line 1 is not shown on room" in caplog.text


@dataclass
class Counting:
    size: int
    looks: int = 0

    def lines(self, trail_id, after, limit):
        self.looks += 1
        return range(after + 1, min(self.size, after + 1 + limit))


@given(st.integers(0, 10**6), st.one_of(st.integers(-1, 10**6), st.just(2**53)))
def test_the_end_of_a_trail_is_found_in_a_few_looks(size, near):
    source = Counting(size)
    assert end(source, 1, near) == size - 1
    assert source.looks <= 60


@pytest.mark.parametrize("size", [1, 500, 100_000])
def test_a_good_guess_costs_two_looks(size):
    source = Counting(size)
    end(source, 1, size - 1)
    assert source.looks == 2


def frame(position, size=10):
    return Frame(position, chunk(b"x" * size))


# What happens to a ring: new positions, each shown or not, in batches.
batches = st.lists(st.lists(st.booleans(), min_size=1, max_size=120), max_size=12)


@given(batches, st.integers(-1, 600))
def test_a_ring_holds_every_frame_of_the_positions_it_covers(given_batches, asked):
    ring, shown, head = Ring(-1), [], -1
    for batch in given_batches:
        new = [frame(head + 1 + index) for index, seen in enumerate(batch) if seen]
        shown += new
        head += len(batch)
        ring.add(new, head)
    assert ring.head == head
    if ring.covers(asked):
        assert ring.after(asked) == [one for one in shown if one.position > asked]
    assert ring.covers(head)
    assert len(ring.after(-1)) <= frames.RING_FRAMES


def test_large_frames_leave_the_ring_sooner():
    ring = Ring(-1)
    for position in range(100):
        ring.add([frame(position, 10_000)], position)
    kept = ring.after(-1)
    assert sum(len(one.chunk) for one in kept) <= frames.RING_BYTES
    assert kept[-1].position == 99
    assert ring.floor == kept[0].position - 1


@given(st.lists(st.integers(0, 300), unique=True).map(sorted), st.data())
def test_a_ring_that_reached_back_still_holds_every_frame(positions, data):
    first = data.draw(st.integers(-1, 200))
    last = data.draw(st.integers(first, 300))
    after = data.draw(st.integers(-1, 300))
    upto = data.draw(st.integers(after, 300))
    asked = data.draw(st.integers(-1, 300))
    shown = [frame(position) for position in positions]
    ring = Ring(first)
    ring.add([one for one in shown if first < one.position <= last], last)
    ring.backfill(after, upto, [one for one in shown if after < one.position <= upto])
    if ring.covers(asked):
        assert ring.after(asked) == [one for one in shown if asked < one.position <= last]
    assert all(one.position < other.position for one, other in pairwise(ring.after(-1)))
