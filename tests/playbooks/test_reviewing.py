"""When a playbook is due for review, and whose reading still counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.playbooks.lifecycle import Change
from cyberready.playbooks.reviewing import Stage, Version, has_read, needed, next_review, stage

DAY = timedelta(days=1)
DUE = datetime(2027, 11, 23, 9, tzinfo=UTC)
VERSIONS = st.lists(st.sampled_from([Change.MINOR, Change.MAJOR]), max_size=12).map(
    lambda changes: [Version(number, change) for number, change in enumerate([Change.MAJOR, *changes], 1)]
)


@pytest.mark.parametrize(
    ("before", "found"),
    [
        (50 * DAY, None),
        (42 * DAY, Stage.SIX_WEEKS),
        (15 * DAY, Stage.SIX_WEEKS),
        (14 * DAY, Stage.TWO_WEEKS),
        (timedelta(seconds=1), Stage.TWO_WEEKS),
        (timedelta(0), Stage.OVERDUE),
        (-100 * DAY, Stage.OVERDUE),
    ],
)
def test_a_review_comes_nearer_in_stages(before, found):
    assert stage(DUE, DUE - before) == found


def test_a_confirmation_moves_the_review_and_a_year_is_usual():
    published, confirmed = datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 8, 31, tzinfo=UTC)
    assert next_review(published, 1, None) == datetime(2026, 2, 28, tzinfo=UTC)
    assert next_review(published, 6, confirmed) == datetime(2027, 2, 28, tzinfo=UTC)
    assert next_review(published, None, None) == datetime(2027, 1, 31, tzinfo=UTC)


@given(VERSIONS, st.data())
def test_who_read_a_version_need_not_read_again_until_the_next_major_one(versions, data):
    read = data.draw(st.integers(1, len(versions)))
    later = [one for one in versions if one.release_id > read]
    assert has_read(versions, [read]) == all(one.change == Change.MINOR for one in later)
    assert needed(versions) == max(one.release_id for one in versions if one.change == Change.MAJOR)
    assert not has_read(versions, [])


def test_of_no_version_nobody_has_to_read_anything():
    assert has_read([], [])
