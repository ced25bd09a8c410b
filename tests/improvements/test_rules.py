"""What keeps coming back is what more than one occasion showed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.improvements.rules import Sighting, Status, overdue, recurring

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SIGHTINGS = st.lists(
    st.builds(
        Sighting,
        id=st.integers(1, 10_000),
        occasion=st.sampled_from(["exercise:1", "exercise:2", "incident:1", "audit:x"]),
        slug=st.sampled_from(["ransomware", "ddos"]),
        step_id=st.sampled_from(["", "bel-ibd", "isoleer"]),
        theme=st.sampled_from(["alarm", "law"]),
        at=st.integers(0, 100).map(lambda days: NOW + timedelta(days=days)),
    ),
    max_size=30,
    unique_by=lambda one: one.id,
)


def sighting(number, occasion, step="bel-ibd", theme="alarm", slug="ransomware"):
    return Sighting(number, occasion, slug, step, theme, NOW + timedelta(days=number))


def test_twice_in_one_exercise_is_once():
    assert recurring([sighting(1, "exercise:1"), sighting(2, "exercise:1")]) == []


def test_the_same_step_on_two_occasions_is_a_problem_and_so_is_its_theme():
    step, theme = recurring([sighting(1, "exercise:1"), sighting(2, "incident:1")])
    assert (step.slug, step.step_id, step.findings, step.occasions) == ("ransomware", "bel-ibd", (1, 2), 2)
    assert (theme.theme, theme.step_id, theme.findings) == ("alarm", "", (1, 2))


def test_a_theme_counts_over_steps_and_playbooks():
    (theme,) = recurring([sighting(1, "exercise:1"), sighting(2, "incident:1", step="isoleer", slug="ddos")])
    assert (theme.theme, theme.slug) == ("alarm", "")


@given(SIGHTINGS)
def test_every_problem_was_seen_on_as_many_occasions_as_it_says(seen):
    by_id = {one.id: one for one in seen}
    for problem in recurring(seen):
        found = [by_id[number] for number in problem.findings]
        assert problem.occasions == len({one.occasion for one in found}) > 1
        if problem.step_id:
            assert {(one.slug, one.step_id) for one in found} == {(problem.slug, problem.step_id)}
        else:
            assert {one.theme for one in found} == {problem.theme}
        assert [one.at for one in found] == sorted(one.at for one in found)


@given(SIGHTINGS, st.randoms())
def test_the_order_of_filing_does_not_count(seen, dice):
    shuffled = list(seen)
    dice.shuffle(shuffled)
    assert recurring(shuffled) == recurring(seen)


@pytest.mark.parametrize(
    ("status", "late"),
    [(Status.OPEN, True), (Status.IN_PROGRESS, True), (Status.DONE, False), (Status.DECLINED, False)],
)
def test_only_what_is_to_be_done_can_be_late(status, late):
    today = date(2026, 11, 23)
    assert overdue(today - timedelta(days=1), status, today) is late
    assert not overdue(today, status, today)
