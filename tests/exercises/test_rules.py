"""The rules of exercises: what is due and when, and that nobody sees what is for another team."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cyberready.exercises import rules
from cyberready.exercises.rules import ALL, CODE_LENGTH, CODE_SIGNS, Seat
from cyberready.kernel.clock import ExerciseClock
from cyberready.kernel.refusals import Refused
from cyberready.trail.rules import STAFF, visible
from tests.world import START

MICROSECOND = timedelta(microseconds=1)
SPANS = st.timedeltas(timedelta(), timedelta(hours=5))
PACES = st.fractions(Fraction(1, 60), 1000, max_denominator=60)
TEAMS = ("crisis", "ict", "communicatie")
ROLES = ("voorzitter", "woordvoerder")
SEATS = st.tuples(st.sampled_from(TEAMS), st.sampled_from(("", *ROLES)))
ADDRESSES = st.sampled_from([ALL, *TEAMS, *(f"{team}/{role}" for team in TEAMS for role in ROLES)])


@dataclass(frozen=True)
class Moment:
    """Something with its moment in exercise time."""

    offset: timedelta
    number: int


@st.composite
def scripts(draw):
    offsets = draw(st.lists(SPANS, max_size=8))
    return [Moment(offset, number) for number, offset in enumerate(offsets, 1)]


CLOCKS = st.builds(ExerciseClock, banked=SPANS, running_since=st.just(START), pace=PACES)


@given(scripts(), CLOCKS)
def test_the_first_moment_at_which_something_is_due_is_when_the_clock_says(script, clock):
    assume(script)
    wake = min(clock.due_at(one.offset) for one in script)
    assert rules.due(script, clock, wake) != []
    if wake > START:
        assert rules.due(script, clock, wake - MICROSECOND) == []


@given(scripts(), CLOCKS, SPANS)
def test_what_is_due_is_in_script_order_and_complete(script, clock, later):
    now = START + later
    due = rules.due(reversed(script), clock, now)
    assert due == sorted(due, key=lambda one: (one.offset, one.number))
    assert set(due) == {one for one in script if clock.due_at(one.offset) <= now}


@given(scripts(), CLOCKS, SPANS, SPANS)
def test_what_is_due_stays_due(script, clock, sooner, later):
    first = rules.due(script, clock, START + sooner)
    assert first == rules.due(script, clock, START + sooner + later)[: len(first)]


@given(scripts(), SPANS, SPANS)
def test_a_paused_clock_makes_nothing_due_that_was_not(script, banked, later):
    paused = ExerciseClock(banked)
    assert rules.due(script, paused, START) == rules.due(script, paused, START + later)


def test_lateness_is_never_negative():
    assert rules.lateness(START, START + timedelta(seconds=3)) == timedelta(seconds=3)
    assert rules.lateness(START, START - timedelta(seconds=3)) == timedelta()
    assert rules.lateness(None, START) == timedelta()


# For whom


def meant_for(to, team, role):
    own = {ALL, team, f"{team}/{role}"} if role else {ALL, team}
    return any(one in own for one in to)


@given(st.lists(ADDRESSES, min_size=1, max_size=4), SEATS)
def test_an_inject_is_seen_by_those_it_is_for_and_by_nobody_else(to, seat):
    team, role = seat
    shown = visible(rules.audience(to), rules.tokens(team, role))
    assert shown is meant_for(to, team, role)


@given(st.lists(ADDRESSES.filter(lambda one: one != ALL), min_size=1, max_size=4), SEATS)
def test_what_names_only_other_teams_stays_hidden(to, seat):
    team, role = seat
    assume(all(one.partition("/")[0] != team for one in to))
    assert not visible(rules.audience(to), rules.tokens(team, role))


@given(SEATS, SEATS)
def test_two_teams_share_nothing_but_what_is_for_all(one, other):
    assume(one[0] != other[0])
    assert rules.tokens(*one) & rules.tokens(*other) == {ALL}


@given(st.lists(ADDRESSES, min_size=1, max_size=4))
def test_the_leader_sees_everything_and_a_stranger_what_is_for_all(to):
    audience = rules.audience(to)
    assert visible(audience, frozenset({STAFF}))
    assert not visible(audience, frozenset())
    assert visible(audience, rules.tokens(None, None)) is (ALL in to)


def test_no_participant_holds_the_token_of_the_staff():
    assert STAFF not in rules.tokens("staff", "staff")
    assert STAFF not in rules.audience(["staff"])
    assert rules.tokens(None, "voorzitter") == {ALL}


@given(st.lists(ADDRESSES, max_size=5))
def test_an_audience_is_the_same_in_any_order(to):
    assert rules.audience(to) == rules.audience(reversed(to)) == rules.audience(to * 2)


@pytest.mark.parametrize(
    ("decision", "option", "chosen", "opened"),
    [
        (None, None, {}, True),
        ("noodplan", "ja", {"noodplan": "ja"}, True),
        ("noodplan", "ja", {"noodplan": "nee"}, False),
        ("noodplan", "ja", {}, False),
        ("noodplan", "ja", {"anders": "ja"}, False),
    ],
)
def test_a_branch_opens_only_by_its_option(decision, option, chosen, opened):
    assert rules.branch_open(decision, option, chosen) is opened


# Codes


def test_a_join_code_has_no_look_alike_signs():
    codes = {rules.new_code() for _ in range(200)}
    assert len(codes) > 190
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_SIGNS) for code in codes)
    assert not set(CODE_SIGNS) & set("01IOilo")


@given(
    st.text(CODE_SIGNS, min_size=6, max_size=6), st.lists(st.sampled_from(" -./"), max_size=6), st.booleans()
)
def test_a_code_may_be_typed_with_blanks_and_in_small_letters(code, signs, small):
    typed = "".join(f"{sign}{between}" for sign, between in zip(code, [*signs, *"      "], strict=False))
    assert rules.tidy_code(typed.lower() if small else typed) == code


# Before the start

CREW = {"crisis": ("voorzitter", "woordvoerder"), "ict": ()}


def test_a_full_exercise_is_ready():
    seats = [Seat("Noor", "crisis", "voorzitter", reachable=True), Seat("Bo", "ict", "", reachable=True)]
    found = rules.preflight(CREW, ["all", "crisis/voorzitter", "ict"], seats, [])
    assert found == rules.Preflight((), (), (), ())
    assert found.ready


def test_what_is_missing_is_named():
    seats = [Seat("Noor", "crisis", "woordvoerder", reachable=False)]
    asked = ["crisis/voorzitter", "crisis/voorzitter", "crisis/woordvoerder", "marine/kapitein"]
    found = rules.preflight(CREW, asked, seats, ["gemeente"])
    assert found.empty_teams == ("ict",)
    assert found.empty_roles == ("crisis/voorzitter",)
    assert found.unreachable == ("Noor",)
    assert found.unfilled == ("gemeente",)
    assert not found.ready


def test_empty_seats_are_a_warning_and_no_obstacle():
    assert rules.preflight(CREW, ["crisis/voorzitter"], [], []).ready


# Texts that travel


@given(st.text(max_size=200), st.integers(1, 60))
def test_a_line_is_one_printable_line(text, most):
    line = rules.one_line(text, most)
    assert line.isprintable()
    assert len(line) <= most
    assert line == line.strip()
    assert rules.one_line(line, most) == line


@given(st.text(max_size=40), st.integers(1, 20))
def test_what_is_too_long_is_refused_and_all_else_kept_without_blanks_around_it(text, most):
    if len(text.strip()) > most:
        with pytest.raises(Refused, match="at most"):
            rules.brief(text, most)
    else:
        assert rules.brief(f" {text}\n", most) == text.strip()
