"""What a step can name, each by what people call it: message templates, contacts, legal clocks, other playbooks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from cyberready.kernel.dated import in_force
from cyberready.people import queries as people
from cyberready.platform import law
from cyberready.platform.realm import Realm
from cyberready.platform.texts import lazy_gettext as _
from cyberready.playbooks import messages, placeholders, queries, wording
from cyberready.playbooks.rules import Playbook

LISTED = _("On the contact list")
FILLED_IN = _("Filled in by each organisation itself")
ELSEWHERE = _("Named at other steps, not on the contact list")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a step can name: the name as it stands in a text, what people call it, and what else tells it apart."""

    name: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Choices of one kind under a heading, which may be empty."""

    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is named: in which playbook, in which language, at which step, and who asks on which Dutch day."""

    slug: str
    language: str
    step_id: str
    reader: str
    on: date
    may_call: bool


def same(name: str) -> str:
    """A name by which two spellings of one contact or place to fill in are known as the same."""
    return placeholders.PLACE.sub(lambda found: f"{{{{ {found[1].strip()} }}}}", name).casefold()


def choices(
    session: Session, realm: Realm, place: Place, playbook: Playbook | None
) -> dict[str, tuple[Group, ...]]:
    """What the step at *place* can name, by field; *playbook* is the text around it as far as it can be read."""
    templates = sorted(messages.library(place.language), key=lambda one: (one.title, one.key))
    every = law.every_clock()
    clocks = {clock.id: clock for clock in [*every, *in_force(every, place.on)]}
    others = (
        one for one in queries.current_releases(session, realm, place.language) if one.slug != place.slug
    )
    return {
        "messages": _group(Choice(one.key, one.title, one.audience) for one in templates),
        "contacts": _contacts(session, realm, place, playbook),
        "clocks": _group(
            Choice(
                one.id,
                one.name_en if place.reader == "en" else one.name_nl,
                f"{one.law} {one.article}".strip(),
            )
            for one in clocks.values()
        ),
        "playbooks": _group(Choice(one.slug, one.title) for one in others),
    }


def _group(found: Iterable[Choice]) -> tuple[Group, ...]:
    return (Group("", tuple(found)),)


def _contacts(session: Session, realm: Realm, place: Place, playbook: Playbook | None) -> tuple[Group, ...]:
    """The functions on the contact list, the places to fill in, and whom other steps name; each once."""
    steps = playbook.steps if playbook else ()
    named = {same(name) for step in steps for name in step.contacts}
    listed = _listed(session, realm, named) if place.may_call else []
    declared = playbook.placeholders if playbook else {}
    filled = [Choice(f"{{{{ {key} }}}}", said) for key, said in declared.items()]
    taken = {same(one.name) for one in [*listed, *filled]}
    others = (name for step in steps if step.id != place.step_id for name in step.contacts)
    elsewhere = {same(name): Choice(name, name) for name in others if same(name) not in taken}
    groups = (LISTED, listed), (FILLED_IN, filled), (ELSEWHERE, [elsewhere[key] for key in sorted(elsewhere)])
    return tuple(Group(heading, tuple(found)) for heading, found in groups if found)


def _listed(session: Session, realm: Realm, named: Collection[str]) -> list[Choice]:
    """Functions with who has them, for they stay when people leave; a person by name only where a step does so."""
    functions: dict[str, Choice] = {}
    persons: dict[str, Choice] = {}
    for one in people.contacts(session, realm):
        known = functions.get(same(one.function), Choice(one.function, one.function))
        note = ", ".join(filter(None, (known.note, one.name)))
        functions[same(one.function)] = replace(known, note=note)
        if same(one.name) in named:
            persons[same(one.name)] = Choice(one.name, one.name, one.function)
    found = persons | functions
    # A comma would make two names of one.
    return [found[key] for key in sorted(found) if wording.LISTS["contacts"].fullmatch(found[key].name)]
