"""What is in a crisis kit: everything one needs when the network is down, as of one moment. Pure."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cyberready.exchange.standing import Standing
from cyberready.playbooks import formats, placeholders
from cyberready.playbooks.messages import Message
from cyberready.playbooks.rules import Playbook


@dataclass(frozen=True)
class Booklet:
    """A current version of a playbook with what surrounds it."""

    source: str
    standing: Standing

    @cached_property
    def written(self) -> Playbook:
        """The playbook as it was published, with its placeholders."""
        return formats.parse(self.source)

    @cached_property
    def playbook(self) -> Playbook:
        """The playbook as filled in."""
        return placeholders.filled(self.written, self.standing.values)

    @property
    def name(self) -> str:
        """What its files are called, without an ending."""
        return f"{self.written.slug}.{self.written.language}"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who must be reachable; ``channels`` are the kind (a message id) and the address, in order."""

    name: str
    function: str
    channels: tuple[tuple[str, str], ...]
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty for a function, from and until (aware)."""

    function: str
    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Kit:
    """A crisis kit; after ``expires_at`` it must be replaced. Texts of ``messages`` are filled in."""

    organisation: str
    language: str
    made_at: datetime
    expires_at: datetime
    booklets: tuple[Booklet, ...]
    people: tuple[Person, ...] = ()
    duties: tuple[OnDuty, ...] = ()
    messages: tuple[Message, ...] = ()

    @property
    def versions(self) -> tuple[tuple[str, str, str, str, str], ...]:
        """Title, name, language, version and SHA-256 of every playbook in it."""
        found = (one.written for one in self.booklets)
        return tuple((one.title, one.slug, one.language, one.version, one.digest) for one in found)

    @property
    def digest(self) -> str:
        """The SHA-256 over everything in it, in hex: two kits with the same digest say the same."""
        said = {
            "organisation": self.organisation,
            "made_at": self.made_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "playbooks": [list(version[1:]) for version in self.versions],
            "values": [sorted(one.standing.values.items()) for one in self.booklets],
            "people": [[one.name, one.function, list(one.channels), one.deputy] for one in self.people],
            "duties": [
                [one.function, one.name, one.starts_at.isoformat(), one.ends_at.isoformat()]
                for one in self.duties
            ],
            "messages": [[one.key, one.language, one.title, one.body] for one in self.messages],
        }
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
