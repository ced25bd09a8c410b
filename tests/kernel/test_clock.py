from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.kernel.clock import ExerciseClock, utc
from cyberready.kernel.refusals import Conflict, Refused

START = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)

spans = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=30))
paces = st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000)


def minutes(number):
    return timedelta(minutes=number)


def test_a_paused_clock_stands_still():
    clock = ExerciseClock(banked=minutes(5))
    assert not clock.running
    assert clock.elapsed(START) == clock.elapsed(START + minutes(60)) == minutes(5)
    assert clock.due_at(minutes(10)) is None


def test_a_run_with_pause_and_double_pace():
    clock = ExerciseClock().start(START)
    assert clock.running
    assert clock.elapsed(START + minutes(10)) == minutes(10)
    clock = (
        clock.pause(START + minutes(10)).resume(START + minutes(30)).at_pace(Fraction(2), START + minutes(35))
    )
    assert clock.elapsed(START + minutes(35)) == minutes(15)
    assert clock.elapsed(START + minutes(45)) == minutes(35)
    assert clock.due_at(minutes(55)) == START + minutes(55)


def test_what_was_due_before_the_run_is_due_at_once():
    clock = ExerciseClock(banked=minutes(10)).resume(START)
    assert clock.due_at(minutes(3)) == START


def test_a_wall_clock_that_lags_never_turns_time_back():
    clock = ExerciseClock().start(START)
    earlier = START - minutes(1)
    assert clock.elapsed(earlier) == timedelta()
    assert clock.at_pace(Fraction(3), earlier).elapsed(START) == timedelta()
    assert clock.jump(minutes(4), earlier).elapsed(START) == minutes(4)


@pytest.mark.parametrize("to", [minutes(0), minutes(2), minutes(90)])
def test_a_jump_lands_exactly_and_keeps_running_or_paused(to):
    running = ExerciseClock().start(START).jump(to, START + minutes(20))
    assert running.running
    assert running.elapsed(START + minutes(21)) == to + minutes(1)
    paused = ExerciseClock(banked=minutes(20)).jump(to, START)
    assert paused == ExerciseClock(banked=to)


def test_pace_changes_while_paused_count_from_the_next_run():
    clock = ExerciseClock(banked=minutes(1)).at_pace(Fraction(1, 2), START)
    assert not clock.running
    assert clock.resume(START).elapsed(START + minutes(2)) == minutes(2)


def test_refusals():
    running = ExerciseClock().start(START)
    with pytest.raises(Conflict, match="already running"):
        running.resume(START)
    with pytest.raises(Conflict, match="not running"):
        ExerciseClock().pause(START)
    with pytest.raises(Refused, match="greater than zero"):
        running.at_pace(Fraction(0), START)
    with pytest.raises(Refused, match="before its start"):
        running.jump(-TICK, START)


@pytest.mark.parametrize(
    "facts",
    [
        {"banked": -TICK},
        {"pace": Fraction(0)},
        {"pace": Fraction(-1)},
        {"running_since": START.replace(tzinfo=None)},
        {"running_since": START.astimezone(ZoneInfo("Europe/Amsterdam"))},
    ],
)
def test_impossible_facts(facts):
    with pytest.raises(ValueError):
        ExerciseClock(**facts)


def test_moments_without_a_zone_are_refused_and_others_become_utc():
    with pytest.raises(ValueError, match="no time zone"):
        ExerciseClock().start(START.replace(tzinfo=None))
    local = START.astimezone(timezone(timedelta(hours=5)))
    assert ExerciseClock().start(local).running_since == START
    assert utc(local).tzinfo is UTC


def test_the_night_in_which_summer_time_ends_has_no_hour_too_many():
    amsterdam = ZoneInfo("Europe/Amsterdam")
    before, after = (datetime(2026, 10, 25, hour, tzinfo=amsterdam) for hour in (1, 4))
    assert ExerciseClock().start(before).elapsed(after) == timedelta(hours=4)


@given(banked=spans, pace=paces, further=st.timedeltas(TICK, timedelta(days=30)))
def test_due_is_the_first_microsecond_that_reaches_the_offset(banked, pace, further):
    clock = ExerciseClock(banked, START, pace)
    due = clock.due_at(banked + further)
    assert clock.elapsed(due) >= banked + further
    assert clock.elapsed(due - TICK) < banked + further


@given(banked=spans, pace=paces, wall=spans)
def test_due_of_what_is_elapsed_is_never_later_than_now(banked, pace, wall):
    clock, now = ExerciseClock(banked, START, pace), START + wall
    due = clock.due_at(clock.elapsed(now))
    assert due <= now
    assert clock.elapsed(due) == clock.elapsed(now)


def act(clock, what, now):
    if isinstance(what, Fraction):
        return clock.at_pace(what, now)
    return clock.pause(now) if clock.running else clock.resume(now)


@given(st.lists(st.tuples(spans, st.just("switch") | paces), max_size=30))
def test_no_act_moves_time_and_nothing_drifts(acts):
    clock, now, exact = ExerciseClock().start(START), START, Fraction(0)
    for wait, what in acts:
        exact += clock.pace * (wait // TICK) * clock.running
        now += wait
        before = clock.elapsed(now)
        clock = act(clock, what, now)
        assert clock.elapsed(now) == before
    assert 0 <= exact - clock.elapsed(now) // TICK < len(acts) + 1


@given(st.lists(st.tuples(spans, st.integers(1, 1000).map(Fraction) | st.just("switch")), max_size=30))
def test_at_whole_paces_the_sum_is_exact(acts):
    clock, now, exact = ExerciseClock().start(START), START, timedelta()
    for wait, what in acts:
        exact += clock.pace.numerator * wait * clock.running
        now += wait
        clock = act(clock, what, now)
    assert clock.elapsed(now) == exact
