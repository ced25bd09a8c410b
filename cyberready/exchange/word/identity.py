"""Which version a Word document was made from: written into the file, and found again after others worked in it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from cyberready.exchange.limits import Element
from cyberready.exchange.standing import Approved, Beside, Changed, Standing
from cyberready.exchange.word.parts import File, relations

SPACE = "urn:cyberready:playbook:1"
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
WORDS = ("organisation", "state", "published", "review")
ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)  # no moment stands in what is read back
ANYTIME = Standing(ANY_MOMENT)
MOST_CARRIED = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """The version a document was made from; ``digest`` is that of its source in hex.

    ``source`` is the source itself and ``standing`` what surrounded it, where the file still carries them: some word
    processors leave them out. They only tell how the document looked before anybody changed it.
    """

    slug: str
    language: str
    version: str
    digest: str
    source: str = field(default="", repr=False)
    standing: Standing = ANYTIME


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
    around = escape(json.dumps(_plain(identity.standing), ensure_ascii=False, sort_keys=True))
    carried = f'{head}<playbook xmlns="{SPACE}" {attributes}><source>{escape(identity.source)}</source><standing>{around}</standing></playbook>'
    sheet.part.relate_to(
        Part(PackURI("/customXml/item1.xml"), "application/xml", carried.encode(), package), CUSTOM_XML
    )


def found(file: File) -> Identity | None:
    """The version that a Word file says it was made from; None when it does not say so."""
    for kind, target, outside in dict.fromkeys(file.related(file.part).values()):
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
    source = root.findtext(f"{{{SPACE}}}source") or ""
    slug, language, version, digest = (
        root.get(name, "") for name in ("slug", "language", "version", "digest")
    )
    standing = _standing(root.findtext(f"{{{SPACE}}}standing") or "")
    return Identity(slug, language, version, digest, source, standing)


def _said(root: Element) -> Identity | None:
    said = {
        str(one.get("name", "")).removeprefix("cyberready-"): "".join(str(text) for text in one.itertext())
        for one in root
        if str(one.get("name", "")).startswith("cyberready-")
    }
    if not {"slug", "version", "digest"} <= said.keys():
        return None
    return Identity(said["slug"], said.get("language", ""), said["version"], said["digest"])


def _plain(standing: Standing) -> dict[str, object]:
    """A standing as plain values, without its moment and its pictures."""
    known = {name: getattr(standing, name) for name in WORDS}
    approvals = [[one.name, one.function, one.day] for one in standing.approvals]
    changes = [[one.version, one.day, one.what] for one in standing.changes]
    others = {slug: one.title for slug, one in standing.others.items()}
    return {
        **known,
        "approvals": approvals,
        "changes": changes,
        "values": dict(standing.values),
        "others": others,
        "warnings": list(standing.warnings),
    }


def _standing(text: str) -> Standing:
    """The standing that a document carries; an empty one when it is not as it was written."""
    try:
        said = json.loads(text)
        organisation, state, published, review = (str(said[name]) for name in WORDS)
        return Standing(
            ANY_MOMENT,
            organisation,
            state,
            published,
            review,
            approvals=tuple(Approved(*map(str, one)) for one in said["approvals"]),
            changes=tuple(Changed(*map(str, one)) for one in said["changes"]),
            warnings=tuple(map(str, said.get("warnings", ()))),
            values={str(name): str(value) for name, value in said["values"].items()},
            others={str(slug): Beside(str(title)) for slug, title in said.get("others", {}).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ANYTIME
