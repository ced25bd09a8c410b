"""The alarm clock: one timer for whatever is due first, a bell that re-arms it, and a sweep under it all."""

import threading
import time
from datetime import timedelta

import pytest

from cyberready.platform import clock, scheduler
from cyberready.platform.db import Database, ring
from cyberready.platform.scheduler import WAKE, Alarm, Source

HOUR = timedelta(hours=1)
PATIENCE = 5


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'alarm.sqlite3'}")
    yield made
    made.close()


@pytest.fixture
def alarm(database):
    made = Alarm(database, clock.now)
    yield made
    made.stop()


class Due:
    """Due work that remembers when it was done."""

    def __init__(self, name="work", moment=None, fault=None):
        self.name = name
        self.moment = moment
        self.fault = fault
        self.runs = []
        self.ran = threading.Event()

    def source(self):
        return Source(self.name, self.next_due, self.run)

    def next_due(self, session):
        return self.moment() if callable(self.moment) else self.moment

    def run(self, database, now):
        self.runs.append(now)
        self.ran.set()
        if self.fault:
            raise self.fault


def armed_for(alarm):
    job = alarm._scheduler.get_job(WAKE)
    return job.next_run_time if job else None


def eventually(holds):
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


def test_what_became_due_while_nobody_ran_is_done_at_the_start(alarm):
    work = Due()
    alarm.add(work.source())
    alarm.start()
    assert work.ran.wait(PATIENCE)


def test_it_arms_for_the_first_moment_of_any_source(alarm):
    at = clock.now() + HOUR
    for moment in (at + HOUR, None, at):
        alarm.add(Due(moment=moment).source())
    alarm.start()
    eventually(lambda: armed_for(alarm) == at)


def test_a_moment_that_has_passed_is_not_armed_in_the_past(alarm):
    past = clock.now() - HOUR
    alarm.add(Due(moment=past).source())
    alarm._scheduler.start(paused=True)
    alarm.arm()
    assert armed_for(alarm) > past + HOUR - timedelta(minutes=1)


def test_the_next_due_moment_wakes_it(alarm):
    """The sweep is out of reach here, so only the timer can have done it."""
    at = clock.now() + timedelta(seconds=0.4)
    work = Due(moment=lambda: at if len(work.runs) < 2 else None)
    alarm.add(work.source())
    alarm.start()
    eventually(lambda: len(work.runs) >= 2)
    assert work.runs[1] >= at
    assert work.runs[1] - at < timedelta(seconds=1)


def test_a_commit_that_rings_schedule_arms_anew_and_no_other_bell_does(alarm, database):
    work = Due(moment=clock.now() + 3 * HOUR)
    alarm.add(work.source())
    alarm.start()
    eventually(lambda: armed_for(alarm) == work.moment)
    before, work.moment = work.moment, clock.now() + HOUR
    database.transact(lambda session: ring(session, "mail"))
    assert armed_for(alarm) == before
    database.transact(lambda session: ring(session, "schedule"))
    assert armed_for(alarm) == work.moment


def test_one_sources_trouble_does_not_stop_another(alarm, caplog):
    bad, good = Due("bad", fault=RuntimeError("broken")), Due("good")
    alarm.add(bad.source())
    alarm.add(good.source())
    alarm.run_due()
    assert len(bad.runs) == len(good.runs) == 1
    assert "due work of bad failed" in caplog.text


def test_a_source_that_cannot_say_when_is_asked_again_at_the_sweep(alarm, caplog):
    def unknown(_session):
        raise RuntimeError("no answer")

    now = clock.now()
    alarm.add(Source("lost", unknown, lambda *_: None))
    alarm.add(Due(moment=now + HOUR).source())
    alarm._scheduler.start(paused=True)
    alarm.arm()
    assert now < armed_for(alarm) <= clock.now() + timedelta(seconds=scheduler.SWEEP_SECONDS)
    assert "the next moment of lost is unknown" in caplog.text


def test_the_sweep_finds_what_no_bell_told(alarm, monkeypatch):
    monkeypatch.setattr(scheduler, "SWEEP_SECONDS", 0.1)
    work = Due()
    alarm.add(work.source())
    alarm.start()
    eventually(lambda: len(work.runs) >= 3)


def test_a_second_caller_does_not_run_beside_the_first_but_makes_it_look_again(alarm):
    inside, go_on, runs = threading.Event(), threading.Event(), []

    def slow(_database, _now):
        runs.append(threading.get_ident())
        inside.set()
        assert go_on.wait(PATIENCE)

    alarm.add(Source("slow", lambda _session: None, slow))
    first = threading.Thread(target=alarm.run_due)
    first.start()
    assert inside.wait(PATIENCE)
    alarm.run_due()
    assert len(runs) == 1
    go_on.set()
    first.join(PATIENCE)
    assert runs == [first.ident, first.ident]


def test_before_the_start_and_after_the_end_nothing_is_armed(alarm):
    alarm.add(Due(moment=clock.now() + HOUR).source())
    alarm.arm()
    assert armed_for(alarm) is None
    alarm.stop()
    alarm.start()
    alarm.stop()
    alarm.arm()
    assert armed_for(alarm) is None


def test_work_that_stays_due_waits_for_the_sweep_and_does_not_keep_a_core_busy(alarm):
    stuck = Due(moment=clock.now() - HOUR, fault=RuntimeError("still broken"))
    alarm.add(stuck.source())
    alarm.start()
    time.sleep(1)
    assert 1 <= len(stuck.runs) <= 5


def test_work_that_comes_up_while_others_are_done_does_not_wait_for_the_sweep(alarm, database):
    chunks = []

    def run(database, now):
        if len(chunks) < 20:
            chunks.append(now)
            database.transact(lambda session: ring(session, "schedule"))

    alarm.add(Source("by the hundred", lambda session: clock.now() - HOUR if len(chunks) < 20 else None, run))
    alarm.start()
    began = time.monotonic()
    eventually(lambda: len(chunks) == 20)
    assert time.monotonic() - began < 20 * scheduler.SWEEP_SECONDS / 4
