"""Version numbers, front matter, and who may approve: for any numbers, any mandate, any order of events."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.playbooks import lifecycle
from cyberready.playbooks.lifecycle import (
    Absence,
    Approver,
    Change,
    Mandate,
    Stand,
    Standing,
    Version,
    next_draft,
    next_release,
    place_of,
)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ADOPTED = st.builds(Version, st.integers(1, 99), st.integers(0, 999))
PEOPLE = st.integers(1, 6)
MANDATES = st.builds(
    lambda people, in_order: Mandate(
        tuple(Approver(place, f"f{place}", who) for place, who in enumerate(people, 1)), in_order
    ),
    st.lists(PEOPLE, min_size=1, max_size=4, unique=True),
    st.booleans(),
)


@given(ADOPTED)
def test_a_number_reads_back_as_what_was_written(number):
    assert lifecycle.version(str(number)) == number
    assert lifecycle.version(str(number.following_draft)) == number.following_draft


@pytest.mark.parametrize("text", ["", "x", "1", "01.0", "1.0-waterveld", "1.0.1", "0.5.9", "-1.0", "1.0 "])
def test_what_is_not_one_of_our_numbers_is_none(text):
    assert lifecycle.version(text) is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1.0-waterveld", Version(1, 0)),
        ("2026.3", Version(2026, 3)),
        ("3", Version(3, 0)),
        ("0.91", Version(0, 0, "91")),
        ("concept", None),
        ("0", None),
    ],
)
def test_a_foreign_number_is_read_as_far_as_it_can_be(text, read):
    assert lifecycle.read_version(text) == read


def test_drafts_count_as_municipalities_do():
    numbers, known = [], []
    for _ in range(12):
        known.append(str(next_draft([], known)))
        numbers.append(known[-1])
    assert numbers == [
        "0.9",
        "0.91",
        "0.92",
        "0.93",
        "0.94",
        "0.95",
        "0.96",
        "0.97",
        "0.98",
        "0.99",
        "0.991",
        "0.992",
    ]
    assert str(next_draft(["1.0", "1.1"], known)) == "1.1.9"
    assert str(next_draft(["1.0", "1.1"], ["0.9", "1.0.9", "1.1.9"])) == "1.1.91"


@given(st.lists(ADOPTED, max_size=5), st.integers(1, 30))
def test_every_draft_comes_after_what_was_adopted_and_before_the_next(published, count):
    known = []
    adopted = [str(number) for number in published]
    for _ in range(count):
        known.append(str(next_draft(adopted, known)))
    read = [lifecycle.version(text) for text in known]
    assert read == sorted(read)
    assert len(set(read)) == count
    for change in Change:
        following = next_release(adopted, change)
        assert all(number < following for number in read)
        assert all(number > before for number in read for before in published)


@given(st.lists(ADOPTED, max_size=5), st.sampled_from(Change))
def test_the_next_version_is_new_and_higher_than_every_other(published, change):
    number = next_release(map(str, published), change)
    assert all(number > before for before in published)
    assert number.adopted
    if not published:
        assert str(number) == "1.0"
    else:
        same = number.major == max(published).major
        assert same is (change is Change.MINOR)
        assert lifecycle.change_between(str(max(published)), str(number)) is change


def test_what_changed_is_major_unless_the_numbers_say_minor():
    assert lifecycle.change_between("0.9", "1.0") is Change.MAJOR
    assert lifecycle.change_between("1.0", "1.1") is Change.MINOR
    assert lifecycle.change_between("1.1", "2.0") is Change.MAJOR
    assert lifecycle.change_between("concept", "definitief") is Change.MAJOR


FRONT = (
    "---\nslug: a\ntitle: Een\nversion: '0.9'  # nu\nroles:\n  version: Rol\n---\n\nversion: in de tekst\n"
)


def test_only_the_version_in_the_front_matter_changes():
    assert lifecycle.with_version(FRONT, "1.0") == FRONT.replace("version: '0.9'  # nu", 'version: "1.0"')
    without = FRONT.replace("version: '0.9'  # nu\n", "")
    assert lifecycle.with_version(without, "1.0") == without.replace(
        "  version: Rol\n", '  version: Rol\nversion: "1.0"\n'
    )
    with pytest.raises(ValueError, match="no front matter"):
        lifecycle.with_version("# Zonder\n", "1.0")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
def test_what_is_put_in_the_front_matter_is_one_line_and_the_rest_stays(value):
    made = lifecycle.with_front(FRONT, "title", value)
    before, after = FRONT.split("title: Een\n")
    assert made.startswith(before)
    assert made.endswith(after)
    assert made[len(before) : len(made) - len(after)].count("\n") == 1


@pytest.mark.parametrize(
    ("key", "value"), [("title", "Een"), ("slug", "a"), ("version", "'0.9'  # nu"), ("owner", "")]
)
def test_the_front_matter_is_read_line_by_line(key, value):
    assert lifecycle.front_of(FRONT, key) == value
    assert lifecycle.front_of("geen gegevens", key) == ""


@given(MANDATES, st.data())
def test_a_text_is_agreed_to_when_everybody_in_the_mandate_agreed_and_never_by_a_writer(mandate, data):
    """Whoever comes by, in any order: only who may agree does, and each at one place."""
    editors = data.draw(st.frozensets(PEOPLE, max_size=3))
    absences = data.draw(
        st.lists(
            st.builds(Absence, PEOPLE, PEOPLE, st.just(NOW - timedelta(1)), st.just(NOW + timedelta(1))),
            max_size=4,
        )
    )
    stands = []
    for who in data.draw(st.lists(PEOPLE, max_size=15)):
        place = place_of(mandate, stands, absences, account_id=who, editors=editors, now=NOW)
        if place is None:
            continue
        assert who not in editors
        assert place.account_id not in editors
        assert who == place.account_id or any(
            one.account_id == place.account_id and one.deputy_id == who for one in absences
        )
        if mandate.in_order:
            assert place.position == len(stands) + 1
        stands.append(Stand(place.position, who))
    assert len({stand.position for stand in stands}) == len(stands)
    assert len({stand.account_id for stand in stands}) == len(stands)
    assert mandate.complete(stands) is (len(stands) == len(mandate.approvers))


def test_nothing_is_agreed_to_without_an_approver():
    assert not Mandate(()).complete(())


def test_a_deputy_acts_from_the_begin_until_the_end():
    mandate = Mandate((Approver(1, "directeur", 1),))
    away = [Absence(1, 2, NOW, NOW + timedelta(hours=1))]

    def seat(moment, who=2, editors=frozenset()):
        return place_of(mandate, (), away, account_id=who, editors=editors, now=moment)

    assert seat(NOW - timedelta(microseconds=1)) is None
    assert seat(NOW) is not None
    assert seat(NOW + timedelta(hours=1)) is None
    assert seat(NOW, who=3) is None
    assert seat(NOW, editors=frozenset({2})) is None
    assert seat(NOW, editors=frozenset({1})) is None


def test_a_release_is_current_superseded_or_withdrawn():
    assert lifecycle.standing(withdrawn=False, newest=True) is Standing.CURRENT
    assert lifecycle.standing(withdrawn=False, newest=False) is Standing.SUPERSEDED
    assert lifecycle.standing(withdrawn=True, newest=False) is Standing.WITHDRAWN
