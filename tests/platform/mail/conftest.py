from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from cyberready.people.models import Organisation
from cyberready.platform.db import Database
from cyberready.platform.mail import outbox
from cyberready.platform.mail.catcher import Catcher
from cyberready.platform.mail.smtp import Sender
from cyberready.settings import Settings

MORNING = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


@dataclass
class Post:
    """One database with one organisation, a catching server and a clock that is moved by hand."""

    database: Database
    catcher: Catcher
    now: datetime = MORNING
    senders: list = field(default_factory=list)

    def clock(self):
        return self.now

    def forward(self, **span):
        self.now += timedelta(**span)

    def enqueue(self, key="k1", to="an@waterveld.example", subject="Een bericht", text="Dag.", **values):
        self.database.transact(
            lambda session: outbox.enqueue(
                session,
                organisation_id=1,
                key=key,
                to=to,
                subject=subject,
                text=text,
                now=self.now,
                **values,
            )
        )

    def sender(self, url=None):
        settings = Settings(
            secret_key="x",
            database_url="",
            signing_key_file="",
            mail_url=self.catcher.url if url is None else url,
            mail_from="noreply@waterveld.example",
        )
        made = Sender(settings, self.database, self.clock)
        self.senders.append(made)
        return made

    def row(self, number=1):
        return self.database.read(lambda session: session.get(outbox.OutboxMessage, number))


@pytest.fixture
def catcher(tmp_path):
    server = Catcher(folder=tmp_path / "mail")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def post(database_url, catcher):
    database = Database(database_url)
    database.transact(
        lambda session: session.add(
            Organisation(id=1, slug="waterveld", name="Waterveld", kind="municipality")
        )
    )
    made = Post(database, catcher)
    yield made
    for sender in made.senders:
        sender.stop()
    database.close()
