"""The course of a rehearsal: join, start, answer, decide, escalate, hand over, accept, end, verify."""

import asyncio
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import median
from typing import Self

from rich.console import Console
from rich.progress import Progress
from sqlalchemy.orm import Session

from cyberready.cli import stage, town
from cyberready.cli.players import Player, Stuck, join, sign_in
from cyberready.cli.town import Town
from cyberready.exercises import actions as exercises
from cyberready.exercises import formats, queries, rules
from cyberready.exercises.models import Exercise
from cyberready.exercises.rules import InjectState
from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.verify import check
from cyberready.migrations.run import upgrade
from cyberready.people import actions_access as access
from cyberready.people.rules import Role
from cyberready.platform.clock import now
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from cyberready.settings import Settings
from cyberready.trail import queries as trails
from cyberready.trail import verification
from cyberready.trail.rules import Kind, visible

SHOWN = (Kind.INJECT_FIRED, Kind.DECISION_POINT_ASKED)
GRACE_SECONDS = 60
ANSWER = "Wij pakken dit op volgens het draaiboek en melden ons over tien minuten."


@dataclass
class Result:
    """What came of it; lateness in milliseconds as (p50, p99, max), from due moment to a participant's screen."""

    out: Path
    participants: int = 0
    fired: int = 0
    seen: int = 0
    due_to_be_seen: int = 0
    lateness_ms: tuple[float, float, float] = (0, 0, 0)
    entries: int = 0
    verification: str = ""
    fingerprint: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def perfect(self) -> bool:
        """Every inject was seen exactly once by everyone it was for, and the trail verifies."""
        return not self.faults and self.fired > 0 and self.seen == self.due_to_be_seen


@dataclass
class Cast:
    """Everybody: participants with their tokens, who speaks for each team, the leader, the crisis team's chair, the region's officer."""

    seats: list[tuple[Player, frozenset[str]]]
    speakers: list[Player]
    leader: Player
    chair: Player
    officer: Player


async def run(
    settings: Settings, port: int, source: str, pace: int, people: int, out: Path, console: Console
) -> Result:
    """Rehearse *source* against a real server on *port*; raises Stuck when somebody cannot go on."""
    database = Database(settings.database_url)
    try:
        founded, exercise, secrets = _prepare(database, source, pace)
        with stage.serving(settings, port, out / "server.log"):
            return await _play(database, settings.base_url, founded, exercise, secrets, people, out, console)
    except ExceptionGroup as group:
        stuck = group.subgroup(Stuck)
        if stuck is None:
            raise
        raise Stuck(str(stuck.exceptions[0])) from group
    finally:
        database.close()


def _prepare(database: Database, source: str, pace: int) -> tuple[Town, Exercise, dict[str, str]]:
    upgrade(database)
    at = now()
    founded = database.transact(lambda session: town.found(session, at))
    database.transact(lambda session: town.stock(session, Realm(founded.home), at))
    realm = Realm(founded.home)
    release = database.transact(
        lambda session: exercises.publish(session, realm, source, actor=SYSTEM, now=at)
    )
    number = database.transact(lambda session: town.plan(session, founded, release.id, release.title, at))
    missing = formats.unfilled(queries.scenario(release), town.NAMES)
    names = {name: name.replace("_", " ").replace("-", " ").capitalize() for name in missing}

    def set_up(session: Session) -> Exercise:
        known = queries.exercise(session, realm, number).variables
        exercises.fill(session, realm, number, {**names, **known}, actor=SYSTEM, now=at)
        return exercises.change_pace(session, realm, number, Fraction(pace), actor=SYSTEM, now=at)

    exercise = database.transact(set_up)
    links = {
        role: database.transact(
            partial(access.issue_link, account_id=account, valid=timedelta(hours=1), now=at)
        )
        for role, account in founded.accounts.items()
    }
    return founded, exercise, links


async def _play(
    database: Database,
    base_url: str,
    founded: Town,
    exercise: Exercise,
    secrets: dict[str, str],
    people: int,
    out: Path,
    console: Console,
) -> Result:
    script = queries.scenario(exercise.release)
    async with asyncio.TaskGroup() as group, _Room(base_url) as room:
        cast = await _gather(room, exercise, script, secrets, people)
        watching = [group.create_task(player.watch()) for player, _tokens in cast.seats]
        await asyncio.gather(*(player.ready.wait() for player, _tokens in cast.seats))
        playing = [group.create_task(_answer(player, exercise.id)) for player in cast.speakers]
        await cast.leader.open(f"/exercises/{exercise.id}")
        await cast.leader.submit("/clock/start", {})
        incident = await _declare(cast.chair, exercise.id, script.playbook)
        await _wait(database, founded, exercise, console)
        await _hand_over(cast, incident)
        await asyncio.sleep(0.5)
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
        due = database.read(partial(_due, realm=Realm(founded.home), exercise_id=exercise.id))
        await cast.leader.open(f"/exercises/{exercise.id}")
        await cast.leader.submit("/clock/end", {})
        await _save(cast, exercise.id, out)
        for task in watching:
            task.cancel()
    return _judge(database, exercise, cast, due, out)


class _Room:
    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._players: list[Player] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(player.__aexit__() for player in self._players))

    async def enter(self, name: str) -> Player:
        player = await Player(name, self._base_url).__aenter__()
        self._players.append(player)
        return player


async def _gather(
    room: _Room, exercise: Exercise, script: formats.Scenario, secrets: dict[str, str], people: int
) -> Cast:
    leader, chair, officer = [await room.enter(name) for name in ("Leader", "Chair", "Officer")]
    await sign_in(leader, secrets[Role.EXERCISE_LEADER])
    await sign_in(chair, secrets[Role.CRISIS_TEAM])
    await sign_in(officer, secrets[Role.PUBLIC_SAFETY])
    seats, speakers = [], []
    for key, team in script.teams.items():
        roles = [*team.roles, *([""] * people)][: max(people, len(team.roles))]
        for place, role in enumerate(roles, 1):
            player = await room.enter(f"{team.name} {place}")
            await join(player, exercise.join_code, f"{key}/{role}" if role else key)
            seats.append((player, rules.tokens(key, role)))
        speakers.append(seats[-len(roles)][0])
    return Cast(seats, speakers, leader, chair, officer)


async def _answer(player: Player, exercise_id: int) -> None:
    """Answer what comes in; a decision that a team mate took first is left as it is."""
    while True:
        inject, option = await player.cards.get()
        await player.open(f"/exercises/{exercise_id}/room")
        try:
            if option is not None:
                await player.submit(f"/injects/{inject}/choice", {"option": option, "reason": ANSWER})
            else:
                await player.submit(f"/injects/{inject}/answer", {"text": ANSWER})
                await player.submit(
                    "/decisions", {"decision": ANSWER, "reason": ANSWER, "owner": player.name}
                )
        except Stuck:
            if option is None:
                raise


async def _declare(chair: Player, exercise_id: int, playbook: str | None) -> int:
    """Declare the exercise's incident, follow its playbook, decide, test the public effect and escalate; returns its number."""
    await chair.open(f"/incidents/new?exercise_id={exercise_id}")
    await chair.submit("/incidents/new", {"title": "Ransomware op gemeentelijke systemen", "known": ANSWER})
    incident = chair.number("//form[contains(@action, '/incidents/')]/@action")
    if chair.page.xpath(f"//select[@id='follow-playbook']/option[@value='{playbook}']"):
        await chair.submit("/playbooks", {"playbook": playbook})
    await chair.submit("/log", {"text": ANSWER, "source": "Servicedesk"})
    said = {"question": "Koppelen we los?", "picture": ANSWER, "judgement": ANSWER, "decision": "Loskoppelen"}
    await chair.submit("/decisions", {**said, "owner": "CISO"})
    effects = {"residents": "yes", "companies": "unknown", "public_order": "no", "safety": "no"}
    await chair.submit("/effect", effects)
    await chair.submit("/escalation", {"to": "safety_region", "reason": ANSWER, "ordered_by": "Burgemeester"})
    return incident


async def _hand_over(cast: Cast, incident: int) -> None:
    """Offer the incident to the safety region, whose officer confirms receipt and accepts."""
    await cast.chair.open(f"/incidents/{incident}")
    await cast.chair.submit("/handovers", {"summary": ANSWER, "requested": ANSWER})
    await cast.officer.open("/incidents/inbox")
    handover = cast.officer.number("//main//a[contains(@href, '/handovers/')]/@href")
    await cast.officer.open(f"/incidents/handovers/{handover}")
    await cast.officer.submit("/receipt", {})
    await cast.officer.open(f"/incidents/handovers/{handover}")
    await cast.officer.submit(
        "/acceptance", {"note": "Wij nemen de regie over; eerste overleg over een half uur."}
    )
    cast.officer.page.set("data-handover", str(handover))


async def _wait(database: Database, founded: Town, exercise: Exercise, console: Console) -> None:
    """Wait until nothing is pending, with a progress bar."""
    realm = Realm(founded.home)
    script = queries.scenario(exercise.release)
    longest = max(inject.at for inject in script.injects)
    patience = now() + longest / exercise.clock.pace.numerator + timedelta(seconds=GRACE_SECONDS)
    with Progress(console=console) as progress:
        bar = progress.add_task("Injects", total=len(script.injects) + len(script.decisions))
        while now() < patience:
            found = database.read(lambda session: queries.injects(session, exercise.id))
            waiting = sum(one.state == InjectState.PENDING for one in found)
            progress.update(bar, completed=len(found) - waiting)
            if not waiting:
                return
            await asyncio.sleep(0.2)
    raise Stuck(
        f"Not everything was fired in time in exercise {exercise.id} of organisation {realm.organisation_id}"
    )


def _due(session: Session, realm: Realm, exercise_id: int) -> dict[int, datetime]:
    """When each fired inject was due, by the exercise clock."""
    clock = queries.exercise(session, realm, exercise_id).clock
    moments = {
        one.id: clock.due_at(one.offset) for one in queries.injects(session, exercise_id) if one.fired_at
    }
    return {number: moment for number, moment in moments.items() if moment is not None}


async def _save(cast: Cast, exercise_id: int, out: Path) -> None:
    handover = cast.officer.page.get("data-handover")
    files = {
        "evaluatie.docx": await cast.leader.download(f"/exercises/{exercise_id}/evaluatie.docx"),
        "verloop.jsonl": await cast.leader.download(f"/exercises/{exercise_id}/verloop.jsonl"),
        "overdracht.zip": await cast.officer.download(f"/incidents/handovers/{handover}/overdracht.zip"),
    }
    for name, content in files.items():
        (out / name).write_bytes(content)


def _judge(database: Database, exercise: Exercise, cast: Cast, due: dict[int, datetime], out: Path) -> Result:
    result = Result(out, participants=len(cast.seats))
    lines = database.read(lambda session: trails.of_kinds(session, exercise.trail_id, *SHOWN))
    late: list[float] = []
    for line in lines:
        inject = int(str((line.body or {})["inject"]))
        for player, tokens in cast.seats:
            wanted = int(visible(line.audience, tokens))
            result.due_to_be_seen += wanted
            result.seen += min(player.seen[inject], 1)
            if player.seen[inject] != wanted:
                result.faults.append(
                    f"{player.name} saw inject {inject} {player.seen[inject]} times, not {wanted}"
                )
            if inject in player.arrived and inject in due:
                late.append(max(0.0, (player.arrived[inject] - due[inject].timestamp()) * 1000))
    result.fired = len(lines)
    result.lateness_ms = _spread(late)
    _verify(database, exercise, out, result)
    return result


def _verify(database: Database, exercise: Exercise, out: Path, result: Result) -> None:
    fault = database.read(lambda session: verification.fault(session, exercise.trail_id))
    result.entries = database.read(lambda session: trails.trail(session, exercise.trail_id)).size
    finding = check(out / "overdracht.zip")
    result.verification = finding.sentence
    result.fingerprint = finding.fingerprint or ""
    if fault is not None:
        result.faults.append(f"the exercise's trail does not hold: {fault}")
    if not finding.ok:
        result.faults.append(finding.sentence)


def _spread(values: list[float]) -> tuple[float, float, float]:
    if not values:
        return (0, 0, 0)
    ordered = sorted(values)
    return median(ordered), ordered[min(len(ordered) - 1, math.ceil(len(ordered) * 0.99) - 1)], ordered[-1]
