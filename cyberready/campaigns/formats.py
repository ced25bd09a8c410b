"""The campaign file: what it may hold, and reading it with every fault and its line."""

import re
from collections.abc import Iterator
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from cyberready.campaigns.rules import BY_PEOPLE, LONGEST_TITLE
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.shapes import nearest, validated
from cyberready.platform.sources import Document, read_yaml, text_of

FORMAT = "cyberready/campaign/1"
CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=60)]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TITLE, pattern=r"^[^\n]+$")
]
Kind = Literal["mail", "web", "poster", "evening", "by-hand"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def read_clock(value: object) -> object:
    """Read ``10:00``; pydantic reports what it cannot read."""
    if isinstance(value, time):
        return value
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise PydanticCustomError("clock", '%(value)s is not a time of day. Write it like "10:00".')
    return time(int(found[1]), int(found[2]))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlannedActivity(_Part):
    """What happens ``day`` days after the start at ``time`` (Europe/Amsterdam)."""

    id: Name
    day: Annotated[int, Field(ge=0, le=730, strict=True)]
    time: Annotated[time, BeforeValidator(read_clock)]
    kind: Kind
    audience: Annotated[tuple[Name, ...], Field(min_length=1)]
    title: Title
    body: Words | None = None
    owner_task: Words | None = None


class Definition(_Part):
    """A campaign as shipped; it becomes a campaign of an organisation by planning it from a start date."""

    format: Literal["cyberready/campaign/1"]
    slug: Name
    title: Title
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    version: Title = "1.0"
    summary: Words
    goal: Words
    baseline: Words
    indicator: Words
    audiences: Annotated[dict[Name, Title], Field(min_length=1)]
    activities: Annotated[tuple[PlannedActivity, ...], Field(min_length=1)]


def parse(source: str | bytes) -> Definition:
    """Read a campaign file; raises FaultsFound with everything that is wrong with it."""
    document = read_yaml(text_of(source))
    if not isinstance(document.value, dict):
        sentence = "This is not a campaign. Begin with the line format: %(format)s"
        raise FaultsFound([document.fault((), sentence, format=FORMAT)])
    definition, faults = validated(Definition, document)
    if definition is None:
        raise FaultsFound(faults)
    if faults := list(_crosscheck(definition, document)):
        raise FaultsFound(faults)
    return definition


def _crosscheck(definition: Definition, document: Document) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, activity in enumerate(definition.activities):
        place = ("activities", index)
        if activity.id in first:
            sentence = "Id %(name)s is used twice; the first is on line %(first)s. Choose another."
            yield document.fault((*place, "id"), sentence, name=activity.id, first=first[activity.id])
        first.setdefault(activity.id, document.line((*place, "id")))
        for number, key in enumerate(activity.audience):
            if key not in definition.audiences:
                sentence = "There is no audience %(name)s. Choose from: %(choices)s."
                choices = nearest(key, definition.audiences)
                yield document.fault((*place, "audience", number), sentence, name=key, choices=choices)
        if activity.kind in BY_PEOPLE and activity.owner_task is None:
            yield document.fault(place, "Say in owner_task what the owner does by hand.")
        if activity.kind not in BY_PEOPLE and activity.body is None:
            yield document.fault(place, "Write in body what the audience reads.")


@lru_cache(maxsize=4)
def shipped(folder: Path) -> dict[str, Definition]:
    """The campaigns in *folder* by their short name; raises FaultsFound when one is wrong."""
    definitions = [parse(path.read_bytes()) for path in sorted(folder.glob("*.yaml"))]
    return {definition.slug: definition for definition in definitions}
