"""Links and pictures by reference in Markdown, written so that a playbook can hold them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from cyberready.exchange.report import Place, Report
from cyberready.kernel.refusals import Refused
from cyberready.platform.sizes import megabytes
from cyberready.platform.sources import MOST_BYTES

TITLE = r"(?:\"([^\"]*)\"|'([^']*)'|\(([^()]*)\))"
DEFINITION = re.compile(rf" {{0,3}}\[(?!\^)([^\[\]]+)\]:[ \t]*<?([^\s<>]+)>?(?:[ \t]+{TITLE})?[ \t]*")
GOES_ON = re.compile(r" {0,3}\[(?!\^)[^\[\]]+\]:[ \t]*")  # its address stands on the line below
TITLE_BELOW = re.compile(rf"[ \t]+{TITLE}[ \t]*")
LEADS = re.compile(r"https?:|mailto:|tel:|/(?!/)|#", re.IGNORECASE)
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
CODE = re.compile(r"(`+)(?:(?!`).)*\1(?!`)")
INNER = r"(?:[^\[\]\n]|\n(?![ \t]*\n))"  # over lines, but not over an empty one
FULL = re.compile(rf"(?<!\\)\[({INNER}*)\]\[({INNER}*)\]")
SHORT = re.compile(rf"(?<![\\\]])\[({INNER}+)\](?![\[(:])")

TOO_LARGE = (
    "With the addresses of its links written out the text is larger than %(limit)s MB. Shorten the addresses."
)


@dataclass(frozen=True, slots=True)
class Definition:
    """Where links of one label lead, and the lines, from 0, on which that stands."""

    target: str
    first: int
    last: int


def resolved(text: str, report: Report) -> str:
    """The text with every link and picture by reference written where it stands; every line keeps its number.

    The address of a link that nothing uses becomes a line of text. Raises Refused when the addresses make the text too
    large.
    """
    lines = text.split("\n")
    open_lines = set(_outside_code(lines))
    known = _definitions(lines, open_lines, report)
    if known:
        defining = {at for one in known.values() for at in range(one.first, one.last + 1)}
        writing = _Writing(known)
        for is_open, run in groupby(range(len(lines)), (open_lines - defining).__contains__):
            numbers = list(run)
            if is_open:
                written = _beside_code("\n".join(lines[at] for at in numbers), writing.out)
                lines[numbers[0] : numbers[-1] + 1] = written.split("\n")
        _settle(lines, known, writing.used, report)
    return "\n".join(lines)


def _definitions(lines: list[str], open_lines: set[int], report: Report) -> dict[str, Definition]:
    """The first definition of each label; its address, and then its title, may stand on a line of its own."""
    known: dict[str, Definition] = {}
    last = -1
    for at in sorted(open_lines):
        if at <= last or "]:" not in lines[at]:
            continue
        line, last = lines[at], at
        if GOES_ON.fullmatch(line) and at + 1 in open_lines:
            line, last = f"{line} {lines[at + 1].strip()}", at + 1
        found = DEFINITION.fullmatch(line)
        if found is None:
            last = at
            continue
        if not any(found.groups()[2:]) and last + 1 in open_lines and TITLE_BELOW.fullmatch(lines[last + 1]):
            found = DEFINITION.fullmatch(f"{line}{lines[last + 1]}") or found
            last += 1
        if _label(found[1]) in known:
            continue
        known[_label(found[1])] = Definition(found[2], at, last)
        if title := found[3] or found[4] or found[5]:
            report.lost(_line_at(at), "The title of a link is left out: %(text)s", text=title)
    return known


def _settle(lines: list[str], known: dict[str, Definition], used: set[str], report: Report) -> None:
    """Take the definitions out of the text, and tell what became of each."""
    for label, one in known.items():
        if label not in used and not LEADS.match(one.target):
            continue
        lines[one.first : one.last + 1] = [""] * (one.last - one.first + 1)
        if label in used:
            sentence = "A link by reference is written where it stands: %(label)s, %(target)s"
            report.understood(_line_at(one.first), sentence, label=label, target=one.target)
        else:
            lines[one.first] = f"{label}: {one.target}"
            sentence = "An address that no link uses became text: %(target)s"
            report.guessed(_line_at(one.first), sentence, target=one.target)


def _outside_code(lines: list[str]) -> Iterator[int]:
    """The lines that are not in a fence."""
    fence = ""
    for at, line in enumerate(lines):
        found = FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence:
            yield at


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with every stretch that is not code changed by *change*."""
    lines = text.split("\n")
    open_lines = set(_outside_code(lines))
    made = []
    for is_open, run in groupby(range(len(lines)), open_lines.__contains__):
        stretch = "\n".join(lines[at] for at in run)
        made.append(_beside_code(stretch, change) if is_open else stretch)
    return "\n".join(made)


def _beside_code(text: str, change: Callable[[str], str]) -> str:
    made, at = "", 0
    for code in CODE.finditer(text):
        made += change(text[at : code.start()]) + code[0]
        at = code.end()
    return made + change(text[at:])


@dataclass(slots=True)
class _Writing:
    """Links by reference as they are written out, up to a size of all together."""

    known: dict[str, Definition]
    used: set[str] = field(default_factory=set)
    room: int = MOST_BYTES

    def out(self, part: str) -> str:
        """A part without code, with its links written out."""
        part = FULL.sub(lambda found: self._link(found, found[2] or found[1]), part)
        return SHORT.sub(lambda found: self._link(found, found[1]), part)

    def _link(self, found: re.Match[str], label: str) -> str:
        one = self.known.get(_label(label))
        picture = found.start() > 0 and found.string[found.start() - 1] == "!"
        if one is None or not (picture or LEADS.match(one.target)):
            return found[0]
        self.used.add(_label(label))
        self.room -= len(one.target)
        if self.room < 0:
            raise Refused(TOO_LARGE, limit=megabytes(MOST_BYTES))
        below = "\n" * (found[0].count("\n") - found[1].count("\n"))  # lines of the label keep their number
        return f"[{found[1]}]({one.target}){below}"


def _line_at(at: int) -> Place:
    return Place("line %(line)s", {"line": at + 1})


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()
