"""Make-functions for campaigns."""

from datetime import UTC, date, datetime

from cyberready.campaigns import actions, queries
from cyberready.campaigns.rules import ActivityKind, Content, Outline
from cyberready.platform.realm import Realm
from tests.world import START, Town, actor

DUE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SITE = "https://cyberready.example"


def outline(owner_id, **changed):
    """An outline with visible values."""
    given = {
        "title": "Veilig online",
        "summary": "Vier weken tips.",
        "goal": "Inwoners bellen hun bank.",
        "baseline": "Geen nulmeting.",
        "indicator": "Aantal meldingen.",
        "audiences": ("Inwoners", "Senioren (65+)"),
        "owner_id": owner_id,
        "starts_on": date(2026, 11, 24),
    }
    return Outline(**(given | changed))


def content(**changed):
    """A mail to residents."""
    given = {
        "kind": ActivityKind.MAIL,
        "audience": ("inwoners",),
        "title": "Tip van de week",
        "body": "Klik niet zomaar op een link.",
        "owner_task": "",
        "due_at": DUE,
    }
    return Content(**(given | changed))


class Plans:
    """One campaign in one town, written by communications and judged by the security officer."""

    def __init__(self, database, town: Town) -> None:
        self.database = database
        self.town = town
        self.realm = Realm(town.home.id)
        self.writer = actor(town["communications"], town.home)
        self.judge = actor(town["security_officer"], town.home)
        given = outline(town["communications"].id)
        self.campaign = self.do(actions.plan, given, actor=self.writer, now=START)

    def do(self, verb, *values, **named):
        """Run one verb in a transaction."""
        return self.database.transact(lambda session: verb(session, self.realm, *values, **named))

    def ask(self, question, *values):
        """Ask one question."""
        return self.database.read(lambda session: question(session, self.realm, *values))

    def activity(self, number):
        """The activity as it is now."""
        return self.ask(queries.activity, number)

    def draft(self, **changed):
        """A draft."""
        return self.do(actions.add, self.campaign.id, content(**changed), actor=self.writer, now=START)

    def submitted(self, **changed):
        """A draft that waits for approval."""
        return self.do(actions.submit, self.draft(**changed).id, actor=self.writer, now=START)

    def approved(self, **changed):
        """An approved activity."""
        waiting = self.submitted(**changed)
        return self.do(actions.approve, waiting.id, seen=waiting.digest, actor=self.judge, now=START)

    def addresses(self, *lines, audience="inwoners"):
        """Addresses of an audience."""
        return self.do(actions.add_addresses, audience, lines, actor=self.writer, now=START)
