"""Playing an exercise by its verbs, for the tests of what shows it afterwards."""

from cyberready.exercises import actions, actions_injects, queries
from cyberready.kernel.actor import Actor
from cyberready.platform.realm import Realm
from tests import world


def lead(database, town, exercise, hand, verb, *args, **kwargs):
    """One verb by the leader."""
    leader = world.actor(town["exercise_leader"], town.home)
    return database.transact(
        lambda session: verb(
            session, Realm(town.home.id), exercise.id, *args, actor=leader, now=hand(), **kwargs
        )
    )


def begin(database, town, exercise, hand):
    """Start the clock."""
    lead(database, town, exercise, hand, actions.start)


def finish(database, town, exercise, hand):
    """End the exercise."""
    lead(database, town, exercise, hand, actions.end)


def play(database, exercise, seat, hand, verb, *args, **kwargs):
    """One verb by somebody on a seat."""
    player = Actor(f"participant:{seat.id}", seat.name, seat.role or seat.team, exercise.organisation_id)

    def work(session):
        found = queries.exercise(session, Realm(exercise.organisation_id), exercise.id)
        verb(session, found, *args, seat=seat, actor=player, now=hand(), **kwargs)

    database.transact(work)


def number_of(database, exercise, key):
    """The row number of an inject by its name in the script."""
    script = database.read(lambda session: queries.injects(session, exercise.id))
    return next(one.id for one in script if one.key == key)


def answer(database, exercise, key, text, seat, hand):
    """Answer an inject."""
    play(database, exercise, seat, hand, actions_injects.answer, number_of(database, exercise, key), text)


def choose(database, exercise, key, option, reason, seat, hand):
    """Choose at a decision point."""
    number = number_of(database, exercise, key)
    play(database, exercise, seat, hand, actions_injects.choose, number, option, reason=reason)


def decide(database, exercise, decision, seat, hand, reason="Geen stroom", owner="Kim"):
    """Log a decision."""
    play(
        database, exercise, seat, hand, actions_injects.decide, decision=decision, reason=reason, owner=owner
    )
