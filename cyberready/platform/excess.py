"""Texts that no one will read and that would keep the Markdown parser busy for a minute."""

import re
from itertools import islice

from cyberready.platform.faults import Fault, FaultsFound

MOST_LINES = 20_000
LONGEST_LINE = 20_000
MOST_CELLS = 20_000
MOST_FRONT = 1_000
MOST_HEADINGS = 1_500
MOST_SIGNS = 100_000
HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
SIGNS = "[]*_`~<&!|"
TABLE_SIGNS = frozenset("|-: \t")

TOO_MANY_LINES = "The file has more than %(limit)s lines. Split the playbook."
TOO_LONG = "This line is longer than %(limit)s characters. Break it."
TOO_MANY_CELLS = "The tables up to here have more than %(limit)s cells. Split them, or make them narrower."
TOO_MANY_HEADINGS = "The text has more than %(limit)s headings; this is one more. Split it."
TOO_MANY_SIGNS = (
    "The text up to here holds more than %(limit)s signs of Markdown ([, *, _ and so on). Split it."
)


def refuse(text: str) -> None:
    """Raise FaultsFound for too many lines, headings, cells of tables or signs of Markdown, and a line that is too long."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        _stop(MOST_LINES + 1, TOO_MANY_LINES, MOST_LINES)
    for line, words in enumerate(lines, 1):
        if len(words) > LONGEST_LINE:
            _stop(line, TOO_LONG, LONGEST_LINE)
    _refuse_front(lines)
    _refuse_headings(lines)
    _refuse_cells(lines)
    if _signs(text) > MOST_SIGNS:
        _refuse_signs(lines)


def _refuse_front(lines: list[str]) -> None:
    """Count the lines of front matter but those of comments, in which a whole file may be kept."""
    count = 0
    for line, words in enumerate(lines, 1):
        if words.rstrip() == "---" and count:
            return
        count += not words.startswith("#") and bool(count or words.strip())
        if count == 1 and words.rstrip() != "---":
            return  # there is none
        if count > MOST_FRONT:
            _stop(line, "The front matter has more than %(limit)s lines. Shorten it.", MOST_FRONT)


def _refuse_headings(lines: list[str]) -> None:
    """Count what stands as a heading: of each, a phase or a step is made, which every view shows."""
    headings = (line for line, words in enumerate(lines, 1) if HEADING.match(words))
    if surplus := next(islice(headings, MOST_HEADINGS, None), None):
        _stop(surplus, TOO_MANY_HEADINGS, MOST_HEADINGS)


def _refuse_cells(lines: list[str]) -> None:
    """Count the cells of tables, also those that a row leaves out: the parser makes them all."""
    cells = columns = 0
    for line, words in enumerate(lines, 1):
        inner = words.strip(" \t>")
        if "|" in inner and "-" in inner and TABLE_SIGNS.issuperset(inner):
            columns = inner.strip("|").count("|") + 1
        elif not inner:
            columns = 0
        cells += columns
        if cells > MOST_CELLS:
            _stop(line, TOO_MANY_CELLS, MOST_CELLS)


def _refuse_signs(lines: list[str]) -> None:
    count = 0
    for line, words in enumerate(lines, 1):
        count += _signs(words)
        if count > MOST_SIGNS:
            _stop(line, TOO_MANY_SIGNS, MOST_SIGNS)


def _signs(text: str) -> int:
    return sum(map(text.count, SIGNS))


def _stop(line: int, sentence: str, limit: int) -> None:
    raise FaultsFound([Fault(line, "", sentence, {"limit": limit})])
