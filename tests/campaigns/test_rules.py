from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.campaigns import rules
from cyberready.campaigns.rules import ActivityKind, Month, State
from cyberready.kernel.refusals import Refused
from tests.campaigns.planning import DUE, content, outline

KNOWN = {"inwoners": "Inwoners", "senioren": "Senioren"}


def test_the_digest_is_pinned():
    pinned = "bf26f5a8e45631d310fb37ab83bf763fb8a82b0faf3db54a7d3acc1836cb303b"
    assert content().digest(7) == pinned


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": ActivityKind.WEB},
        {"audience": ("senioren",)},
        {"title": "Andere titel"},
        {"body": "Andere tekst"},
        {"owner_task": "Iets"},
        {"due_at": DUE + timedelta(microseconds=1)},
    ],
)
def test_every_part_of_the_content_counts(changed):
    assert content(**changed).digest(7) != content().digest(7)
    assert content().digest(8) != content().digest(7)


def test_the_order_of_audiences_and_the_zone_of_the_moment_do_not_count():
    there = DUE.astimezone(rules.AMSTERDAM)
    one, other = content(audience=("a", "b")), content(audience=("b", "a"), due_at=there)
    assert one.digest(7) == other.digest(7)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 151}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"audience": ()}, "audience"),
        ({"audience": ("raad",)}, "audience"),
        ({"body": " "}, "text that the audience reads"),
        ({"kind": ActivityKind.POSTER}, "by hand"),
        ({"body": "x" * 50_001}, "longer"),
    ],
)
def test_incomplete_content_is_refused(changed, sentence):
    assert sentence in str(content(**changed).fault(KNOWN))


def test_complete_content_is_fine():
    assert content().fault(KNOWN) is None
    assert content(kind=ActivityKind.POSTER, body="", owner_task="Hang op").fault(KNOWN) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"title": ""},
        {"goal": " "},
        {"baseline": ""},
        {"starts_on": date(1999, 1, 1)},
        {"summary": "x" * 50_001},
    ],
)
def test_an_incomplete_outline_is_refused(changed):
    assert outline(1, **changed).fault() is not None
    assert outline(1).fault() is None


def test_nobody_judges_his_own_words():
    assert not rules.may_approve("account:1", author_ref="account:1", editor_ref="account:2")
    assert not rules.may_approve("account:2", author_ref="account:1", editor_ref="account:2")
    assert rules.may_approve("account:3", author_ref="account:1", editor_ref="account:2")


def test_late_is_more_than_a_minute():
    assert not rules.late(DUE, DUE + timedelta(minutes=1))
    assert rules.late(DUE, DUE + timedelta(minutes=1, seconds=1))


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 11, 24), time(10), datetime(2026, 11, 24, 9, tzinfo=UTC)),
        (date(2026, 7, 1), time(10), datetime(2026, 7, 1, 8, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_wall_clock_times_become_instants(day, at, utc):
    assert rules.local_moment(day, at) == utc


def test_a_skipped_hour_is_refused():
    with pytest.raises(Refused, match="02:30 does not exist"):
        rules.local_moment(date(2027, 3, 28), time(2, 30))


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2100, 1, 1), date.max, date.min])
def test_far_years_are_refused(day):
    with pytest.raises(Refused, match="between 2020 and 2099"):
        rules.local_moment(day, time(10))


def test_a_month_as_weeks():
    november = Month(2026, 11)
    assert [week.number for week in november.weeks] == [44, 45, 46, 47, 48, 49]
    assert november.weeks[0].days[0] == date(2026, 10, 26)
    assert november.weeks[-1].days[-1] == date(2026, 12, 6)
    assert [week.number for week in Month(2027, 1).weeks] == [53, 1, 2, 3, 4]


@given(st.integers(2020, 2099), st.integers(1, 12))
def test_every_day_of_a_month_stands_in_it_once(year, number):
    shown = [day for week in Month(year, number).weeks for day in week.days]
    assert len(shown) == len(set(shown)) == 7 * len(Month(year, number).weeks)
    assert (
        sum(day.month == number for day in shown)
        == (Month(year, number).first.replace(day=28) + timedelta(4)).replace(day=1).toordinal()
        - Month(year, number).first.toordinal()
    )
    assert all(week.days[0].weekday() == 0 for week in Month(year, number).weeks)


def test_the_calendar_has_ends():
    assert (Month(2020, 1).previous, Month(2099, 12).next) == (None, None)
    assert (str(Month(2026, 1).previous), str(Month(2026, 12).next)) == ("2025-12", "2027-01")
    assert Month(2099, 12).span[1] > Month(2099, 12).span[0]


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "1999-01", "26-01", "2026-1", "२०२६-०१", "x"]
)
def test_a_month_is_year_and_number(text):
    with pytest.raises(Refused, match="2026-10"):
        rules.month(text)


def test_names_become_short_names():
    assert rules.slug("Opgelicht? Dit doet ú nu!") == "opgelicht-dit-doet-u-nu"
    assert rules.slug("漢字") == ""
    assert len(rules.slug("lang " * 50)) <= 60


def test_known_audiences_keep_their_keys():
    known = {"ouderen": "Senioren (65+)", "inwoners": "Burgers"}
    made = rules.audiences(["Senioren (65+)", " Inwoners ", "", "Inwoners", "漢字"], known)
    assert made == {"ouderen": "Senioren (65+)", "inwoners-2": "Inwoners", "doelgroep": "漢字"}


def test_a_page_keeps_its_own_address():
    assert rules.page_slug("Zo herkent u het", {}, 7) == "zo-herkent-u-het"
    assert rules.page_slug("Zo herkent u het", {"zo-herkent-u-het": 3}, 7) == "zo-herkent-u-het-7"
    assert rules.page_slug("Zo herkent u het", {"zo-herkent-u-het": 7}, 7) == "zo-herkent-u-het"
    assert rules.page_slug("漢字", {}, 7) == "bericht"


def test_every_state_and_kind_has_a_name_and_a_tone():
    assert set(rules.STATE_NAMES) == set(rules.TONES) == set(State)
    assert set(rules.KIND_NAMES) == set(rules.AT_THE_MOMENT) == set(ActivityKind)


def test_what_has_no_approval_is_overdue_from_its_moment_on():
    before = DUE - timedelta(seconds=1)
    assert [rules.overdue(State.DRAFT, DUE, at) for at in (before, DUE)] == [False, True]
    assert not rules.overdue(State.APPROVED, DUE, DUE)


@pytest.mark.parametrize("text", ["2026-13", "oktober", "1900-01", "2026-1", "2026-10 "])
def test_anything_but_a_month_is_refused(text):
    with pytest.raises(Refused, match="2026-10"):
        rules.month(text)


@given(st.integers(2020, 2099), st.integers(1, 12))
def test_a_month_reads_as_it_is_written(year, number):
    assert rules.month(str(Month(year, number))) == Month(year, number)
