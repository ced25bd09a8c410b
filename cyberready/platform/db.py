"""Database access: one transaction per act at the edge, on SQLite and on PostgreSQL."""

import logging
import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")

log = logging.getLogger(__name__)
CHANNEL = "cyberready"
REST_SECONDS = 1
HERALD_PAUSE_SECONDS = 0.005
HERALD_FAREWELL_SECONDS = 2
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table; names of constraints are fixed so that migrations find them."""

    metadata = MetaData(naming_convention=NAMING)


class Moment(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; naive values are refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- the signature is SQLAlchemy's
        """Return an aware UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Span(TypeDecorator[timedelta]):
    """A duration, stored as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002 -- the signature is SQLAlchemy's
        """Store microseconds."""
        return None if value is None else value // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002 -- the signature is SQLAlchemy's
        """Return the duration."""
        return None if value is None else timedelta(microseconds=value)


def ring(session: Session, *bells: str) -> None:
    """Ask for these bells to be rung once the transaction is committed (``trail:7``, ``schedule``, ``mail``)."""
    session.info.setdefault("bells", set()).update(bells)


class Database:
    """One database and its bells.

    ``listeners`` are called after each commit that asked for a bell, in the committing thread, with the set of bells.
    On PostgreSQL an empty NOTIFY follows, so that other processes wake up. *engine* is one that leads to *url* already.
    """

    def __init__(self, url: str, *, pool_size: int = 12, engine: Engine | None = None) -> None:
        self.url = make_url(url)
        self.listeners: list[Callable[[frozenset[str]], None]] = []
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = engine or (_sqlite if self.sqlite else _postgresql)(url, pool_size)
        self._writing = self.engine.execution_options(writing=True)
        self._pen = threading.Lock()
        self._herald = None if self.sqlite else Herald(self.engine)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run *work* in one reading transaction; nothing it changes is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            return work(session)

    def transact(self, work: Callable[[Session], T], *, attempts: int = 8) -> T:
        """Run *work* in one transaction and commit; on a lost race run it again from the start.

        *work* may run more than once, so it has no effects outside the database.
        """
        for attempt in range(attempts):
            try:
                result, bells = self._attempt(work)
            except (IntegrityError, OperationalError) as error:
                if attempt + 1 == attempts or not _worth_another_try(error):
                    raise
                time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 -- only keeps rivals apart
            else:
                if bells:
                    self._rung(bells)
                return result
        raise AssertionError("unreachable")

    def _attempt(self, work: Callable[[Session], T]) -> tuple[T, frozenset[str]]:
        # SQLite has one writer; queueing for it here is fair, SQLite's own busy waiting is not.
        with (
            self._pen if self.sqlite else nullcontext(),
            Session(self._writing, expire_on_commit=False) as session,
        ):
            with session.begin():
                result = work(session)
            return result, frozenset(session.info.get("bells", ()))

    def _rung(self, bells: frozenset[str]) -> None:
        for listener in self.listeners:
            listener(bells)
        if self._herald:
            self._herald.call()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that no other writer of this process shares."""
        with self._pen if self.sqlite else nullcontext(), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Tell other processes what they have not heard yet, and close every connection, those in use when given back."""
        if self._herald:
            self._herald.close()
        pool = self.engine.pool
        self.engine.dispose()
        event.listen(pool, "checkin", lambda _connection, record: record.close())
        pool.dispose()  # what was given back in between


class Herald:
    """Tells the other processes on a PostgreSQL database that something was committed, from a thread of its own.

    Inside the transactions a NOTIFY would make all commits wait for one another, through their flush to disk
    (PostgreSQL holds one lock for it over the whole server). Here many commits share one, at most each 5 ms. What
    is lost when the process dies in between, the others find with their next look, within two seconds.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def call(self) -> None:
        """Ask for a NOTIFY; returns at once."""
        self._asked.set()
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="herald", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Send what was asked for and stop."""
        with self._starting:
            self._closing.set()
            self._asked.set()
        if self._thread:
            self._thread.join(timeout=HERALD_FAREWELL_SECONDS)

    def _run(self) -> None:
        while True:
            self._asked.wait()
            self._asked.clear()
            try:
                with self._engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                        text(f"NOTIFY {CHANNEL}")
                    )
            except DBAPIError:
                log.warning(
                    "other processes could not be told of a commit; they look each two seconds", exc_info=True
                )
            if self._closing.is_set() and not self._asked.is_set():
                return
            self._closing.wait(HERALD_PAUSE_SECONDS)


def _worth_another_try(error: IntegrityError | OperationalError) -> bool:
    if isinstance(error, IntegrityError):
        return "append-only" not in str(error.orig)
    code = getattr(error.orig, "sqlstate", None)
    return code in {"40001", "40P01", "55P03"} or "database is locked" in str(error.orig)


def _sqlite(url: str, pool_size: int) -> Engine:
    engine = create_engine(url, pool_size=pool_size, max_overflow=20, connect_args={"timeout": 30})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _postgresql(url: str, pool_size: int) -> Engine:
    engine = create_engine(url, pool_size=pool_size, max_overflow=20, pool_use_lifo=True)
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", partial(_look, engine.dialect))
    return engine


def _rest(_connection: object, record: Any) -> None:
    record.info["rests_since"] = monotonic()


def _look(dialect: Dialect, connection: Any, record: Any, _proxy: object) -> None:
    # A connection that lay still may have died with its server; looking costs a journey, so not at each use.
    if monotonic() - record.info.get("rests_since", math.inf) > REST_SECONDS and not _alive(
        dialect, connection
    ):
        raise DisconnectionError


def _alive(dialect: Dialect, connection: Any) -> bool:
    try:
        return dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        return False
