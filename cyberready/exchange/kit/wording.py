"""How a kit says dates and its own words, in its own language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from cyberready.exchange.kit.contents import Kit
from cyberready.platform.texts import translate

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


SHORT_DIGEST = 12


def say(kit: Kit, message: str, **values: object) -> str:
    """A message id in the language of the kit."""
    return translate(kit.language, message, **values)


def moment(kit: Kit, at: datetime) -> str:
    """An instant as Dutch clocks show it."""
    return _moment(at, kit.language)


def foot(kit: Kit, language: str) -> str:
    """What stands at the foot of every sheet of a kit: when it was made, until when it counts, and its fingerprint."""
    return translate(
        language,
        "Crisis kit of %(made)s · replace before %(expires)s · %(digest)s",
        made=_moment(kit.made_at, language),
        expires=_moment(kit.expires_at, language),
        digest=kit.digest[:SHORT_DIGEST],
    )


def _moment(at: datetime, language: str) -> str:
    return format_datetime(at.astimezone(AMSTERDAM), "d MMMM y HH:mm", locale=language)
