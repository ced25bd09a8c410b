"""The server is killed in the middle of a running exercise, ten times, and nothing is lost, doubled or moved."""

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

import httpx
import pytest

from cyberready.cli import stage
from cyberready.cli.players import Player, Stuck, join, sign_in
from cyberready.exercises import actions as exercises
from cyberready.exercises import queries
from cyberready.exercises.rules import LATE_AFTER, InjectState
from cyberready.kernel.actor import SYSTEM
from cyberready.people import actions_access as access
from cyberready.platform.clock import now
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from cyberready.settings import Settings
from cyberready.trail import queries as trails
from cyberready.trail import verification
from cyberready.trail.rules import Kind, visible
from tests import world

KILLS = 10
INJECTS = 90
APART = timedelta(seconds=40)
PACE = 60
JUMP_TO = timedelta(minutes=59)
AUDIENCES = ("[all]", "[ict]", "[crisis/voorzitter]")
TURNS = {2: "/clock/pause", 3: "/clock/resume", 6: "/pace", 8: "/clock/pause", 9: "/clock/resume"}
SEATS = {"crisis/voorzitter": {"all", "team:crisis", "role:crisis/voorzitter"}, "ict": {"all", "team:ict"}}
CLOCK = {
    Kind.EXERCISE_STARTED,
    Kind.EXERCISE_PAUSED,
    Kind.EXERCISE_RESUMED,
    Kind.EXERCISE_PACE_CHANGED,
    Kind.EXERCISE_JUMPED,
    Kind.EXERCISE_ENDED,
}


def scenario():
    head, _injects, tail = world.SCENARIO.partition("injects:\n")
    tail = tail[tail.index("evaluation:") :]
    lines = [
        f"  - {{id: i{number}, at: {number * APART // timedelta(seconds=1)}s, channel: phone, from: Servicedesk, "
        f"to: {AUDIENCES[number % 3]}, title: Bericht {number}, body: Tekst {number}.}}"
        for number in range(1, INJECTS + 1)
    ]
    return head.replace("30m", "60m") + "injects:\n" + "\n".join(lines) + "\n" + tail


class Evening:
    """The exercise, the server that keeps dying, and who watches."""

    def __init__(self, settings, folder, dice):
        self.settings = settings
        self.database = Database(settings.database_url)
        self.log = folder / "server.log"
        self.dice = dice
        self.port = int(settings.base_url.rpartition(":")[2])
        self.server = None
        self.down = []
        self.acknowledged = []

    def plan(self):
        home = world.organisation(self.database)
        leader = world.account(self.database, home, "exercise_leader")
        release = world.scenario(self.database, home, scenario())
        at = now()
        self.realm = Realm(home.id)

        def plan(session):
            made = exercises.plan(
                session,
                self.realm,
                release.id,
                title="Uitval",
                planned_at=at,
                leader_id=leader.id,
                actor=SYSTEM,
                now=at,
            )
            return exercises.change_pace(session, self.realm, made.id, Fraction(PACE), actor=SYSTEM, now=at)

        self.exercise = self.database.transact(plan)
        return self.database.transact(
            lambda session: access.issue_link(session, account_id=leader.id, valid=timedelta(hours=1), now=at)
        )

    async def start(self):
        self.server = await asyncio.to_thread(stage.start, self.settings, self.port, self.log)

    async def kill(self, pause):
        self.server.kill()
        died = now()
        await asyncio.to_thread(self.server.wait)
        await asyncio.sleep(pause)
        self.down.append((died, now()))
        await self.start()

    async def play(self, link):
        address = f"/exercises/{self.exercise.id}"
        base = self.settings.base_url
        async with (
            Player("Leider", base) as leader,
            Player("Noor", base) as chair,
            Player("Ali", base) as ict,
        ):
            await self.start()
            await sign_in(leader, link)
            await join(chair, self.exercise.join_code, "crisis/voorzitter")
            await join(ict, self.exercise.join_code, "ict")
            watching = [asyncio.create_task(one.watch()) for one in (chair, ict)]
            await asyncio.gather(chair.ready.wait(), ict.ready.wait())
            await leader.open(address)
            await leader.submit("/clock/start", {})
            deciding = asyncio.create_task(self.decide(chair, f"{address}/room"))
            for number in range(KILLS):
                if number in TURNS:
                    await leader.open(address)
                    await leader.submit(TURNS[number], {"pace": "4"} if TURNS[number] == "/pace" else {})
                await asyncio.sleep(self.dice.uniform(0, 1.2))
                # The first time it stays away so long that what falls due must be marked late.
                await self.kill(3.0 if number == 0 else self.dice.uniform(0, 0.8))
            deciding.cancel()
            await leader.open(address)
            await leader.submit("/pace", {"pace": "60"})
            await leader.open(address)
            await leader.submit("/jump", {"to": "0:59"})
            await self.until(self.nothing_waits)
            await self.until(
                lambda: all(one.seen.total() >= len(self.meant(seat)) for seat, one in self.seats(chair, ict))
            )
            await asyncio.sleep(0.5)
            await leader.open(address)
            await leader.submit("/clock/end", {})
            for task in (*watching, deciding):
                task.cancel()
            await asyncio.gather(*watching, deciding, return_exceptions=True)
        return self.seats(chair, ict)

    @staticmethod
    def seats(chair, ict):
        return list(zip(SEATS, (chair, ict), strict=True))

    async def decide(self, chair, room):
        """Log decisions all the time; what the server said yes to is remembered."""
        for number in range(1000):
            said = f"Besluit {number}"
            with suppress(httpx.HTTPError, Stuck):
                await chair.open(room)
                await chair.submit("/decisions", {"decision": said, "reason": "Nodig", "owner": "Noor"})
                self.acknowledged.append(said)
            await asyncio.sleep(0.1)

    def nothing_waits(self):
        found = self.database.read(lambda session: queries.injects(session, self.exercise.id))
        return all(one.state != InjectState.PENDING for one in found)

    async def until(self, condition):
        for _ in range(200):
            if condition():
                return
            await asyncio.sleep(0.1)
        pytest.fail("the rest of the script did not come in time")

    def lines(self):
        return self.database.read(lambda session: trails.lines(session, self.exercise.trail_id))

    def meant(self, seat):
        """The injects that this seat must have seen."""
        return {
            int(line.body["inject"])
            for line in self.lines()
            if line.kind is Kind.INJECT_FIRED and visible(line.audience, frozenset(SEATS[seat]))
        }


def runs(lines):
    """Each stretch of the clock as (from, exercise time then, pace while running else 0), computed from the acts alone."""
    pace, found = Fraction(PACE), []
    for line in lines:
        if line.kind not in CLOCK or (line.kind is Kind.EXERCISE_PACE_CHANGED and not found):
            continue
        since, elapsed, speed = found[-1] if found else (line.at, Fraction(0), Fraction(0))
        elapsed += Fraction((line.at - since) // timedelta(microseconds=1)) * speed
        if line.kind is Kind.EXERCISE_JUMPED:
            elapsed = Fraction(JUMP_TO // timedelta(microseconds=1))
        if line.kind is Kind.EXERCISE_PACE_CHANGED:
            pace = Fraction(line.body["pace"])
        stopped = line.kind in {Kind.EXERCISE_PAUSED, Kind.EXERCISE_ENDED}
        assert line.body["elapsed_us"] == elapsed, f"the clock is wrong at {line.kind}"
        found.append((line.at, elapsed, Fraction(0) if stopped else pace))
    return found


def due_at(offset, stretches):
    """The moment when the clock reached *offset*."""
    wanted = Fraction(offset // timedelta(microseconds=1))
    for (since, elapsed, pace), (until, *_rest) in pairwise(stretches):
        if wanted <= elapsed:
            return since
        moment = since + timedelta(microseconds=float((wanted - elapsed) / pace)) if pace else until
        if moment < until:
            return moment
    raise AssertionError(f"{offset} was never reached")


def check_injects(evening, lines):
    script = evening.database.read(lambda session: queries.injects(session, evening.exercise.id))
    fired = [line for line in lines if line.kind is Kind.INJECT_FIRED]
    assert Counter(int(line.body["inject"]) for line in fired) == {one.id: 1 for one in script}
    assert [line.body["number"] for line in fired] == list(range(1, INJECTS + 1)), "not in script order"
    stretches = runs(lines)
    overdue = 0
    for one, line in zip(script, fired, strict=True):
        due = due_at(one.offset, stretches)
        assert line.at >= due - timedelta(milliseconds=1), f"{one.key} came too early"
        late = line.at - due
        assert abs(timedelta(milliseconds=line.body["late_ms"]) - late) <= timedelta(milliseconds=2)
        assert line.body["late"] == (one.late > LATE_AFTER)
        if any(died < due < back - LATE_AFTER for died, back in evening.down):
            overdue += 1
            assert line.body["late"], f"{one.key} fell due while the server was down and is not marked late"
    assert overdue, "nothing fell due while the server was down"


@pytest.mark.timeout(300)
def test_ten_kills_lose_double_and_move_nothing(database_url, signing_key_file, tmp_path):
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")  # noqa: T201 -- pytest shows it when the test fails
    settings = Settings(
        secret_key="test",
        database_url=database_url,
        signing_key_file=signing_key_file,
        base_url=f"http://127.0.0.1:{stage.free_port()}",
    )
    evening = Evening(settings, tmp_path, random.Random(seed))
    try:
        seats = asyncio.run(evening.play(evening.plan()))
        lines = evening.lines()
        assert [line.position for line in lines] == list(range(len(lines)))
        head = evening.database.read(lambda session: trails.trail(session, evening.exercise.trail_id))
        assert head.size == len(lines)
        assert evening.database.read(lambda session: verification.fault(session, head.id)) is None
        check_injects(evening, lines)
        for seat, player in seats:
            assert player.seen == dict.fromkeys(evening.meant(seat), 1), f"{seat} missed or saw twice"
        decided = Counter(line.body["decision"] for line in lines if line.kind is Kind.DECISION_LOGGED)
        assert max(decided.values()) == 1
        assert set(evening.acknowledged) <= set(decided), "an acknowledged act is gone"
        clock = evening.database.read(
            lambda session: queries.exercise(session, evening.realm, evening.exercise.id).clock
        )
        assert clock.banked // timedelta(microseconds=1) == runs(lines)[-1][1]
    finally:
        evening.server.kill()
        evening.server.wait()
        evening.database.close()
