"""What a CACAO document holds that a playbook has no place for: kept in the file, and told."""

from collections.abc import Iterable, Iterator, Mapping

from cyberready.exchange.cacao.names import EXTENSION, variable
from cyberready.exchange.cacao.own import extension
from cyberready.exchange.cacao.structure import node
from cyberready.exchange.report import Report

MOST = 200
NOT_SHOWN = "%(field)s is kept in the file, but not shown in the playbook."
MORE = "Of %(count)s other parts the same holds: they are kept, but not shown."
PLAYBOOK = frozenset(
    {
        "type",
        "spec_version",
        "id",
        "name",
        "description",
        "created_by",
        "created",
        "modified",
        "markings",
        "workflow_start",
        "workflow",
        "workflow_exception",
        "playbook_variables",
        "revoked",
        "agent_definitions",
        "target_definitions",
        "data_marking_definitions",
        "playbook_extensions",
        "extension_definitions",
        "playbook_processing_summary",
    }
)
STEP = frozenset(
    {
        "type",
        "name",
        "description",
        "commands",
        "agent",
        "targets",
        "on_completion",
        "on_success",
        "on_failure",
        "on_true",
        "on_false",
        "condition",
        "switch",
        "cases",
        "next_steps",
        "playbook_id",
        "step_extensions",
        "out_args",
    }
)
COMMAND = frozenset({"type", "command", "command_b64", "description"})
AGENT = frozenset({"type", "name", "agent_target_extensions"})


def report(value: Mapping[str, object], told: Report) -> None:
    """Note everything that is kept and not shown, the first 200 each."""
    count = 0
    for place, field in _parts(value):
        count += 1
        if count <= MOST:
            told.skipped(place, NOT_SHOWN, field=field)
    if count > MOST:
        told.skipped("/", MORE, count=count - MOST)


def _parts(value: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield from _fields("", value, PLAYBOOK)
    yield from _extensions("/playbook_extensions", value.get("playbook_extensions"))
    yield from _variables(value)
    for name, one in node(value.get("workflow")).items():
        step = node(one)
        place = f"/workflow/{name}"
        yield from _fields(place, step, STEP)
        yield from _extensions(f"{place}/step_extensions", step.get("step_extensions"))
        commands = step.get("commands")
        for at, command in enumerate(commands if isinstance(commands, list) else []):
            yield from _fields(f"{place}/commands/{at}", node(command), COMMAND)
    for group in ("agent_definitions", "target_definitions"):
        for name, one in node(value.get(group)).items():
            yield from _fields(f"/{group}/{name}", node(one), AGENT)


def _variables(value: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The variables that are no answer at a decision point of ours."""
    steps = (extension(node(step)) for step in node(value.get("workflow")).values())
    answers = {variable(str(step["id"])) for step in steps if step.get("outcomes") and step.get("id")}
    for name in node(value.get("playbook_variables")):
        if name not in answers:
            yield f"/playbook_variables/{_pointed(name)}", name[:80]


def _fields(place: str, one: Mapping[str, object], shown: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in one:
        if name not in shown:
            yield f"{place}/{_pointed(name)}", name[:80]


def _extensions(place: str, value: object) -> Iterator[tuple[str, str]]:
    for name in node(value):
        if name != EXTENSION:
            yield f"{place}/{_pointed(name)}", name[:80]


def _pointed(name: str) -> str:
    """A key as part of a JSON pointer (RFC 6901), short enough to show."""
    return name.replace("~", "~0").replace("/", "~1")[:120]
