"""How much of a file is read: sizes, and packages (zip) that are opened without trusting what they say."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

from lxml import etree

from cyberready.kernel.refusals import Refused
from cyberready.platform import sizes

MOST_BYTES = sizes.UPLOAD
MOST_UNPACKED = 100 * sizes.MEGABYTE
MOST_ENTRIES = 2_000
MOST_XML = 16 * sizes.MEGABYTE  # of one part: its tree takes some ten times that in memory
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
CUT_OFF = "The file was cut off: its end is missing. Send or save it again."
DAMAGED = "The list of what is in the file is damaged, so it cannot be opened. Send or save it again."
PART_DAMAGED = "The part %(name)s of the file is damaged and cannot be unpacked. Send or save it again."
TWICE = "The name %(name)s stands in the file twice, so that nobody can tell which counts. Pack it again."
UNREADABLE = (
    "The part %(name)s of the file is damaged at line %(line)s and cannot be read. Save the document again."
)
TOO_DEEP = "The part %(name)s of the file is nested more than 256 levels deep (line %(line)s). Make it simpler, for instance by taking tables out of tables."
END = b"PK\x05\x06"  # of a zip; only a comment may follow
LINK = 0o120000
TOO_LARGE = (
    "The file is larger than %(limit)s MB. Make it smaller, for instance by making its pictures smaller."
)
Element = etree._Element  # noqa: SLF001 -- lxml has no public name for it


def weighed(data: bytes) -> bytes:
    """Give *data* back; raises Refused for more than may be sent."""
    if len(data) > MOST_BYTES:
        raise Refused(TOO_LARGE, limit=sizes.megabytes(MOST_BYTES))
    return data


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
            raise Refused(DAMAGED if END in data[-66_000:] else CUT_OFF) from None
        if len(entries) > MOST_ENTRIES:
            raise Refused("The file holds more than %(limit)s parts. Split it.", limit=MOST_ENTRIES)
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            sentence = "The file unpacks to more than %(limit)s MB and is not opened. Make it smaller."
            raise Refused(sentence, limit=sizes.megabytes(MOST_UNPACKED))
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            if not entry.is_dir():
                name = _inside(entry)
                if name in self._entries:
                    raise Refused(TWICE, name=name[:100])
                self._entries[name] = entry

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def bytes(self, name: str, most: int = MOST_UNPACKED) -> bytes:
        """One entry, unpacked; raises Refused when it is damaged or holds more than *most* bytes."""
        entry = self._entries[name]
        if entry.file_size > most:
            sentence = "The part %(name)s of the file is larger than %(limit)s MB. Split the document."
            raise Refused(sentence, name=name, limit=sizes.megabytes(most))
        try:
            with self._file.open(entry) as opened:
                return opened.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, RuntimeError, ValueError):
            raise Refused(PART_DAMAGED, name=name[:100]) from None
        except Exception as fault:
            if type(fault).__module__ == "zlib":
                raise Refused(PART_DAMAGED, name=name[:100]) from None
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
    except etree.XMLSyntaxError as fault:
        deep = "depth" in str(fault)
        raise Refused(TOO_DEEP if deep else UNREADABLE, name=name, line=fault.lineno or 1) from None
    except ValueError:
        raise Refused(UNREADABLE, name=name, line=1) from None
    if root.getroottree().docinfo.internalDTD is not None:
        sentence = "The file holds a document type declaration (%(name)s), which could reach outside it. It is refused."
        raise Refused(sentence, name=name)
    return root


def _inside(entry: zipfile.ZipInfo) -> str:
    """The name of an entry, when it may be read."""
    name = entry.filename
    path = PurePosixPath(name)
    link = entry.external_attr >> 16 & 0o170000 == LINK
    if link or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
        raise Refused("A name in the file leads out of it (%(name)s). It is refused.", name=name[:100])
    if entry.flag_bits & 1:
        raise Refused("The file is protected by a password. Take the protection off and try again.")
    if entry.compress_type not in METHODS:
        raise Refused("The file is packed in a way that is not read here. Pack it as an ordinary zip.")
    return name
