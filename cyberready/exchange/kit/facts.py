"""What a kit says besides the texts of its playbooks, as one fingerprint for each fact: contacts, messages, details."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import datetime

from cyberready.exchange.kit.contents import Kit, Person
from cyberready.exchange.kit.wording import AMSTERDAM
from cyberready.kernel.deadlines import LegalClock
from cyberready.platform import law
from cyberready.playbooks import placeholders
from cyberready.playbooks.messages import Message

# The duty roster changes every day and has its dates on it, so it is no fact; the numbers of who is on it are.
NAMES = {
    "contacts": "Contacts",
    "messages": "Messages ready to be sent",
    "clocks": "Legal deadlines",
    "value": "Filled-in details",
}  # message ids by the first word of a fact


def of_kit(kit: Kit) -> dict[str, str]:
    """What *kit* says, by fact; of what is filled in only what stands in its playbooks."""
    filled: dict[str, dict[str, str]] = {}
    for one in kit.booklets:
        given = {key: one.standing.values.get(key, "") for key in placeholders.used_in(one.written)}
        filled.setdefault(one.written.slug, {}).update(given)
    return told(kit.people, {kit.language: kit.messages}, filled, kit.made_at)


def told(
    people: Iterable[Person],
    messages: Mapping[str, Iterable[Message]],
    values: Mapping[str, Mapping[str, str]],
    at: datetime,
) -> dict[str, str]:
    """The facts of one moment; *messages* are by language, *values* by playbook."""
    found = {"contacts": _mark([astuple(one) for one in people])}
    found |= {f"messages:{spoken}": _mark([*map(_said, some)]) for spoken, some in messages.items()}
    found["clocks"] = _mark([*map(_clock, law.clocks(at.astimezone(AMSTERDAM).date()))])
    for slug, given in values.items():
        found |= {f"value:{slug}:{key}": _mark(text) for key, text in given.items()}
    return found


def slugs(held: Iterable[Mapping[str, str]]) -> set[str]:
    """The playbooks of which kits hold what was filled in."""
    return {fact.split(":")[1] for one in held for fact in one if fact.startswith("value:")}


def changed(held: Mapping[str, str], today: Mapping[str, str]) -> tuple[str, ...]:
    """The names (message ids) of what a kit holds otherwise than it is *today*, each once.

    A fact that this version of the program does not know is passed over.
    """
    nothing = _mark("")
    found = (fact.partition(":")[0] for fact, mark in held.items() if today.get(fact, nothing) != mark)
    return tuple(dict.fromkeys(NAMES[one] for one in found if one in NAMES))


def _clock(clock: LegalClock) -> tuple[str, ...]:
    """What a kit says of a legal clock, but for the day on which somebody checked it."""
    names = (clock.name_nl, clock.name_en)
    return clock.id, clock.law, clock.article, *names, clock.recipient, clock.channel, clock.note


def _said(message: Message) -> tuple[str, ...]:
    return message.key, message.language, message.title, message.audience, message.channel, message.body


def _mark(said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()
