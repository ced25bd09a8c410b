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
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
from docx.oxml.ns import qn
from flask import render_template
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from cyberready.app import build
from cyberready.cli import town
from cyberready.exchange import formats as exchange
from cyberready.exchange.pdf.writer import cards_pdf, checklist_pdf, playbook_pdf
from cyberready.exchange.standing import Standing
from cyberready.kernel.actor import SYSTEM
from cyberready.migrations.run import upgrade
from cyberready.people.queries import principal_of
from cyberready.platform.context import NAME
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, comparison, flow, flow_layout, formats, queries
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.queries_reading import Links
from cyberready.playbooks.views_blueprint import prose
from cyberready.playbooks.views_flow import chart_words
from cyberready.playbooks.views_parts import References, Shown, Voice, parts, places
from cyberready.settings import content_root

NOW = datetime.now(UTC)
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


def sixty_steps() -> str:
    """A playbook of 60 steps: the shipped ransomware playbook twice."""
    text = (content_root() / "playbooks" / "ransomware-bij-de-gemeente.md").read_text("utf-8")
    phases = re.sub(r"(\{#|\(#|Daarna: #?)([a-z0-9-]+)", r"\1\2-2", text[text.index("\n## ") :])
    text = text.replace("slug: ransomware-bij-de-gemeente", "slug: zestig", 1)
    return text + phases.replace("einde-2", "einde")


def reading(table: Table) -> None:
    """A playbook of 60 steps as a page, drawing and PDF; "first" is with every text of it still to be converted."""
    source = sixty_steps()
    playbook = formats.parse(source)
    standing = Standing(datetime(2026, 11, 22, tzinfo=UTC), organisation="Waterveld")
    with tempfile.TemporaryDirectory() as folder:
        settings = town.furnish(Path(folder), "http://127.0.0.1:8000")
        app = build(settings)
        database = app.extensions[NAME].database
        upgrade(database)
        home = database.transact(lambda session: town.found(session, NOW))
        realm = Realm(home.home)
        database.transact(lambda session: actions.publish(session, realm, source, actor=SYSTEM, now=NOW))
        number = home.accounts["security_officer"]
        officer = database.read(lambda session: principal_of(session, number, home.home))
        visitor = app.test_client()
        with visitor.session_transaction() as session:
            session.update({"_user_id": officer.get_id(), "_fresh": True, "sid": "benchmark"})

        def page(path: str) -> None:
            assert visitor.get(f"/playbooks/zestig{path}").status_code == 200

        def first() -> None:
            prose.cache_clear()
            parts.cache_clear()
            page("")

        voice = Voice({})
        refs = References("zestig", "nl", Links(), places(playbook))
        shown = Shown("benchmark", playbook, voice, refs)

        def text() -> None:
            """The page's text from the playbook on, without sign-in, questions and frame."""
            values = {"playbook": playbook, "voice": voice, "prose": voice.prose, "refs": refs}
            with app.test_request_context():
                render_template("playbooks/_reading.html", **values, parts=parts(shown))

        def text_first() -> None:
            prose.cache_clear()
            parts.cache_clear()
            text()

        page("")
        words = chart_words("nl")
        for name, work, target in (
            ("60 steps: the text, read again", text, "5 ms"),
            ("60 steps: the text, from Markdown", text_first, ""),
            ("60 steps: the whole page", lambda: page(""), ""),
            ("60 steps: the whole page, first", first, ""),
            ("60 steps: flow chart", lambda: flow_layout.laid_out(flow.graph(playbook), words), ""),
            ("60 steps: page with the flow chart", lambda: page("/flow"), ""),
            ("60 steps: PDF", lambda: playbook_pdf(playbook, standing), ""),
            ("60 steps: PDF of the checklist", lambda: checklist_pdf(playbook, standing), ""),
            ("60 steps: PDF of the cards", lambda: cards_pdf(playbook, standing), ""),
        ):
            times = milliseconds(work)
            table.add_row(
                name, "", f"{statistics.median(times):.1f} ms", f"{max(times):.1f} ms", target, "", ""
            )
        database.close()


def versions(table: Table) -> None:
    """The list of the versions of a playbook that has 1,000 of them, as a page with the newest and as all rows."""
    source = sixty_steps()
    with tempfile.TemporaryDirectory() as folder:
        app = build(town.furnish(Path(folder), "http://127.0.0.1:8000"))
        database = app.extensions[NAME].database
        upgrade(database)
        home = database.transact(lambda session: town.found(session, NOW))
        realm = Realm(home.home)
        first = database.transact(
            lambda session: actions.publish(session, realm, source, actor=SYSTEM, now=NOW)
        )
        columns = [column.name for column in PlaybookRelease.__table__.columns if column.name != "id"]
        rows = [
            {**{name: getattr(first, name) for name in columns}, "version": f"2.{number}"}
            for number in range(1, 1_000)
        ]
        database.transact(lambda session: session.execute(insert(PlaybookRelease), rows))
        number = home.accounts["security_officer"]
        officer = database.read(lambda session: principal_of(session, number, home.home))
        visitor = app.test_client()
        with visitor.session_transaction() as session:
            session.update({"_user_id": officer.get_id(), "_fresh": True, "sid": "benchmark"})

        def page(path: str) -> None:
            assert visitor.get(f"/playbooks/zestig{path}").status_code == 200

        def every() -> None:
            found = database.read(lambda session: queries.releases(session, realm, "zestig"))
            assert len(found) == 1_000

        page("/versions")
        for name, work, target in (
            ("1,000 versions: the page of versions", lambda: page("/versions"), "50 ms"),
            ("1,000 versions: an old page", lambda: page("/versions?before=500"), "50 ms"),
            ("1,000 versions: all of them read at once", every, ""),
            ("1,000 versions: the current one", lambda: page(""), ""),
        ):
            times = milliseconds(work)
            table.add_row(
                name, "", f"{statistics.median(times):.1f} ms", f"{max(times):.1f} ms", target, "", ""
            )
        database.close()


def main() -> None:
    table = Table()
    for column in ("what", "changes", "p50", "max", "target", "reading one file", "peer"):
        table.add_column(column)
    compare_all(table)
    files(table)
    reading(table)
    versions(table)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
