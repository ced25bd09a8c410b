"""Which version a Word document was made from: written into the file, and found again after others worked in it."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from cyberready.exchange.limits import Element
from cyberready.exchange.word.parts import File, relations

SPACE = "urn:cyberready:playbook:1"
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
MOST_CARRIED = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """The version a document was made from; ``digest`` is that of its source in hex.

    ``source`` is the source itself and ``values`` what filled its placeholders, where the file still carries them:
    some word processors leave them out. ``values`` only tell how the text looked; nothing is filled in from them.
    """

    slug: str
    language: str
    version: str
    digest: str
    source: str = field(default="", repr=False)
    values: dict[str, str] = field(default_factory=dict)


def put(sheet: Document, identity: Identity) -> None:
    """Write *identity* into a document: as properties that people can see, and with the source as a part of its own."""
    package = sheet.part.package
    known = {
        "slug": identity.slug,
        "language": identity.language,
        "version": identity.version,
        "digest": identity.digest,
    }
    lines = "".join(
        f'<property fmtid="{FORMAT_ID}" pid="{number}" name="cyberready-{name}"><vt:lpwstr>{escape(said)}</vt:lpwstr></property>'
        for number, (name, said) in enumerate(known.items(), 2)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    custom = f'{head}<Properties xmlns="{PROPERTIES}" xmlns:vt="{VALUES}">{lines}</Properties>'
    package.relate_to(Part(PackURI("/docProps/custom.xml"), CUSTOM_TYPE, custom.encode(), package), CUSTOM)
    attributes = " ".join(f"{name}={quoteattr(said)}" for name, said in known.items())
    filled = "".join(
        f"<value key={quoteattr(key)}>{escape(said)}</value>" for key, said in identity.values.items()
    )
    carried = f'{head}<playbook xmlns="{SPACE}" {attributes}><source>{escape(identity.source)}</source>{filled}</playbook>'
    sheet.part.relate_to(
        Part(PackURI("/customXml/item1.xml"), "application/xml", carried.encode(), package), CUSTOM_XML
    )


def found(file: File) -> Identity | None:
    """The version that a Word file says it was made from; None when it does not say so."""
    for kind, target, outside in file.related(file.part).values():
        if kind == "customXml" and not outside and target in file.package:
            if len(file.package.bytes(target)) > MOST_CARRIED:
                continue
            root = file.package.xml(target)
            if root.tag == f"{{{SPACE}}}playbook":
                return _carried(root)
    for kind, target, outside in relations(file.package, "").values():
        if kind == "custom-properties" and not outside and target in file.package:
            return _said(file.package.xml(target))
    return None


def _carried(root: Element) -> Identity:
    values = {one.get("key", ""): one.text or "" for one in root.findall(f"{{{SPACE}}}value")}
    source = root.findtext(f"{{{SPACE}}}source") or ""
    slug, language, version, digest = (
        root.get(name, "") for name in ("slug", "language", "version", "digest")
    )
    return Identity(slug, language, version, digest, source, values)


def _said(root: Element) -> Identity | None:
    said = {
        str(one.get("name", "")).removeprefix("cyberready-"): "".join(str(text) for text in one.itertext())
        for one in root
        if str(one.get("name", "")).startswith("cyberready-")
    }
    if not {"slug", "version", "digest"} <= said.keys():
        return None
    return Identity(said["slug"], said.get("language", ""), said["version"], said["digest"])
