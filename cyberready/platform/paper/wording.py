"""Moments and spans as they are written on paper, in the language that is spoken there."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from cyberready.platform.texts import language

NOTHING = "–"


def moment(at: datetime | None, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """Date and time in *zone*; the zone's name is added in the one hour of the year that comes twice."""
    if at is None:
        return NOTHING
    local = at.astimezone(zone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    pattern = "d MMM y HH:mm" + (":ss" if seconds else "") + (" zzz" if twice else "")
    return format_datetime(local, pattern, locale=_locale())


def zoned(at: datetime | None, zone: ZoneInfo) -> str:
    """Weekday, date and time with the name of the zone."""
    if at is None:
        return NOTHING
    return format_datetime(at.astimezone(zone), "EEEE d MMMM y HH:mm zzz", locale=_locale())


def day(at: datetime | None, zone: ZoneInfo) -> str:
    """The date."""
    return NOTHING if at is None else format_date(at.astimezone(zone), "d MMMM y", locale=_locale())


def span(length: timedelta | None) -> str:
    """A span or exercise time as H:MM:SS."""
    if length is None:
        return NOTHING
    seconds = int(length.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _locale() -> str:
    return {"nl": "nl_NL", "en": "en_GB"}[language()]
