"""Who wrote a document, as far as it says so, and which people of an organisation those are. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cyberready.exchange.blocks import Block, Grid, Marked

AUTHOR = "author of the file"
LAST = "saved the file last"
TRACKED = "changed it with tracked changes"
TABLE = "stands in its version table"
MOST, LONGEST = 200, 100
VERSION_HEADS = frozenset({"versie", "versienummer", "versie nr", "version", "rev", "revisie"})
WRITER_HEADS = frozenset(
    [
        "auteur",
        "auteurs",
        "auteur(s)",
        "opsteller",
        "schrijver",
        "bewerker",
        "wijziger",
        "door",
        "opgesteld door",
        "gewijzigd door",
        "aangepast door",
        "bewerkt door",
        "naam",
        "wie",
        "author",
        "editor",
        "by",
        "written by",
        "changed by",
        "name",
    ]
)
LABELS = WRITER_HEADS - {"door", "by", "naam", "name", "wie"}
PARTED = re.compile(r"\s*[/;+&\n|]\s*|\s+(?:en|and)\s+", re.IGNORECASE)


class Named(NamedTuple):
    """A name as a document has it, and where: an English message id."""

    name: str
    where: str


def in_tables(blocks: Iterable[Block]) -> Iterator[Named]:
    """The writers in tables of versions (a column beside that of the version) and of facts (``Auteur | …``)."""
    for block in blocks:
        if isinstance(block, Marked):
            yield from in_tables(block.blocks)
        elif isinstance(block, Grid) and block.rows:
            yield from (Named(name, TABLE) for cell in _cells(block) for name in _parted(cell))


def _cells(grid: Grid) -> Iterator[str]:
    heads = [_bare(cell.text) for cell in grid.rows[0]]
    if not VERSION_HEADS.isdisjoint(heads):
        for at, head in enumerate(heads):
            if head in WRITER_HEADS:
                yield from (row[at].text for row in grid.rows[1:] if at < len(row))
    yield from (row[1].text for row in grid.rows if len(row) == 2 and _bare(row[0].text) in LABELS)


def _parted(cell: str) -> Iterator[str]:
    for part in PARTED.split(re.sub(r"[*_`\\]", "", cell)):
        several = part.split(",")
        full = all(len(_words(one)) > 1 for one in several)
        yield from (one.strip() for one in (several if full else (part,)) if one.strip())


def _bare(text: str) -> str:
    return re.sub(r"[*_`\\:]", "", text).strip().lower()


def proposed(named: Iterable[Named], people: Mapping[int, str]) -> dict[int, str]:
    """The *people*, names by number, that a document names, each with the first place where it does."""
    said = list(dict.fromkeys(named))[:MOST]
    places = (
        (number, next((one.where for one in said if is_same(one.name, name)), ""))
        for number, name in people.items()
    )
    return {number: where for number, where in places if where}


def is_same(written: str, name: str) -> bool:
    """Whether *written* may be the person called *name*: ``Anja Bakker``, ``Bakker, Anja``, ``A. Bakker``, ``a.bakker``."""
    said, full = _words(written[:LONGEST]), _words(name[:LONGEST])
    if len(full) < 2 or len(said) < 2:
        return bool(full) and said == full
    return said == full or (len(said[0]) == 1 and said[0] == full[0][0] and _family(said) == full[1:])


def _family(said: list[str]) -> list[str]:
    """The words of a name behind its initials."""
    at = next((at for at, word in enumerate(said) if len(word) > 1), len(said))
    return said[at:]


def _words(name: str) -> list[str]:
    """The words of a name in small letters without accents, first name first."""
    shown = re.sub(r"\(.*?\)|@.*", "", name)
    last, comma, first = shown.partition(",")
    ordered = f"{first} {last}" if comma else shown
    bare = unicodedata.normalize("NFKD", ordered).encode("ascii", "ignore").decode().casefold()
    return re.findall(r"[a-z]+", bare)
