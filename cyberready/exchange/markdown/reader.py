"""Markdown from elsewhere as the source of a playbook: one file, or a zip of several with their pictures."""

import hashlib
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from cyberready.exchange.blocks import Block, Heading, Picture
from cyberready.exchange.limits import Package
from cyberready.exchange.markdown.parsing import blocks_of
from cyberready.exchange.markdown.references import outside_code, resolved
from cyberready.exchange.report import Place, Report
from cyberready.exchange.shaping.matter import PARTS, SAID, Matter
from cyberready.exchange.shaping.phases import shaped
from cyberready.kernel.refusals import Refused
from cyberready.platform import excess, sizes, sources
from cyberready.platform.markdown import shown
from cyberready.platform.sources import read_yaml, text_of
from cyberready.playbooks import formats

TEXTS = (".md", ".markdown", ".txt")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
FIRST = ("readme", "index", "00", "0-")
IMAGE = re.compile(
    r"!\[((?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*)\]\(\s*<?([^()<>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)"
)
BRACKET = re.compile(r"\\(?=[\[\]])")
OURS = {"slug", "roles", "language"}
KNOWN = {"slug", "title", "language", "version", "summary", "owner", "tlp", "review_months"}
OTHER_NAMES = {
    "titel": "title",
    "versie": "version",
    "eigenaar": "owner",
    "lang": "language",
    "description": "summary",
}
MOST_PICTURE = sizes.UPLOAD
Look = Callable[[str], Picture | None]
"""Finds the picture that a text refers to by its path."""


@dataclass(frozen=True, slots=True)
class Read:
    """What Markdown became: the source and the pictures it names."""

    source: str
    pictures: tuple[Picture, ...] = ()


def read(data: bytes, name: str, report: Report) -> Read:
    """Read a Markdown file; *name* is that of the file without its ending.

    A file with the front matter of a playbook stays what it is, to the letter. Raises FaultsFound for what is no text,
    too long, or has front matter that is not safe to read.
    """
    return Read(_source(text_of(data), name, report, lambda _path: None))


def _source(text: str, name: str, report: Report, look: Look) -> str:
    """One text as source."""
    playbook, faults = formats.attempt(text)
    matter = _matter(text)
    if playbook is not None or matter.keys() >= OURS:
        for fault in faults:
            report.guessed(Place("line %(line)s", {"line": fault.line}), fault.sentence, **fault.values)
        report.understood("the whole document", "The file is a playbook already and stays as it is.")
        return outside_code(text, lambda part: IMAGE.sub(lambda one: _beside(one, look), part))
    blocks, known = _blocks(text, report, look, matter, "")
    return shaped(blocks, (), report, name, known=known)


def _matter(text: str) -> dict[str, object]:
    """The front matter as it stands; raises FaultsFound when it is not safe to read."""
    found = formats.FRONT.match(text, len(text) - len(text.lstrip("\n")))
    if found is None:
        return {}
    value = read_yaml(found[1], first_line=2).value
    return value if isinstance(value, dict) else {}


def _blocks(
    text: str, report: Report, look: Look, matter: dict[str, object], file: str
) -> tuple[list[Block], Matter]:
    """The blocks of a text, and what its front matter says that a playbook can hold."""
    found = formats.FRONT.match(text, len(text) - len(text.lstrip("\n"))) if matter else None
    above = text.count("\n", 0, found.end()) if found else 0
    body = "\n" * above + (text[found.end() :] if found else text)
    known = Matter()
    for name, value in matter.items():
        _take(known, OTHER_NAMES.get(str(name).lower(), str(name).lower()), value, report)
    shown = outside_code(
        resolved(body, report), lambda text: IMAGE.sub(lambda one: _image(one, look, report), text)
    )
    return blocks_of(shown, file), known


def _take(known: Matter, name: str, value: object, report: Report) -> None:
    place = Place("the front matter", {})
    if name in KNOWN and isinstance(value, str | int) and str(value).strip() and name not in known.values:
        known.values[name] = " ".join(str(value).split())
        report.understood(place, SAID, value=known.values[name][:120], part=PARTS[name])
    elif value not in (None, "", [], {}):
        sentence = "%(name)s is not known in the front matter of a playbook and is left out: %(value)s"
        report.skipped(place, sentence, name=name, value=_said(value))


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_said(inner)}" for name, inner in value.items())
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)


def _image(found: re.Match[str], look: Look, report: Report) -> str:
    """A picture of the zip by its content; one from elsewhere stays as a link to read."""
    if found[2].startswith("image:"):
        return found[0]
    picture = look(found[2])
    if picture is None:
        report.lost(
            "the whole document",
            "The picture %(name)s is not in the file, and cannot be taken over.",
            name=found[2],
        )
        return (
            f"[{found[1] or found[2]}]({found[2]})"
            if re.match("https?:", found[2])
            else f"{found[1]} ({found[2]})"
        )
    return _named(found[1], picture)


def _beside(found: re.Match[str], look: Look) -> str:
    """A picture that is at hand, by its content; anything else as it stands."""
    picture = None if found[2].startswith("image:") else look(found[2])
    return _named(found[1], picture) if picture else found[0]


def _named(alt: str, picture: Picture) -> str:
    return f"![{shown(BRACKET.sub('', alt))}](image:{picture.sha256})"


def read_zip(data: bytes, name: str, report: Report) -> Read:
    """Read a zip with one Markdown file or several, which become one playbook, and with their pictures.

    Raises Refused for a zip that is damaged, too large, holds no Markdown, or holds several playbooks.
    """
    package = Package(data)
    names = sorted((one for one in package if _is_text(one)), key=_order)
    if not names:
        sentence = "The zip holds no Markdown file (.md), only %(names)s. Give the file itself, or put the text in the zip."
        raise Refused(sentence, names=", ".join([*package][:5])[:200] or "-")
    pictures: dict[str, Picture] = {}
    texts = {one: text_of(package.bytes(one, sources.MOST_BYTES)) for one in names}
    if sum(map(len, texts.values())) > sources.MOST_BYTES:
        sentence = "The texts in the zip are larger than %(limit)s MB together. Split them."
        raise Refused(sentence, limit=sizes.megabytes(sources.MOST_BYTES))
    if sum(text.count("\n") + 1 for text in texts.values()) > excess.MOST_LINES:
        sentence = "The texts in the zip have more than %(limit)s lines together. Split them."
        raise Refused(sentence, limit=excess.MOST_LINES)
    for text in texts.values():
        excess.refuse(text)
    complete = [one for one in names if _complete(texts[one])]
    if len(complete) > 1:
        raise Refused(
            "The zip holds several playbooks (%(names)s). Bring them in one by one.",
            names=", ".join(complete[:5]),
        )
    for other in package:
        if not _is_text(other) and not other.lower().endswith(PICTURES) and not _hidden(other):
            report.skipped(f"{other}", "A file in the zip that is neither text nor picture is left out.")
    if len(names) == 1:
        look = _looker(package, names[0], pictures)
        return Read(_source(texts[names[0]], name, report, look), tuple(pictures.values()))
    source = _several(texts, name, report, lambda one: _looker(package, one, pictures))
    return Read(source, tuple(pictures.values()))


def _several(texts: dict[str, str], name: str, report: Report, look: Callable[[str], Look]) -> str:
    """Several texts as one source, each under its own heading."""
    every: list[Block] = []
    known = Matter()
    for number, (file, text) in enumerate(texts.items()):
        blocks, said = _blocks(text, report, look(file), _matter(text), file)
        for key, value in said.values.items():
            known.values.setdefault(key, value)
        head = next((block for block in blocks if isinstance(block, Heading)), None)
        if number and (head is None or head.level > 1):
            title = posixpath.splitext(posixpath.basename(file))[0]
            every.append(Heading(1, title, Place(file, {})))
        elif number == 0 and head is not None and head.level == 1:
            blocks = [
                Heading(0, head.text, head.place, head.id) if block is head else block for block in blocks
            ]
        every += blocks
    report.understood(
        "the whole document", "The files of the zip became one playbook: %(names)s", names=", ".join(texts)
    )
    return shaped(every, (), report, name, known=known)


def _complete(text: str) -> bool:
    """Whether a text is a playbook by itself."""
    return text.lstrip("\n").startswith("---") and _matter(text).keys() >= OURS


def _is_text(name: str) -> bool:
    return name.lower().endswith(TEXTS) and not _hidden(name)


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or posixpath.basename(name).startswith(".")


def _order(name: str) -> tuple[bool, list[tuple[int, str]]]:
    """The file that introduces the others first, then by name, numbers by value."""
    base = posixpath.basename(name).lower()
    parts = re.findall(r"\d+|\D+", name.lower())
    return not base.startswith(FIRST), [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def _looker(package: Package, file: str, pictures: dict[str, Picture]) -> Look:
    """Finds pictures beside one text of a zip."""

    def look(path: str) -> Picture | None:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(path).split("?")[0]))
        if name not in package or not name.lower().endswith(PICTURES):
            return None
        data = package.bytes(name, MOST_PICTURE)
        digest = hashlib.sha256(data).hexdigest()
        return pictures.setdefault(digest, Picture(posixpath.basename(name), data, digest))

    return look
