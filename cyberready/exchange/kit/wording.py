"""How a kit says dates and its own words, in its own language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from cyberready.exchange.kit.contents import Kit
from cyberready.platform.texts import translate

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def say(kit: Kit, message: str, **values: object) -> str:
    """A message id in the language of the kit."""
    return translate(kit.language, message, **values)


def moment(kit: Kit, at: datetime) -> str:
    """An instant as Dutch clocks show it."""
    return format_datetime(at.astimezone(AMSTERDAM), "d MMMM y HH:mm", locale=kit.language)
