"""Files that no playbook can be read from: what each is, and what to do with it."""

from cyberready.exchange.limits import Package
from cyberready.kernel.refusals import Refused

EMPTY = "%(name)s is empty. Look whether it is the right file, or save it again."
PICTURE = (
    "%(name)s is a picture (%(kind)s), from which no text can be read. Give the document that it was made of."
)
ARCHIVE = "%(name)s is packed as %(kind)s, which is not read here. Unpack it and give the file itself, or pack it as zip."
RTF = "%(name)s is an RTF document. Save it as Word (.docx) and give that."
PROGRAM = "%(name)s is a program and is not opened. Look whether it is the right file."
WORKBOOK = "%(name)s is an Excel workbook. Copy the table into a Word document (.docx) and give that."
SLIDES = "%(name)s is a presentation. Copy its text into a Word document (.docx) and give that."
OTHER_OFFICE = (
    "%(name)s is an OpenDocument file, but not a text. Save the text as .odt or .docx and give that."
)
UTF_16 = "%(name)s is saved as UTF-16 (Unicode). Save it as UTF-8: under Save as, at Encoding."
BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", PICTURE, "PNG"),
    (b"\xff\xd8\xff", PICTURE, "JPEG"),
    (b"GIF8", PICTURE, "GIF"),
    (b"II*\0", PICTURE, "TIFF"),
    (b"MM\0*", PICTURE, "TIFF"),
    (b"\x1f\x8b", ARCHIVE, "gzip"),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE, "7-Zip"),
    (b"Rar!", ARCHIVE, "RAR"),
    (b"BZh", ARCHIVE, "bzip2"),
    (b"\xfd7zXZ\0", ARCHIVE, "xz"),
    (b"{\\rtf", RTF, ""),
    (b"MZ", PROGRAM, ""),
    (b"\x7fELF", PROGRAM, ""),
)
BINARY = frozenset({PROGRAM})  # whose beginning is also one of words: then a NUL near it tells


def refuse(name: str, data: bytes) -> None:
    """Raise Refused in a sentence of its own for a file that is known as something else than a playbook."""
    if not data.strip():
        raise Refused(EMPTY, name=name)
    for beginning, sentence, kind in BEGINNINGS:
        if data.startswith(beginning) and (sentence not in BINARY or b"\0" in data[:1024]):
            raise Refused(sentence, name=name, kind=kind)
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or _every_other(data[:200]):
        raise Refused(UTF_16, name=name)


def refuse_package(name: str, package: Package) -> None:
    """Raise Refused for an office file that is packed as a zip but holds no text."""
    if "xl/workbook.xml" in package:
        raise Refused(WORKBOOK, name=name)
    if "ppt/presentation.xml" in package:
        raise Refused(SLIDES, name=name)
    if "mimetype" in package and "content.xml" in package:
        kind = package.bytes("mimetype", 200)
        if b"opendocument." in kind and b"opendocument.text" not in kind:
            raise Refused(OTHER_OFFICE, name=name)


def _every_other(head: bytes) -> bool:
    """Whether every other byte is 0, as in UTF-16 of Latin letters without a mark."""
    zeros, others = sorted((head[at::2].count(0) for at in (0, 1)), reverse=True)
    return len(head) > 3 and zeros > 0.4 * len(head) and others < 0.1 * len(head)
