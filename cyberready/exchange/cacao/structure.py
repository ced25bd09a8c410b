"""What is wrong with a CACAO playbook that its schema lets pass: one sentence a fault, with its place."""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from cyberready.exchange.cacao import workflow
from cyberready.exchange.cacao.names import EXTENSION, IDENTIFIER, MENTIONED, TLP, VARIABLE, kind_of
from cyberready.exchange.cacao.validation import misfits, shown
from cyberready.platform.faults import MOST_FAULTS, Fault, FaultsFound
from cyberready.platform.shapes import nearest
from cyberready.platform.sources import Document, Path

Node = Mapping[str, object]
DEFINITIONS = (
    "agent_definitions",
    "target_definitions",
    "authentication_info_definitions",
    "extension_definitions",
    "data_marking_definitions",
)
TYPES = frozenset(
    {
        "attack",
        "detection",
        "engagement",
        "investigation",
        "mitigation",
        "notification",
        "prevention",
        "remediation",
    }
)
WITH_COMMAND = frozenset(
    {
        "manual",
        "bash",
        "caldera-cmd",
        "elastic",
        "jupyter",
        "kestrel",
        "openc2-http",
        "powershell",
        "sigma",
        "ssh",
        "yara",
    }
)
NOT_CACAO = "This is not a CACAO playbook: it lacks type playbook. Choose a CACAO file."
OTHER_VERSION = "This is CACAO %(value)s. Only version 2.0 (cacao-2.0) is read here; convert it first."
PREFIX = "The identifier says %(prefix)s and the type says %(value)s. Make them the same."
WRONG_KIND = "%(value)s must be the identifier of a %(wanted)s. Refer to one."
UNDEFINED = "%(name)s is not defined under %(group)s. Define it there, or choose from: %(choices)s."
NONE_DEFINED = "%(name)s is not defined: nothing is, under %(group)s. Define it there, or take it out here."
NO_MARKING = "The marking TLP:%(level)s (%(name)s) is not defined under data_marking_definitions. Put its definition there."
SAME_UUID = "%(name)s has the same UUID as %(other)s. Give each its own."
ORDER = "%(later)s lies before %(earlier)s. Correct one of them."
THREE_DECIMALS = "%(value)s must have exactly three decimals, as 2026-11-28T00:15:00.000Z. Write it so."
BAD_VARIABLE = "%(name)s is not a name for a variable. Write __name__, with letters, digits, _ and -."
NO_VARIABLE = "The variable %(name)s is not defined. Define it under playbook_variables or step_variables."
NO_COMMAND = "This command says nothing. Write what is to be done in command."
TWO_COMMANDS = "This command has both command and command_b64. Leave one of them."
NOT_BASE64 = "What stands in command_b64 is not Base64. Encode it again, or write it in command."
NO_ACTIVITY = "playbook_types is given without playbook_activities. Name at least one activity."
OTHER_TYPE = "%(value)s is not a type of playbook that CACAO knows. Choose from: %(choices)s."
BARE_REFERENCE = "A reference needs more than a name: description, source, url, external_id or reference_id."
OTHER_LEVEL = "The marking %(name)s stands for TLP:%(level)s, not for %(value)s. Correct it."
# Rules of form. A file that only breaks these says clearly enough what is to be done: it is read, and the report tells.
TOLERATED = frozenset(
    {THREE_DECIMALS, NO_ACTIVITY, OTHER_TYPE, BARE_REFERENCE, workflow.SHARED, workflow.SHARED_END}
)


def faults(document: Document) -> list[Fault]:
    """Everything that is wrong with a CACAO playbook, by schema and by our own check, 200 at most, first lines first.

    Raises FaultsFound when it is no CACAO 2.0 playbook at all.
    """
    value = document.value
    if not isinstance(value, Mapping) or value.get("type") != "playbook":
        raise FaultsFound([document.fault((), NOT_CACAO)])
    if value.get("spec_version") != "cacao-2.0":
        fault = document.fault(("spec_version",), OTHER_VERSION, value=shown(value.get("spec_version")))
        raise FaultsFound([fault])
    found = misfits(document)
    if not isinstance(value.get("workflow"), Mapping):
        return found
    for fault in own_faults(document, value):
        if len(found) >= MOST_FAULTS:
            break
        found.append(fault)
    return sorted(found, key=lambda fault: fault.line)


def own_faults(document: Document, value: Node) -> Iterator[Fault]:
    """What only our own check finds."""
    checks: tuple[Callable[[Document, Node], Iterable[Fault]], ...] = (
        _identifiers,
        _moments,
        _vocabulary,
        _definitions,
        _references,
        _variables,
        _commands,
        workflow.faults,
    )
    for check in checks:
        yield from check(document, value)


def node(value: object) -> Node:
    """*value* when it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def texts(value: object) -> list[str]:
    """The texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def steps_of(value: Node) -> Iterator[tuple[str, Node]]:
    """The steps of a playbook that are objects, with their identifiers."""
    for name, step in node(value.get("workflow")).items():
        if isinstance(step, Mapping):
            yield name, step


def _identifiers(document: Document, value: Node) -> Iterator[Fault]:
    wanted = {"id": "playbook", "created_by": "identity", "workflow_start": "start"}
    for field, kind in wanted.items():
        yield from _of_kind(document, (field,), value.get(field), kind)
    for index, name in enumerate(texts(value.get("derived_from"))):
        yield from _of_kind(document, ("derived_from", index), name, "playbook")
    seen: dict[str, str] = {}
    listed: list[tuple[Path, str]] = [((), str(value.get("id", "")))]
    for group in ("workflow", *DEFINITIONS):
        listed += [((group, name), name) for name in node(value.get(group))]
    for path, name in listed:
        found = IDENTIFIER.fullmatch(name)
        if found is None:
            continue
        other = seen.setdefault(found[2].lower(), name)
        if other != name:
            yield document.fault(path, SAME_UUID, name=name, other=other)
    for name, step in steps_of(value):
        yield from _of_kind(document, ("workflow", name, "owner"), step.get("owner"), "identity")
        if step.get("type") == "playbook-action":
            yield from _of_kind(
                document, ("workflow", name, "playbook_id"), step.get("playbook_id"), "playbook"
            )


def _of_kind(document: Document, path: Path, name: object, kind: str) -> Iterator[Fault]:
    if isinstance(name, str) and IDENTIFIER.fullmatch(name) and kind_of(name) != kind:
        yield document.fault(path, WRONG_KIND, value=name, wanted=kind)


def _moments(document: Document, value: Node) -> Iterator[Fault]:
    yield from _ordered(document, (), value)
    signatures = value.get("signatures")
    for index, signature in enumerate(signatures if isinstance(signatures, list) else []):
        yield from _ordered(document, ("signatures", index), node(signature))


def _ordered(document: Document, path: Path, one: Node) -> Iterator[Fault]:
    """Faults in the moments of a playbook or signature; equal forms compare as text once their fractions are as long."""
    for field in ("created", "modified"):
        moment = one.get(field)
        if isinstance(moment, str) and moment.endswith("Z") and len(moment.partition(".")[2]) != 4:
            yield document.fault((*path, field), THREE_DECIMALS, value=moment[:40])
    for earlier, later, may_equal in (
        ("created", "modified", True),
        ("valid_from", "valid_until", False),
    ):
        first, second = _moment(one.get(earlier)), _moment(one.get(later))
        if first and second and (second < first or (second == first and not may_equal)):
            yield document.fault((*path, later), ORDER, earlier=earlier, later=later)


def _moment(value: object) -> str:
    if not isinstance(value, str):
        return ""
    whole, _, fraction = value.rstrip("Z").partition(".")
    return f"{whole}.{fraction.rstrip('0')}"


def _vocabulary(document: Document, value: Node) -> Iterator[Fault]:
    types = texts(value.get("playbook_types"))
    if types and not value.get("playbook_activities"):
        yield document.fault(("playbook_types",), NO_ACTIVITY)
    for index, kind in enumerate(types):
        if kind not in TYPES:
            path = ("playbook_types", index)
            yield document.fault(path, OTHER_TYPE, value=kind[:60], choices=nearest(kind, sorted(TYPES)))
    references = value.get("external_references")
    for index, reference in enumerate(references if isinstance(references, list) else []):
        if isinstance(reference, Mapping) and len(reference) == 1 and "name" in reference:
            yield document.fault(("external_references", index), BARE_REFERENCE)


def _definitions(document: Document, value: Node) -> Iterator[Fault]:
    for group in DEFINITIONS:
        for name, one in node(value.get(group)).items():
            kind = node(one).get("type")
            if isinstance(kind, str) and kind_of(name) != kind:
                yield document.fault((group, name), PREFIX, prefix=kind_of(name) or "-", value=kind[:40])
    for name, one in node(value.get("data_marking_definitions")).items():
        level = next((level for level, known in TLP.items() if known == name), None)
        given = node(one).get("tlpv2_level")
        if level and given != f"TLP:{level}":
            path = ("data_marking_definitions", name)
            yield document.fault(path, OTHER_LEVEL, name=name, level=level, value=shown(given))


def _references(document: Document, value: Node) -> Iterator[Fault]:
    """Faults for agents, targets, markings, extensions and ways to sign in that are used and not defined."""
    check = partial(_undefined, document, value)
    for index, name in enumerate(texts(value.get("markings"))):
        yield from check(("markings", index), name, "data_marking_definitions")
    for name in node(value.get("playbook_extensions")):
        yield from check(("playbook_extensions", name), name, "extension_definitions")
    for name, step in steps_of(value):
        path = ("workflow", name)
        yield from check((*path, "agent"), step.get("agent"), "agent_definitions")
        for index, target in enumerate(texts(step.get("targets"))):
            yield from check((*path, "targets", index), target, "target_definitions")
        for used in node(step.get("step_extensions")):
            yield from check((*path, "step_extensions", used), used, "extension_definitions")
    for group in ("agent_definitions", "target_definitions"):
        for name, one in node(value.get(group)).items():
            yield from check(
                (group, name, "authentication_info"),
                node(one).get("authentication_info"),
                "authentication_info_definitions",
            )


def _undefined(document: Document, value: Node, path: Path, name: object, group: str) -> Iterator[Fault]:
    known = node(value.get(group))
    if not isinstance(name, str) or name in known:
        return
    level = next((level for level, fixed in TLP.items() if fixed == name), None)
    if level and group == "data_marking_definitions":
        yield document.fault(path, NO_MARKING, name=name, level=level)
    elif known:
        choices = nearest(name, known)
        yield document.fault(path, UNDEFINED, name=name[:120], group=group, choices=choices)
    else:
        yield document.fault(path, NONE_DEFINED, name=name[:120], group=group)


def _variables(document: Document, value: Node) -> Iterator[Fault]:
    shared = node(value.get("playbook_variables"))
    yield from _named(document, ("playbook_variables",), shared)
    for name, step in steps_of(value):
        own = node(step.get("step_variables"))
        path = ("workflow", name)
        yield from _named(document, (*path, "step_variables"), own)
        for field in ("in_args", "out_args"):
            for index, argument in enumerate(texts(step.get(field))):
                if argument.removesuffix(":value") not in {*shared, *own}:
                    yield document.fault(
                        (*path, field, index), NO_VARIABLE, name=argument.removesuffix(":value")[:120]
                    )
        for field in ("condition", "switch"):
            for used in MENTIONED.findall(str(step.get(field, ""))):
                if used not in {*shared, *own}:
                    yield document.fault((*path, field), NO_VARIABLE, name=used[:120])


def _named(document: Document, path: Path, variables: Node) -> Iterator[Fault]:
    for name in variables:
        if not VARIABLE.fullmatch(name):
            yield document.fault((*path, name), BAD_VARIABLE, name=name[:120])


def _commands(document: Document, value: Node) -> Iterator[Fault]:
    for name, step in steps_of(value):
        commands = step.get("commands")
        for index, command in enumerate(commands if isinstance(commands, list) else []):
            path = ("workflow", name, "commands", index)
            one = node(command)
            said, encoded = one.get("command"), one.get("command_b64")
            if str(one.get("type")) in WITH_COMMAND and not (said or encoded):
                yield document.fault(path, NO_COMMAND)
            elif said and encoded:
                yield document.fault(path, TWO_COMMANDS)
            elif isinstance(encoded, str) and decoded(encoded) is None:
                yield document.fault(path, NOT_BASE64)


def decoded(encoded: str) -> str | None:
    """The text that is encoded in Base64; None when it is not that."""
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def is_ours(value: Node) -> bool:
    """Whether a playbook carries our extension."""
    return EXTENSION in node(value.get("playbook_extensions"))
