"""Make-functions: each test builds its own world, out loud."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from cyberready.exercises import actions as exercises
from cyberready.exercises import queries
from cyberready.exercises.models import Exercise, Participant, ScenarioRelease
from cyberready.kernel.actor import SYSTEM, Actor
from cyberready.people import actions as people
from cyberready.people.models import Account, Organisation
from cyberready.platform.db import Database
from cyberready.platform.realm import Realm

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

SCENARIO = """\
format: cyberready/scenario/1
slug: stroomstoring
title: Stroomstoring
language: nl
version: "1.0"
summary: Een kort scenario voor tests.
duration: 30m
objectives: {opschalen: "Op tijd opschalen"}
variables: {gemeente: Waterveld}
teams:
  crisis: {name: Crisisteam, task: "Besluiten", roles: {voorzitter: Voorzitter}}
  ict: {name: ICT-respons, task: "Herstellen"}
briefing: |
  Welkom bij de oefening van {{ gemeente }}.
injects:
  - {id: eerste, at: 0m, channel: phone, from: Servicedesk, to: [all], title: Eerste bericht, body: "Het licht is uit in {{ gemeente }}.", expected: "Het team opent een logboek.", objective: opschalen}
  - {id: tweede, at: 5m, channel: mail, from: Leverancier, to: [ict], title: Tweede bericht, body: "Alleen voor ICT."}
  - {id: derde, at: 10m, channel: press, from: Krant, to: [crisis/voorzitter], title: Derde bericht, body: "Alleen voor de voorzitter."}
  - {id: vierde, at: 20m, channel: chat, from: Wijkteam, to: [crisis], title: Vierde bericht, body: "Na het noodplan.", when: {decision: noodplan, option: ja}}
decisions:
  - {id: noodplan, at: 15m, to: [crisis], question: "Gaat het noodplan aan?", body: "Kies.", options: [{id: ja, text: "Ja, nu"}, {id: nee, text: "Nee, wachten"}]}
evaluation: ["Wat ging goed?"]
"""


class Hand:
    """A clock that is moved by hand."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


def organisation(
    database: Database, slug: str = "waterveld", kind: str = "municipality", region: int | None = None
) -> Organisation:
    """An organisation called after its slug."""
    return database.transact(lambda session: _founded(session, slug, kind, region))


def account(database: Database, home: Organisation, *roles: str, name: str = "Kim de Boer") -> Account:
    """An account with these roles."""
    return database.transact(lambda session: _opened(session, home, *roles, name=name))


def _founded(session: Session, slug: str, kind: str, region: int | None) -> Organisation:
    name = slug.capitalize()
    return people.found_organisation(
        session, slug=slug, name=name, kind=kind, region_id=region, actor=SYSTEM, now=START
    )


def _opened(session: Session, home: Organisation, *roles: str, name: str) -> Account:
    email = f"{name.lower().replace(' ', '.')}.{'-'.join(roles)}@{home.slug}.example"
    return people.open_account(
        session, Realm(home.id), email=email, name=name, roles=list(roles), actor=SYSTEM, now=START
    )


def actor(person: Account, home: Organisation) -> Actor:
    """The account as an actor."""
    return Actor(f"account:{person.id}", person.name, "", home.id)


def scenario(database: Database, home: Organisation, source: str = SCENARIO) -> ScenarioRelease:
    """A published scenario."""
    return database.transact(
        lambda session: exercises.publish(session, Realm(home.id), source, actor=SYSTEM, now=START)
    )


def exercise(
    database: Database, home: Organisation, leader: Account, *, title: str = "Stroomstoring"
) -> Exercise:
    """A planned exercise of the test scenario."""
    release = scenario(database, home)
    return database.transact(
        lambda session: exercises.plan(
            session,
            Realm(home.id),
            release.id,
            title=title,
            planned_at=START,
            leader_id=leader.id,
            actor=actor(leader, home),
            now=START,
        )
    )


def participant(
    database: Database, exercise: Exercise, team: str = "crisis", role: str = "", name: str = "Noor"
) -> Participant:
    """Somebody who joined by code."""
    return database.transact(
        lambda session: exercises.join(
            session,
            queries.exercise(session, Realm(exercise.organisation_id), exercise.id),
            name=name,
            team=team,
            role=role,
            account_id=None,
            now=START,
        )
    )


@dataclass
class Town:
    """A municipality with its safety region and one account per role."""

    home: Organisation
    region: Organisation
    accounts: dict[str, Account]

    def __getitem__(self, role: str) -> Account:
        return self.accounts[role]

    def of(self, role: str) -> Organisation:
        return self.region if role == "public_safety" else self.home


def town(database: Database, slug: str = "waterveld") -> Town:
    """A municipality, its region, and an account for each role; the public-safety officer sits in the region."""
    return database.transact(lambda session: _settled(session, slug))


def _settled(session: Session, slug: str) -> Town:
    region = _founded(session, f"regio-{slug}", "safety_region", None)
    home = _founded(session, slug, "municipality", region.id)
    roles = ("administrator", "security_officer", "exercise_leader", "crisis_team", "communications")
    accounts = {role: _opened(session, home, role, name=f"Test {role}") for role in roles}
    accounts["public_safety"] = _opened(session, region, "public_safety", name="Test public_safety")
    return Town(home, region, accounts)
