"""The package that is handed over: read at one moment, made in a worker, sealed with the key."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from cyberready.incidents import actions_handover, documents, queries
from cyberready.incidents.actions_handover import Offer
from cyberready.incidents.dossiers import LANGUAGE, Asked, Reading
from cyberready.incidents.formats.cap import cap_xml
from cyberready.incidents.formats.dossier import HandoverDossier
from cyberready.incidents.formats.sitrep import overdracht_json
from cyberready.kernel import verify
from cyberready.kernel.actor import Actor
from cyberready.kernel.checkpoint import SigningKey, sign_checkpoint
from cyberready.kernel.package import seal, trail_lines
from cyberready.kernel.refusals import Refused
from cyberready.people import queries as people
from cyberready.platform.paper import stationery, word
from cyberready.platform.paper.record import Standing
from cyberready.platform.realm import Realm
from cyberready.platform.texts import speaking
from cyberready.trail import verification
from cyberready.trail.rules import STAFF

README = """\
Dit is een overdracht uit cyberready. Lees eerst overdracht.docx; overdracht.json en cap.xml zijn voor systemen.
Zelf controleren of er niets is veranderd: pak alles uit en voer in die map uit: python3 verify.py
Meer dan Python 3.9 of nieuwer is niet nodig. Het antwoord is één zin, met de vingerafdruk van de sleutel.
Vergelijk die vingerafdruk met de vingerafdruk in overdracht.docx en, bij twijfel, telefonisch met de afzender.
Twijfelt u ook aan verify.py zelf, haal dat bestand dan rechtstreeks bij de makers van cyberready.
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An incident as read at one moment: the dossier, the trail as stored, its signed head, and why it is broken if it is."""

    incident_id: int
    number: int
    asked: Asked
    dossier: HandoverDossier
    entries: tuple[verify.Entry, ...]
    checkpoint: str
    broken: str | None


def snapshot(
    session: Session,
    realm: Realm,
    incident_id: int,
    asked: Asked,
    *,
    key: SigningKey,
    actor: Actor,
    now: datetime,
) -> Snapshot:
    """Read everything that is handed over, as it stood at one moment; a broken trail is told and handed over all the same."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite reads one moment by itself
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    incident = actions_handover.may_offer(session, realm, incident_id)
    receiver = next((one for one in people.regions(session, realm) if one.id == asked.receiver_id), None)
    if receiver is None:
        raise Refused("Choose the safety region that takes the incident over.")
    entries = verification.entries(session, incident.trail_id)
    origin, size, root = verification.head_root(session, incident.trail_id)
    fault = verify.first_fault(entries, root, size, origin)
    number = len(queries.handovers(session, incident_id)) + 1
    checkpoint = sign_checkpoint(origin, size, root, key)
    with speaking(LANGUAGE):
        standing = Standing(
            origin=origin,
            size=size,
            root=base64.b64encode(root).decode(),
            fingerprint=key.fingerprint,
            checkpoint=checkpoint,
            fault=fault.statement(LANGUAGE) if fault else None,
        )
        made = Reading(session, realm, incident, asked, standing, actor, now).dossier(receiver.name, number)
    broken = fault.statement(LANGUAGE) if fault else None
    return Snapshot(incident_id, number, asked, made, tuple(map(_for_receiver, entries)), checkpoint, broken)


def _for_receiver(entry: verify.Entry) -> verify.Entry:
    """The entry without its content when that is for the exercise staff only; its place is proven all the same."""
    try:
        audience = json.loads(entry.leaf)["audience"]
    except (ValueError, KeyError, TypeError):  # a damaged leaf is told by the verifier, as it is
        return entry
    return entry._replace(payload=None, salt=None) if audience == [STAFF] else entry


def files(taken: Snapshot, templates: str) -> dict[str, bytes]:
    """Everything in the package but the manifest; runs in a worker process."""
    return {
        "overdracht.docx": word.to_docx_regardless(
            documents.compose(taken.dossier), stationery.chosen(templates)
        ),
        "overdracht.json": overdracht_json(taken.dossier),
        "cap.xml": cap_xml(taken.dossier),
        "trail.jsonl": trail_lines(taken.entries),
        "checkpoint.txt": taken.checkpoint.encode(),
        "verify.py": Path(verify.__file__).read_bytes(),
        "LEESMIJ.txt": README.encode(),
    }


def offer(taken: Snapshot, made: Mapping[str, bytes], key: SigningKey) -> Offer:
    """Seal the files into the package that is offered."""
    content = verify.pack(seal(made, key, broken=taken.broken))
    asked, step, grip = taken.asked, taken.dossier.step, taken.dossier.grip
    place = grip if grip.startswith(step) else ", ".join(part for part in (step, grip) if part)
    return Offer(
        incident_id=taken.incident_id,
        receiver_id=asked.receiver_id,
        number=taken.number,
        identifier=taken.dossier.identifier,
        summary=asked.summary,
        reason=asked.reason,
        requests=asked.requests,
        step=place,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        checkpoint=taken.checkpoint,
        broken=taken.broken is not None,
    )
