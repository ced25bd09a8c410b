"""Which characters the fonts of our PDFs can show; what they cannot is told in words, as PDF/A and PDF/UA want it."""

import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import cyberready

FONTS = Path(cyberready.__file__).parent / "static" / "vendor" / "source-sans"
KEPT = frozenset(
    "\n\xa0\xad"
)  # a line break, a space at which no line ends, a place where a word may be broken


def showable(text: str) -> str:
    """The text with every character that our fonts cannot show replaced by its name between square brackets."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(sign) for sign in unicodedata.normalize("NFC", text))


def _shown(sign: str) -> str:
    if sign in KEPT or ord(sign) in _characters():
        return sign
    if sign.isspace():
        return " "
    if unicodedata.category(sign) in {
        "Cc",
        "Cf",
        "Mn",
        "Me",
    }:  # nothing to see: joiners, directions, variants
        return ""
    return f"[{unicodedata.name(sign, f'U+{ord(sign):04X}').lower()}]"


@lru_cache
def _characters() -> frozenset[int]:
    """The code points that all our fonts have a sign for, but for control characters."""
    every = [frozenset(_mapped(path.read_bytes())) for path in sorted(FONTS.glob("*.otf"))]
    found = every[0].intersection(*every[1:])
    return frozenset(code for code in found if unicodedata.category(chr(code)) not in {"Cc", "Cf"})


def _mapped(font: bytes) -> Iterator[int]:
    """The code points in the segments of a font's ``cmap`` table (OpenType specification, formats 4 and 12)."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = (struct.unpack_from(">4sIII", font, 12 + 16 * at) for at in range(count))
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    for at in range(subtables):
        (offset,) = struct.unpack_from(">I", font, start + 4 + 8 * at + 4)
        (form,) = struct.unpack_from(">H", font, start + offset)
        if form == 4:
            yield from _format_4(font, start + offset)
        elif form == 12:
            yield from _format_12(font, start + offset)


def _format_4(font: bytes, at: int) -> Iterator[int]:
    (doubled,) = struct.unpack_from(">H", font, at + 6)
    ends = struct.unpack_from(f">{doubled // 2}H", font, at + 14)
    starts = struct.unpack_from(f">{doubled // 2}H", font, at + 16 + doubled)
    for first, last in zip(starts, ends, strict=True):
        yield from (code for code in range(first, last + 1) if code != 0xFFFF)


def _format_12(font: bytes, at: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">I", font, at + 12)
    for group in range(groups):
        first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * group)
        yield from range(first, last + 1)
