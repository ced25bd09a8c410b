"""What a playbook says of itself: its steps, who does what in which order, and when it is reviewed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cyberready.playbooks.rules import DecisionPoint, Phase, Playbook, Step, review_due

MONTHS = st.integers(1, 60)
MOMENTS = st.integers(0, 20 * 365 * 24).map(
    lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)
TARGETS = st.one_of(st.none(), st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes)))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "a", "b", "c"]), TARGETS), max_size=8))
def test_a_role_gets_all_that_it_does_in_order_of_time_and_what_has_no_time_last(drawn):
    steps = tuple(
        Step(f"s{at}", "A1", "x", at, role, deputy, within=within)
        for at, (role, deputy, within) in enumerate(drawn)
    )
    for role in "abc":
        duties = playbook(Phase("p", "x", 1, steps=steps)).duties(role)
        assert {one.id for one in duties} == {one.id for one in steps if role in {one.role, one.deputy}}
        times = [timedelta.max if one.within is None else one.within for one in duties]
        assert times == sorted(times)


def test_a_scenario_may_refer_to_steps_and_to_decision_points_wherever_they_stand():
    here, there = DecisionPoint("hier", "Nu?", "", (), 1), DecisionPoint("daar", "Nu?", "", (), 2)
    step = Step("bel", "A1", "Bel", 3, content=(there,))
    known = playbook(Phase("p", "x", 1, content=("Tekst.",), steps=(step,)), intro=("Tekst.", here))
    assert [one.id for one in known.decision_points] == ["hier", "daar"]
    assert known.step_ids == {"bel", "hier", "daar"}


@given(MOMENTS, MONTHS)
def test_a_review_is_due_that_many_months_later_at_the_latest_on_the_last_day_of_the_month(published, months):
    due = review_due(published, months)
    assert (due.year * 12 + due.month) - (published.year * 12 + published.month) == months
    assert due.time() == published.time()
    assert due.day == published.day or (due.day < published.day and (due + timedelta(days=1)).day == 1)


def test_a_playbook_that_is_never_reviewed_has_no_date():
    assert review_due(datetime(2026, 1, 31, tzinfo=UTC), None) is None


def playbook(*phases, intro=()):
    """A playbook of these phases, with nothing else in it."""
    return Playbook(
        slug="x",
        title="X",
        language="nl",
        version="1.0",
        summary="",
        owner="",
        tlp="CLEAR",
        review_months=None,
        roles={role: role for role in "abc"},
        intro=intro,
        phases=phases,
        digest="",
    )
