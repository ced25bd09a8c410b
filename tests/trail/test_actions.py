"""Writing to the trail: sealed with the act or not at all, gapless under rivals, guarded by the database itself."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.refusals import Conflict, NotFound
from cyberready.trail import actions, queries, verification
from cyberready.trail.rules import Kind
from tests import world
from tests.world import START


@pytest.fixture
def trail(database):
    home = world.organisation(database)
    return database.read(lambda session: queries.organisation_trail(session, home.id))


def note(trail, words="x"):
    return lambda session: actions.write(
        session, trail.id, Kind.EXERCISE_NOTED, actor=SYSTEM, at=START, text=words
    )


def test_entries_are_read_back_in_order_with_what_they_say(database, trail):
    database.transact(note(trail, "eerst"))
    database.transact(note(trail, "daarna"))
    found = database.read(lambda session: queries.lines(session, trail.id))
    assert [(line.position, line.text("text")) for line in found[1:]] == [(1, "eerst"), (2, "daarna")]
    assert database.read(lambda session: verification.fault(session, trail.id)) is None


def test_nothing_is_written_when_the_act_fails(database, trail):
    def act(session):
        note(trail)(session)
        raise Conflict("No.")

    with pytest.raises(Conflict):
        database.transact(act)
    assert len(database.read(lambda session: queries.lines(session, trail.id))) == 1


def test_eight_writers_leave_no_gap_and_no_fork(database, trail):
    def run():
        for _ in range(20):
            database.transact(note(trail))

    writers = [threading.Thread(target=run) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = database.read(lambda session: queries.lines(session, trail.id))
    assert [line.position for line in found] == list(range(161))
    assert database.read(lambda session: verification.fault(session, trail.id)) is None


def test_transactions_of_any_size_grow_the_same_tree(database, trail):
    for size in range(1, 18):
        database.transact(
            lambda session, size=size: [note(trail, f'{size} é"\\')(session) for _ in range(size)]
        )
        assert database.read(lambda session: verification.fault(session, trail.id)) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail_entries SET leaf = 'x'",
        "DELETE FROM trail_entries",
        "UPDATE trail_payloads SET body = 'x'",
        "DELETE FROM trail_payloads",
        "DELETE FROM trails",
        "UPDATE trails SET size = size - 1",
        "UPDATE trails SET origin = 'other'",
    ],
)
def test_the_database_itself_refuses_to_rewrite_the_trail(database, trail, statement):
    database.transact(note(trail))
    with pytest.raises(DatabaseError, match="append-only"), database.alone() as connection:
        connection.execute(text(statement))


def test_erasing_keeps_the_trail_whole_and_is_itself_an_entry(database, trail):
    database.transact(note(trail, "Jan Jansen belde"))

    def erase(session):
        actions.erase(session, trail.id, 1, reason="AVG art. 17", actor=SYSTEM, now=START)

    database.transact(erase)
    found = database.read(lambda session: queries.lines(session, trail.id))
    assert found[1].body is None
    assert found[2].kind is Kind.PAYLOAD_ERASED
    assert database.read(lambda session: verification.fault(session, trail.id)) is None
    with pytest.raises(Conflict):
        database.transact(erase)
    with pytest.raises(NotFound):
        database.transact(
            lambda session: actions.erase(session, trail.id, 99, reason="", actor=SYSTEM, now=START)
        )


def test_a_changed_entry_is_found_by_verification(database, trail):
    database.transact(note(trail))
    table = "trail_entries"
    with database.alone() as connection:
        if database.sqlite:
            connection.execute(text("DROP TRIGGER trail_entries_no_update"))
        else:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        connection.execute(
            text("UPDATE trail_entries SET leaf = replace(leaf, 'system', 'sustem') WHERE position = 1")
        )
    assert database.read(lambda session: verification.fault(session, trail.id)) is not None
