from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cyberready.kernel.dated import in_force
from cyberready.kernel.deadlines import Basis, Progress, State, Term, Unit, due, parse_clocks, state
from cyberready.kernel.refusals import Refused

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FILE = Path(__file__).parents[2] / "templates" / "law" / "legal-clocks.yaml"
CLOCKS = parse_clocks(yaml.safe_load(FILE.read_text()))
BY_ID = {clock.id: clock for clock in CLOCKS}


def here(*parts):
    return datetime(*parts, tzinfo=AMSTERDAM)


def end_of(*parts):
    return here(*parts, 23, 59, 59)


def row(changes=None, **named):
    fields = {
        "id": "X-1",
        "law": "Wet",
        "name_nl": "Melding",
        "name_en": "Notification",
        "trigger": "known_at",
        "term": {"hours": 24},
        "recipient": "CSIRT",
        "channel": "Portaal",
        "minimum_content": ["Wat"],
        "source": "https://example.org/",
        "checked_on": date(2026, 11, 22),
        "valid_from": date(2026, 8, 15),
    }
    return {name: value for name, value in (fields | (changes or {}) | named).items() if value is not ...}


def test_the_worked_example():
    """A ransomware weekend: known on Saturday 01:15, leak known at 09:30, notified on Monday 16:00."""
    significant, breach = here(2026, 11, 28, 1, 15), here(2026, 11, 28, 9, 30)
    assert due(BY_ID["CBW-24"], significant) == here(2026, 11, 29, 1, 15)
    assert due(BY_ID["CBW-72"], significant) == here(2026, 12, 1, 1, 15)
    assert due(BY_ID["AVG-33"], breach) == here(2026, 12, 1, 9, 30)
    submitted = here(2026, 11, 30, 16, 0)
    assert due(BY_ID["CBW-30"], submitted) == due(BY_ID["CBW-VV"], submitted) == end_of(2026, 12, 30)
    assert due(BY_ID["CBW-30B"], here(2027, 1, 12, 10, 0)) == end_of(2027, 2, 12)
    provisional = here(2026, 11, 27, 22, 40)
    assert due(BY_ID["CBW-24"], provisional) == here(2026, 11, 28, 22, 40)


@pytest.mark.parametrize(
    ("submitted", "end"),
    [
        (here(2027, 1, 31, 9, 0), end_of(2027, 2, 28)),
        (here(2028, 1, 31, 9, 0), end_of(2028, 2, 29)),
        (here(2026, 12, 31, 23, 59), end_of(2027, 1, 31)),
        (here(2027, 3, 31, 0, 0), end_of(2027, 4, 30)),
        (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), end_of(2027, 1, 1)),  # already 1 December here
        (here(2026, 9, 25, 12, 0), end_of(2026, 10, 25)),  # the day on which summer time ends
        (here(2027, 2, 28, 12, 0), end_of(2027, 3, 28)),  # the day on which summer time begins
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last(submitted, end):
    assert due(BY_ID["CBW-30"], submitted) == end
    assert due(BY_ID["CBW-30"], submitted).tzinfo is UTC


def test_hours_are_elapsed_hours_in_nights_when_the_clock_changes():
    autumn, spring = here(2026, 10, 24, 20, 0), here(2027, 3, 27, 20, 0)
    assert due(BY_ID["CBW-24"], autumn).astimezone(AMSTERDAM).isoformat() == "2026-10-25T19:00:00+01:00"
    assert due(BY_ID["CBW-24"], spring).astimezone(AMSTERDAM).isoformat() == "2027-03-28T21:00:00+02:00"
    twice = here(2026, 10, 25, 2, 30)  # this wall time exists twice: fold tells which
    gap = due(BY_ID["AVG-33"], twice.replace(fold=1)) - due(BY_ID["AVG-33"], twice)
    assert gap == timedelta(hours=1)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_seventy_two_hours_are_always_seventy_two_hours(moment):
    assert due(BY_ID["AVG-33"], moment) - moment == timedelta(hours=72)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_month_is_28_to_32_days_and_ends_at_midnight_here(moment):
    end = due(BY_ID["CBW-30"], moment)
    assert timedelta(days=28) <= end - moment + timedelta(seconds=1) <= timedelta(days=32, hours=1)
    assert end.astimezone(AMSTERDAM).strftime("%H:%M:%S") == "23:59:59"


def test_immediately_and_agreed():
    moment = here(2026, 11, 28, 1, 15)
    assert due(BY_ID["CBW-ONTV"], moment) == moment
    assert due(BY_ID["VERZ"], moment) is None
    assert due(BY_ID["VERZ"], None, here(2026, 11, 29)) == here(2026, 11, 29)
    assert due(BY_ID["CBW-24"], None) is None
    with pytest.raises(ValueError, match="no time zone"):
        due(BY_ID["CBW-24"], datetime(2026, 11, 28))  # noqa: DTZ001


KNOWN = here(2026, 11, 28, 1, 15)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("clock", "progress", "after", "expected"),
    [
        ("CBW-24", Progress(), 1, State.TO_JUDGE),
        ("CBW-24", Progress(applies=True), 1, State.TO_JUDGE),
        ("CBW-24", Progress(started_at=KNOWN), 1, State.TO_JUDGE),
        ("CBW-24", Progress(applies=False, started_at=KNOWN), 99, State.NOT_APPLICABLE),
        ("CBW-24", Progress(applies=True, started_at=KNOWN), 1, State.RUNNING),
        ("CBW-24", Progress(applies=True, started_at=KNOWN), 24, State.RUNNING),
        ("CBW-24", Progress(applies=True, started_at=KNOWN), 25, State.LATE),
        ("CBW-24", Progress(applies=True, started_at=KNOWN, met_at=KNOWN + 24 * HOUR), 99, State.MET),
        ("CBW-24", Progress(applies=True, started_at=KNOWN, met_at=KNOWN + 25 * HOUR), 99, State.LATE),
        ("CBW-24", Progress(met_at=KNOWN), 1, State.MET),
        (
            "CBW-24",
            Progress(applies=True, started_at=KNOWN, met_at=KNOWN, withdrawn_at=KNOWN),
            1,
            State.WITHDRAWN,
        ),
        ("CBW-ONTV", Progress(applies=True, started_at=KNOWN), 99, State.RUNNING),
        ("CBW-ONTV", Progress(applies=True, started_at=KNOWN, met_at=KNOWN + HOUR), 99, State.MET),
        ("VERZ", Progress(applies=True, started_at=KNOWN), 99, State.RUNNING),
        ("VERZ", Progress(applies=True, started_at=KNOWN, agreed=KNOWN + 48 * HOUR), 49, State.LATE),
    ],
)
def test_where_a_clock_stands(clock, progress, after, expected):
    assert state(BY_ID[clock], progress, KNOWN + after * HOUR) is expected


def test_the_shipped_clocks_are_complete_and_dated():
    assert len(CLOCKS) == len(BY_ID)
    wanted = {
        "CBW-24",
        "CBW-72",
        "CBW-30",
        "CBW-VV",
        "CBW-ONTV",
        "AVG-33",
        "AVG-34",
        "WPG-33a",
        "IBD",
        "POL",
        "RAAD",
        "VERZ",
    }
    assert wanted <= set(BY_ID)
    assert {clock.checked_on for clock in CLOCKS} == {date(2026, 11, 22)}
    assert BY_ID["IBD"].basis is Basis.PRACTICE
    assert BY_ID["CBW-24"].basis is Basis.LAW
    before, after = in_force(CLOCKS, date(2026, 8, 14)), in_force(CLOCKS, date(2026, 8, 15))
    assert {clock.id for clock in before} == {"AVG-33", "AVG-34", "AVG-REG", "AVG-VWK", "WPG-33a"}
    assert after == CLOCKS


def test_a_row_counts_up_to_and_including_its_last_day():
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    rows = [row(valid_from=first, valid_to=last), row(valid_from=date(2027, 1, 1), recipient="IBD")]
    old, new = parse_clocks(rows)
    assert in_force((old, new), last) == (old,)
    assert in_force((old, new), date(2027, 1, 1)) == (new,)
    assert in_force((old, new), date(2025, 12, 31)) == ()
    assert parse_clocks(list(reversed(rows))) == (new, old)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"law": ...}, "Row 1 (X-1) has no law."),
        ({"id": ...}, "Row 1 (?) has no id."),
        ({"law": 7}, "Row 1 (X-1): law must be a text."),
        ({"law": "  "}, "Row 1 (X-1): law must be a text."),
        ({"note": 7}, "Row 1 (X-1): note must be a text."),
        ({"colour": "red"}, "Row 1 (X-1) has an unknown field colour."),
        ({7: "red"}, "Row 1 (X-1) has an unknown field 7."),
        ({"minimum_content": "Wat"}, "Row 1 (X-1): minimum_content must be a list of texts."),
        ({"minimum_content": ["Wat", " "]}, "Row 1 (X-1): minimum_content must be a list of texts."),
        ({"minimum_content": ["Wat", 7]}, "Row 1 (X-1): minimum_content must be a list of texts."),
        ({"checked_on": "2026-11-22"}, "Row 1 (X-1): checked_on must be a date, as 2026-08-15."),
        ({"checked_on": here(2026, 11, 22)}, "Row 1 (X-1): checked_on must be a date, as 2026-08-15."),
        ({"valid_to": date(2026, 8, 14)}, "Row 1 (X-1): valid_to lies before valid_from."),
        ({"basis": "gut feeling"}, "Row 1 (X-1): basis must be one of law, contract, practice."),
    ],
)
def test_a_wrong_row_is_named(changes, sentence):
    with pytest.raises(Refused) as refused:
        parse_clocks([row(changes)])
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "term",
    [
        "soon",
        "hours",
        24,
        [],
        {},
        {"hours": 0},
        {"hours": -1},
        {"hours": True},
        {"hours": 1.5},
        {"hours": "24"},
        {"days": 3},
        {"hours": 1, "months": 1},
        {"immediately": 3},
    ],
)
def test_a_term_that_is_none(term):
    with pytest.raises(Refused, match=r"Row 1 \(X-1\): term must be"):
        parse_clocks([row(term=term)])


def test_terms_as_written():
    terms = [{"hours": 24}, {"months": 1}, "immediately", "agreed"]
    rows = [row(id=f"X-{number}", term=term) for number, term in enumerate(terms)]
    assert [clock.term for clock in parse_clocks(rows)] == [
        Term(Unit.HOURS, 24),
        Term(Unit.MONTHS, 1),
        Term(Unit.IMMEDIATELY),
        Term(Unit.AGREED),
    ]


def test_other_wrong_files():
    for data in (None, 7, "text", {"id": "X"}):
        with pytest.raises(Refused, match="a list of rows"):
            parse_clocks(data)
    with pytest.raises(Refused, match="Row 2 is not a set of fields"):
        parse_clocks([row(), "text"])
    with pytest.raises(Refused, match=r"Row 3 \(X-1\) counts on the same days as row 1"):
        parse_clocks([row(), row(id="X-2"), row(valid_from=date(2030, 1, 1))])
    assert parse_clocks([]) == ()


def test_one_shared_day_is_an_overlap():
    old, new = row(valid_to=date(2026, 12, 31)), row(valid_from=date(2026, 12, 31))
    for pair in ([old, new], [new, old]):
        with pytest.raises(Refused, match=r"Row 2 \(X-1\) counts on the same days as row 1"):
            parse_clocks(pair)
