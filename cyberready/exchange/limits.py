"""How much of a file is read: sizes, and packages (zip) that are opened without trusting what they say."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

from lxml import etree

from cyberready.kernel.refusals import Refused

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_XML = 16 * 1024 * 1024  # of one part: its tree takes some ten times that in memory
SIGNS, MOST_SIGNS = "[]*_`~<&!|", 100_000
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
CUT_OFF = "The file is damaged or was cut off: it cannot be opened. Send or save it again."
TOO_LARGE = (
    "The file is larger than %(limit)s MB. Make it smaller, for instance by making its pictures smaller."
)
Element = etree._Element  # noqa: SLF001 -- lxml has no public name for it


def weighed(data: bytes) -> bytes:
    """Give *data* back; raises Refused for more than 20 MB."""
    if len(data) > MOST_BYTES:
        raise Refused(TOO_LARGE, limit=MOST_BYTES // 1024 // 1024)
    return data


def legible(text: str) -> str:
    """Give *text* back; raises Refused for more signs of Markdown than anybody writes, which take long to read."""
    if sum(map(text.count, SIGNS)) > MOST_SIGNS:
        sentence = "The text holds more than %(limit)s signs of Markdown ([, *, _ and so on). Split it."
        raise Refused(sentence, limit=MOST_SIGNS)
    return text


class Package:
    """A zip whose entries are counted and weighed before any is unpacked.

    Raises Refused when it is damaged, encrypted, holds more than 2,000 entries or unpacks to more than 100 MB, and
    when a name in it leads out of it.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._file = zipfile.ZipFile(BytesIO(weighed(data)))
            entries = self._file.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, UnicodeDecodeError):
            raise Refused(CUT_OFF) from None
        if len(entries) > MOST_ENTRIES:
            raise Refused("The file holds more than %(limit)s parts. Split it.", limit=MOST_ENTRIES)
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            sentence = "The file unpacks to more than %(limit)s MB and is not opened. Make it smaller."
            raise Refused(sentence, limit=MOST_UNPACKED // 1024 // 1024)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            if not entry.is_dir():
                self._entries[_inside(entry)] = entry

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def bytes(self, name: str, most: int = MOST_UNPACKED) -> bytes:
        """One entry, unpacked; raises Refused when it is damaged or holds more than *most* bytes."""
        entry = self._entries[name]
        if entry.file_size > most:
            sentence = "The part %(name)s of the file is larger than %(limit)s MB. Split the document."
            raise Refused(sentence, name=name, limit=most // 1024 // 1024)
        try:
            with self._file.open(entry) as opened:
                return opened.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, RuntimeError, ValueError):
            raise Refused(CUT_OFF) from None
        except Exception as fault:
            if type(fault).__module__ == "zlib":
                raise Refused(CUT_OFF) from None
            raise

    def xml(self, name: str) -> Element:
        """One entry as XML without a document type, so that no entity grows or reaches out; raises Refused."""
        return parsed(self.bytes(name, MOST_XML), name)


def parsed(data: bytes, name: str) -> Element:
    """Read XML that has no document type; raises Refused."""
    reader = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, reader)
    except (etree.XMLSyntaxError, ValueError):
        sentence = "The part %(name)s of the file is damaged and cannot be read. Save the document again."
        raise Refused(sentence, name=name) from None
    if root.getroottree().docinfo.internalDTD is not None:
        sentence = "The file holds a document type declaration (%(name)s), which could reach outside it. It is refused."
        raise Refused(sentence, name=name)
    return root


def _inside(entry: zipfile.ZipInfo) -> str:
    """The name of an entry, when it may be read."""
    name = entry.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
        raise Refused("A name in the file leads out of it (%(name)s). It is refused.", name=name[:100])
    if entry.flag_bits & 1:
        raise Refused("The file is protected by a password. Take the protection off and try again.")
    if entry.compress_type not in METHODS:
        raise Refused("The file is packed in a way that is not read here. Pack it as an ordinary zip.")
    return name
