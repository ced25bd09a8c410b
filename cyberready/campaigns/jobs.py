"""Activities whose moment has come, for the alarm clock."""

import logging
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from cyberready.campaigns import actions, queries
from cyberready.platform.db import Database
from cyberready.platform.scheduler import Source
from cyberready.settings import Settings

log = logging.getLogger(__name__)
REST = timedelta(minutes=1)


def source(settings: Settings) -> Source:
    """The activities of all campaigns as due work."""
    work = _Work(settings.base_url.rstrip("/"))
    return Source(name="campaigns", next_due=work.next_due, run=work.run)


class _Work:
    """Carries out what is due; an activity that fails rests for a minute, so that it never keeps the alarm busy."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._resting: dict[int, datetime] = {}

    def next_due(self, session: Session) -> datetime | None:
        """When there is something to do again."""
        resting = dict(self._resting)
        first = queries.next_due(session, without=tuple(resting))
        return min((*resting.values(), first) if first else resting.values(), default=None)

    def run(self, database: Database, now: datetime) -> None:
        """Do what is due, each activity in its own transaction; one activity's trouble stays its own."""
        self._resting = {number: until for number, until in self._resting.items() if until > now}
        for number in database.read(partial(queries.due, now=now, without=tuple(self._resting))):
            try:
                database.transact(partial(actions.carry_out, activity_id=number, site=self._site, now=now))
            except Exception:
                log.exception("activity %s could not be carried out; it is tried again in a minute", number)
                self._resting[number] = now + REST
