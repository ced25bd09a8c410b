"""The handover as a CAP 1.2 alert (OASIS), for systems that listen for one."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from cyberready.incidents.formats.dossier import HandoverDossier
from cyberready.incidents.formats.sitrep import TAGS, stamp
from cyberready.platform.paper.outline import printable

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
EVENTS = {
    "nl": "Cyberincident met mogelijke maatschappelijke gevolgen",
    "en": "Cyber incident with possible public effects",
}
PLAYED = {"nl": "OEFENING", "en": "EXERCISE"}
TAXONOMY = "RSIT"  # Reference Security Incident Taxonomy, of the European CSIRTs
MOST_HEADLINE = 160  # characters: more is cut off by receivers, says the standard

Pair = tuple[str, str]


def cap_xml(dossier: HandoverDossier) -> bytes:
    """The alert as UTF-8 XML, its elements in the order of the schema.

    CAP has no category for cyber: it says Infra and Security, the kind of incident stands in ``eventCode``. A second
    offer of the same incident is an Update that refers to the earlier ones.
    """
    default: dict[Any, str] = {None: NAMESPACE}
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=default)
    _fill(alert, _head(dossier))
    info = etree.SubElement(alert, f"{{{NAMESPACE}}}info")
    _fill(info, _said(dossier))
    _valued(info, "eventCode", ((TAXONOMY, dossier.event_code),))
    _fill(info, _told(dossier))
    _valued(info, "parameter", _parameters(dossier))
    area = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _fill(area, (("areaDesc", dossier.area.strip() or dossier.sender.organisation),))
    return etree.tostring(alert, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _head(dossier: HandoverDossier) -> Iterator[Pair]:
    sender = _token(dossier.sender.mail or dossier.sender.organisation)
    yield "identifier", _token(dossier.identifier)
    yield "sender", sender
    yield "sent", stamp(dossier.offered_at, dossier.zone)
    yield "status", "Exercise" if dossier.exercise else "Actual"
    yield "msgType", "Update" if dossier.supersedes else "Alert"
    yield "source", "cyberready"
    if dossier.receiver.mail:
        yield "scope", "Private"
        yield "addresses", _token(dossier.receiver.mail)
    else:
        yield "scope", "Restricted"
        yield "restriction", f"TLP:{dossier.tlp}"
    if dossier.exercise:
        yield "note", PLAYED[dossier.language]
    if dossier.supersedes:
        earlier = (f"{sender},{_token(name)},{stamp(at, dossier.zone)}" for name, at in dossier.supersedes)
        yield "references", " ".join(earlier)
    yield "incidents", _token(dossier.number)


def _said(dossier: HandoverDossier) -> Iterator[Pair]:
    yield "language", TAGS[dossier.language]
    yield "category", "Infra"
    yield "category", "Security"
    yield "event", EVENTS[dossier.language]
    yield "responseType", "Assess"
    yield "urgency", dossier.urgency
    yield "severity", dossier.severity
    yield "certainty", dossier.certainty
    yield "audience", dossier.receiver.organisation


def _told(dossier: HandoverDossier) -> Iterator[Pair]:
    sender = dossier.sender
    played = f"{PLAYED[dossier.language]}: " if dossier.exercise else ""
    yield "effective", stamp(dossier.as_of, dossier.zone)
    yield "onset", stamp(dossier.declared_at, dossier.zone)
    if dossier.next_report_at:
        yield "expires", stamp(dossier.next_report_at, dossier.zone)
    yield "senderName", sender.organisation
    yield "headline", _cut(played + printable(dossier.title))
    yield "description", "\n\n".join(part for part in (dossier.summary, dossier.reason) if part)
    yield (
        "instruction",
        "\n".join(f"{number}. {request.text}" for number, request in enumerate(dossier.requests, start=1)),
    )
    yield (
        "contact",
        ", ".join(part for part in (sender.person, sender.function, sender.phone, sender.mail) if part),
    )


def _parameters(dossier: HandoverDossier) -> Iterator[Pair]:
    standing = dossier.standing
    yield "escalationStep", dossier.step
    yield "GRIP", dossier.grip
    yield "TLP", dossier.tlp
    yield "trailOrigin", standing.origin
    yield "trailSize", str(standing.size)
    yield "trailRoot", standing.root
    yield "keyFingerprint", standing.fingerprint
    yield "trailHolds", "true" if standing.fault is None else "false"
    yield "trailFault", standing.fault or ""


def _fill(parent: etree._Element, pairs: Iterable[Pair]) -> None:
    """Children with text; a text that is empty has no element."""
    for name, text in pairs:
        if said := printable(text).strip():
            etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = said


def _valued(parent: etree._Element, name: str, pairs: Iterable[Pair]) -> None:
    for key, value in pairs:
        if value:
            _fill(etree.SubElement(parent, f"{{{NAMESPACE}}}{name}"), (("valueName", key), ("value", value)))


def _token(text: str) -> str:
    """The text without what CAP refuses in names: white space, commas, less-than and ampersand."""
    return re.sub(r"[\s,<&]+", "-", printable(text).strip())


def _cut(headline: str) -> str:
    return headline if len(headline) <= MOST_HEADLINE else headline[: MOST_HEADLINE - 1].rstrip() + "…"
