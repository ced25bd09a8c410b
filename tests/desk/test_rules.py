"""When people are reminded, and of what."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from cyberready.desk.rules import Cause, Task, news, next_round, ordered

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
MARKS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=3).map(tuple)
TASKS = st.builds(Task, st.sampled_from(Cause), st.text(max_size=3), st.just("/x"), marks=MARKS)


@given(MOMENTS)
def test_the_next_round_is_the_first_eight_o_clock_on_a_working_day(last):
    due = next_round(last, AMSTERDAM)
    local = due.astimezone(AMSTERDAM)
    assert due > last
    assert local.time() == time(8)
    assert local.weekday() < 5
    assert due - last <= timedelta(days=3, hours=1)


def test_friday_evening_waits_for_monday_and_the_clock_change_does_not_matter():
    friday = datetime(2026, 10, 23, 18, 0, tzinfo=AMSTERDAM)
    monday = next_round(friday, AMSTERDAM)
    assert monday == datetime(2026, 10, 26, 7, 0, tzinfo=UTC)
    assert next_round(monday, AMSTERDAM) == datetime(2026, 10, 27, 7, 0, tzinfo=UTC)


@given(st.lists(TASKS, max_size=5), st.sets(st.sampled_from("abcd")))
def test_nobody_is_reminded_of_one_stage_twice(tasks, known):
    new = news(tasks, known)
    assert len(new) == len(set(new))
    assert set(new) == {mark for task in tasks for mark in task.marks} - known
    assert news(tasks, known | set(new)) == []


@given(st.lists(TASKS, max_size=6))
def test_the_order_loses_nothing_and_does_not_depend_on_where_one_begins(tasks):
    once = ordered(tasks)
    assert sorted(map(repr, once)) == sorted(map(repr, tasks))
    assert [task.cause for task in ordered(reversed(tasks))] == [task.cause for task in once]


def test_only_what_is_past_its_date_is_late():
    late = {cause for cause in Cause if Task(cause, "x", "/x").late}
    assert late == {Cause.REVIEW_LATE, Cause.IMPROVE_LATE}
