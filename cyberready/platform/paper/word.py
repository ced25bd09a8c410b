"""An outline as a Word document: named styles, page numbers, properties, the same bytes every time."""

import logging
import re
import zipfile
from datetime import UTC
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section, _Footer, _Header

from cyberready.kernel.refusals import Refused
from cyberready.platform.paper import stationery
from cyberready.platform.paper.outline import Outline, printable
from cyberready.platform.paper.typesetting import TAGS, Typesetter, element
from cyberready.platform.texts import translate

log = logging.getLogger(__name__)
MOST_FOOTER = 70
MIDNIGHT_1980 = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


def to_docx(outline: Outline, template: Path | None = None) -> bytes:
    """The outline in the style of *template* (None: the shipped one); raises Refused when the template cannot be used."""
    setter = begun(outline, template)
    for block, following in pairwise((*outline.blocks, None)):
        if block is not None:
            setter.set(block, following)
            setter.part_from(block, following)
    return finished(setter, outline)


def begun(outline: Outline, template: Path | None = None) -> Typesetter:
    """A document with the alert, title and subtitle of *outline*, to be set on; raises Refused as `to_docx` does."""
    setter = Typesetter(stationery.opened(template), outline.language)
    if outline.alert:
        setter.set(outline.alert)
    setter.paragraph("Title", outline.title)
    if outline.subtitle:
        setter.paragraph("Subtitle", outline.subtitle)
    return setter


def finished(setter: Typesetter, outline: Outline) -> bytes:
    """The file of what was set, with head, foot and properties of *outline*."""
    _frame(setter, outline)
    _describe(setter.sheet, outline)
    file = BytesIO()
    setter.sheet.save(file)
    return _steady(file.getvalue())


def to_docx_regardless(outline: Outline, template: Path | None) -> bytes:
    """As `to_docx`, for what cannot wait: a template that cannot be used is passed over for the shipped one, and logged."""
    try:
        return to_docx(outline, template)
    except Refused as refusal:
        log.warning("a document was set in the shipped style: %s", refusal)
        return to_docx(outline)


def _frame(setter: Typesetter, outline: Outline) -> None:
    """Head and foot of every page: OEFENING above, title and page number below."""
    sheet = setter.sheet
    for section in sheet.sections:
        heads, feet = _frames(section, mirrored=sheet.settings.odd_and_even_pages_header_footer)
        for foot in feet:
            _foot(setter, foot, outline)
        if outline.properties.exercise:
            for head in heads:
                _head(setter, head)


def _head(setter: Typesetter, part: _Header) -> None:
    """OEFENING above what the template has there."""
    words = translate(setter.language, "EXERCISE – EXERCISE – EXERCISE")
    _clear_if_empty(part)
    part._element.insert(0, setter.styled("cyberready Exercise", setter.runs(words)))  # noqa: SLF001 -- no public way


def _foot(setter: Typesetter, part: _Footer, outline: Outline) -> None:
    """Title and page number below what the template has there, unless that counts pages itself."""
    root = part._element  # noqa: SLF001 -- no public way
    if re.search(r"\bPAGE\b", " ".join(root.xpath(".//w:instrText/text() | .//w:fldSimple/@w:instr"))):
        return
    _clear_if_empty(part)
    said = translate(setter.language, "Page %(page)s of %(pages)s", page="\0PAGE\0", pages="\0NUMPAGES\0")
    pieces = said.split("\0")
    counted = [
        element("fldSimple", setter.run("1"), instr=piece) if index % 2 else setter.run(piece)
        for index, piece in enumerate(pieces)
        if piece
    ]
    root.append(
        setter.styled(
            "Footer",
            (setter.run(f"{_short(printable(outline.title))}\t"), *counted),
            _stops(setter),
        )
    )


def _stops(setter: Typesetter) -> BaseOxmlElement:
    """One stop at the right margin; those of the style, such as Word's own in the middle, are lifted."""
    given = setter.sheet.styles["Footer"].element.xpath("./w:pPr/w:tabs/w:tab/@w:pos")
    lifted = [element("tab", val="clear", pos=place) for place in given if int(place) != setter.width]
    return element("tabs", *lifted, element("tab", val="right", pos=setter.width))


def _short(title: str) -> str:
    return title if len(title) <= MOST_FOOTER else title[: MOST_FOOTER - 1].rstrip() + "…"


def _frames(section: Section, *, mirrored: bool) -> tuple[list[_Header], list[_Footer]]:
    heads, feet = [section.header], [section.footer]
    if section.different_first_page_header_footer:
        heads.append(section.first_page_header)
        feet.append(section.first_page_footer)
    if mirrored:
        heads.append(section.even_page_header)
        feet.append(section.even_page_footer)
    return heads, feet


def _clear_if_empty(part: _Header | _Footer) -> None:
    root = part._element  # noqa: SLF001 -- no public way
    if not root.xpath(".//w:t | .//w:drawing | .//w:pict | .//w:tbl | .//w:instrText | .//w:fldSimple"):
        for child in list(root):
            root.remove(child)


def _describe(sheet: Document, outline: Outline) -> None:
    """Document properties and language; the moment is that of the outline, never that of the clock."""
    about, made = sheet.core_properties, outline.properties
    about.title = printable(outline.title)[:255]
    about.subject = printable(made.subject)[:255]
    about.author = about.last_modified_by = printable(made.organisation)[:255]
    about.created = about.modified = made.created.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about.language = TAGS[outline.language]
    about.revision = 1
    about.comments = about.keywords = ""
    _speak(sheet.styles.element, TAGS[outline.language])
    for languages in sheet.settings.element.xpath("./w:themeFontLang"):
        languages.set(qn("w:val"), TAGS[outline.language])


def _speak(styles: Any, tag: str) -> None:
    """Set the language of every style: the defaults, Normal, and each that names one."""
    for face in styles.xpath("./w:docDefaults/w:rPrDefault/w:rPr[not(w:lang)]"):
        face.append(element("lang"))
    for normal in styles.xpath("./w:style[@w:type='paragraph'][@w:default='1'][not(w:rPr/w:lang)]"):
        normal.get_or_add_rPr().append(element("lang"))
    for language in styles.xpath(".//w:lang"):
        language.set(qn("w:val"), tag)


def _steady(file: bytes) -> bytes:
    """The same package without the moment at which it was packed."""
    packed = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(file)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            kept = zipfile.ZipInfo(entry.filename, MIDNIGHT_1980)
            kept.compress_type = zipfile.ZIP_DEFLATED
            kept.external_attr = 0o644 << 16
            target.writestr(kept, source.read(entry.filename))
    return packed.getvalue()
