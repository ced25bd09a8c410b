"""A CACAO file as plain values, with the line of every part: strict JSON, no deeper and no larger than is sensible."""

import json
import math
import re
from dataclasses import dataclass, field

from cyberready.platform import sizes
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.sources import Document, Path

MOST_BYTES = sizes.MEGABYTE
DEEPEST = 40
TOKEN = re.compile(r'[ \t\r]*(?:(\n)|("(?:[^"\\\n]|\\.)*")|([{}\[\],:])|([^\s{}\[\],:"]+)|(.))', re.DOTALL)
NOT_JSON = "This is not valid JSON (%(problem)s). Check the commas, brackets and quotes around this line."
PROBLEMS = {  # what the reader of JSON says, for who wrote it
    "Expecting ',' delimiter": "This is not valid JSON: before character %(column)s a comma or a closing bracket is missing.",
    "Expecting ':' delimiter": "This is not valid JSON: before character %(column)s a colon is missing behind a name.",
    "Expecting property name enclosed in double quotes": "This is not valid JSON: at character %(column)s a name between"
    " double quotes must stand. Take a comma before a closing bracket away.",
    "Expecting value": "This is not valid JSON: at character %(column)s a value is missing, or the file ends too early.",
    "Unterminated string starting at": "This is not valid JSON: the text that begins at character %(column)s has no closing"
    " quote, or the file was cut off.",
    "Extra data": "This is not valid JSON: from character %(column)s more stands behind the end. Keep one playbook per file.",
    "Invalid control character at": "This is not valid JSON: at character %(column)s a line end or tab stands in a text. Write"
    " \\n or \\t there.",
    "Invalid \\escape": "This is not valid JSON: the backslash at character %(column)s means nothing. Write two of them.",
}
NOT_A_NUMBER = "%(value)s is not a number that other programs can read. Write it between quotes, or smaller."
TWICE = "%(name)s stands here twice; the first is on line %(first)s. Remove one."
TOO_DEEP = "This is nested too deeply. Keep to the structure of the format."
NOT_UNICODE = "Text that is not Unicode stands in the file (half a character). Remove it."
LARGEST = 2**53


def read_json(data: bytes) -> Document:
    """Read a JSON file of at most 1 MB.

    Raises FaultsFound when it is larger, not UTF-8 or not JSON, is nested deeper than 40 levels, has a key twice, or
    holds a number or text that cannot be written the one way (RFC 8785): such a file has no signature that holds.
    """
    if len(data) > MOST_BYTES:
        raise FaultsFound(
            [
                Fault(
                    1,
                    "",
                    "The file is larger than %(limit)s MB. Split it.",
                    {"limit": sizes.megabytes(MOST_BYTES)},
                )
            ]
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FaultsFound([Fault(line, "", "This is not UTF-8. Save the file as UTF-8.")]) from None
    lines = _Scan().lines(text)
    try:
        value = json.loads(text, parse_float=_fraction, parse_int=_whole, parse_constant=_constant)
    except json.JSONDecodeError as error:
        sentence = PROBLEMS.get(error.msg, NOT_JSON)
        values = {"problem": error.msg, "column": error.colno}
        raise FaultsFound([Fault(error.lineno, "", sentence, values)]) from None
    except _UnfitNumber as unfit:
        line = text.count("\n", 0, max(text.find(unfit.text), 0)) + 1
        raise FaultsFound([Fault(line, "", NOT_A_NUMBER, {"value": unfit.text[:40]})]) from None
    if "\\u" in text:
        _refuse_halves(value)
    return Document(value, lines)


class _UnfitNumber(Exception):  # noqa: N818 -- never leaves this module
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _UnfitNumber(text)
    return number


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= LARGEST:
        raise _UnfitNumber(text)
    return int(text)


def _constant(text: str) -> float:
    raise _UnfitNumber(text)


def _refuse_halves(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise FaultsFound([Fault(1, "", NOT_UNICODE)]) from None


@dataclass(slots=True)
class _Level:
    """An object or list that is being passed."""

    path: Path
    is_object: bool
    first: dict[str, int] = field(default_factory=dict)
    key: str | None = None
    count: int = 0


class _Scan:
    """Passes over the text once, without recursion, and notes where everything stands."""

    def __init__(self) -> None:
        self._lines: dict[Path, int] = {(): 1}
        self._open: list[_Level] = []
        self._faults: list[Fault] = []

    def lines(self, text: str) -> dict[Path, int]:
        """The line of each path; raises FaultsFound for what is too deep or stands there twice."""
        line = 1
        for token in TOKEN.finditer(text):
            newline, quoted, sign, bare, _ = token.groups()
            if newline:
                line += 1
            elif sign:
                self._sign(sign, line)
            elif quoted or bare:
                self._value(quoted, line)
        if self._faults:
            raise FaultsFound(self._faults)
        return self._lines

    def _sign(self, sign: str, line: int) -> None:
        if sign in "{[":
            if len(self._open) == DEEPEST:
                raise FaultsFound([*self._faults, Fault(line, "", TOO_DEEP)])
            self._open.append(_Level(self._place(line), sign == "{"))
        elif sign in "}]" and self._open:
            self._open.pop()
        elif sign == "," and self._open:
            level = self._open[-1]
            level.key, level.count = None, level.count + 1

    def _value(self, quoted: str | None, line: int) -> None:
        level = self._open[-1] if self._open else None
        if not (level and level.is_object and level.key is None and quoted):
            self._place(line)
            return
        level.key = _unquoted(quoted)
        if level.key in level.first:
            values = {"name": level.key[:80], "first": level.first[level.key]}
            self._faults.append(Fault(line, "", TWICE, values))
        level.first.setdefault(level.key, line)
        self._lines[*level.path, level.key] = line

    def _place(self, line: int) -> Path:
        if not self._open:
            return ()
        level = self._open[-1]
        if level.is_object:
            return (*level.path, level.key or "")
        path = (*level.path, level.count)
        self._lines[path] = line
        return path


def _unquoted(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:  # json.loads of the whole says so with its place
        return quoted
