from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.people import rules
from cyberready.people.rules import PERMISSIONS, Role

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOURS = st.integers(0, 48).map(lambda hours: EIGHT + timedelta(hours=hours))
STRETCHES = st.lists(st.tuples(HOURS, HOURS), max_size=8)


def test_every_role_has_permissions_and_a_name():
    assert set(PERMISSIONS) == set(Role) == set(rules.ROLE_NAMES)


def test_every_channel_has_a_name():
    assert set(rules.CHANNEL_NAMES) == set(rules.ChannelKind)


def test_nobody_gets_the_role_of_a_participant_by_an_account():
    assert Role.PARTICIPANT not in rules.ACCOUNT_ROLES


@pytest.mark.parametrize(
    ("password", "remedy"),
    [
        ("kort", "at least 12"),
        ("a" * 257, "at most 256"),
        ("aaaabbbbaaaabbbb", "repeats"),
        ("kimdeboerkimdeboer", "your own name"),
        ("Waterveld.Boer1", "your own name"),
    ],
)
def test_a_weak_password_is_refused_with_the_remedy(password, remedy):
    refusal = rules.strong_enough(password, "Kim deBoer", "kimdeboer@waterveld.example")
    assert refusal is not None
    assert remedy in str(refusal)


def test_a_sentence_is_strong_enough():
    assert rules.strong_enough("vier paarden lezen krant", "Kim de Boer", "kim@waterveld.example") is None


@pytest.mark.parametrize(
    ("kind", "address", "good"),
    [
        ("mobile", "06-12 34 56 78", True),
        ("phone", "+31 (0)299 45 24 52", True),
        ("phone", "112", True),
        ("phone", "vraag Kim", False),
        ("phone", "", False),
        ("mail", "kim@waterveld.example", True),
        ("mail", "kim@waterveld", False),
        ("mail", "kim@waterveld.example\nBcc: x@y.nl", False),
        ("mail", "kim..boer@waterveld.example", False),
        ("radio", "gespreksgroep 4", True),
        ("satellite", "+8816 1234 5678", True),
    ],
)
def test_a_channel_leads_to_somebody_or_is_refused(kind, address, good):
    assert (rules.address_fault(kind, address) is None) is good
    assert rules.reachable([(kind, address)]) is good


def test_nobody_is_reachable_without_a_channel():
    assert not rules.reachable([])


@pytest.mark.parametrize(
    ("kind", "address", "link"),
    [
        ("mobile", "+31 6 12 34", "tel:+3161234"),
        ("mail", "kim@waterveld.example", "mailto:kim@waterveld.example"),
        ("radio", "kanaal 4", None),
    ],
)
def test_a_channel_can_be_clicked(kind, address, link):
    assert rules.channel_link(kind, address) == link


@given(STRETCHES, HOURS, HOURS)
def test_gaps_and_cover_share_every_hour_between_them(covered, start, end):
    found = rules.gaps(covered, start, end)
    hour = start
    while hour < end:
        manned = any(begins <= hour < ends for begins, ends in covered)
        empty = any(begins <= hour < ends for begins, ends in found)
        assert manned is not empty
        hour += timedelta(hours=1)
    assert all(begins < ends for begins, ends in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- hypothesis adds the zone
def test_the_night_is_on_or_coming(moment):
    falls, breaks = rules.tonight(moment, AMSTERDAM)
    assert (falls.hour, breaks.hour) == (17, 8)
    assert breaks > moment
    assert falls - moment < timedelta(hours=9, minutes=1)


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        (datetime(2026, 6, 1, 12), datetime(2026, 6, 1, 10, tzinfo=UTC)),  # noqa: DTZ001 -- what a clock shows
        (datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # noqa: DTZ001 -- shown twice
        (datetime(2026, 3, 29, 2, 30), None),  # noqa: DTZ001 -- never shown
    ],
)
def test_what_the_clock_shows_is_one_instant_or_none(wall, instant):
    assert rules.instant(wall, AMSTERDAM) == instant


def test_the_first_day_of_the_calendar_is_no_instant_as_it_began_earlier_elsewhere():
    first = datetime.fromisoformat("0001-01-01T00:00")
    assert rules.instant(first, AMSTERDAM) is None


def test_one_mail_address_has_one_spelling_and_one_secret_one_digest():
    assert rules.plain_email(" Noor@Waterveld.EXAMPLE ") == "noor@waterveld.example"
    assert rules.digest("geheim") == "addb0f5e7826c857d7376d1bd9bc33c0c544790a2eac96144a8af22b1298c940"
