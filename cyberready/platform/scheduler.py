"""The alarm clock: one APScheduler job, armed for the next due moment of anything; the database is the schedule."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session

from cyberready.platform.db import Database

log = logging.getLogger(__name__)
SWEEP_SECONDS = 2
WAKE = "wake"


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of due work: when the next is due, and how to do what is due.

    ``next_due`` answers from the database; ``run`` does everything due at *now*, claiming each piece in its own
    transaction, and may be called by several processes at once. One source's trouble never stops another's.
    """

    name: str
    next_due: Callable[[Session], datetime | None]
    run: Callable[[Database, datetime], None]


class Alarm:
    """Wakes at the next due moment; commits that ring ``schedule`` re-arm it; a sweep each two seconds is the net."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._sources: list[Source] = []
        self._running = threading.Lock()
        self._again = threading.Event()
        self._rung = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2}
        )

    def add(self, source: Source) -> None:
        """Add a kind of due work, before the start."""
        self._sources.append(source)

    def start(self) -> None:
        """Start waking; what became due while nobody ran is done at once."""
        self._database.listeners.append(self._bell)
        self._scheduler.add_job(
            self.run_due, IntervalTrigger(seconds=SWEEP_SECONDS, timezone="UTC"), id="sweep"
        )
        self._scheduler.start()
        self._arm(self._clock())

    def stop(self) -> None:
        """Stop waking and wait for what is being done."""
        if self._scheduler.running:
            self._scheduler.pause()
            self._scheduler.get_jobs()  # waits for a timer that goes off now: it would not find itself any more
            self._scheduler.shutdown(wait=True)

    def run_due(self) -> None:
        """Do everything that is due now, then arm for the next moment; a second caller makes the first look again.

        What is due still, although nothing was committed for it, could not be done: that waits for the sweep.
        """
        self._again.set()
        if not self._running.acquire(blocking=False):
            return
        tried = self._clock()
        try:
            while self._again.is_set():
                self._again.clear()
                self._rung.clear()
                tried = self._clock()
                self._run_sources()
        finally:
            self._running.release()
        self.arm(after=None if self._rung.is_set() else tried)

    def arm(self, *, after: datetime | None = None) -> None:
        """Set the one timer for the next due moment of any source, or for the next later than *after*."""
        if not self._scheduler.running:
            return
        moments = [moment for source in self._sources if (moment := self._next(source)) is not None]
        ahead = [moment for moment in moments if after is None or moment > after]
        if ahead:
            self._arm(min(ahead))

    def _arm(self, moment: datetime) -> None:
        self._scheduler.add_job(
            self.run_due, DateTrigger(max(moment, self._clock())), id=WAKE, replace_existing=True
        )

    def _run_sources(self) -> None:
        for source in self._sources:
            try:
                source.run(self._database, self._clock())
            except Exception:
                log.exception("due work of %s failed; it is tried again at the next sweep", source.name)

    def _next(self, source: Source) -> datetime | None:
        try:
            return self._database.read(source.next_due)
        except Exception:
            log.exception("the next moment of %s is unknown; looking again at the next sweep", source.name)
            return self._clock() + timedelta(seconds=SWEEP_SECONDS)

    def _bell(self, bells: frozenset[str]) -> None:
        if "schedule" in bells:
            self._rung.set()
            self.arm()
