"""Links and pictures by reference in Markdown, written so that a playbook can hold them."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from cyberready.exchange.report import Place, Report
from cyberready.kernel.refusals import Refused
from cyberready.platform.sizes import megabytes
from cyberready.platform.sources import MOST_BYTES

DEFINITION = re.compile(
    r" {0,3}\[(?!\^)([^\[\]]+)\]:[ \t]*<?([^\s<>]+)>?(?:[ \t]+(?:\"([^\"]*)\"|'([^']*)'|\(([^()]*)\)))?[ \t]*"
)
LEADS = re.compile(r"https?:|mailto:|tel:|/(?!/)|#", re.IGNORECASE)
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
CODE = re.compile(r"(`+)(?:(?!`).)*\1(?!`)")
FULL = re.compile(r"(?<!\\)\[([^\[\]]*)\]\[([^\[\]]*)\]")
SHORT = re.compile(r"(?<![\\\]])\[([^\[\]]+)\](?![\[(:])")

TOO_LARGE = (
    "With the addresses of its links written out the text is larger than %(limit)s MB. Shorten the addresses."
)


def resolved(text: str, report: Report) -> str:
    """The text with every link and picture by reference written where it stands.

    The address of a link that nothing uses becomes a line of text.
    """
    lines = text.split("\n")
    open_lines = set(_outside_code(lines))
    known: dict[str, tuple[str, int]] = {}
    for at in sorted(open_lines):
        found = DEFINITION.fullmatch(lines[at])
        if found and _label(found[1]) not in known:
            known[_label(found[1])] = (found[2], at)
            if told := found[3] or found[4] or found[5]:
                report.lost(_line_at(at), "The title of a link is left out: %(text)s", text=told)
    used: set[str] = set()
    room = MOST_BYTES
    for at in sorted(open_lines):
        if room < 0:
            raise Refused(TOO_LARGE, limit=megabytes(MOST_BYTES))
        if known and "[" in lines[at] and not DEFINITION.fullmatch(lines[at]):
            lines[at] = _line(lines[at], known, used)
            room -= len(lines[at])
    for label, (target, at) in known.items():
        if label in used:
            lines[at] = ""
            sentence = "A link by reference is written where it stands: %(label)s, %(target)s"
            report.understood(_line_at(at), sentence, label=label, target=target)
        elif LEADS.match(target):
            lines[at] = f"{label}: {target}"
            report.guessed(
                _line_at(at), "An address that no link uses became text: %(target)s", target=target
            )
    return "\n".join(lines)


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


def _line(line: str, known: dict[str, tuple[str, int]], used: set[str]) -> str:
    """One line with its links written out; code stays as it is."""

    def link(found: re.Match[str], label: str) -> str:
        name = _label(label)
        target = known[name][0] if name in known else ""
        picture = found.start() > 0 and found.string[found.start() - 1] == "!"
        if not target or not (picture or LEADS.match(target)):
            return found[0]
        used.add(name)
        return f"[{found[1]}]({target})"

    def written(part: str) -> str:
        part = FULL.sub(lambda found: link(found, found[2] or found[1]), part)
        return SHORT.sub(lambda found: link(found, found[1]), part)

    return _beside_code(line, written)


def _line_at(at: int) -> Place:
    return Place("line %(line)s", {"line": at + 1})


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()
