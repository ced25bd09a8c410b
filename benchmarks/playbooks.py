"""How long does it take to read, draw, compare and set playbooks?

    python benchmarks/playbooks.py

Comparison: a playbook of 20 pages (10,000 words: the shipped ransomware playbook and as much of others as is needed)
against itself with edits. The time is that of everything between two texts and a finished comparison, without any
cache; reading the two files (which the application keeps) is given beside it. Peer in the same run: difflib of the
standard library, word by word, which knows no steps and no moves.

Files: a Word document of 100 pages from file to draft; its peer only takes the words out with python-docx.

Reading: a playbook of 60 different steps. "Nothing kept" converts and draws everything anew; "kept" is what a second
reader waits for. Peers convert the same texts and do no more: markdown-it-py without our rules and the cleaning, and
mistune where it is installed (it is no dependency). A PDF is of a text that was set before, or of a new one each time.
"""

import difflib
import importlib.util
import itertools
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
import yaml
from docx.oxml.ns import qn
from flask import Flask, render_template
from markdown_it import MarkdownIt
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
from cyberready.platform import markdown
from cyberready.platform.context import NAME
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, comparison, flow, flow_layout, formats, queries
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.queries_reading import Links
from cyberready.playbooks.rules import DecisionPoint, Playbook
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


def measured(work: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock, and of work by the processors, which other processes disturb less."""
    clock, processors = [], []
    for _ in range(ROUNDS):
        start, worked = time.perf_counter(), time.process_time()
        work()
        processors.append((time.process_time() - worked) * 1000)
        clock.append((time.perf_counter() - start) * 1000)
    return clock, processors


def median(work: Callable[[], object]) -> str:
    return f"{statistics.median(measured(work)[1]):.1f} ms"


def row(
    table: Table,
    name: str,
    work: Callable[[], object],
    target: str = "",
    *,
    changes: str = "",
    file: str = "",
    peer: str = "",
) -> None:
    clock, processors = measured(work)
    said = (statistics.median(processors), statistics.median(clock), max(clock))
    table.add_row(name, changes, *(f"{one:.1f} ms" for one in said), target, file, peer)


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
        words = (old.split(), new.split())
        row(
            table,
            f"comparison of 20 pages, {name} changed",
            work,
            "300 ms",
            changes=str(len(found.changes)),
            file=median(lambda new=new: read_anew(new)),
            peer=median(lambda words=words: difflib.SequenceMatcher(None, *words).get_opcodes()),
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
        row(table, name, work, target, peer=median(other) if other else "")


def sixty_steps() -> str:
    """A playbook of 60 different steps: the shipped ones on ransomware and on a data leak, one after the other."""
    folder = content_root() / "playbooks"
    names = ("ransomware-bij-de-gemeente.md", "datalek.md")
    (_, one, text), (_, two, more) = (
        (folder / name).read_text("utf-8").split("---\n", maxsplit=2) for name in names
    )
    front, other = yaml.safe_load(one), yaml.safe_load(two)
    front |= {"slug": "zestig", **{key: other[key] | front[key] for key in ("roles", "placeholders")}}
    more = re.sub(r"(\{#|\(#|Daarna: #?)([a-z0-9-]+)", r"\1\2-2", more[more.index("\n## ") :])
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False)
    return f"---\n{head}---\n{text}{more.replace('einde-2', 'einde')}"


def texts_of(playbook: Playbook) -> list[str]:
    """Every text of a playbook that is Markdown."""
    parts = [*playbook.intro]
    for phase in playbook.phases:
        parts += phase.content
        for step in phase.steps:
            parts += [step.result, step.evidence, *step.content]
    said = (part.text if isinstance(part, DecisionPoint) else part for part in parts)
    return [text for text in said if text]


def converting(table: Table, playbook: Playbook) -> None:
    """Every text from Markdown to HTML that is safe; the peers clean nothing."""
    written = texts_of(playbook)
    bare = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    peers = {"markdown-it-py": bare.render}
    if importlib.util.find_spec("mistune"):
        rules = ["table", "strikethrough", "task_lists", "url"]
        peers["mistune"] = importlib.import_module("mistune").create_markdown(plugins=rules)
    said = [
        f"{name} {median(lambda one=one: [one(text) for text in written])}" for name, one in peers.items()
    ]
    name = f"60 steps: their {len(written)} texts from Markdown"
    row(
        table, name, lambda: [markdown.render(text, heading_from=1) for text in written], peer=", ".join(said)
    )


def papers(table: Table, source: str) -> None:
    """PDFs of a text that was set before in this process, and of one with other words in nearly every line."""
    standing = Standing(datetime(2026, 11, 22, tzinfo=UTC), organisation="Waterveld")
    same = formats.parse(source)
    numbers = itertools.count()
    for name, write in (
        ("", playbook_pdf),
        (" of the checklist", checklist_pdf),
        (" of the cards", cards_pdf),
    ):
        others = (re.sub(" (de|het|een) ", rf" \\1{next(numbers)} ", source) for _ in range(ROUNDS))
        new = iter([formats.parse(other) for other in others])
        row(table, f"60 steps: PDF{name}, new", lambda new=new, write=write: write(next(new), standing))
        write(same, standing)
        row(table, f"60 steps: PDF{name}, set before", lambda write=write: write(same, standing))


def read_anew(source: str) -> Playbook:
    """A playbook read from its file, as if for the first time."""
    formats.kept.cache_clear()
    return formats.parse(source)


def forget() -> None:
    """Let go of everything that is kept of playbooks."""
    for kept in (prose, parts, formats.kept):
        kept.cache_clear()


@contextmanager
def visiting(source: str) -> Iterator[tuple[Flask, Database, Realm, Callable[[str], None]]]:
    """A town that has published one playbook, and what gets a page of it for its security officer."""
    with tempfile.TemporaryDirectory() as folder:
        app = build(town.furnish(Path(folder), "http://127.0.0.1:8000"))
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

        page("")
        yield app, database, realm, page
        database.close()


def reading(table: Table) -> None:
    """A playbook of 60 steps as a page and as a drawing."""
    source = sixty_steps()
    playbook = formats.parse(source)
    with visiting(source) as (app, _database, _realm, page):

        def first() -> None:
            forget()
            page("")

        voice = Voice({})
        refs = References("zestig", "nl", Links(), places(playbook))
        shown = Shown("benchmark", playbook, voice, refs)

        def text() -> None:
            """The page's text from the playbook on, without sign-in, questions and frame."""
            values = {"playbook": playbook, "voice": voice, "refs": refs}
            with app.test_request_context():
                render_template("playbooks/_reading.html", **values, parts=parts(shown))

        def drawn() -> None:
            parts.cache_clear()
            text()

        def converted() -> None:
            forget()
            text()

        words = chart_words("nl")
        row(table, "60 steps: reading the file", lambda: read_anew(source))
        for name, work, target in (
            ("60 steps: the text, nothing kept", converted, "5 ms"),
            ("60 steps: the text, HTML of Markdown kept", drawn, "5 ms"),
            ("60 steps: the text, kept", text, "5 ms"),
            ("60 steps: the whole page, nothing kept", first, ""),
            ("60 steps: the whole page, kept", lambda: page(""), ""),
            ("60 steps: flow chart", lambda: flow_layout.laid_out(flow.graph(playbook), words), ""),
            ("60 steps: page with the flow chart", lambda: page("/flow"), ""),
        ):
            row(table, name, work, target)


def versions(table: Table) -> None:
    """The list of the versions of a playbook that has 1,000 of them, as a page with the newest and as all rows."""
    with visiting(sixty_steps()) as (_app, database, realm, page):
        first = database.read(lambda session: queries.current(session, realm, "zestig"))
        columns = [column.name for column in PlaybookRelease.__table__.columns if column.name != "id"]
        rows = [
            {**{name: getattr(first, name) for name in columns}, "version": f"2.{number}"}
            for number in range(1, 1_000)
        ]
        database.transact(lambda session: session.execute(insert(PlaybookRelease), rows))

        def every() -> None:
            found = database.read(lambda session: queries.releases(session, realm, "zestig"))
            assert len(found) == 1_000

        for name, work, target in (
            ("1,000 versions: the page of versions", lambda: page("/versions"), "50 ms"),
            ("1,000 versions: an old page", lambda: page("/versions?before=500"), "50 ms"),
            ("1,000 versions: all of them read at once", every, ""),
            ("1,000 versions: the current one", lambda: page(""), ""),
        ):
            row(table, name, work, target)


def main() -> None:
    before = os.getloadavg()[0]
    table = Table()
    for column in (
        "what",
        "changes",
        "work p50",
        "p50",
        "max",
        "target",
        "work of reading a file",
        "work of peers",
    ):
        table.add_column(column)
    compare_all(table)
    files(table)
    converting(table, formats.parse(sixty_steps()))
    reading(table)
    papers(table, sixty_steps())
    versions(table)
    table.caption = f"{ROUNDS} rounds; load {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
