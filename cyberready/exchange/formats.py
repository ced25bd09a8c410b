"""Which file is which, and every way in and out of a playbook: Markdown, Word, CACAO, OpenDocument, a page, PDF."""

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cyberready.exchange import strangers
from cyberready.exchange.authors import Named
from cyberready.exchange.blocks import Picture
from cyberready.exchange.cacao import conversion as cacao
from cyberready.exchange.cacao.names import identity, timestamp
from cyberready.exchange.limits import Package, weighed
from cyberready.exchange.markdown import reader as markdown
from cyberready.exchange.markdown.writer import to_markdown, to_zip
from cyberready.exchange.page.writer import to_html
from cyberready.exchange.pdf.writer import playbook_pdf
from cyberready.exchange.report import Place, Report
from cyberready.exchange.standing import Standing
from cyberready.exchange.word import office, parts
from cyberready.exchange.word import reader as word
from cyberready.exchange.word.identity import Identity
from cyberready.exchange.word.reader import Find
from cyberready.exchange.word.writer import to_docx
from cyberready.kernel.refusals import Refused
from cyberready.platform import excess, images, sizes, sources
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import formats

ENDINGS = {
    ".md": "md",
    ".markdown": "md",
    ".txt": "md",
    ".zip": "zip",
    ".docx": "docx",
    ".json": "json",
    ".odt": "odt",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
}
READ = ("md", "zip", "docx", "json", "odt")
WRITTEN = ("md", "zip", "docx", "json", "html", "pdf", "odt")
SHOWING = frozenset({"docx", "odt", "html", "pdf"})  # the kinds that show pictures themselves
NAMES = {
    "md": "Markdown",
    "zip": "Markdown (zip)",
    "docx": "Word",
    "json": "CACAO",
    "odt": "OpenDocument",
    "html": "HTML",
    "pdf": "PDF",
}
MEDIA_TYPES = {
    "md": "text/markdown; charset=utf-8",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
}
OTHER = (
    "%(name)s is no playbook that can be read. Give Markdown (.md or .zip), Word (.docx) or CACAO (.json)."
)
ONLY_OUT = "%(kind)s is only written, never read: nobody can tell from it what is a step. Give the Word document or Markdown."
MISNAMED = "%(name)s is called %(ending)s, but is something else (%(kind)s). Give it the name that fits, and look whether it is the right file."

# What is too much in the text that was made: its reader knows the document, not the lines of that text.
MADE = {
    excess.TOO_MANY_LINES: "A playbook made of this file would have more than %(limit)s lines. Split the document.",
    excess.TOO_LONG: "A paragraph or a row of a table becomes a line that is longer than %(limit)s characters; it begins"
    " with “%(text)s”. Break it up in the document.",
    excess.TOO_MANY_CELLS: "The tables of this file have more than %(limit)s cells, up to “%(text)s”. Split them, or make"
    " them narrower.",
    excess.TOO_MANY_HEADINGS: "A playbook made of this file would have more than %(limit)s headings (phases and steps),"
    " from “%(text)s” on. Split the document.",
    excess.TOO_MANY_SIGNS: "The text of this file needs more than %(limit)s signs of Markdown, up to “%(text)s”. Split the"
    " document.",
}


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file became: the source of a playbook, what is to be said of it, its pictures, and where it came from.

    ``people`` are those who the file says wrote it.
    """

    source: str
    report: Report
    pictures: tuple[Picture, ...] = ()
    origin: Identity | None = None
    people: tuple[Named, ...] = ()


def read_here() -> tuple[str, ...]:
    """The kinds of files that can be read on this machine: OpenDocument only where a converter is."""
    return READ if office.converter() else tuple(kind for kind in READ if kind != "odt")


def recognise(name: str, data: bytes) -> str:
    """The kind of a file, by its content and its name: ``md``, ``zip``, ``docx``, ``json`` or ``odt``.

    Raises Refused in a sentence for a file that cannot be read, holds macros, is locked, or is not what its name says.
    """
    ending = posixpath.splitext(name.lower())[1]
    if ending in {".docm", ".dotm"}:
        raise Refused(parts.MACROS)
    base = posixpath.basename(name)[:80]
    kind = _by_content(weighed(data), base, ending)
    said = ENDINGS.get(ending, kind)
    if said in {"html", "pdf"} or kind in {"html", "pdf"}:
        raise Refused(ONLY_OUT, kind=NAMES[kind if kind in {"html", "pdf"} else said])
    if said != kind:
        raise Refused(MISNAMED, name=base, ending=ending, kind=NAMES[kind])
    return kind


def _by_content(data: bytes, name: str, ending: str) -> str:
    head = data[:1024].lstrip()
    if data[:8] == parts.OLE:
        raise Refused(parts.LOCKED)
    strangers.refuse(name, data)
    if data[:2] == b"PK":
        package = Package(data)
        strangers.refuse_package(name, package)
        if "[Content_Types].xml" in package:
            return "docx"
        return (
            "odt"
            if "mimetype" in package and b"opendocument.text" in package.bytes("mimetype", 200)
            else "zip"
        )
    if head.startswith(b"%PDF"):
        return "pdf"
    if ending == ".json" or re.match(rb"(?:\xef\xbb\xbf)?\s*\{", data[:1024]):
        return "json"
    if re.match(rb"<(!doctype html|html|\?xml)", head, re.IGNORECASE):
        return "html"
    if b"\0" in head and ENDINGS.get(ending) != "md":  # in a text its line is told
        raise Refused(OTHER, name=name)
    return "md"


def brought(
    name: str, data: bytes, find: Find = lambda _identity: None, at: datetime | None = None
) -> Brought:
    """Read a file as the source of a playbook, which may hold faults that only a person can mend.

    *find* gives the source of one of our versions, for a Word document that was made from it; *at* is the moment for which
    signatures are looked at, and without it their terms do not count. Raises Refused or
    FaultsFound, in sentences, for everything that cannot be read or is not safe.
    """
    base = sources.name_of(name)
    kind = recognise(base, data)
    stem = posixpath.splitext(base)[0].strip()[:100] or "document"
    report = Report(base, NAMES["md"])
    if kind == "json":
        source, found = cacao.read(data, timestamp(at) if at else "")
        report.remarks += found.remarks
        return Brought(source, report)
    if kind in {"docx", "odt"}:
        read = word.read(office.to_docx(data) if kind == "odt" else data, stem, report, find)
        _fits(read.source)
        return Brought(read.source, report, read.pictures, read.origin, read.people)
    text = markdown.read_zip(data, stem, report) if kind == "zip" else markdown.read(data, stem, report)
    _fits(text.source)
    return Brought(text.source, report, text.pictures)


def _fits(source: str) -> None:
    """A source that is larger than playbooks may be is refused before anybody works in it."""
    if len(source.encode()) > sources.MOST_BYTES:
        sentence = "The document holds more text than a playbook can (%(limit)s MB). Split it."
        raise Refused(sentence, limit=sizes.megabytes(sources.MOST_BYTES))
    try:
        formats.attempt(source)
    except FaultsFound as found:
        fault = found.faults[0]
        words = source.split("\n")[fault.line - 1]
        raise Refused(MADE.get(fault.sentence, fault.sentence), text=words[:60], **fault.values) from None


def read(name: str, data: bytes) -> tuple[str, Report]:
    """Read a file as the source of a playbook, with what is to be said of it; see `brought`."""
    found = brought(name, data)
    return found.source, found.report


def shown(pictures: Iterable[Picture], kind: str, report: Report) -> dict[str, bytes]:
    """The bytes of pictures by their SHA-256, as a file of *kind* may hold them.

    Where they are shown they are made anew, so that nothing hidden in them goes along; those that cannot be are left
    out, with the reason in the report.
    """
    if kind not in SHOWING:
        return {one.sha256: one.data for one in pictures}
    made: dict[str, bytes] = {}
    for one in pictures:
        try:
            made[one.sha256] = images.remade(one.data).data
        except Refused as refused:
            place = Place("the picture %(picture)s", {"picture": one.name})
            report.lost(place, refused.sentence, **refused.values)
    return made


def write(source: str, kind: str, standing: Standing, template: Path | None = None) -> tuple[bytes, Report]:
    """Write a playbook file as one of WRITTEN; raises FaultsFound when it holds faults and *kind* needs it without."""
    report = Report(NAMES["md"], NAMES[kind])
    makers: dict[str, Callable[[], bytes]] = {
        "md": lambda: to_markdown(source, report),
        "zip": lambda: to_zip(source, formats.parse(source).slug, standing.pictures, report),
        "docx": lambda: to_docx(source, standing, template, report),
        "odt": lambda: office.to_odt(to_docx(source, standing, template, report)),
        "html": lambda: to_html(source, standing, report),
        "pdf": lambda: playbook_pdf(formats.parse(source), standing),
        "json": lambda: _cacao(source, standing, report),
    }
    return makers[kind](), report


def _cacao(source: str, standing: Standing, report: Report) -> bytes:
    issued = standing.issued or standing.made
    stamp = cacao.Stamp(
        created=timestamp(standing.begun or issued),
        modified=timestamp(issued),
        created_by=identity(standing.organisation),
        revoked=standing.withdrawn,
        versions={slug: timestamp(one.issued) for slug, one in standing.others.items() if one.issued},
    )
    data, found = cacao.write(source, stamp)
    report.remarks += found.remarks
    return data
