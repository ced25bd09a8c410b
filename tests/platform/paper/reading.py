"""Reading a Word document back, as a reader with a magnifying glass would."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO

import docx
from docx.oxml.ns import qn

from cyberready.platform.paper.outline import Outline, Properties

MADE = datetime(2026, 11, 22, 20, 48, 12, tzinfo=UTC)


def outline(*blocks, title="Proefdocument", language="nl", exercise=False, alert=None, subtitle=""):
    properties = Properties("Een proef", "Gemeente Waterveld", MADE, exercise=exercise)
    return Outline(title, subtitle, language, properties, blocks, alert)


def opened(file):
    return docx.Document(BytesIO(file))


def texts(document):
    """(style, text) of each paragraph of the body, tables left out."""
    return [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]


def parts(file):
    with zipfile.ZipFile(BytesIO(file)) as package:
        return {name: package.read(name) for name in package.namelist()}


def languages(document):
    """The languages of all runs of the body."""
    return {node.get(qn("w:val")) for node in document.element.body.iter(qn("w:lang"))}
