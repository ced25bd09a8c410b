"""What was changed in a copy, applied to the original: only the changes, so that all else stays to the letter. Pure."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

MOST_ALIKE = 200_000  # pairs of equal lines: with more of them lines that stand everywhere say nothing


def merged(original: str, base: str, edited: str) -> str:
    """The *original* with what differs between *base* and *edited*.

    *base* is what a copy of the original reads as before anybody changed it; it may differ from the original in
    writing (spaces, signs of lists) but not in words. Where nothing was changed the original stays as it is.
    """
    if base == edited:
        return original
    first, middle, last = _units(original), _units(base), _units(edited)
    to_first, to_last = _pairs(middle, first), _pairs(middle, last)
    made: list[str] = []
    at = one = other = 0
    while at < len(middle) or one < len(first) or other < len(last):
        stop = _next_common(at, len(middle), to_first, to_last)
        here, there = (to_first[stop], to_last[stop]) if stop < len(middle) else (len(first), len(last))
        made += _between(first[one:here], middle[at:stop], last[other:there])
        if stop < len(middle):
            made.append(first[here])
        at, one, other = stop + 1, here + 1, there + 1
    return "\n".join(made)


def _between(first: Sequence[str], middle: Sequence[str], last: Sequence[str]) -> Sequence[str]:
    """What stands between two lines that all three have; line by line where each has its own in the original."""
    if middle == last:
        return first
    if len(first) != len(middle):
        return last
    made: list[str] = []
    for kind, start, stop, begin, end in _matcher(middle, last).get_opcodes():
        made += first[start:stop] if kind == "equal" else last[begin:end]
    return made


def _next_common(at: int, end: int, one: dict[int, int], other: dict[int, int]) -> int:
    """The next line of the base that stands in both others."""
    return next((line for line in range(at, end) if line in one and line in other), end)


def _pairs(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Which line of *base* stands where in *other*."""
    matcher = _matcher(base, other)
    return {a + step: b + step for a, b, size in matcher.get_matching_blocks() for step in range(size)}


def _matcher(base: Sequence[str], other: Sequence[str]) -> SequenceMatcher[str]:
    here, there = Counter(base), Counter(other)
    alike = sum(count * there[line] for line, count in here.items())
    return SequenceMatcher(a=base, b=other, autojunk=alike > MOST_ALIKE)


def _units(text: str) -> list[str]:
    """Lines, each with the blank lines after it."""
    made: list[str] = []
    for line in text.split("\n"):
        if made and not line.strip():
            made[-1] += "\n"
        else:
            made.append(line)
    return made
