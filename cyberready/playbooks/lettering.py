"""How wide a text is in a drawing, and how it is broken into lines. Pure."""

import re
from collections.abc import Iterator

# Widths in thousandths of the size of the letters; a little more than those of Source Sans 3, for other fonts.
NARROW, WIDE, OTHER, SQUARE = 300, 860, 560, 1050
WIDTHS = {
    **dict.fromkeys("iljI.,:;'’!|()[]{}/\\·-", NARROW),
    **dict.fromkeys('ftr“”"', 380),
    **dict.fromkeys(" \xa0", 230),
    **dict.fromkeys("mwMW@%&—…→", WIDE),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ", 640),
}
VOWELS = frozenset("aeiouyAEIOUYáéíóúàèëïöü")
FIXED = "\xa0"  # a space at which no line ends
HYPHEN = "-"
LEAST = 3  # letters before and after a hyphen


def measured(text: str, size: float) -> float:
    """The width of a text in letters of *size* pixels, at most a little too wide."""
    return sum(WIDTHS.get(sign, OTHER if ord(sign) < 0x1100 else SQUARE) for sign in text) * size / 1000


def wrapped(text: str, width: float, size: float) -> tuple[str, ...]:
    """The lines of a text that is *width* pixels wide at most; a word that is longer is hyphenated."""
    lines: list[str] = []
    line = ""
    for word in re.split(r"[ \t\n]+", text.strip(" \t\n")):
        joined = f"{line} {word}" if line else word
        if measured(joined, size) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _parts(word, width, size)
        lines += full
    return tuple([*lines, line] if line else lines)


def _parts(word: str, width: float, size: float) -> Iterator[str]:
    """A word in parts that fit, each but the last with a hyphen."""
    while measured(word, size) > width and len(word) > 1:
        fits = max(1, _fitting(word, width - measured(HYPHEN, size), size))
        place = _syllable(word, fits)
        yield word[:place] + HYPHEN
        word = word[place:]
    yield word


def _fitting(word: str, width: float, size: float) -> int:
    """How many signs of *word* fit in *width*; at least one less than all of them."""
    used, count = 0.0, 0
    while count < len(word) - 1 and (used := used + measured(word[count], size)) <= width:
        count += 1
    return count


def _syllable(word: str, longest: int) -> int:
    """Where to break: before a consonant that is followed by a vowel and follows a letter, within *longest* signs."""
    for place in range(min(longest, len(word) - LEAST), max(LEAST, longest - 7) - 1, -1):
        before, first, second = list(word[place - 1 : place + 2])
        if before.isalpha() and first.isalpha() and first not in VOWELS and second in VOWELS:
            return place
    return longest
