"""Questions about crisis kits: what belongs in one now, which were made, and who holds an old one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from cyberready.exchange import queries
from cyberready.exchange.kit import facts
from cyberready.exchange.kit.contents import Booklet, Kit, OnDuty, Person
from cyberready.exchange.models_kits import CrisisKit, KitCopy
from cyberready.kernel.refusals import NotFound
from cyberready.people import queries as people
from cyberready.people.rules import CHANNEL_NAMES
from cyberready.platform.realm import Realm
from cyberready.platform.texts import LANGUAGES, translate
from cyberready.playbooks import messages, placeholders, queries_placeholders
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks.messages import Message

KEEPS = timedelta(days=30)
MOST_DUTIES = 60
LISTED = 20


@dataclass(frozen=True, slots=True)
class Holding:
    """A copy that somebody holds; ``changes`` are the titles of playbooks that are different now.

    ``facts`` are what else in it is no longer so (message ids).
    """

    copy: KitCopy
    expired: bool
    changes: tuple[str, ...]
    facts: tuple[str, ...] = ()

    @property
    def outdated(self) -> bool:
        """Whether the holder must be told."""
        return self.expired or bool(self.changes or self.facts)

    def told(self, language: str) -> str:
        """What changed since it was made, in one language; empty when nothing did."""
        return ", ".join((*self.changes, *(translate(language, one) for one in self.facts)))


def contents(session: Session, realm: Realm, language: str, now: datetime) -> Kit:
    """What belongs in a kit made at *now*: every current version in every language, and all one must reach."""
    organisation = people.organisation(session, realm.organisation_id).name
    found = (
        queries.version(session, realm, slug, release_id, organisation, now)
        for slug, release_id in ((one.slug, one.id) for one in playbooks.current_of_all(session, realm))
    )
    values = queries_placeholders.values(session, realm)
    return Kit(
        organisation=organisation,
        language=language,
        made_at=now,
        expires_at=now + KEEPS,
        booklets=tuple(Booklet(one.source, one.standing) for one in found),
        people=_people(session, realm),
        duties=tuple(
            OnDuty(one.function, one.contact.name, one.starts_at, one.ends_at)
            for one in (
                *people.on_duty(session, realm, now),
                *people.coming_duties(session, realm, now, MOST_DUTIES),
            )
        ),
        messages=_messages(language, values),
    )


def _people(session: Session, realm: Realm) -> tuple[Person, ...]:
    return tuple(
        Person(
            name=one.name,
            function=one.function,
            channels=tuple((CHANNEL_NAMES[each.kind], each.address) for each in one.channels),
            deputy=one.deputy.name if one.deputy else "",
        )
        for one in people.contacts(session, realm)
    )


def _messages(language: str, values: Mapping[str, str]) -> tuple[Message, ...]:
    return tuple(
        replace(one, body=placeholders.text_filled(one.body, values)) for one in messages.library(language)
    )


def kits(session: Session, realm: Realm) -> list[CrisisKit]:
    """The latest kits, newest first."""
    chosen = select(CrisisKit).where(CrisisKit.organisation_id == realm.organisation_id)
    return list(session.scalars(chosen.order_by(CrisisKit.id.desc()).limit(LISTED)))


def kit(session: Session, realm: Realm, kit_id: int) -> CrisisKit:
    """One kit; raises NotFound."""
    chosen = select(CrisisKit).where(CrisisKit.organisation_id == realm.organisation_id)
    found = session.scalars(chosen.where(CrisisKit.id == kit_id)).first()
    if found is None:
        raise NotFound("This crisis kit does not exist.")
    return found


def copy(session: Session, realm: Realm, copy_id: int) -> KitCopy:
    """One copy with its kit; raises NotFound."""
    chosen = select(KitCopy).where(KitCopy.organisation_id == realm.organisation_id, KitCopy.id == copy_id)
    found = session.scalars(chosen.options(joinedload(KitCopy.kit))).first()
    if found is None:
        raise NotFound("This copy does not exist.")
    return found


def holdings(session: Session, realm: Realm, now: datetime) -> list[Holding]:
    """Every copy that has not come back, with what is out of date in it; those who must be told first."""
    chosen = (
        select(KitCopy)
        .where(KitCopy.organisation_id == realm.organisation_id, KitCopy.returned_at.is_(None))
        .options(joinedload(KitCopy.kit))
        .order_by(KitCopy.id)
    )
    copies = session.scalars(chosen).all()
    if not copies:
        return []
    texts = {one.digest: one.title for one in playbooks.current_of_all(session, realm)}
    said = _facts(session, realm, {one.kit_id: one.kit.facts for one in copies}.values(), now)
    found = [
        Holding(
            one,
            one.kit.expires_at <= now,
            _changes(one.kit.versions, texts),
            facts.changed(one.kit.facts, said),
        )
        for one in copies
    ]
    return sorted(found, key=lambda one: not one.outdated)


def _facts(
    session: Session, realm: Realm, held: Iterable[Mapping[str, str]], now: datetime
) -> dict[str, str]:
    """What a kit made at *now* would say, of all that the kits *held* say."""
    filled = queries_placeholders.all_values(session, realm)
    general = filled.get("", {})
    values = {slug: general | filled.get(slug, {}) for slug in facts.slugs(held)}
    spoken = {language: _messages(language, general) for language in LANGUAGES}
    return facts.told(_people(session, realm), spoken, values, now)


def _changes(held: Sequence[Sequence[str]], today: Mapping[str, str]) -> tuple[str, ...]:
    """The titles of the texts that are in one of the two only."""
    before = {digest: title for title, _, _, _, digest in held}
    titles = [
        title for digest, title in {**before, **today}.items() if (digest in before) != (digest in today)
    ]
    return tuple(dict.fromkeys(titles))


def last_nights(session: Session) -> dict[int, datetime]:
    """When each organisation that has a playbook got its last nightly kit, or else published its first playbook."""
    chosen = (
        select(CrisisKit.organisation_id, func.max(CrisisKit.made_at))
        .where(CrisisKit.night.is_not(None))
        .group_by(CrisisKit.organisation_id)
    )
    return playbooks.first_published(session) | dict(session.execute(chosen).all())
