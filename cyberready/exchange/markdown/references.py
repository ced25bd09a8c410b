"""Links by reference and footnotes in Markdown, written so that a playbook can hold them."""

import re
from collections.abc import Iterator

from cyberready.exchange.report import Place, Report

DEFINITION = re.compile(
    r" {0,3}\[(?!\^)([^\[\]]+)\]:[ \t]*<?((?:https?:|mailto:|tel:|/(?!/)|#)[^\s<>]*)>?(?:[ \t]+(?:\"([^\"]*)\"|'([^']*)'|\(([^()]*)\)))?[ \t]*",
    re.IGNORECASE,
)
NOTE_OF_ONE_WORD = re.compile(r"( {0,3})(\[\^[^\[\]]+\]:[ \t]*\S+[ \t]*)")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
CODE = re.compile(r"(`+)(?:(?!`).)*\1(?!`)")
FULL = re.compile(r"(?<!\\)\[([^\[\]]+)\]\[([^\[\]]*)\]")
SHORT = re.compile(r"(?<![\\\]])\[([^\[\]]+)\](?![\[(:])")


def resolved(text: str, report: Report) -> str:
    """The text with every link by reference written where it stands; definitions that nothing uses become lines."""
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
    for at in open_lines:
        if NOTE_OF_ONE_WORD.fullmatch(lines[at]):
            lines[at] = NOTE_OF_ONE_WORD.sub(r"\1\\\2", lines[at])
        elif known and "[" in lines[at] and not DEFINITION.fullmatch(lines[at]):
            lines[at] = _line(lines[at], known, used)
    for label, (target, at) in known.items():
        if label in used:
            lines[at] = ""
            sentence = "A link by reference is written where it stands: %(label)s, %(target)s"
            report.understood(_line_at(at), sentence, label=label, target=target)
        else:
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


def _line(line: str, known: dict[str, tuple[str, int]], used: set[str]) -> str:
    """One line with its links written out; code stays as it is."""

    def link(words: str, label: str, whole: str) -> str:
        name = _label(label)
        if name not in known:
            return whole
        used.add(name)
        return f"[{words}]({known[name][0]})"

    def written(part: str) -> str:
        part = FULL.sub(lambda found: link(found[1], found[2] or found[1], found[0]), part)
        return SHORT.sub(lambda found: link(found[1], found[1], found[0]), part)

    made, at = "", 0
    for code in CODE.finditer(line):
        made += written(line[at : code.start()]) + code[0]
        at = code.end()
    return made + written(line[at:])


def _line_at(at: int) -> Place:
    return Place("line %(line)s", {"line": at + 1})


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()
