"""What is known of a version besides its text: who approved it, what changed, what the organisation filled in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """One approval as a municipality writes it: Akkoord (naam, functie, datum)."""

    name: str
    function: str
    day: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One line of the change list."""

    version: str
    day: str
    what: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Another playbook that a text may lead to: its title, and when its current version was published (aware)."""

    title: str
    issued: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What surrounds the text of a version on paper; days and states are in the language of the reader.

    ``made`` is the moment of writing (aware), ``values`` are what fills the placeholders, by key, and ``pictures`` the
    bytes of the images that the text names, by their SHA-256. ``begun`` and ``issued`` are when the first version and this
    one were published (aware), None for what was not. ``foot`` stands at the foot of every sheet. ``others`` are
    the current versions of other playbooks in the same language (or in the one there is), by slug; ``warnings``
    sentences that say why this is not the version to follow.
    """

    made: datetime
    organisation: str = ""
    state: str = ""
    published: str = ""
    review: str = ""
    approvals: tuple[Approved, ...] = ()
    changes: tuple[Changed, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    begun: datetime | None = None
    issued: datetime | None = None
    withdrawn: bool = False
    foot: str = ""
    others: Mapping[str, Beside] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
