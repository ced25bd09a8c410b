"""Files that people write: their text, and YAML without its traps, with the line of everything."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

import yaml

from cyberready.platform import sizes
from cyberready.platform.faults import Fault, FaultsFound

Path = tuple[str | int, ...]
MOST_BYTES = 2 * sizes.MEGABYTE
DEEPEST = 20
SUSPECT = re.compile("[^\n\t -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HIDING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def text_of(source: str | bytes) -> str:
    r"""Read *source* as text with ``\n`` line ends and no byte order mark.

    Raises FaultsFound for more than 2 MB, for another encoding than UTF-8 and for characters that no database,
    mail or XML document can carry (control characters, lone surrogates).
    """
    if len(source) > MOST_BYTES:
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
    if isinstance(source, bytes):
        try:
            source = source.decode()
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise FaultsFound([Fault(line, "", "This is not UTF-8. Save the file as UTF-8.")]) from None
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    faults = [
        Fault(line, "", "A character that cannot be shown stands here (%(code)s). Remove it.", {"code": code})
        for line, code in _suspect(text)
    ]
    if faults:
        raise FaultsFound(faults)
    return text


def name_of(path: str) -> str:
    """The name of a file that somebody sends, without folders and without signs that hide or turn round what it says."""
    return HIDING.sub("", path.replace("\\", "/").rpartition("/")[2]).strip()


def _suspect(text: str) -> list[tuple[int, str]]:
    """Lines with a character that cannot be kept, twenty at most."""
    found = ((line, SUSPECT.search(words)) for line, words in enumerate(text.split("\n"), 1))
    return list(islice(((line, _code(hit[0])) for line, hit in found if hit), 20))


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


@dataclass(slots=True)
class Document:
    """A YAML file as plain values, and where each stands.

    ``value`` consists of dict, list, str, int, bool and None. Only whole numbers, true, false and null are read as
    such: ``1.10``, ``no`` and ``12:30`` stay text. ``lines`` gives the line (from 1) of each path.
    """

    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    blocks: set[Path] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Line of *path*, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def line_inside(self, path: Path, offset: int, text: str) -> int:
        """Line of the character at *offset* of the text at *path*; exact for literal blocks."""
        return self.line(path) + (text.count("\n", 0, offset) + 1 if path in self.blocks else 0)

    def fault(self, path: Path, sentence: str, **values: object) -> Fault:
        """Make a fault at the line of *path*."""
        return Fault(self.line(path), dotted(path), sentence, values)


def dotted(path: Path) -> str:
    """A path as people read it: list items count from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def read_yaml(text: str, *, first_line: int = 1) -> Document:
    """Read one YAML document; *first_line* is the line of the file on which *text* begins.

    Raises FaultsFound when it is not YAML, has more than one document or is nested deeper than 20 levels. Anchors,
    aliases, tags and keys given twice are refused as well: a small file must not grow, and none may hide another.
    """
    builder = _Builder(first_line)
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise FaultsFound([*builder.document.faults, _not_yaml(error, first_line)]) from None
    if builder.document.faults:
        raise FaultsFound(builder.document.faults)
    return builder.document


# What the reader of YAML says, in part, and the fault that it is; the first that fits counts.
_NOT_YAML = (
    (
        "mapping values are not allowed",
        Fault(
            0, "", "A colon followed by a space stands in text without quotes. Put the text between quotes."
        ),
    ),
    (
        "cannot start any token",
        Fault(
            0,
            "",
            "A line cannot begin like this. Indent with spaces, not with tabs, and put text between quotes.",
        ),
    ),
    (
        "end of stream",
        Fault(0, "", "This is not valid YAML: the quotes that open here are never closed. Close them."),
    ),
    (
        "document indicator",
        Fault(0, "", "This is not valid YAML: the quotes that open here are never closed. Close them."),
    ),
    (
        "expected ','",
        Fault(0, "", "This is not valid YAML: the bracket that opens here is never closed. Close it."),
    ),
    (
        "expected ':'",
        Fault(
            0, "", "This is not valid YAML: a colon is missing after the name of a field. Write name: text."
        ),
    ),
    (
        "escape character",
        Fault(0, "", "This is not valid YAML: \\ means something here. Write \\\\, or use single quotes."),
    ),
    (
        "not allowed",
        Fault(
            0, "", "This is not valid YAML: it holds a control character. Remove it, or type the line anew."
        ),
    ),
)
_NOT_YAML_ELSE = Fault(
    0, "", "This is not valid YAML. Check the indentation and the quotes around this line."
)
_OPENED = ("end of stream", "document indicator", "expected ','")


def _not_yaml(error: yaml.YAMLError, first_line: int) -> Fault:
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    begun, noticed = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    # Where a quote or bracket opened that never closed, not where the file ended without it.
    mark = begun if begun and any(words in problem for words in _OPENED) else noticed
    fault = next((fault for words, fault in _NOT_YAML if words in problem), _NOT_YAML_ELSE)
    return replace(fault, line=first_line + (mark.line if mark else 0))


@dataclass(slots=True)
class _Level:
    """A mapping or list that is being read."""

    holder: dict[str, object] | list[object]
    path: Path
    key: str | None = None


class _Builder:
    """Builds a document from YAML events without recursion, so that depth is a number and not a crash."""

    def __init__(self, first_line: int) -> None:
        self.document = Document()
        self._first_line = first_line
        self._open: list[_Level] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        line = self._first_line + (event.start_mark.line if event.start_mark else 0)
        self._refuse_traps(event, line)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(line, "A second document begins here. Keep one document per file.")
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._scalar(yaml.ScalarEvent(None, None, (True, False), "alias", style='"'), line)

    def _refuse_traps(self, event: yaml.Event, line: int) -> None:
        if getattr(event, "anchor", None) is not None:
            self._fault(
                line,
                "Anchors and aliases (& and *) are not allowed. Write the text out, or put quotes around it.",
            )
        if getattr(event, "tag", None) not in {None, "!"}:
            self._fault(line, "Tags (!) are not allowed. Remove it, or put quotes around the text.")

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        level = self._open[-1] if self._open else None
        text = event.value
        if hit := SUSPECT.search(text):
            code = _code(hit[0])
            self._fault(
                line, "A character that cannot be shown stands here (%(code)s). Remove it.", code=code
            )
            text = SUSPECT.sub("", text)
        if level and isinstance(level.holder, dict) and level.key is None:
            self._key(level, level.holder, text, line)
            return
        path = self._place(text if event.style else _plain(text), line)
        if event.style == "|":
            self.document.blocks.add(path)

    def _key(self, level: _Level, holder: Mapping[str, object], name: str, line: int) -> None:
        level.key = name
        if name in holder:
            first = self.document.line((*level.path, name))
            sentence = "%(name)s stands here twice; the first is on line %(first)s. Remove one."
            self._fault(line, sentence, name=name, first=first)
        self.document.lines[*level.path, name] = line

    def _begin(self, holder: dict[str, object] | list[object], line: int) -> None:
        if len(self._open) == DEEPEST:
            self._stop(line, "This is nested too deeply. Keep to the structure of the format.")
        if self._open and isinstance(self._open[-1].holder, dict) and self._open[-1].key is None:
            self._stop(line, "A key must be a word. Put quotes around text that begins with { or [.")
        self._open.append(_Level(holder, self._place(holder, line)))

    def _place(self, value: object, line: int) -> Path:
        """Put *value* where it belongs and say where that is."""
        if not self._open:
            self.document.value = value
            self.document.lines[()] = line
            return ()
        level = self._open[-1]
        if isinstance(level.holder, list):
            path = (*level.path, len(level.holder))
            level.holder.append(value)
            self.document.lines[path] = line
            return path
        key, level.key = level.key or "", None
        level.holder[key] = value
        return (*level.path, key)

    def _fault(self, line: int, sentence: str, **values: object) -> None:
        self.document.faults.append(Fault(line, "", sentence, values))

    def _stop(self, line: int, sentence: str) -> None:
        self._fault(line, sentence)
        raise FaultsFound(self.document.faults)


def _plain(text: str) -> object:
    if text in WORDS:
        return WORDS[text]
    return int(text) if INTEGER.fullmatch(text) else text
