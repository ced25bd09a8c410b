"""The parts of a Word file: text, styles, numbering, notes, comments, relations and pictures, each read once."""

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cyberready.exchange.blocks import Picture
from cyberready.exchange.limits import Element, Package, weighed
from cyberready.kernel.refusals import Refused
from cyberready.platform.excess import MOST_CELLS

SPACES = {
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "urn:schemas-microsoft-com:vml": "v",
}
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
MACROS = "The document holds macros. Save it as a Word document without macros (.docx) and try again."
LOCKED = (
    "This is a Word document of before 2007 or one with a password. Save it as a Word document (.docx) without"
    " a password and try again."
)
NO_WORD = "This is not a Word document (.docx). Check the file and its name."
MISSING = "The part %(name)s, which holds the text, is missing from the file. Open the document in Word and save it again."
BOXES = {"☐": " ", "□": " ", "❏": " ", "❑": " ", "☑": "x", "☒": "x", "✓": "x", "✔": "x"}
MOST_PARAGRAPHS = 20_000
MOST_STYLES = 5_000
LONGEST_ROW = 30  # styles that are based on each other
MOST_LEVELS = 9  # of a list: Word has no more
TOO_MANY_CELLS = (
    "The tables of the document have more than %(limit)s cells. Split them, or make them narrower."
)
NESTED = re.compile(r"list (?:number|bullet|continue)? ?([2-5])", re.IGNORECASE)
OFF = {"0", "false", "off", "none"}


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says: its name, the level of its heading (from 1, 0 for none) and its list.

    ``nested`` is how deep Word's own styles of lists in lists stand, each of which counts by itself.
    """

    name: str
    heading: int = 0
    count: str = ""
    depth: int = 0
    nested: int = 0


@dataclass(slots=True)
class File:
    """A Word file, opened; ``part`` is the name of its text, and ``pictures`` collects those that the text refers to."""

    package: Package
    part: str
    body: Element
    styles: dict[str, Style]
    plain: Style
    lists: Mapping[tuple[str, int], str]
    relations: dict[str, dict[str, tuple[str, str, bool]]] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    known: dict[str, Picture] = field(default_factory=dict)  # by the part that they are in
    told: set[str] = field(default_factory=set)  # parts whose words are in the report
    cells: int = 0

    def spread(self, cells: int) -> None:
        """Count the cells of one more table, merged and missing ones too; raises Refused for too many in the file."""
        self.cells += cells
        if self.cells > MOST_CELLS:
            raise Refused(TOO_MANY_CELLS, limit=MOST_CELLS)

    def related(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Type, target and whether it is outside the file, of each relation of *part*."""
        if part not in self.relations:
            self.relations[part] = relations(self.package, part)
        return self.relations[part]

    def other(self, kind: str) -> Element | None:
        """The part that the text has a relation of *kind* to, such as ``footnotes``; None when there is none."""
        name = next((target for found, target, _ in self.related(self.part).values() if found == kind), "")
        return self.package.xml(name) if name in self.package else None

    def picture(self, part: str, relation: str) -> Picture | None:
        """The picture behind a relation of *part*; None when it is not in the file."""
        _, target, outside = self.related(part).get(relation, ("", "", True))
        if outside or target not in self.package:
            return None
        if target not in self.known:
            data = self.package.bytes(target)
            digest = hashlib.sha256(data).hexdigest()
            self.known[target] = self.pictures.setdefault(
                digest, Picture(posixpath.basename(target), data, digest)
            )
        return self.known[target]


def name(element: Element) -> str:
    """The tag of an element with the customary prefix, such as ``w:p``; unknown namespaces have none."""
    return _customary(str(element.tag))


@lru_cache(maxsize=1024)
def _customary(tag: str) -> str:
    if not tag.startswith("{"):
        return tag
    space, _, local = tag[1:].partition("}")
    return f"{SPACES[space]}:{local}" if space in SPACES else local


def value(element: Element | None, attribute: str = "val", prefix: str = "w") -> str:
    """An attribute by its customary prefix; empty when it is absent."""
    if element is None:
        return ""
    for space, known in SPACES.items():
        if known == prefix and (found := element.get(f"{{{space}}}{attribute}")) is not None:
            return found
    return element.get(attribute, "")


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of that name, or the child of that child …; None when there is none."""
    for step in path:
        if element is None:
            return None
        element = next((found for found in element if name(found) == step), None)
    return element


def within(element: Element, *wanted: str) -> Iterator[Element]:
    """Every element inside with one of these names, in order."""
    return (found for found in element.iter() if name(found) in wanted)


def is_on(element: Element | None) -> bool:
    """Whether a switch such as ``w:b`` is there and not off."""
    return element is not None and value(element) not in OFF


def is_tagged(body: Element) -> bool:
    """Whether a text has marks of an export in it."""
    return any(value(one).startswith("cyberready:") for one in within(body, "w:tag"))


def untag(body: Element) -> None:
    """Take the content controls away, not what is in them."""
    for control in list(within(body, "w:sdt")):
        if child(control, "w:sdtPr", "w:docPartObj") is None:
            content = child(control, "w:sdtContent")
            for one in () if content is None else list(content):
                control.addprevious(one)
            above = control.getparent()
            if above is not None:
                above.remove(control)


def opened(data: bytes) -> File:
    """Open a Word file; raises Refused in a sentence for everything that is none, or is not safe to read."""
    if weighed(data)[:8] == OLE:
        raise Refused(LOCKED)
    if data[:2] != b"PK":
        raise Refused(NO_WORD)
    package = Package(data)
    if "[Content_Types].xml" not in package:
        raise Refused(NO_WORD)
    types = package.bytes("[Content_Types].xml", 1024 * 1024)
    if (
        b"macroEnabled" in types
        or b"vbaProject" in types
        or any("vbaproject" in one.lower() for one in package)
    ):
        raise Refused(MACROS)
    main = main_part(package)
    root = package.xml(main)
    body = child(root, "w:body")
    if name(root) != "w:document" or body is None:
        raise Refused(NO_WORD)
    if sum(1 for _ in body.iter("{*}tc", "{*}tr")) > MOST_CELLS:
        raise Refused(TOO_MANY_CELLS, limit=MOST_CELLS)
    if sum(1 for _ in body.iter("{*}p")) > MOST_PARAGRAPHS:
        raise Refused("The document holds more than %(limit)s paragraphs. Split it.", limit=MOST_PARAGRAPHS)
    folder = posixpath.dirname(main)
    lists = _lists(package, f"{folder}/numbering.xml")
    styles, plain = _styles(package, f"{folder}/styles.xml")
    return File(package, main, body, styles, plain, lists)


def main_part(package: Package) -> str:
    """The part that holds the text; raises Refused when there is none."""
    for kind, target, outside in relations(package, "").values():
        if kind == "officeDocument" and not outside:
            if target in package:
                return target
            raise Refused(MISSING, name=target[:100])
    raise Refused(NO_WORD)


def relations(package: Package, part: str) -> dict[str, tuple[str, str, bool]]:
    """The relations of a part (of the package itself when empty) by their id."""
    folder, base = posixpath.split(part)
    found = posixpath.join(folder, "_rels", f"{base}.rels")
    if found not in package:
        return {}
    made = {}
    for one in package.xml(found):
        outside = one.get("TargetMode") == "External"
        target = one.get("Target", "")
        if not outside:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        made[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], target, outside)
    return made


def _lists(package: Package, part: str) -> dict[tuple[str, int], str]:
    """The form of items (``bullet``, ``decimal``, a box to tick …) by number of the list and depth."""
    if part not in package:
        return {}
    root = package.xml(part)
    forms = {
        value(one, "abstractNumId"): {
            whole(value(level, "ilvl")): _form(level)
            for level in one
            if name(level) == "w:lvl" and whole(value(level, "ilvl")) < MOST_LEVELS
        }
        for one in root
        if name(one) == "w:abstractNum"
    }
    made = {}
    for one in root:
        if name(one) == "w:num":
            for depth, form in forms.get(value(child(one, "w:abstractNumId")), {}).items():
                made[value(one, "numId"), depth] = form
    return made


def _form(level: Element) -> str:
    """The form of one level; a bullet that is a box to tick is that box."""
    form, sign = value(child(level, "w:numFmt")), value(child(level, "w:lvlText"))
    fonts = child(level, "w:rPr", "w:rFonts")
    if form == "bullet" and "wingdings" in value(fonts, "ascii").lower():
        sign = {"o": "☐", "q": "☐", "¨": "☐", "x": "☒", "þ": "☒", "ü": "✓"}.get(sign, sign)
    if form == "bullet" and len(sign) == 1:
        sign = {"\uf0a8": "☐", "\uf06f": "☐", "\uf071": "☐", "\uf0fe": "☒", "\uf0fc": "✓"}.get(sign, sign)
    return sign if form == "bullet" and sign in BOXES else form


def whole(text: str) -> int:
    """A number as Word writes it; 0 when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _styles(package: Package, part: str) -> tuple[dict[str, Style], Style]:
    """Paragraph styles by their id, each with what it has from the style it is based on, and the default."""
    plain = Style("Normal")
    if part not in package:
        return {}, plain
    found = {
        value(one, "styleId"): one
        for one in package.xml(part)
        if name(one) == "w:style" and value(one, "type") == "paragraph"
    }
    if len(found) > MOST_STYLES:
        raise Refused(
            "The document has more than %(limit)s styles. Copy its text into a new one.", limit=MOST_STYLES
        )
    made = {key: _style(found, key) for key in found}
    default = next((key for key, one in found.items() if value(one, "default") in {"1", "true", "on"}), "")
    return made, made.get(default, plain)


def _style(found: Mapping[str, Element], key: str) -> Style:
    said = value(child(found[key], "w:name")) or key
    heading, count, depth, nested = _heading_of(said), "", 0, 0
    seen: set[str] = set()
    while key in found and key not in seen and len(seen) < LONGEST_ROW:
        seen.add(key)
        shape = child(found[key], "w:pPr")
        heading = heading or _heading_of(value(child(found[key], "w:name"))) or _outline(shape)
        if not count:
            count = value(child(shape, "w:numPr", "w:numId"))
            depth = whole(value(child(shape, "w:numPr", "w:ilvl")))
        inner = NESTED.fullmatch(value(child(found[key], "w:name")))
        nested = nested or (int(inner[1]) - 1 if inner else 0)
        key = value(child(found[key], "w:basedOn"))
    return Style(said, heading, count, depth, nested)


def _heading_of(said: str) -> int:
    first, _, level = said.lower().partition(" ")
    return whole(level) if first in {"heading", "kop"} and 1 <= whole(level) <= 9 else 0


def _outline(shape: Element | None) -> int:
    level = value(child(shape, "w:outlineLvl"))
    return whole(level) + 1 if level and whole(level) < 9 else 0
