"""One spelling for everything that is hashed: RFC 8785 JSON without fractions, and UTC moments."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import rfc8785

from cyberready.kernel.clock import utc
from cyberready.kernel.verify import SALT_BYTES

Plain = str | int | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]


def canonical(value: Plain) -> bytes:
    """Spell *value* the one way (RFC 8785).

    TypeError for fractions, bytes and whatever else has no single spelling, and for keys that are not text;
    ValueError for whole numbers of 2**53 and more, which other readers round, and for text that is not Unicode.
    """
    return rfc8785.dumps(_checked(value))


def moment(at: datetime) -> str:
    """Spell a moment in UTC with six decimals, as 2026-11-28T00:15:00.000000Z; ValueError without a time zone."""
    return utc(at).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_moment(text: str) -> datetime:
    """Read what `moment` wrote; ValueError for any other spelling."""
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    if moment(at) != text:
        raise ValueError(f"{text!r} is not a moment in UTC with six decimals")
    return at


def seal_payload(salt: bytes, payload: bytes) -> str:
    """Hash a canonical *payload* behind its *salt* (16 random bytes), in hex; with both erased it tells nothing."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt is {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(salt + payload).hexdigest()


def _checked(value: Plain) -> Plain:
    match value:
        case None | bool() | int() | str():
            return value
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("only text keys can be sealed")
            return {key: _checked(item) for key, item in value.items()}
        case list() | tuple():
            return [_checked(item) for item in value]
        case _:
            raise TypeError(f"a {type(value).__name__} has no single spelling and cannot be sealed")
