"""What fell due while nobody ran is not lost when somebody turns the clock before the alarm goes off."""

from datetime import timedelta
from fractions import Fraction

import pytest

from cyberready.exercises import actions, queries
from cyberready.kernel.actor import SYSTEM
from cyberready.platform.realm import Realm
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.world import START

TURNS = {
    "pause": actions.pause,
    "pace": lambda *given, **named: actions.change_pace(*given, Fraction(4), **named),
    "jump": lambda *given, **named: actions.jump(*given, timedelta(minutes=9), **named),
}


@pytest.mark.parametrize("turn", TURNS)
def test_an_overdue_inject_is_fired_late_before_the_clock_is_turned(database, turn):
    home = world.organisation(database)
    leader = world.account(database, home, "exercise_leader")
    exercise = world.exercise(database, home, leader)
    named = {"actor": SYSTEM, "now": START}
    database.transact(lambda session: actions.start(session, Realm(home.id), exercise.id, **named))
    named["now"] = START + timedelta(minutes=6)
    database.transact(lambda session: TURNS[turn](session, Realm(home.id), exercise.id, **named))
    lines = database.read(lambda session: trails.lines(session, exercise.trail_id))
    fired = [(line.text("key"), line.body["late"]) for line in lines if line.kind is Kind.INJECT_FIRED]
    assert fired == [("eerste", True), ("tweede", True)]
    assert lines[-1].kind is not Kind.INJECT_FIRED
    assert not any(
        one.fired_at for one in database.read(lambda session: queries.injects(session, exercise.id))[2:]
    )
