"""A Word file as a whole: its text, and what stands beside it in headers, footers and notes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cyberready.exchange.blocks import Block, Prose, written
from cyberready.exchange.report import Place, Report
from cyberready.exchange.word.body import Body, Notes
from cyberready.exchange.word.parts import File


@dataclass(slots=True)
class Found:
    """What a Word file holds: its blocks, and text that has no place among them."""

    blocks: list[Block] = field(default_factory=list)
    aside: list[Prose] = field(default_factory=list)


def found(file: File, report: Report) -> Found:
    """Read a Word file: its text as blocks, and what stands beside it (headers and footers)."""
    notes = Notes(file, report)
    made = Found(Body(file, file.part, report, notes).blocks(file.body))
    made.aside = [*_beside(file, report, notes), *notes.unplaced()]
    return made


def _beside(file: File, report: Report, notes: Notes) -> Iterator[Prose]:
    """The text of headers and footers, each once."""
    said: set[str] = set()
    for kind, target, outside in dict.fromkeys(file.related(file.part).values()):
        if kind not in {"header", "footer"} or outside or target not in file.package:
            continue
        place = Place("the header of the pages" if kind == "header" else "the footer of the pages", {})
        inner = Body(file, target, report, notes).blocks(file.package.xml(target), 1)
        text = written([*inner, *notes.due()])
        if text.strip() and text not in said:
            said.add(text)
            report.guessed(place, "Text of every page is kept at the end.")
            yield Prose(text, place)
