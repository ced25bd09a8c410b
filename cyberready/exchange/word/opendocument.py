"""An OpenDocument text before it goes to a converter: weighed, without macros, and without anything that leads outside."""

import io
import zipfile
from xml.sax.saxutils import quoteattr

from lxml import etree

from cyberready.exchange.limits import Element, Package
from cyberready.exchange.word.parts import MOST_PARAGRAPHS, TOO_MANY_CELLS
from cyberready.kernel.refusals import Refused
from cyberready.platform.excess import MOST_CELLS

PARTS = ("content.xml", "styles.xml", "meta.xml")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
MIME = "application/vnd.oasis.opendocument.text"
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
HREF = "{http://www.w3.org/1999/xlink}href"
MOST_SPACES = 100_000
NO_TEXT = "This is not an OpenDocument text (.odt). Check the file and its name."
MACROS = "The document holds macros. Save it without macros and try again."
LOCKED = "The file is protected by a password. Take the protection off and try again."


def cleaned(data: bytes) -> bytes:
    """The same document with its texts, styles and pictures only; raises Refused for what is not safe to convert.

    A picture or part of the text that stands elsewhere is not fetched: what leads there is taken off.
    """
    package = Package(data)
    if "content.xml" not in package:
        raise Refused(NO_TEXT)
    if any(name.startswith(("Basic/", "Scripts/")) for name in package):
        raise Refused(MACROS)
    manifest = package.xml("META-INF/manifest.xml") if "META-INF/manifest.xml" in package else None
    if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
        raise Refused(LOCKED)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", MIME, zipfile.ZIP_STORED)
        kept = [name for name in PARTS if name in package]
        for name in kept:
            target.writestr(name, etree.tostring(_harmless(package.xml(name)), encoding="UTF-8"))
        pictures = [
            name for name in package if name.startswith("Pictures/") and name.lower().endswith(PICTURES)
        ]
        for name in pictures:
            target.writestr(name, package.bytes(name))
        target.writestr("META-INF/manifest.xml", _manifest([*kept, *pictures]))
    return made.getvalue()


def _harmless(root: Element) -> Element:
    """A part without programs and without what leads outside the file; raises Refused for what would grow."""
    if next(root.iter("{*}event-listener", "{*}script"), None) is not None:
        raise Refused(MACROS)
    if sum(1 for _ in root.iter(f"{TEXT}p", f"{TEXT}h")) > MOST_PARAGRAPHS:
        raise Refused("The document holds more than %(limit)s paragraphs. Split it.", limit=MOST_PARAGRAPHS)
    if sum(_cells(table) for table in root.iter(f"{TABLE}table")) > MOST_CELLS:
        raise Refused(TOO_MANY_CELLS, limit=MOST_CELLS)
    if sum(_repeated(one, f"{TEXT}c") for one in root.iter(f"{TEXT}s")) > MOST_SPACES:
        raise Refused(
            "The document holds more than %(limit)s spaces in a row. Take them out.", limit=MOST_SPACES
        )
    for one in root.iter():
        target = one.get(HREF)
        if target is not None and one.tag != f"{TEXT}a" and not target.startswith("Pictures/"):
            one.set(HREF, "")
    return root


def _cells(table: Element) -> int:
    """The cells of a table, those that are repeated as often as they are."""
    columns = sum(
        _repeated(one, f"{TABLE}number-columns-repeated") for one in table.iter(f"{TABLE}table-column")
    )
    cells = 0
    for row in table.iter(f"{TABLE}table-row"):
        said = sum(
            _repeated(one, f"{TABLE}number-columns-repeated", f"{TABLE}number-columns-spanned")
            for one in row.iter(f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
        )
        cells += max(said, columns) * _repeated(row, f"{TABLE}number-rows-repeated")
    return max(cells, columns)


def _repeated(one: Element, *names: str) -> int:
    """How often something counts, by the largest of these attributes; what is no number counts once."""
    said = (one.get(name, "1") for name in names)
    return max(
        (int(count) for count in said if count.isascii() and count.isdecimal() and len(count) < 10), default=1
    )


def _manifest(names: list[str]) -> str:
    entries = [("/", MIME), *((name, "text/xml" if name in PARTS else "") for name in names)]
    lines = "".join(
        f"<m:file-entry m:full-path={quoteattr(name)} m:media-type={quoteattr(kind)}/>"
        for name, kind in entries
    )
    return f'<m:manifest xmlns:m="{MANIFEST}" m:version="1.2">{lines}</m:manifest>'
