"""Questions of who reads a playbook: the text as filled in, and what its steps refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from cyberready.kernel.dated import in_force
from cyberready.kernel.deadlines import LegalClock
from cyberready.people import queries as people
from cyberready.platform import law
from cyberready.platform.realm import Realm
from cyberready.playbooks import messages, placeholders, queries, queries_placeholders
from cyberready.playbooks.messages import Message
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.rules import Playbook


@dataclass(frozen=True, slots=True)
class Text:
    """A release as an organisation reads it: with what it filled in (``given``), and what is missing, by key."""

    release: PlaybookRelease
    playbook: Playbook
    missing: Mapping[str, str]
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on the contact list; ``channels`` are kind, address and where a click leads (None for nowhere)."""

    name: str
    function: str
    channels: tuple[tuple[str, str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Links:
    """What the steps of a playbook refer to, by the name they use; what does not exist has no entry.

    ``contacts`` is empty for who may not see the contact list. ``playbooks`` are the current releases.
    """

    messages: Mapping[str, Message] = field(default_factory=dict)
    clocks: Mapping[str, LegalClock] = field(default_factory=dict)
    contacts: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)
    playbooks: Mapping[str, PlaybookRelease] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells these from others; the messages and clocks are the same for everybody on one day."""
        listed = tuple(sorted(self.contacts.items()))
        return listed, tuple(sorted((slug, one.title) for slug, one in self.playbooks.items()))


def text(session: Session, realm: Realm, release: PlaybookRelease) -> Text:
    """The text of a release (loaded with its source) with what the organisation filled in."""
    playbook = queries.parsed(release.source)
    if not playbook.placeholders:
        return Text(release, playbook, {})
    given = queries_placeholders.values(session, realm, release.slug)
    filled = queries_placeholders.filled(release.source, given)
    return Text(release, filled, placeholders.missing(playbook, given), given)


def links(
    session: Session, realm: Realm, playbook: Playbook, *, language: str, on: date, may_call: bool
) -> Links:
    """What the steps of *playbook* refer to; legal clocks as they are on the Dutch day *on*."""
    steps = playbook.steps
    keys = {key for step in steps for key in step.messages}
    templates = {key: messages.template(key, language) for key in keys}
    named = {name for step in steps for name in step.contacts} if may_call else set()
    return Links(
        messages={key: found for key, found in templates.items() if found},
        clocks=_clocks({name for step in steps for name in step.clocks}, on),
        contacts=_contacts(session, realm, named) if named else {},
        playbooks=_playbooks(session, realm, {slug for step in steps for slug in step.playbooks}),
    )


def _clocks(names: set[str], on: date) -> dict[str, LegalClock]:
    """The clocks as they count on that day; one that does not is told as it will be or was."""
    every = [clock for clock in law.every_clock() if clock.id in names]
    return {clock.id: clock for clock in [*every, *in_force(every, on)]}


def _contacts(session: Session, realm: Realm, names: set[str]) -> dict[str, tuple[Person, ...]]:
    """Who is on the contact list under that function or name, in any spelling of capitals."""
    listed = [
        Person(
            one.name,
            one.function,
            tuple((channel.kind, channel.address, channel.link) for channel in one.channels),
        )
        for one in people.contacts(session, realm)
    ]
    found = {
        name: tuple(
            person
            for person in listed
            if name.casefold() in {person.function.casefold(), person.name.casefold()}
        )
        for name in names
    }
    return {name: persons for name, persons in found.items() if persons}


def _playbooks(session: Session, realm: Realm, slugs: set[str]) -> dict[str, PlaybookRelease]:
    if not slugs:
        return {}
    return {one.slug: one for one in queries.current_releases(session, realm) if one.slug in slugs}
