"""A fictional municipality with its safety region and the shipped content, for demo, rehearsal and benchmarks."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from cyberready.campaigns import actions as campaigns
from cyberready.campaigns import formats as campaign_formats
from cyberready.exercises import actions as exercises
from cyberready.kernel.actor import SYSTEM, Actor
from cyberready.kernel.checkpoint import SigningKey
from cyberready.people import actions as people
from cyberready.people import actions_roster as roster
from cyberready.people.models import Account
from cyberready.people.rules import ChannelKind, OrganisationKind, Role
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions as playbooks
from cyberready.playbooks import actions_approval as approval
from cyberready.playbooks import actions_drafts as drafts
from cyberready.playbooks import actions_reviews as reviews
from cyberready.playbooks import queries as playbook_queries
from cyberready.playbooks.lifecycle import Change
from cyberready.settings import Settings, content_root

REGION = "Veiligheidsregio Waterland-Noord"
MUNICIPALITY = "Gemeente Waterveld"
PEOPLE = (
    (Role.SECURITY_OFFICER, "Samira Yılmaz", "CISO"),
    (Role.EXERCISE_LEADER, "Joost van der Meulen", "Oefenleider"),
    (Role.CRISIS_TEAM, "Marieke de Wit", "Voorzitter crisisteam"),
    (Role.PUBLIC_SAFETY, "Ruben Hoekstra", "Officier van dienst crisisbeheersing"),
    (Role.COMMUNICATIONS, "Fatima el Idrissi", "Communicatieadviseur"),
)
NAMES = {"burgemeester": "Anna Bloemendaal"}
ADDED = "Leg ook vast welke stappen later kwamen dan hun streeftijd, en waardoor."
REASON = "Na de oefening van het voorjaar: tijdverlies werd nergens vastgelegd."


@dataclass(frozen=True, slots=True)
class Town:
    """What was founded: organisation numbers and one account number per role."""

    home: int
    region: int
    accounts: dict[str, int]


def furnish(folder: Path, base_url: str, mail_url: str = "", database_url: str | None = None) -> Settings:
    """Settings on files in *folder*, made at the first use: secret, signing key, SQLite database."""
    folder.mkdir(parents=True, exist_ok=True)
    secret, key = folder / "secret", folder / "signing.pem"
    if not secret.exists():
        secret.write_text(secrets.token_urlsafe(32))
    if not key.exists():
        key.write_bytes(SigningKey.generate("cyberready").pem())
    return Settings(
        secret_key=secret.read_text(),
        database_url=database_url or f"sqlite:///{(folder / 'cyberready.sqlite3').resolve()}",
        signing_key_file=str(key),
        base_url=base_url,
        mail_url=mail_url,
        mail_from="cyberready@waterveld.example",
    )


def found(session: Session, now: datetime) -> Town:
    """Found the safety region and the municipality with an account per role."""
    region = people.found_organisation(
        session,
        slug="waterland-noord",
        name=REGION,
        kind=OrganisationKind.SAFETY_REGION,
        mail_domain="waterland-noord.example",
        actor=SYSTEM,
        now=now,
    )
    home = people.found_organisation(
        session,
        slug="waterveld",
        name=MUNICIPALITY,
        kind=OrganisationKind.MUNICIPALITY,
        region_id=region.id,
        mail_domain="waterveld.example",
        actor=SYSTEM,
        now=now,
    )
    accounts = {}
    for role, name, function in PEOPLE:
        place = region if role is Role.PUBLIC_SAFETY else home
        roles = [role.value, Role.ADMINISTRATOR.value] if role is Role.SECURITY_OFFICER else [role.value]
        account = people.open_account(
            session,
            Realm(place.id),
            email=f"{role.value.replace('_', '-')}@{place.mail_domain}",
            name=name,
            roles=roles,
            function=function,
            actor=SYSTEM,
            now=now,
        )
        accounts[role.value] = account.id
        _reachable(session, Realm(place.id), account, function, now)
    return Town(home.id, region.id, accounts)


def _reachable(session: Session, realm: Realm, account: Account, function: str, now: datetime) -> None:
    number = f"06 5550 {account.id:04}"
    contact = roster.save_contact(
        session,
        realm,
        name=account.name,
        function=function,
        channels=[(ChannelKind.MOBILE, number), (ChannelKind.MAIL, account.email)],
        account_id=account.id,
        actor=SYSTEM,
        now=now,
    )
    roster.assign_duty(
        session,
        realm,
        contact_id=contact.id,
        function=function,
        starts_at=now,
        ends_at=now + timedelta(days=7),
        actor=SYSTEM,
        now=now,
    )


def stock(session: Session, realm: Realm, now: datetime) -> list[int]:
    """Publish the shipped playbooks and scenarios; returns the numbers of the scenario releases."""
    playbooks.publish_shipped(session, realm, content_root() / "playbooks", SYSTEM, now)
    sources = sorted((content_root() / "exercises").glob("*.yaml"))
    return [
        exercises.publish(session, realm, path.read_text("utf-8"), actor=SYSTEM, now=now).id
        for path in sources
    ]


def mandates(session: Session, town: Town, now: datetime) -> None:
    """Let the chair of the crisis team approve every playbook, on the word of the information security officer."""
    realm = Realm(town.home)
    actor = _person(town, Role.SECURITY_OFFICER)
    chair = town.accounts[Role.CRISIS_TEAM.value], PEOPLE[2][2]
    for release in playbook_queries.current_releases(session, realm):
        approval.set_mandate(
            session, realm, release.playbook_id, [chair], in_order=True, actor=actor, now=now
        )


def care(session: Session, town: Town, now: datetime) -> None:
    """Let the information security officer look after the first playbooks, and the crisis team have to know them."""
    realm, actor = Realm(town.home), _person(town, Role.SECURITY_OFFICER)
    for slug in ("ransomware-bij-de-gemeente", "datalek"):
        reviews.set_care(
            session,
            realm,
            slug,
            owner_id=town.accounts[Role.SECURITY_OFFICER.value],
            deputy_id=town.accounts[Role.COMMUNICATIONS.value],
            readers=[Role.CRISIS_TEAM.value, Role.COMMUNICATIONS.value],
            actor=actor,
            now=now,
        )


def draft(session: Session, town: Town, now: datetime) -> int:
    """Begin a next version of the first playbook and submit it, so that somebody has something to approve."""
    realm, author = Realm(town.home), _person(town, Role.COMMUNICATIONS)
    slug = playbook_queries.current_releases(session, realm)[0].slug
    made = drafts.begin(session, realm, slug, actor=author, now=now)
    source = f"{made.source}\n{ADDED}\n"
    drafts.save(session, realm, made.id, source, revision=made.revision, actor=author, now=now)
    drafts.describe(session, realm, made.id, Change.MINOR, REASON, actor=author, now=now)
    approval.submit(session, realm, made.id, actor=author, now=now)
    return made.id


def _person(town: Town, role: Role) -> Actor:
    name, function = next((name, function) for known, name, function in PEOPLE if known is role)
    return Actor(f"account:{town.accounts[role.value]}", name, function, town.home)


def plan(session: Session, town: Town, release_id: int, title: str, now: datetime) -> int:
    """Plan an exercise whose names are filled in, so that one click starts it."""
    realm = Realm(town.home)
    leader = town.accounts[Role.EXERCISE_LEADER.value]
    actor = Actor(f"account:{leader}", PEOPLE[1][1], PEOPLE[1][2], town.home)
    made = exercises.plan(
        session, realm, release_id, title=title, planned_at=now, leader_id=leader, actor=actor, now=now
    )
    exercises.fill(session, realm, made.id, {**made.variables, **NAMES}, actor=actor, now=now)
    return made.id


def campaign(session: Session, town: Town, starts_on: date, now: datetime) -> None:
    """Plan the shipped campaign."""
    owner = town.accounts[Role.COMMUNICATIONS.value]
    actor = Actor(f"account:{owner}", PEOPLE[4][1], PEOPLE[4][2], town.home)
    source = (content_root() / "templates" / "campaigns" / "alert-online.yaml").read_text("utf-8")
    campaigns.plan_from(
        session,
        Realm(town.home),
        campaign_formats.parse(source),
        starts_on,
        owner_id=owner,
        actor=actor,
        now=now,
    )
