"""A crisis kit as a zip: one page with everything, and beside it each playbook, card, list, message and form as a file."""

import csv
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyzipper

from cyberready.exchange.kit.contents import Booklet, Kit
from cyberready.exchange.kit.page import CALLS, DECISIONS, FORM_LINES, LOG, to_html
from cyberready.exchange.kit.wording import AMSTERDAM, foot, moment, say
from cyberready.exchange.pdf.writer import cards_pdf, checklist_pdf, playbook_pdf
from cyberready.exchange.standing import Beside
from cyberready.kernel.refusals import Refused
from cyberready.platform.paper import word
from cyberready.platform.paper.outline import Block, Heading, Outline, PageBreak, Paragraph, Properties, Table

SHEETS = {"draaiboeken": playbook_pdf, "checklists": checklist_pdf, "actiekaarten": cards_pdf}
SHORTEST_PASSPHRASE = 12
SHORT = "A passphrase of a kit has at least %(least)s characters. Take a sentence of several words."


def to_zip(kit: Kit, passphrase: str = "") -> bytes:
    """The kit as a zip, encrypted with AES-256 when there is a passphrase; raises Refused for one that is too short.

    The names of the files can be read without the passphrase, their contents cannot.
    """
    if passphrase and len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused(SHORT, least=SHORTEST_PASSPHRASE)
    made: list[tuple[str, bytes]] = [*files(kit)]
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in made]
    made.append(("MANIFEST.txt", _manifest(kit, lines).encode()))
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as package:
        if passphrase:
            package.setpassword(passphrase.encode())
            package.setencryption(pyzipper.WZ_AES, nbits=256)
        when = kit.made_at.astimezone(AMSTERDAM).timetuple()[:6]
        for name, data in made:
            package.writestr(_entry(name, when), data)
    return buffer.getvalue()


def _entry(name: str, when: tuple[int, ...]) -> pyzipper.zipfile_aes.AESZipInfo:
    entry = pyzipper.zipfile_aes.AESZipInfo(name, date_time=when)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def files(kit: Kit) -> Iterator[tuple[str, bytes]]:
    """Every file of the kit with its name, but for the manifest."""
    yield "index.html", to_html(kit)
    yield from _sheets(kit)
    yield from ((f"draaiboeken/{one.name}.md", one.source.encode()) for one in kit.booklets)
    yield "contacten.csv", _people(kit)
    yield "piketrooster.csv", _roster(kit)
    for message in kit.messages:
        head = f"{message.title}\n{message.audience} · {message.channel}\n\n"
        yield f"berichten/{message.key}.{message.language}.txt", f"{head}{message.body}\n".encode()
    yield "formulieren.docx", word.to_docx(_forms(kit))


def _sheets(kit: Kit) -> Iterator[tuple[str, bytes]]:
    """The PDF files of every playbook; the typesetter runs beside Python, so several at once are faster."""
    wanted = [(one, folder) for one in kit.booklets for folder in SHEETS]
    others = {one.written.slug: Beside(one.written.title) for one in kit.booklets}

    def made(one: Booklet, folder: str) -> bytes:
        known = others | dict(one.standing.others)
        standing = replace(one.standing, foot=foot(kit, one.written.language), others=known)
        return SHEETS[folder](one.written, standing)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        papers = pool.map(lambda each: made(*each), wanted)
        for (one, folder), data in zip(wanted, papers, strict=True):
            yield f"{folder}/{one.name}.pdf", data


def _manifest(kit: Kit, lines: list[str]) -> str:
    """What the kit is, and the SHA-256 of every file as ``sha256sum --check`` reads it."""
    about = [
        say(kit, "Crisis kit of %(organisation)s", organisation=kit.organisation),
        say(kit, "Made on %(made)s", made=moment(kit, kit.made_at)),
        say(kit, "Replace it before %(expires)s", expires=moment(kit, kit.expires_at)),
        f"{say(kit, 'Fingerprint of the kit (SHA-256)')}: {kit.digest}",
        *(f"{title} ({language}) {version} {digest}" for title, _, language, version, digest in kit.versions),
    ]
    return "\n".join([*(f"# {line}" for line in about), *lines, ""])


def _people(kit: Kit) -> bytes:
    head = [say(kit, word) for word in ("Name", "Function", "Reached by", "Deputy")]
    rows = [
        [
            one.name,
            one.function,
            "; ".join(f"{say(kit, kind)} {address}" for kind, address in one.channels),
            one.deputy,
        ]
        for one in kit.people
    ]
    return _csv([head, *rows])


def _roster(kit: Kit) -> bytes:
    head = [say(kit, word) for word in ("On duty as", "Who", "From", "Until")]
    rows = [
        [one.function, one.name, moment(kit, one.starts_at), moment(kit, one.ends_at)] for one in kit.duties
    ]
    return _csv([head, *rows])


def _csv(rows: list[list[str]]) -> bytes:
    """Rows as a spreadsheet opens them; what would be taken for a formula is kept a text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    for row in rows:
        writer.writerow([f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell for cell in row])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _forms(kit: Kit) -> Outline:
    """The blank forms as a Word document: a log, decisions and calls, each on pages of its own."""
    blocks: list[Block] = [
        Paragraph(say(kit, "Number the lines. A mistake is put right by a new line, never by striking out."))
    ]
    for number, (title, head) in enumerate((("Log", LOG), ("Decisions", DECISIONS), ("Calls", CALLS))):
        if number:
            blocks.append(PageBreak())
        words = tuple(say(kit, one) for one in head)
        blocks += [Heading(1, say(kit, title)), Table(words, ((" \n ",) * len(words),) * FORM_LINES)]
    return Outline(
        title=say(kit, "Blank forms"),
        subtitle=kit.organisation,
        language=kit.language,
        properties=Properties(
            subject=say(kit, "Crisis kit"), organisation=kit.organisation, created=kit.made_at
        ),
        blocks=tuple(blocks),
    )
