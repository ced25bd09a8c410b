"""The nightly crisis kit: made beside the alarm clock, so that it never keeps an inject waiting."""

import logging
import os
import tempfile
import threading
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cyberready.exchange import actions_kits, queries_kits
from cyberready.exchange.kit import archive
from cyberready.exchange.kit.page import to_html
from cyberready.kernel.actor import SYSTEM
from cyberready.people import queries as people
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm
from cyberready.platform.scheduler import Source
from cyberready.settings import Settings

log = logging.getLogger(__name__)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AT = time(3, 0)
REST = timedelta(hours=1)
KEPT_NIGHTS = 7


def source(settings: Settings) -> Source:
    """The nightly kits of every organisation as due work; none where no folder is set."""
    night = Night(Path(settings.kit_folder) if settings.kit_folder else None, settings.kit_passphrase_file)
    return Source(name="kits", next_due=night.next_due, run=night.run)


class Night:
    """Makes the kits of a night, in a thread of its own; what fails rests for an hour."""

    def __init__(self, folder: Path | None, passphrase_file: str = "") -> None:
        self._folder = folder
        self._passphrase_file = passphrase_file
        self._resting: dict[int, datetime] = {}
        self._thread: threading.Thread | None = None

    def next_due(self, session: Session) -> datetime | None:
        """When the next kit is to be made; None without a folder and while kits are being made."""
        if self._folder is None or (self._thread and self._thread.is_alive()):
            return None
        wanted = [
            self._resting.get(number) or due(last)
            for number, last in queries_kits.last_nights(session).items()
        ]
        return min(wanted, default=None)

    def run(self, database: Database, now: datetime) -> None:
        """Begin to make what is due, and return at once."""
        if self._folder is None or (self._thread and self._thread.is_alive()):
            return
        nights = database.read(queries_kits.last_nights)
        self._resting = {number: until for number, until in self._resting.items() if until > now}
        ripe = [number for number, last in nights.items() if due(last) <= now and number not in self._resting]
        if ripe:
            self._thread = threading.Thread(
                target=self._make, args=(database, ripe, now), name="kits", daemon=True
            )
            self._thread.start()

    def wait(self) -> None:
        """Wait until the kits that are being made are there."""
        if self._thread:
            self._thread.join()

    def _make(self, database: Database, ripe: list[int], now: datetime) -> None:
        for number in ripe:
            try:
                self.make(database, number, now)
            except Exception:
                log.exception(
                    "the crisis kit of organisation %s was not made; tried again in an hour", number
                )
                self._resting[number] = now + REST

    def make(self, database: Database, organisation_id: int, now: datetime) -> None:
        """Make one kit, lay it in the folder and record it; a kit that another process made is left alone."""
        if self._folder is None:
            return
        realm = Realm(organisation_id)
        kit = database.read(partial(queries_kits.contents, realm=realm, language="nl", now=now))
        passphrase = Path(self._passphrase_file).read_text("utf-8").strip() if self._passphrase_file else ""
        slug = database.read(lambda session: people.organisation(session, organisation_id).slug)
        made = {".zip": archive.to_zip(kit, passphrase)}
        if not passphrase:
            made[".html"] = to_html(kit)
        night = now.astimezone(AMSTERDAM).date()
        record = partial(
            actions_kits.record,
            realm=realm,
            made=kit,
            encrypted=bool(passphrase),
            night=night,
            actor=SYSTEM,
            now=now,
        )
        place = self._folder / slug
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for ending, data in made.items():
            _lay(place / f"crisiskit-{night.isoformat()}{ending}", data)
        try:
            database.transact(record, attempts=1)
        except IntegrityError:
            log.info("the crisis kit of organisation %s was made by another process", organisation_id)
        _tidy(place)


def due(last: datetime) -> datetime:
    """The first three o'clock at night in the Netherlands after the last kit."""
    local = last.astimezone(AMSTERDAM)
    day = local.date() if local.time() < AT else local.date() + timedelta(days=1)
    return datetime.combine(day, AT, AMSTERDAM)


def _lay(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, readable for its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(path)


def _tidy(place: Path) -> None:
    """Throw away all but the latest nights: both files of one, whether it was encrypted or not."""
    files = [path for path in place.glob("crisiskit-*") if path.suffix in {".zip", ".html"}]
    kept = sorted({path.stem for path in files})[-KEPT_NIGHTS:]
    for path in files:
        if path.stem not in kept:
            path.unlink()
