"""The daily reminders, for the alarm clock."""

import logging
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from cyberready.desk import actions_reminders, queries
from cyberready.desk.rules import next_round
from cyberready.platform.db import Database
from cyberready.platform.scheduler import Source
from cyberready.platform.web import AMSTERDAM
from cyberready.settings import Settings

log = logging.getLogger(__name__)
REST = timedelta(minutes=10)


def source(settings: Settings) -> Source:
    """The reminders of every organisation as due work."""
    work = _Rounds(settings.base_url.rstrip("/"))
    return Source(name="reminders", next_due=work.next_due, run=work.run)


class _Rounds:
    """Does each organisation's round in a transaction of its own; one that fails rests for ten minutes."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._resting: dict[int, datetime] = {}

    def next_due(self, session: Session) -> datetime | None:
        """When the next round is due; None without organisations."""
        return min(self._moments(session).values(), default=None)

    def run(self, database: Database, now: datetime) -> None:
        """Do the rounds that are due."""
        self._resting = {number: until for number, until in self._resting.items() if until > now}
        for number, due in database.read(self._moments).items():
            if due > now:
                continue
            try:
                database.transact(
                    partial(actions_reminders.remind, organisation_id=number, site=self._site, now=now)
                )
            except Exception:
                log.exception("the reminders of organisation %s failed; tried again in ten minutes", number)
                self._resting[number] = now + REST

    def _moments(self, session: Session) -> dict[int, datetime]:
        return {
            number: self._resting.get(number) or next_round(last, AMSTERDAM)
            for number, last in queries.rounds(session).items()
        }
