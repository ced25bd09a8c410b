"""How long does it take to read, compare and set playbooks?

    python benchmarks/playbooks.py

Comparison: a playbook of 20 pages (10,000 words: the shipped ransomware playbook and as much of others as is needed)
against itself with edits. The time is that of everything between two texts and a finished comparison, without any
cache; reading the two files (which the application keeps) is given beside it. Peer in the same run: difflib of the
standard library, word by word, which knows no steps and no moves.

Files: a Word document of 100 pages from file to draft; its peer only takes the words out with python-docx.
"""

import difflib
import random
import re
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import docx
from docx.oxml.ns import qn
from rich.console import Console
from rich.table import Table

from cyberready.exchange import formats as exchange
from cyberready.exchange.standing import Standing
from cyberready.playbooks import comparison, formats
from cyberready.settings import content_root

WORDS = 10_000
ROUNDS = 7
EDITS = {"5 words": 5, "50 words": 50, "500 words": 500, "5,000 words": 5_000}


def long_playbook() -> str:
    """A valid playbook of at least 10,000 words."""
    folder = content_root() / "playbooks"
    text = (folder / "ransomware-bij-de-gemeente.md").read_text("utf-8")
    phases = text[text.index("\n## ") :]
    number = 1
    while len(text.split()) < WORDS:
        number += 1
        text += re.sub(r"(\{#|\(#|Daarna: )([a-z0-9-]+)", rf"\1\2-{number}", phases)
    return re.sub(r"(Daarna: )einde-\d+", r"\1einde", text)


def edited(text: str, edits: int) -> str:
    """The text with so many words changed where words are free, and a step that moved."""
    dice = random.Random(edits)
    lines = text.split("\n")
    free = [at for at, line in enumerate(lines) if re.match(r"(- \[ \] )?[A-Z][a-z]+ ", line)]
    for _ in range(edits):
        line = dice.choice(free)
        words = lines[line].split(" ")
        places = [at for at, word in enumerate(words) if word.isalpha() and not words[at - 1].endswith("{{")]
        if places:
            words[dice.choice(places)] = dice.choice(("gewijzigd", "anders", "direct"))
        lines[line] = " ".join(words)
    steps = "\n".join(lines).split("\n### ")
    steps.insert(3, steps.pop(5))
    return "\n### ".join(steps)


def milliseconds(work: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return found


def compare_all(table: Table) -> None:
    old = long_playbook()
    before = formats.parse(old)
    for name, edits in EDITS.items():
        new = edited(old, edits)
        after = formats.parse(new)

        def work(new=new, after=after):
            return comparison.compare(comparison.text(old, before), comparison.text(new, after))

        found = work()
        assert (found.old_text, found.new_text) == (old, new)
        times = milliseconds(work)
        reading = milliseconds(lambda new=new: formats.parse(new))
        peer = milliseconds(
            lambda new=new: difflib.SequenceMatcher(
                None, old.split(), new.split(), autojunk=True
            ).get_opcodes()
        )
        table.add_row(
            f"comparison of 20 pages, {name} changed",
            str(len(found.changes)),
            f"{statistics.median(times):.0f} ms",
            f"{max(times):.0f} ms",
            "300 ms",
            f"{statistics.median(reading):.0f} ms",
            f"{statistics.median(peer):.0f} ms",
        )


def long_protocol() -> bytes:
    """A Word document of 100 pages (some 40,000 words): headings, text, numbered lists, tables with roles."""
    dice = random.Random(1)
    words = [
        "de",
        "gemeente",
        "meldt",
        "binnen",
        "uur",
        "servicedesk",
        "leverancier",
        "netwerk",
        "inwoners",
        "burgemeester",
        "besluit",
        "plan",
        "route",
        "kaart",
    ]

    def said(count: int) -> str:
        return " ".join(dice.choice(words) for _ in range(count)).capitalize() + "."

    sheet = docx.Document()
    sheet.add_heading("Protocol", 0)
    for _ in range(20):
        sheet.add_heading(said(4), 1)
        for _ in range(4):
            sheet.add_heading(said(3), 2)
            for _ in range(6):
                sheet.add_paragraph(said(50))
            for _ in range(6):
                sheet.add_paragraph(said(18), "List Number")
            table = sheet.add_table(rows=0, cols=4)
            for row in [
                ("Actie", "Wie", "Termijn", "Opmerking"),
                *[(said(12), "CISO", "30 min", said(6))] * 6,
            ]:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
    file = BytesIO()
    sheet.save(file)
    return file.getvalue()


def files(table: Table) -> None:
    """Files in and out; the peer reads the same document with python-docx and does no more than take its words."""
    given = long_protocol()
    source = (content_root() / "playbooks" / "ransomware-bij-de-gemeente.md").read_text("utf-8")
    standing = Standing(datetime(2026, 11, 22, tzinfo=UTC))
    sheet = exchange.write(source, "docx", standing)[0]

    def peer() -> int:
        found = docx.Document(BytesIO(given))
        return sum(len(one.text or "") for one in found.element.body.iter(qn("w:t")))

    for name, work, target, other in (
        ("import of 100 pages of Word", lambda: exchange.brought("protocol.docx", given), "5,000 ms", peer),
        ("import of a Word document of ours", lambda: exchange.brought("x.docx", sheet), "", None),
        ("export to Word", lambda: exchange.write(source, "docx", standing), "", None),
        ("export to one page", lambda: exchange.write(source, "html", standing), "", None),
    ):
        times = milliseconds(work)
        beside = f"{statistics.median(milliseconds(other)):.0f} ms" if other else ""
        table.add_row(
            name, "", f"{statistics.median(times):.0f} ms", f"{max(times):.0f} ms", target, "", beside
        )


def main() -> None:
    table = Table()
    for column in ("what", "changes", "p50", "max", "target", "reading one file", "peer"):
        table.add_column(column)
    compare_all(table)
    files(table)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
