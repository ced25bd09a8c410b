"""A compared text as lines for the eye: lists, quotes and headings instead of their marks, blank lines left out. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cyberready.playbooks.pieces import Piece, PieceKind, new_text, old_text

MARKS = re.compile(
    r"([ \t]*)((?:>[ \t]?)*)[ \t]*"
    r"(?:(#{1,6}[ \t]+)|([-*+][ \t]+\[[ xX]\][ \t]+)|([-*+][ \t]+)|([0-9]+[.)][ \t]+))?"
)
JOINED = re.compile(r"[ \t]*(?:[-*+>|#]|[0-9]+[.)][ \t]|```|~~~|[\w.-]+:(?:\s|$))")
SAME, GONE, NEW = PieceKind.SAME, PieceKind.GONE, PieceKind.NEW


class LineStyle(StrEnum):
    """What a line is, by the marks that it begins with."""

    PLAIN = "plain"
    HEADING = "heading"
    TASK = "task"
    BULLET = "bullet"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Line:
    """One line in both versions or one: ``sign`` is the number of a numbered item, ``depth`` counts from 0.

    ``ending`` says which version has the end of the line.
    """

    style: LineStyle
    depth: int
    quoted: bool
    sign: str
    ending: PieceKind
    pieces: tuple[Piece, ...]

    @property
    def state(self) -> str:
        """``same``, ``gone``, ``new``, or ``changed`` for a line of which both versions have a part."""
        kinds = {piece.kind for piece in self.pieces}
        return "changed" if len(kinds) > 1 else next(iter(kinds), SAME).value


def lines(pieces: Iterable[Piece]) -> tuple[Line, ...]:
    """The lines of a comparison; white space that changed is not shown."""
    found = _unwrapped(_broken(_calm(list(pieces))))
    return tuple(_line(parts, ending) for parts, ending in found if any(part.text.strip() for part in parts))


def rows(found: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Lines side by side: what is gone beside what came in its place."""
    gone: list[Line] = []
    for line in found:
        if line.state == GONE:
            gone.append(line)
        elif line.state == NEW and gone:
            yield gone.pop(0), line
        else:
            yield from ((left, None) for left in gone)
            gone = []
            yield (None if line.state == NEW else line), line
    yield from ((left, None) for left in gone)


def _calm(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without changes of white space: in their place stands what both come down to."""
    found: list[Piece] = []
    skip = False
    for at, piece in enumerate(pieces):
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        if skip:
            skip = False
        elif piece.kind is SAME or piece.text.strip():
            found.append(piece)
        elif following and piece.kind is GONE and following.kind is NEW and not following.text.strip():
            skip = True
            found.append(Piece(SAME, "\n" if "\n" in piece.text and "\n" in following.text else " "))
        elif "\n" in piece.text:
            found.append(piece)
        else:
            found.append(Piece(piece.kind, piece.text))
    return found


_Broken = tuple[list[Piece], PieceKind]


def _broken(pieces: Iterable[Piece]) -> Iterator[_Broken]:
    """Pieces by line, each with who has its end."""
    parts: list[Piece] = []
    for piece in pieces:
        first, *others = piece.text.split("\n")
        parts += [Piece(piece.kind, first)] * bool(first)
        for other in others:
            yield parts, piece.kind
            parts = [Piece(piece.kind, other)] * bool(other)
    if parts:
        yield parts, SAME


def _unwrapped(broken: Iterable[_Broken]) -> list[_Broken]:
    """Lines of one paragraph as one."""
    found: list[_Broken] = []
    open_ = False
    for parts, ending in broken:
        said = "".join(part.text for part in parts)
        joins = open_ and bool(said.strip()) and not JOINED.match(said) and _together(found[-1], parts)
        if joins:
            before, kind = found[-1]
            found[-1] = ([*before, Piece(kind, " "), *parts], ending)
        else:
            found.append((parts, ending))
            open_ = bool(said.strip()) and not said.lstrip().startswith(("#", "|"))
    return found


def _together(before: _Broken, parts: Sequence[Piece]) -> bool:
    """Whether a line goes on in one of the versions: not from what is only in one to what is only in the other."""
    ends, begins = {before[1], *(part.kind for part in before[0])}, {part.kind for part in parts}
    return SAME in ends | begins or not ends.isdisjoint(begins)


def _line(parts: list[Piece], ending: PieceKind) -> Line:
    old, new = old_text(parts), new_text(parts)
    found = MARKS.match(new or old)
    marks = found[0] if found else ""
    both = bool(old) and bool(new)
    if found is None or (both and not _leads(parts, marks)):
        return Line(LineStyle.PLAIN, 0, quoted=False, sign="", ending=ending, pieces=_trimmed(parts))
    style = next(
        (kind for kind, text in zip(STYLES, found.groups()[2:], strict=True) if text), LineStyle.PLAIN
    )
    sign = (found[6] or "").strip()
    depth = min(len(found[1].expandtabs(4)) // 2, 4)
    return Line(style, depth, bool(found[2]), sign, ending, _trimmed(_without(parts, len(marks))))


STYLES = (LineStyle.HEADING, LineStyle.TASK, LineStyle.BULLET, LineStyle.NUMBER)


def _leads(parts: Sequence[Piece], marks: str) -> bool:
    """Whether both versions of a line begin with *marks*."""
    return parts[0].kind is SAME and len(parts[0].text) >= len(marks)


def _without(parts: Iterable[Piece], count: int) -> list[Piece]:
    left: list[Piece] = []
    for part in parts:
        cut = min(count, len(part.text))
        count -= cut
        left += [Piece(part.kind, part.text[cut:])] * (cut < len(part.text))
    return left


def _trimmed(parts: Sequence[Piece]) -> tuple[Piece, ...]:
    """Without white space at the end of the line."""
    kept = list(parts)
    while kept and not kept[-1].text.strip():
        kept.pop()
    return tuple([*kept[:-1], Piece(kept[-1].kind, kept[-1].text.rstrip())] if kept else ())
