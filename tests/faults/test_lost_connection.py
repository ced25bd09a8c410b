"""A database that was restarted is found again, and what other processes must hear is said."""

import psycopg
import pytest
from sqlalchemy import text

from cyberready.platform import db
from cyberready.platform.db import CHANNEL, Database, ring


@pytest.fixture
def base(database_url):
    made = Database(database_url)
    if made.sqlite:
        pytest.skip("connections are lost on PostgreSQL only")
    yield made
    made.close()


def test_a_connection_that_died_at_rest_is_replaced(base, monkeypatch):
    monkeypatch.setattr(db, "REST_SECONDS", 0)

    def number(session):
        return session.scalar(text("SELECT pg_backend_pid()"))

    first = base.read(number)
    other = Database(base.url.render_as_string(hide_password=False))
    other.read(lambda session: session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first}))
    other.close()
    assert base.read(number) != first


def test_many_commits_are_told_to_other_processes_in_a_few_words(base):
    address = base.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        for _ in range(50):
            base.transact(lambda session: ring(session, "mail"))
        base.transact(lambda session: session.execute(text("SELECT 1")))
        heard = list(listener.notifies(timeout=2, stop_after=1))
        heard += list(listener.notifies(timeout=0.2))
    assert 1 <= len(heard) < 50
    assert {one.payload for one in heard} == {""}


def test_what_was_asked_for_is_told_before_the_end(base):
    address = base.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        made = Database(base.url.render_as_string(hide_password=False))
        made.transact(lambda session: ring(session, "mail"))
        made.close()
        assert list(listener.notifies(timeout=2, stop_after=1))
