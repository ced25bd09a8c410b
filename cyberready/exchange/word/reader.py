"""A Word document as the source of a playbook: a foreign one is shaped, one of ours becomes a change of its version."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cyberready.exchange import authors
from cyberready.exchange.authors import Named
from cyberready.exchange.blocks import Marked, Picture, written
from cyberready.exchange.marks import yaml_text
from cyberready.exchange.report import Report
from cyberready.exchange.shaping.matter import Matter, completed
from cyberready.exchange.shaping.phases import shaped
from cyberready.exchange.standing import Standing
from cyberready.exchange.word import beside, identity, parts, writer
from cyberready.exchange.word.beside import Found
from cyberready.exchange.word.identity import Identity
from cyberready.exchange.word.merging import merged
from cyberready.exchange.word.parts import File
from cyberready.exchange.word.people import people
from cyberready.exchange.word.restoring import Restored
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import formats, placeholders
from cyberready.playbooks.rules import Playbook

ORIGIN = (
    "The document was made from version %(version)s of %(slug)s; only what was changed in it is taken over."
)
UNKNOWN = "The document says that it was made from version %(version)s of %(slug)s, which is not at hand; it was read as it is."
FRAME = "What was changed in the parts that the application makes itself (version, approval, changes) is left out: %(text)s"

Find = Callable[[Identity], tuple[str, Standing] | None]
"""Source and standing of the version that an identity names, where it is known; None otherwise."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a Word document became: the source, its pictures, the version it was made from, and who it says wrote it."""

    source: str
    pictures: tuple[Picture, ...] = ()
    origin: Identity | None = None
    people: tuple[Named, ...] = ()


@dataclass(slots=True)
class _Text:
    """The text of a document of ours as source, and its parts that are not of the playbook."""

    title: str
    source: str
    roles: dict[str, str]
    frame: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


def read(data: bytes, name: str, report: Report, find: Find = lambda _identity: None) -> Read:
    """Read a Word document; *name* is that of the file without its ending.

    *find* gives the source of the version that the document says it came from; without it the one that the document
    carries itself counts, as long as its digest is right. Raises Refused for what is no Word document or not safe.
    """
    file = parts.opened(data)
    said = identity.found(file)
    origin = _original(said, find) if said else None
    if origin is not None:
        report.understood("the whole document", ORIGIN, version=origin.version, slug=origin.slug)
        changed = _changed(file, origin, report)
        return Read(changed, tuple(file.pictures.values()), origin, tuple(people(file)))
    found = beside.found(file, report)
    if said and any(isinstance(block, Marked) and block.tag == "start" for block in found.blocks):
        text = _restored(found, said, report)
    else:
        text = shaped(found.blocks, found.aside, report, name)
    named = (*people(file), *authors.in_tables(found.blocks))
    return Read(text, tuple(file.pictures.values()), None, tuple(dict.fromkeys(named)))


def _restored(found: Found, said: Identity, report: Report) -> str:
    """A document of ours whose version is not at hand: its own structure counts, and its front matter is made anew."""
    report.guessed("the whole document", UNKNOWN, version=said.version, slug=said.slug)
    language = said.language if said.language in {"nl", "en"} else "nl"
    restored = Restored(None, language, report)
    text = restored.body(found.blocks)
    matter = Matter(
        {
            "slug": said.slug,
            "language": language,
            "version": said.version,
            "title": restored.title or said.slug,
        }
    )
    completed(matter, restored.title, text, (), said.slug, report)
    declared = sorted(
        {one for one in placeholders.used(text) if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one)}
    )
    return f"{matter.text(restored.added, declared)}\n\n{text}"


def _original(said: Identity, find: Find) -> Identity | None:
    """The version that a document was made from, with its source, when it is known and readable."""
    known = find(said)
    for source, standing in ((known or ("", said.standing)), (said.source, said.standing)):
        if source and formats.digest(source) == said.digest:
            try:
                formats.parse(source)
            except FaultsFound:
                continue
            around = said.standing if said.source else standing
            return replace(said, source=formats.canonical(source), standing=around)
    return None


def _changed(file: File, origin: Identity, report: Report) -> str:
    """The source with what was changed in the document."""
    source = origin.source
    playbook = formats.parse(source)
    mine, known = Report(), Report()
    made = _text(file, playbook, mine)
    pictures = {one.sha256: one.data for one in file.pictures.values()}
    standing = replace(origin.standing, pictures=pictures)
    original = parts.opened(writer.to_docx(source, standing))
    tagged = parts.is_tagged(file.body)
    if not tagged:
        parts.untag(
            original.body
        )  # the word processor leaves marks out: then the copy is read without them as well
    copy = _text(original, playbook, known)
    report.remarks += [one for one in mine.remarks if one not in known.remarks]
    front, below = _parted(source)
    text = merged(below, copy.source, made.source)
    if other := [said for said in made.frame if tagged and said not in copy.frame]:
        report.skipped("the whole document", FRAME, text=" / ".join(other))
    for said in made.aside:
        if said not in copy.aside:
            text = f"{text.rstrip()}\n\n{said}\n"
    return formats.canonical(_front(front, playbook, made) + text)


def _text(file: File, playbook: Playbook, report: Report) -> _Text:
    found = beside.found(file, report)
    restored = Restored(playbook, playbook.language, report)
    source = restored.body(found.blocks)
    return _Text(
        restored.title, source, restored.added, restored.frame, [written([one]) for one in found.aside]
    )


def _parted(source: str) -> tuple[str, str]:
    """Front matter with its lines, and the text below it."""
    matter = formats.FRONT.match(source)
    end = matter.end() if matter else 0
    below = source[end:].lstrip("\n")
    return source[: len(source) - len(below)], below


def _front(front: str, playbook: Playbook, made: _Text) -> str:
    """The front matter with the new title and the new roles."""
    lines = front.rstrip("\n").split("\n")
    blank = front[len(front.rstrip("\n")) :]
    if made.title and made.title != playbook.title:
        lines = [f"title: {yaml_text(made.title)}" if line.startswith("title:") else line for line in lines]
    if made.roles:
        at = max(at for at, line in enumerate(lines) if line.startswith("roles:")) + 1
        while at < len(lines) and lines[at].startswith((" ", "\t")):
            at += 1
        lines[at:at] = [f"  {name}: {yaml_text(said)}" for name, said in made.roles.items()]
    return "\n".join(lines) + blank
