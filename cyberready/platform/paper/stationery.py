"""The paper that documents are set on: a Word template with named styles, shipped or the municipality's own."""

from pathlib import Path
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import XMLSyntaxError

from cyberready.kernel.refusals import Refused
from cyberready.settings import content_root

NAME = "report.docx"
PARAGRAPH_STYLES = (
    *("Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Body Text", "List Bullet", "List Number"),
    *("Caption", "Header", "Footer", "cyberready Cell", "cyberready Answer"),
    *("cyberready Notice", "cyberready Confirmation", "cyberready Exercise"),
)
TABLE_STYLES = ("cyberready Table", "cyberready Fields")


def chosen(folder: str) -> Path | None:
    """The template in the folder of the setting ``word_templates``; None, the shipped one, when that is empty."""
    return Path(folder) / NAME if folder else None


def shipped() -> Path:
    """The template that comes with cyberready."""
    return content_root() / "templates" / "word" / NAME


def opened(template: Path | None) -> Document:
    """A new document in the style of *template* (None: the shipped one), with its headers and footers but without its text.

    Raises Refused when the file is not a Word document, or names the styles that it lacks. Word leaves a built-in
    style out of a file until the style was used once, so that a template may lack one that Word itself shows.
    """
    path = template or shipped()
    try:
        sheet = docx.Document(str(path))
    except (PackageNotFoundError, OSError, BadZipFile, KeyError, ValueError, XMLSyntaxError) as fault:
        raise Refused(
            "The Word template %(name)s cannot be read as a Word document (.docx). Put it right, or remove it so that"
            " the standard template is used.",
            name=path.name,
        ) from fault
    if missing := _missing(sheet):
        raise Refused(
            "The Word template %(name)s lacks these styles: %(styles)s. Open it in Word, use each of them once, and save"
            " it.",
            name=path.name,
            styles=", ".join(missing),
        )
    body = sheet.element.body
    page = body.get_or_add_sectPr()
    for part in list(body):
        if part is not page:
            body.remove(part)
    return sheet


def _missing(sheet: Document) -> list[str]:
    held = {(style.type, style.name) for style in sheet.styles}
    wanted = [(WD_STYLE_TYPE.PARAGRAPH, name) for name in PARAGRAPH_STYLES]
    wanted += [(WD_STYLE_TYPE.TABLE, name) for name in TABLE_STYLES]
    return [name for kind, name in wanted if (kind, name) not in held]
