"""The dossier as JSON with the names of EDXL-SitRep 1.0, for systems of the receiver."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cyberready.incidents.formats.dossier import ContactCard, EffectTest, HandoverDossier, Party
from cyberready.kernel.canonical import Plain, canonical
from cyberready.platform.paper.outline import printable

FORMAT = "cyberready/handover-dossier/1"
TOTAALBEELD = (
    *(
        "statements",
        "processes",
        "playbooks",
        "measures",
        "decisions",
        "teams",
        "escalations",
        "handover",
        "clocks",
    ),
    *("effect_tests", "contacts", "duties", "requests"),
)
TAGS = {"nl": "nl-NL", "en": "en-GB"}


def overdracht_json(dossier: HandoverDossier) -> bytes:
    """The dossier in canonical JSON (RFC 8785).

    The envelope and ``situationInformation`` have the names of EDXL-SitRep 1.0 (it is shaped like one; it claims no
    conformance), ``totaalbeeld`` those of our dossier. Moments are local with their offset, as EDXL wants them. The
    entries of the trail are not repeated here: they travel beside it, each with its proof.
    """
    return canonical(_plain(_envelope(dossier), dossier.zone))


def stamp(at: datetime, zone: ZoneInfo) -> str:
    """A moment as CAP and EDXL want it: offset ``±hh:mm``, no fraction, no Z, and UTC itself written as ``-00:00``."""
    return re.sub(r"\+00:00\Z", "-00:00", at.astimezone(zone).isoformat(timespec="seconds"))


def _envelope(dossier: HandoverDossier) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "language": TAGS[dossier.language],
        "status": "Exercise" if dossier.exercise else "Actual",
        "messageID": dossier.identifier,
        "precedingMessageID": [name for name, _ in dossier.supersedes],
        "preparedBy": {**_party(dossier.sender), "time": dossier.as_of},
        "authorizedBy": {**_party(dossier.sender), "time": dossier.offered_at},
        "recipient": _party(dossier.receiver),
        "reportPurpose": dossier.reason,
        "reportNumber": dossier.version,
        "reportVersion": "Initial" if dossier.version == 1 else "Update",
        "reportTitle": dossier.title,
        "forTimePeriod": {"fromDateTime": dossier.declared_at, "toDateTime": dossier.as_of},
        "incidentID": [dossier.number],
        "incidentLifecyclePhase": ["Response"],
        "urgency": dossier.urgency,
        "severity": dossier.severity,
        "reportConfidence": dossier.confidence,
        "reportingLocation": dossier.area,
        "actionPlan": "; ".join(f"{one.title} {one.version}" for one in dossier.playbooks),
        "nextContact": dossier.next_report_at,
        "handling": f"TLP:{dossier.tlp}",
        "report": {"situationInformation": _situation(dossier)},
        "totaalbeeld": {_camel(name): getattr(dossier, name) for name in TOTAALBEELD},
        "trail": _trail(dossier),
    }


def _party(party: Party) -> dict[str, Any]:
    return {field.name: getattr(party, field.name) for field in fields(party)}


def _situation(dossier: HandoverDossier) -> dict[str, Any]:
    return {
        "incidentName": [dossier.title],
        "incidentType": dossier.event_code,
        "incidentStartDateTime": dossier.declared_at,
        "incidentLocation": dossier.area,
        "jurisdiction": [dossier.sender.organisation],
        "severity": dossier.severity,
        "certainty": dossier.certainty,
        "escalationStep": dossier.step,
        "grip": dossier.grip,
        "organisationRole": dossier.role,
        "remarks": dossier.summary,
    }


def _trail(dossier: HandoverDossier) -> dict[str, Any]:
    standing = dossier.standing
    return {
        "origin": standing.origin,
        "size": standing.size,
        "root": standing.root,
        "keyFingerprint": standing.fingerprint,
        "holds": standing.fault is None,
        "fault": standing.fault,
    }


def _plain(value: Any, zone: ZoneInfo) -> Plain:
    """The value in plain JSON: names in camelCase, moments with their offset, nothing that Unicode refuses."""
    match value:
        case None | bool() | int():
            return value
        case str():  # of an enumeration too
            return printable(str(value))
        case datetime():
            return stamp(value, zone)
        case Mapping():
            return {str(key): _plain(item, zone) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, zone) for item in value]
        case _:
            return _plain(_named(value), zone)


def _named(value: Any) -> dict[str, Any]:
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no place in a dossier")
    named = {_camel(field.name): getattr(value, field.name) for field in fields(value)}
    if isinstance(value, EffectTest):
        names = ("question", "answer", "explanation")
        named["answers"] = [dict(zip(names, answer, strict=True)) for answer in value.answers]
    if isinstance(value, ContactCard):
        named["channels"] = [{"kind": kind, "address": address} for kind, address in value.channels]
    return named


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
