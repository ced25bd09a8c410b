"""The scenario file: what it may hold, reading it with every fault and its line, filling in its variables."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from cyberready.platform.faults import MOST_FAULTS, Fault, FaultsFound
from cyberready.platform.shapes import Language, Name, Title, Words, nearest, validated
from cyberready.platform.sources import Document, Path, dotted, read_yaml, text_of
from cyberready.playbooks.rules import Playbook

FORMAT = "cyberready/scenario/1"
SCHEMA_ADDRESS = "https://json-schema.org/draft/2020-12/schema"
DURATION = re.compile(r"(?=.)(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?")
VARIABLE = re.compile(r"\{\{(?:([^{}\n]*)\}\})?")
EVERYONE = "all"

Part = TypeVar("Part", bound=BaseModel)


def read_duration(value: object) -> object:
    """Read ``1h30m``, ``90s`` or ``0m`` as a timedelta; pydantic reports what it cannot read."""
    if isinstance(value, timedelta):
        return value
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if found:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if str(value).lstrip().startswith("-"):
        raise PydanticCustomError("negative", "%(value)s is before the start. Write a time of 0m or later.")
    sentence = "%(value)s is not a duration. Write it with units, such as 90s, 15m, 2h or 1h30m."
    raise PydanticCustomError("duration", sentence)


def write_duration(span: timedelta) -> str:
    """Write a duration as the file does; the inverse of `read_duration`."""
    seconds = int(span.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    PlainSerializer(write_duration),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(?=.)([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?$",
            "examples": ["0m", "90s", "15m", "1h30m"],
        }
    ),
]
Target = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+(/[a-z0-9_-]+)?$")]
Channel = Literal["phone", "mail", "chat", "social", "press", "paper", "video", "in-person"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Team(_Part):
    """A team that takes part; the keys of ``roles`` are used in ``to`` as ``team/role``."""

    name: Title
    task: Words
    roles: dict[Name, Title] = Field(default_factory=dict)


class When(_Part):
    """The choice without which an inject is skipped."""

    decision: Name
    option: Name


class Inject(_Part):
    """What participants receive at ``at``, exercise time; ``step`` is the id of a step in the playbook."""

    id: Name
    at: Duration
    channel: Channel
    sender: Title = Field(alias="from")
    to: Annotated[tuple[Target, ...], Field(min_length=1)]
    title: Title
    body: Words
    expected: Words | None = None
    step: Name | None = None
    objective: Name | None = None
    critical: StrictBool = False
    when: When | None = None


class Option(_Part):
    """One answer to a decision point."""

    id: Name
    text: Title


class DecisionPoint(_Part):
    """A question that is put to teams at ``at``, exercise time; the answer decides which injects follow."""

    id: Name
    at: Duration
    to: Annotated[tuple[Target, ...], Field(min_length=1)]
    question: Title
    body: Words | None = None
    options: Annotated[tuple[Option, ...], Field(min_length=2)]
    step: Name | None = None


class Scenario(_Part):
    """A scenario as published; every text still holds its ``{{ variables }}``."""

    format: Literal["cyberready/scenario/1"]
    slug: Name
    title: Title
    language: Language
    version: Title
    summary: Words
    duration: Duration
    playbook: Name | None = None
    objectives: dict[Name, Words] = Field(default_factory=dict)
    variables: dict[Name, Words | None] = Field(default_factory=dict)
    teams: Annotated[dict[Name, Team], Field(min_length=1)]
    briefing: Words
    injects: Annotated[tuple[Inject, ...], Field(min_length=1)]
    decisions: tuple[DecisionPoint, ...] = ()
    evaluation: tuple[Words, ...] = ()


def parse(source: str | bytes) -> Scenario:
    """Read a scenario file; raises FaultsFound with everything that is wrong with it."""
    document = read_yaml(text_of(source))
    if not isinstance(document.value, dict):
        sentence = "This is not a scenario. Begin with the line format: %(format)s"
        raise FaultsFound([document.fault((), sentence, format=FORMAT)])
    scenario, faults = validated(Scenario, document)
    faults += _Crosscheck(document, document.value).faults()
    if scenario is None or faults:
        raise FaultsFound(faults)
    return scenario


def check_against(scenario: Scenario, playbook: Playbook, source: str | bytes | None = None) -> list[Fault]:
    """What does not fit the playbook that the scenario is for; lines are those of *source*, else 1."""
    document = read_yaml(text_of(source)) if source is not None else Document()
    faults = []
    if scenario.playbook != playbook.slug:
        sentence = "The scenario is for playbook %(name)s, not for %(playbook)s."
        values = {"name": scenario.playbook or "-", "playbook": playbook.slug}
        faults.append(document.fault(("playbook",), sentence, **values))
    named: list[tuple[Path, str | None]] = [
        *((("injects", index, "step"), inject.step) for index, inject in enumerate(scenario.injects)),
        *((("decisions", index, "step"), asked.step) for index, asked in enumerate(scenario.decisions)),
    ]
    for path, step in named:
        if step is not None and step not in playbook.step_ids:
            sentence = "Playbook %(playbook)s has no step %(name)s. Choose from: %(choices)s."
            values = {"playbook": playbook.slug, "name": step, "choices": nearest(step, playbook.step_ids)}
            faults.append(document.fault(path, sentence, **values))
    return faults


def fill(text: str, variables: Mapping[str, str | None]) -> str:
    """Replace each ``{{ name }}`` that has a value; what has none stays as it is."""
    return VARIABLE.sub(lambda found: variables.get((found[1] or "").strip()) or found[0], text)


def unfilled(scenario: Scenario, variables: Mapping[str, str | None]) -> tuple[str, ...]:
    """Names that have no value in *variables* nor in the scenario, in the order of the file."""
    return tuple(name for name, given in scenario.variables.items() if not (variables.get(name) or given))


def json_schema() -> str:
    """The JSON Schema of a scenario file, for editors; the shipped ``exercises/schema.json``."""
    schema = Scenario.model_json_schema(by_alias=True)
    return json.dumps({"$schema": SCHEMA_ADDRESS, **schema}, indent=2, ensure_ascii=False) + "\n"


class _Crosscheck:
    """Rules between the parts of a scenario, checked on whatever parts are sound by themselves."""

    def __init__(self, document: Document, value: Mapping[str, object]) -> None:
        self.document = document
        self.value = value
        self.injects = _each(Inject, value, "injects")
        self.decisions = _each(DecisionPoint, value, "decisions")

    def faults(self) -> list[Fault]:
        """Every rule that is broken."""
        checks = (self._twice, self._targets, self._objectives, self._late, self._branches, self._variables)
        return list(islice((fault for check in checks for fault in check()), MOST_FAULTS))

    def _twice(self) -> Iterator[Fault]:
        lists: list[tuple[Path, object]] = [
            ((name,), self.value.get(name)) for name in ("injects", "decisions")
        ]
        lists += [
            (("decisions", index, "options"), [{"id": option.id} for option in decision.options])
            for index, decision in self.decisions
        ]
        for path, items in lists:
            first: dict[str, int] = {}
            for index, name in enumerate(_ids(items)):
                place = (*path, index, "id")
                if name is not None and name in first:
                    sentence = "Id %(name)s is used twice; the first is on line %(first)s. Choose another."
                    yield self.document.fault(place, sentence, name=name, first=first[name])
                elif name is not None:
                    first[name] = self.document.line(place)

    def _targets(self) -> Iterator[Fault]:
        teams = self.value.get("teams")
        known = {EVERYONE}
        for key, team in teams.items() if isinstance(teams, dict) else ():
            known |= {key, *(f"{key}/{role}" for role in _keys(team, "roles"))}
        if EVERYONE in _keys(self.value, "teams"):
            sentence = "A team cannot be called all, because all addresses every team. Choose another name."
            yield self.document.fault(("teams", EVERYONE), sentence)
        for place, part in self._parts():
            for index, target in enumerate(part.to):
                if target not in known:
                    sentence = "There is no team or role %(name)s. Choose from: %(choices)s."
                    choices = nearest(target, known)
                    yield self.document.fault((*place, "to", index), sentence, name=target, choices=choices)

    def _objectives(self) -> Iterator[Fault]:
        known = _keys(self.value, "objectives")
        for index, inject in self.injects:
            if inject.objective is not None and inject.objective not in known:
                sentence = "There is no objective %(name)s. Choose from: %(choices)s."
                choices = nearest(inject.objective, known)
                place = ("injects", index, "objective")
                yield self.document.fault(place, sentence, name=inject.objective, choices=choices)

    def _late(self) -> Iterator[Fault]:
        try:
            end = read_duration(self.value.get("duration"))
        except PydanticCustomError:
            return
        for place, part in self._parts():
            if isinstance(end, timedelta) and part.at > end:
                sentence = "%(at)s is after the end of the exercise (%(duration)s). Choose an earlier time."
                values = {"at": write_duration(part.at), "duration": write_duration(end)}
                yield self.document.fault((*place, "at"), sentence, **values)

    def _branches(self) -> Iterator[Fault]:
        asked = {decision.id: decision for _, decision in self.decisions}
        names = {name for name in _ids(self.value.get("decisions")) if name}
        for index, inject in self.injects:
            if inject.when is None:
                continue
            place = ("injects", index, "when")
            name, option = inject.when.decision, inject.when.option
            decision = asked.get(name)
            if name not in names:
                sentence = "There is no decision %(name)s. Choose from: %(choices)s."
                choices = nearest(name, names)
                yield self.document.fault((*place, "decision"), sentence, name=name, choices=choices)
            elif decision and option not in {offered.id for offered in decision.options}:
                sentence = "Decision %(decision)s has no option %(name)s. Choose from: %(choices)s."
                choices = nearest(option, (offered.id for offered in decision.options))
                values = {"decision": name, "name": option, "choices": choices}
                yield self.document.fault((*place, "option"), sentence, **values)
            elif decision and inject.at <= decision.at:
                sentence = "Decision %(name)s is asked at %(asked)s. Give what follows from it a later time."
                asked_at = write_duration(decision.at)
                yield self.document.fault(("injects", index, "at"), sentence, name=name, asked=asked_at)

    def _variables(self) -> Iterator[Fault]:
        known = _keys(self.value, "variables")
        for path, text in _texts(self.value, ()):
            for found in VARIABLE.finditer(text):
                line = self.document.line_inside(path, found.start(), text)
                if found[1] is None:
                    sentence = "{{ is not closed on the same line. Write a variable as {{ name }}."
                    yield Fault(line, dotted(path), sentence)
                elif (name := found[1].strip()) not in known:
                    sentence = (
                        "Variable %(name)s is not declared. Add it to variables or choose from: %(choices)s."
                    )
                    values = {"name": name, "choices": nearest(name, known)}
                    yield Fault(line, dotted(path), sentence, values)

    def _parts(self) -> Iterator[tuple[Path, Inject | DecisionPoint]]:
        for index, inject in self.injects:
            yield ("injects", index), inject
        for index, decision in self.decisions:
            yield ("decisions", index), decision


def _each(model: type[Part], value: Mapping[str, object], section: str) -> list[tuple[int, Part]]:
    """The items of a list that are sound by themselves, with their places."""
    items = value.get(section)
    sound = []
    for index, item in enumerate(items if isinstance(items, list) else ()):
        with suppress(ValidationError):
            sound.append((index, model.model_validate(item)))
    return sound


def _ids(items: object) -> list[str | None]:
    """The id of each item of a list; None where there is no usable one."""
    found = (
        [item.get("id") if isinstance(item, dict) else None for item in items]
        if isinstance(items, list)
        else []
    )
    return [name if isinstance(name, str) else None for name in found]


def _keys(value: object, section: str) -> set[str]:
    found = value.get(section) if isinstance(value, dict) else None
    return set(found) if isinstance(found, dict) else set()


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text of the file with its path, but for the variables themselves."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if (*path, key) != ("variables",):
                yield from _texts(item, (*path, key))
