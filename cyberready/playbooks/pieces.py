"""Two texts word by word: what stayed, what is gone, what is new. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

LINE = re.compile(r"[^\n]*\n|[^\n]+")
OPENING = re.compile(r"[ \t]*(?:[-*+>|#]|[0-9]+[.)][ \t]|```|~~~|[\w-]+:(?:\s|$))")
CLOSED = re.compile(r"[ \t]*(?:#|\||$)")
TOKEN = re.compile(r"(\s*)(\w+|[^\w\s])")
WORD = re.compile(r"\w+")
ALIKE = 0.3
MOST_EDITS = 1_000
MOST_WORD_EDITS = 400
MOST_PAIRS = 10_000


class PieceKind(StrEnum):
    """Whether both texts have it, only the old one, or only the new one."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, white space included."""

    kind: PieceKind
    text: str


SAME, GONE, NEW = PieceKind.SAME, PieceKind.GONE, PieceKind.NEW
Raw = tuple[PieceKind, str]


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """The comparison of two texts: same and gone pieces make the old one, same and new pieces the new one, exactly.

    Lines that stayed are found first, then the words in lines that resemble each other. A paragraph counts as one line
    however it is wrapped, so that another line width changes white space only.
    """
    if old == new:
        return _joined([(SAME, old)])
    before, after = _paragraphs(old), _paragraphs(new)
    raw: list[Raw] = []
    done, reached = 0, 0
    for index, other in [*matches(before, after, MOST_EDITS), (len(before), len(after))]:
        raw += _exchange(before[done:index], after[reached:other])
        if index < len(before):
            raw.append((SAME, before[index]))
        done, reached = index + 1, other + 1
    return _joined(raw)


def old_text(parts: Iterable[Piece]) -> str:
    """The old text of a comparison."""
    return "".join(part.text for part in parts if part.kind is not NEW)


def new_text(parts: Iterable[Piece]) -> str:
    """The new text of a comparison."""
    return "".join(part.text for part in parts if part.kind is not GONE)


def differ(parts: Iterable[Piece]) -> bool:
    """Whether more than white space changed."""
    return any(part.kind is not SAME and part.text.strip() for part in parts)


def likeness(old: str, new: str) -> float:
    """How much two texts have in common, 0 to 1: the share of their different words that both have."""
    return shared(words(old), words(new))


def words(text: str) -> frozenset[str]:
    """The different words of a text; its signs when it has no words."""
    return frozenset(WORD.findall(text)) or frozenset(text.split())


def shared(some: frozenset[str], others: frozenset[str]) -> float:
    """The share of words that both have, 0 to 1 (Dice's coefficient)."""
    if not some or not others:
        return float(some == others)
    return 2 * len(some & others) / (len(some) + len(others))


def matches(old: Sequence[str], new: Sequence[str], most: int) -> list[tuple[int, int]]:
    """Places that stay together in the fewest edits, in order; without the middle when that takes more than *most*."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    inner = _path(old[start : len(old) - end], new[start : len(new) - end], most)
    return [
        *((place, place) for place in range(start)),
        *((start + one, start + other) for one, other in inner),
        *((len(old) - back, len(new) - back) for back in range(end, 0, -1)),
    ]


def _path(old: Sequence[str], new: Sequence[str], most: int) -> list[tuple[int, int]]:
    """The diagonal steps of the shortest path (Myers, "An O(ND) difference algorithm and its variations", 1986)."""
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    if not old or not new:
        return []
    for edits in range(min(len(old) + len(new), most) + 1):
        trace.append(reach.copy())
        # Diagonals outside the two texts lead nowhere.
        low = -edits + 2 * max(0, edits - len(new))
        high = edits - 2 * max(0, edits - len(old))
        for diagonal in range(low, high + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and reach.get(diagonal - 1, -1) < reach.get(diagonal + 1, -1)
            )
            at = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            while at < len(old) and at - diagonal < len(new) and old[at] == new[at - diagonal]:
                at += 1
            reach[diagonal] = at
            if at >= len(old) and at - diagonal >= len(new):
                return _back(trace, len(old), len(new))
    return []


def _back(trace: Sequence[dict[int, int]], at: int, other: int) -> list[tuple[int, int]]:
    """Walk from the end to the start and note where both texts went on together."""
    found: list[tuple[int, int]] = []
    for edits in range(len(trace) - 1, -1, -1):
        reach, diagonal = trace[edits], at - other
        down = diagonal == -edits or (
            diagonal != edits and reach.get(diagonal - 1, -1) < reach.get(diagonal + 1, -1)
        )
        came = diagonal + 1 if down else diagonal - 1
        start = reach[came] if edits else 0
        turn = start if down else start + 1
        turn = turn if edits else 0
        while at > turn:
            at, other = at - 1, other - 1
            found.append((at, other))
        at, other = start, start - came
    return found[::-1]


def _paragraphs(text: str) -> list[str]:
    """Lines with their ends; lines that Markdown reads as one paragraph stay together."""
    found: list[str] = []
    closed = True
    for line in LINE.findall(text):
        if closed or not line.strip() or OPENING.match(line):
            found.append(line)
        else:
            found[-1] += line
        closed = CLOSED.match(line) is not None
    return found


def _exchange(old: Sequence[str], new: Sequence[str]) -> Iterator[Raw]:
    """What came in place of what, by line where lines resemble each other."""
    done, reached = 0, 0
    for index, other in [*_alike(old, new), (len(old), len(new))]:
        yield from ((GONE, line) for line in old[done:index])
        yield from ((NEW, line) for line in new[reached:other])
        if index < len(old):
            yield from _within(old[index], new[other])
        done, reached = index + 1, other + 1


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of lines in order that have most in common."""
    if not 0 < len(old) * len(new) <= MOST_PAIRS:
        return []
    after = [words(line) for line in new]
    # best[i][j] is what the first i old and j new lines have in common at most.
    best = [[0.0] * (len(new) + 1)]
    chosen: list[list[bool]] = []
    for line in old:
        here, row, above = words(line), [0.0], best[-1]
        marks = [False]
        for place, there in enumerate(after):
            common = shared(here, there)
            paired = above[place] + common if common >= ALIKE else -1.0
            row.append(max(paired, above[place + 1], row[place]))
            marks.append(paired >= row[-1])
        best.append(row)
        chosen.append(marks)
    found: list[tuple[int, int]] = []
    index, other = len(old), len(new)
    while index and other:
        if chosen[index - 1][other]:
            index, other = index - 1, other - 1
            found.append((index, other))
        elif best[index - 1][other] >= best[index][other - 1]:
            index -= 1
        else:
            other -= 1
    return found[::-1]


def _within(old: str, new: str) -> list[Raw]:
    """The words of two lines; white space goes with the word after it and never keeps words from matching."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    pairs = matches([word for _gap, word in before], [word for _gap, word in after], MOST_WORD_EDITS)
    raw: list[Raw] = []
    done, reached = 0, 0
    for index, other in _settled(before, after, pairs):
        raw += _replaced(before[done:index], after[reached:other])
        raw += _gap(before[index][0], after[other][0])
        raw.append((SAME, before[index][1]))
        done, reached = index + 1, other + 1
    raw += _replaced(before[done:], after[reached:])
    return [*raw, *_gap(old[len(old.rstrip()) :], new[len(new.rstrip()) :])]


def _replaced(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[Raw]:
    """Words that came for others; the white space before both stays."""
    gone, come = ("".join(gap + word for gap, word in tokens) for tokens in (old, new))
    gap = old[0][0] if old and new and old[0][0] == new[0][0] else ""
    if gap:
        yield SAME, gap
    yield from ((GONE, gone[len(gap) :]), (NEW, come[len(gap) :]))


def _gap(old: str, new: str) -> list[Raw]:
    if old == new:
        return [(SAME, old)] if old else []
    return [(GONE, old), (NEW, new)]


def _settled(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], pairs: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The pairs without islands: a few words that stayed between larger changes read better as changed with them.

    An island is no longer than the change on either side of it. One island joins two changes, so this is done anew
    until nothing changes.
    """
    runs = _runs(pairs)
    while True:
        edges = [((-1, -1), (-1, -1)), *((run[0], run[-1]) for run in runs), ((len(before), len(after)),) * 2]
        kept = []
        for place, run in enumerate(runs, 1):
            sizes = [
                max(_size(before[one[0] + 1 : other[0]]), _size(after[one[1] + 1 : other[1]]))
                for one, other in (
                    (edges[place - 1][1], edges[place][0]),
                    (edges[place][1], edges[place + 1][0]),
                )
            ]
            said = before[run[0][0] : run[-1][0] + 1]
            if len(said) > 6 or _size(said) > min(sizes):
                kept.append(run)
        if len(kept) == len(runs):
            return [pair for run in runs for pair in run]
        runs = kept


def _runs(pairs: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Pairs that follow each other without anything between them."""
    runs = [[pair] for pair in pairs[:1]]
    for (index, other), pair in pairwise(pairs):
        if pair == (index + 1, other + 1):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return runs


def _size(tokens: Sequence[tuple[str, str]]) -> int:
    return sum(len(word) for _gap, word in tokens)


def _joined(raw: Iterable[Raw]) -> tuple[Piece, ...]:
    """Pieces of one kind after each other as one; between two that stayed, what is gone comes before what is new."""
    found: list[Piece] = []
    gone, new = "", ""
    for kind, text in [*raw, (SAME, "")]:
        if kind is GONE:
            gone += text
        elif kind is NEW:
            new += text
        elif text or (gone or new):
            found += [Piece(GONE, gone)] * bool(gone) + [Piece(NEW, new)] * bool(new)
            gone, new = "", ""
            if found and found[-1].kind is SAME:
                found[-1] = Piece(SAME, found[-1].text + text)
            elif text:
                found.append(Piece(SAME, text))
    return tuple(found)
