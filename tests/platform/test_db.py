"""One transaction per act: lost races run again, nothing half is kept, moments and durations come back exactly."""

import sqlite3
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from cyberready.platform import db
from cyberready.platform.db import CHANNEL, Database, Moment, Span, ring

SCRATCH = Table(
    "scratch",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("moment", Moment),
    Column("span", Span),
)
LARGEST = timedelta(days=100_000_000)  # the most whole days whose microseconds fit in 64 bits
SPANS = st.timedeltas(-LARGEST, LARGEST)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001 -- zones are drawn
DIALECTS = (sqlite.dialect(), postgresql.dialect())


@pytest.fixture
def base(database_url, monkeypatch):
    monkeypatch.setattr(db, "time", SimpleNamespace(sleep=lambda _seconds: None))
    made = Database(database_url)
    SCRATCH.create(made.engine)
    yield made
    made.close()


def rows(base):
    return base.read(
        lambda session: session.execute(select(SCRATCH.c.id).order_by(SCRATCH.c.id)).scalars().all()
    )


def put(session, number, **values):
    session.execute(insert(SCRATCH).values(id=number, **values))


def test_what_is_done_in_a_transaction_is_kept(base):
    assert base.transact(lambda session: put(session, 1) or "told") == "told"
    assert rows(base) == [1]


def test_a_fault_keeps_nothing_and_is_not_tried_again(base):
    tries = []

    def work(session):
        tries.append(1)
        put(session, 1)
        raise LookupError("half way")

    with pytest.raises(LookupError):
        base.transact(work)
    assert rows(base) == []
    assert len(tries) == 1


def test_a_lost_race_for_a_number_runs_the_work_again_from_the_start(base):
    base.transact(lambda session: put(session, 1))
    numbers = iter((1, 1, 2))

    def work(session):
        put(session, 10)
        put(session, next(numbers))

    base.transact(work)
    assert rows(base) == [1, 2, 10]


def test_a_race_that_is_always_lost_is_raised_in_the_end(base):
    base.transact(lambda session: put(session, 1))
    tries = []

    def work(session):
        tries.append(1)
        put(session, 1)

    with pytest.raises(IntegrityError):
        base.transact(work, attempts=3)
    assert len(tries) == 3


def test_a_locked_database_is_tried_again(base):
    tries = []

    def work(session):
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
        put(session, len(tries))

    base.transact(work)
    assert rows(base) == [3]


class SaidError(Exception):
    """What a driver says."""

    def __init__(self, words, sqlstate=None):
        super().__init__(words)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("kind", "said", "again"),
    [
        (IntegrityError, SaidError("UNIQUE constraint failed"), True),
        (IntegrityError, SaidError("trail_entries is append-only"), False),
        (OperationalError, SaidError("database is locked"), True),
        (OperationalError, SaidError("could not serialize access", "40001"), True),
        (OperationalError, SaidError("deadlock detected", "40P01"), True),
        (OperationalError, SaidError("could not obtain lock", "55P03"), True),
        (OperationalError, SaidError("no such table: x"), False),
        (OperationalError, SaidError("connection refused", "08001"), False),
    ],
)
def test_only_lost_races_are_worth_another_try(kind, said, again):
    assert db._worth_another_try(kind("statement", {}, said)) is again


def test_writers_of_one_process_take_turns(base):
    def count():
        for _ in range(10):
            base.transact(
                lambda session: put(session, len(session.execute(select(SCRATCH.c.id)).scalars().all()) + 1)
            )

    writers = [threading.Thread(target=count) for _ in range(2 if base.sqlite else 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert rows(base) == list(range(1, 10 * len(writers) + 1))


def test_bells_ring_once_after_the_commit_and_never_for_what_was_not_kept(base):
    heard = []
    base.listeners.append(lambda bells: heard.append((bells, rows(base))))

    def work(session):
        ring(session, "schedule", "trail:7")
        ring(session, "schedule")
        put(session, 1)
        assert not heard

    base.transact(work)
    assert heard == [(frozenset({"schedule", "trail:7"}), [1])]
    base.transact(lambda session: put(session, 2))
    assert len(heard) == 1

    def fail(session):
        ring(session, "schedule")
        raise LookupError

    with pytest.raises(LookupError):
        base.transact(fail)
    assert len(heard) == 1


def test_a_second_try_rings_once_and_forgets_the_bells_of_the_first(base):
    heard, tries = [], []
    base.listeners.append(heard.append)

    def work(session):
        tries.append(1)
        ring(session, f"try:{len(tries)}")
        if len(tries) == 1:
            raise OperationalError("", {}, Exception("database is locked"))

    base.transact(work)
    assert heard == [frozenset({"try:2"})]


def test_reading_keeps_nothing(base):
    with suppress(OperationalError):
        base.read(lambda session: put(session, 1))
    assert rows(base) == []


def test_alone_gives_a_connection_in_a_transaction(base):
    with base.alone() as connection:
        connection.execute(insert(SCRATCH).values(id=1))
    with suppress(LookupError), base.alone() as connection:
        connection.execute(insert(SCRATCH).values(id=2))
        raise LookupError
    assert rows(base) == [1]


def test_sqlite_keeps_what_was_committed_and_holds_foreign_keys(base):
    if not base.sqlite:
        pytest.skip("these are SQLite's own settings")
    with base.engine.connect() as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_moment_without_a_zone_is_refused(base):
    naive = datetime(2026, 11, 22, 9, 0)  # noqa: DTZ001 -- that is what is refused
    with pytest.raises(StatementError, match="needs a time zone"):
        base.transact(lambda session: put(session, 1, moment=naive))
    assert rows(base) == []


def test_moments_and_spans_come_back_as_they_were(base):
    moment = datetime(2026, 3, 29, 2, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=1)))
    span = timedelta(days=-3, microseconds=1)
    base.transact(lambda session: put(session, 1, moment=moment, span=span))
    base.transact(lambda session: put(session, 2))
    found = base.read(
        lambda session: session.execute(select(SCRATCH.c.moment, SCRATCH.c.span).order_by(SCRATCH.c.id)).all()
    )
    assert [tuple(one) for one in found] == [(moment, span), (None, None)]
    assert found[0].moment.tzinfo is UTC


@given(SPANS)
def test_a_span_is_exact_to_the_microsecond(span):
    for dialect in DIALECTS:
        stored = Span().process_bind_param(span, dialect)
        assert isinstance(stored, int)
        assert -(2**63) <= stored < 2**63
        assert Span().process_result_value(stored, dialect) == span


@given(MOMENTS)
def test_a_moment_is_the_same_instant_in_utc(moment):
    for dialect in DIALECTS:
        found = Moment().process_result_value(Moment().process_bind_param(moment, dialect), dialect)
        assert found == moment
        assert found.utcoffset() == timedelta()


def test_what_was_asked_just_before_closing_is_still_told(database_url):
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite tells nobody")
    told = Database(database_url)
    told.transact(lambda session: ring(session, "trail:1"))
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        told.transact(lambda session: ring(session, "trail:1"))
        assert list(listener.notifies(timeout=2, stop_after=1))
        told.transact(lambda session: ring(session, "trail:1"))
        told.close()
        assert list(listener.notifies(timeout=2, stop_after=1))


def test_a_connection_in_use_at_the_close_is_closed_when_it_is_given_back(database_url):
    database = Database(database_url)
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        database.close()
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError)):
        raw.execute("SELECT 1")
