"""Due injects, for the alarm clock."""

import logging
from datetime import datetime
from functools import partial

from cyberready.exercises import actions_injects, queries
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from cyberready.platform.scheduler import Source

log = logging.getLogger(__name__)


def source() -> Source:
    """The injects of all running exercises as due work."""
    return Source(name="injects", next_due=queries.next_due, run=fire_due)


def fire_due(database: Database, now: datetime) -> None:
    """Fire what is due in every running exercise; one exercise's trouble stays its own."""
    for organisation_id, exercise_id in database.read(queries.running):
        fire = partial(
            actions_injects.fire_due, realm=Realm(organisation_id), exercise_id=exercise_id, now=now
        )
        try:
            database.transact(fire)
        except Exception:
            log.exception("exercise %s: firing failed; it is tried again at the next sweep", exercise_id)
