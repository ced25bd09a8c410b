"""CACAO files in and out of the files of playbooks, so that nothing is lost on the way and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cyberready.exchange.cacao import origin, own, structure
from cyberready.exchange.cacao.documents import read_json
from cyberready.exchange.cacao.merging import anew, merged
from cyberready.exchange.cacao.names import HOUSE, identity
from cyberready.exchange.cacao.reader import Reading, reading
from cyberready.exchange.cacao.signatures import Finding, PrivateKey, findings, signed
from cyberready.exchange.cacao.source import spelled
from cyberready.exchange.cacao.structure import node, texts
from cyberready.exchange.cacao.writer import Provenance, document, playbook_id
from cyberready.exchange.report import Kind, Report
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.playbooks import formats
from cyberready.playbooks.rules import Playbook

UNCHANGED = "Nothing was changed since the file came in: this is that file, to the letter."
CHANGED = "The file that came in was taken, with the changes made here."
DERIVED = "The file is somebody else's: with your changes it has an identifier of its own and says what it derives from."
ANEW = "The changes do not fit into the workflow that came in; steps and roles were written anew from the playbook."
DAMAGED = "The lines that keep the file that came in were changed; the file was written anew."
WITHDRAWN = "Who made this playbook has withdrawn it (revoked). Ask for the one that took its place."
TOO_EARLY = "This playbook does not count before %(moment)s (valid_from)."
OVER = "This playbook counted until %(moment)s (valid_until). Ask for a newer version."
NO_SIGNATURE = "The signatures are left out: they do not hold for what was changed."


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who gives a file out, and when it was made: moments as CACAO writes them, an identity or ours.

    ``versions`` are the moments of the playbooks that it leads to, by slug, as far as they are known.
    """

    created: str
    modified: str
    created_by: str = HOUSE
    revoked: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)


def check(data: bytes, at: str = "") -> list[Fault]:
    """Everything that is wrong with a CACAO file, also signatures that do not hold at the moment *at*.

    Raises FaultsFound when it cannot be read at all.
    """
    read_document = read_json(data)
    found = structure.faults(read_document)
    for number, one in enumerate(findings(node(read_document.value), at)):
        if one.broken:
            found.append(read_document.fault(("signatures", number), one.verdict.value, **one.values))
    return found


def signatures(data: bytes, at: str = "") -> list[Finding]:
    """What came of verifying the signatures of a CACAO file at the moment *at*; raises FaultsFound as `check` does."""
    return findings(node(read_json(data).value), at)


def read(data: bytes, at: str = "") -> tuple[str, Report]:
    """Read a CACAO file as the source of a playbook, in which the file itself is kept.

    Raises FaultsFound with everything that makes it unclear what is to be done, by whom, and what comes after it; faults
    of mere form are told in the report, and so is what becomes of each signature at the moment *at*.
    """
    report = Report("CACAO", "Markdown")
    value = _valid(data, report)
    _standing(value, at, report)
    for number, found in enumerate(findings(value, at)):
        kind = Kind.UNDERSTOOD if found.holds else Kind.WARNED
        report.note(kind, f"/signatures/{number}", found.verdict.value, **found.values)
    return origin.keep(spelled(reading(value, report).playbook), data), report


def write(source: str | bytes, stamp: Stamp) -> tuple[bytes, Report]:
    """Write the source of a playbook as a CACAO file; raises FaultsFound when it is no playbook.

    What came in as CACAO and was not changed goes out to the letter. What was changed goes out with the changes in it.
    """
    playbook = formats.parse(source)
    report = Report("Markdown", "CACAO")
    try:
        data = origin.kept(formats.canonical(source))
        original = _valid(data, Report()) if data is not None else None
    except (origin.Damaged, FaultsFound):
        report.lost("/", DAMAGED)
        data = original = None
    if data is None or original is None:
        return written(document(playbook, _provenance(stamp))), report
    read_back = reading(original, Report())
    if _alike(playbook, read_back):
        report.understood("/", UNCHANGED)
        return data, report
    return written(_changed(original, read_back, playbook, stamp, report)), report


def sign(data: bytes, key: PrivateKey, signee: str, at: str) -> bytes:
    """A CACAO file with one more signature; its version stays the same."""
    value = node(read_json(data).value)
    return written(signed(value, key, signee=signee, created_by=identity(signee), at=at))


def written(value: Mapping[str, object]) -> bytes:
    """A document as the bytes of its file."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _valid(data: bytes, report: Report) -> Mapping[str, object]:
    read_document = read_json(data)
    faults = structure.faults(read_document)
    grave = [fault for fault in faults if fault.sentence not in structure.TOLERATED]
    if grave:
        raise FaultsFound(faults)
    for fault in faults:
        report.guessed(_pointer(fault), fault.sentence, **fault.values)
    return node(read_document.value)


def _standing(value: Mapping[str, object], at: str, report: Report) -> None:
    """Warn of a file that its maker withdrew, or that does not count at the moment *at*."""
    if value.get("revoked") is True:
        report.warned("/revoked", WITHDRAWN)
    begins, ends = str(value.get("valid_from", "")), str(value.get("valid_until", "9999"))
    if at and at < begins:
        report.warned("/valid_from", TOO_EARLY, moment=_said(begins))
    if at and at >= ends:
        report.warned("/valid_until", OVER, moment=_said(ends))


def _said(moment: str) -> str:
    """A moment of CACAO to the minute, as a person reads it."""
    return f"{moment[:10]} {moment[11:16]} UTC"


def _pointer(fault: Fault) -> str:
    return "/" + fault.field.replace(".", "/")


def _provenance(stamp: Stamp) -> Provenance:
    return Provenance(
        stamp.created_by, stamp.created, stamp.modified, revoked=stamp.revoked, versions=stamp.versions
    )


def _alike(playbook: Playbook, read_back: Reading) -> bool:
    """Whether a playbook is still what was read; a file that is not ours says nothing about version and slug."""
    one, other = playbook, read_back.playbook
    if not read_back.exact:
        one = replace(one, version=other.version, slug=other.slug)
    return spelled(one) == spelled(other)


def _changed(
    original: Mapping[str, object], read_back: Reading, playbook: Playbook, stamp: Stamp, report: Report
) -> Mapping[str, object]:
    given = _provenance(stamp)
    theirs = own.provenance(original)
    if theirs.created_by == stamp.created_by:
        given = replace(
            given, created=theirs.created, playbook_id=theirs.playbook_id, derived_from=theirs.derived_from
        )
    else:
        given = replace(
            given,
            created=stamp.modified,
            playbook_id=playbook_id(stamp.created_by, theirs.playbook_id, playbook.slug),
            derived_from=tuple(dict.fromkeys([*texts(original.get("derived_from")), theirs.playbook_id])),
        )
        report.guessed("/id", DERIVED)
    if "signatures" in original:
        report.lost("/signatures", NO_SIGNATURE)
    made = document(playbook, given) if read_back.exact else merged(original, read_back, playbook, given)
    if made is None:
        report.lost("/", ANEW)
        return anew(original, playbook, given)
    report.understood("/", CHANGED)
    return made
