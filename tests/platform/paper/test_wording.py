from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cyberready.platform.paper.wording import day, moment, span, zoned
from cyberready.platform.texts import speaking

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("at", "dutch"),
    [
        (datetime(2026, 7, 25, 1, 30, tzinfo=UTC), "25 jul 2026 03:30"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 okt 2026 02:30 CEST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 okt 2026 02:30 CET"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29 mrt 2026 03:00"),
        (None, "–"),
    ],
)
def test_the_hour_that_comes_twice_names_its_zone(at, dutch):
    with speaking("nl"):
        assert moment(at, AMSTERDAM) == dutch


def test_long_forms_speak_the_language_of_the_block():
    at = datetime(2026, 11, 22, 20, 48, 12, tzinfo=UTC)
    with speaking("nl"):
        assert zoned(at, AMSTERDAM) == "zondag 22 november 2026 21:48 CET"
        assert moment(at, AMSTERDAM, seconds=True) == "22 nov 2026 21:48:12"
    with speaking("en"):
        assert zoned(at, AMSTERDAM) == "Sunday 22 November 2026 21:48 CET"
        assert day(at, AMSTERDAM) == "22 November 2026"
        assert (zoned(None, AMSTERDAM), day(None, AMSTERDAM)) == ("–", "–")


@pytest.mark.parametrize(
    ("length", "written"),
    [(timedelta(), "0:00:00"), (timedelta(hours=26, seconds=61.9), "26:01:01"), (None, "–")],
)
def test_spans(length, written):
    assert span(length) == written
