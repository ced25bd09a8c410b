"""Questions about what an organisation filled in for its playbooks, and what not yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from cyberready.platform.realm import Realm
from cyberready.playbooks import placeholders, queries
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_placeholders import PlaceholderValue
from cyberready.playbooks.rules import Playbook


@dataclass(frozen=True, slots=True)
class Need:
    """One placeholder: what is to be filled in, in which playbooks it stands, and what was filled in.

    ``value`` holds in the playbook that was asked for, or in all; ``general`` holds where a playbook has no value of
    its own.
    """

    key: str
    description: str
    playbooks: tuple[PlaybookRelease, ...]
    value: str
    general: str


def values(session: Session, realm: Realm, slug: str = "") -> dict[str, str]:
    """What is filled in for the playbook *slug*: its own values, and the general ones where it has none."""
    chosen = select(PlaceholderValue.slug, PlaceholderValue.key, PlaceholderValue.value).where(
        PlaceholderValue.organisation_id == realm.organisation_id, PlaceholderValue.slug.in_({"", slug})
    )
    found = session.execute(
        chosen.order_by(PlaceholderValue.slug)
    ).all()  # the general ones, with no slug, first
    return {key: value for _, key, value in found}


def own_values(session: Session, realm: Realm, slug: str) -> dict[str, str]:
    """What is filled in under exactly this slug; the general values when it is empty."""
    chosen = select(PlaceholderValue.key, PlaceholderValue.value).where(
        PlaceholderValue.organisation_id == realm.organisation_id, PlaceholderValue.slug == slug
    )
    return {key: value for key, value in session.execute(chosen)}  # noqa: C416 -- a row is no pair to the type checker


def all_values(session: Session, realm: Realm) -> dict[str, dict[str, str]]:
    """Everything that is filled in, by playbook; the general values stand under no name."""
    chosen = select(PlaceholderValue).where(PlaceholderValue.organisation_id == realm.organisation_id)
    found: dict[str, dict[str, str]] = {}
    for one in session.scalars(chosen):
        found.setdefault(one.slug, {})[one.key] = one.value
    return found


def needs(
    session: Session, realm: Realm, slug: str = "", language: str = queries.FIRST_LANGUAGE
) -> list[Need]:
    """Every placeholder of the current playbooks (of one when *slug* is given), what is missing first, then by key.

    They are described in *language* where a playbook in it says what they are.
    """
    releases = _with_sources(session, realm, slug)
    descriptions = _described(session, realm, language) if language != queries.FIRST_LANGUAGE else {}
    stands: dict[str, list[PlaybookRelease]] = {}
    for release in releases:
        playbook = queries.parsed(release.source)
        for key in placeholders.used_in(playbook):
            descriptions.setdefault(key, playbook.placeholders.get(key, key))
            stands.setdefault(key, []).append(release)
    general = own_values(session, realm, "")
    own = own_values(session, realm, slug) if slug else general
    found = [
        Need(key, descriptions[key], tuple(stands[key]), own.get(key, ""), general.get(key, ""))
        for key in stands
    ]
    return sorted(found, key=lambda need: (bool(need.value or need.general), need.key))


def _described(session: Session, realm: Realm, language: str) -> dict[str, str]:
    """What the placeholders of all current playbooks in one language are called."""
    found: dict[str, str] = {}
    for release in queries.current_texts_in(session, realm, language):
        for key, words in queries.parsed(release.source).placeholders.items():
            found.setdefault(key, words)
    return found


def filled(source: str, given: Mapping[str, str]) -> Playbook:
    """The playbook that a source holds, with the values *given*; the same object for the same."""
    return _filled(source, tuple(sorted(given.items())))


@lru_cache(maxsize=128)
def _filled(source: str, given: tuple[tuple[str, str], ...]) -> Playbook:
    return placeholders.filled(queries.parsed(source), dict(given))


def _with_sources(session: Session, realm: Realm, slug: str) -> list[PlaybookRelease]:
    """The current releases (of one playbook when *slug* is given), with their sources."""
    if slug:
        return [queries.current(session, realm, slug)]
    current = {release.id for release in queries.current_releases(session, realm)}
    chosen = select(PlaybookRelease).where(PlaybookRelease.id.in_(current))
    found = session.scalars(
        chosen.options(undefer(PlaybookRelease.source)).execution_options(populate_existing=True)
    )
    return sorted(found, key=lambda release: (release.title, release.id))
