"""A document of others with our changes in it: what we did not touch stays as it was."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cyberready.exchange.cacao import own, structure
from cyberready.exchange.cacao.names import END, EXTENSION, EXTENSION_DEFINITION, IDENTIFIER
from cyberready.exchange.cacao.reader import Reading
from cyberready.exchange.cacao.structure import node
from cyberready.exchange.cacao.writer import Provenance, document
from cyberready.platform.sources import Document
from cyberready.playbooks.rules import Playbook

Node = Mapping[str, object]
UNFIT = {"workflow_exception", "revoked", "derived_from"}
HEAD = ("id", "created_by", "created", "modified", "derived_from", "revoked")
ABSENT = object()


def merged(original: Node, read: Reading, playbook: Playbook, given: Provenance) -> dict[str, object] | None:
    """*original* with the differences between what was *read* from it and *playbook*; None when they do not fit in it.

    Both are written in the same way, and only where the two writings differ the original changes.
    """
    theirs = replace(own.provenance(original), identifiers=read.identifiers)
    before = document(read.playbook, theirs)
    after = document(replace(playbook, slug=read.playbook.slug), theirs)
    made = _merged(own.unsigned(original), before, after)
    if not isinstance(made, dict):
        return None
    _complete(made, after)
    _without_loose_ends(made, own.unsigned(original))
    head = document(playbook, replace(given, identifiers=read.identifiers))
    for name in HEAD:
        made.pop(name, None)
        if name in head:
            made[name] = head[name]
    return made if _sound(made) else None


def anew(original: Node, playbook: Playbook, given: Provenance) -> dict[str, object]:
    """*playbook* written anew, with what *original* says about the whole that we have no word for."""
    fresh = document(playbook, given)
    made = {name: value for name, value in own.unsigned(original).items() if name not in UNFIT} | fresh
    for group in ("extension_definitions", "playbook_extensions", "data_marking_definitions"):
        made[group] = {**node(original.get(group)), **node(fresh.get(group))}
    return made if _sound(made) else fresh


def _sound(made: Node) -> bool:
    faults = structure.faults(Document(made))
    return all(fault.sentence in structure.TOLERATED for fault in faults)


def _merged(original: object, before: object, after: object) -> object:
    """Take over into *original* what *after* has otherwise than *before*."""
    if before == after:
        return original
    if not (isinstance(original, Mapping) and isinstance(before, Mapping) and isinstance(after, Mapping)):
        return after
    made = dict(original)
    for name in {**before, **after}:
        old, new = before.get(name, ABSENT), after.get(name, ABSENT)
        if old == new:
            continue
        if new is ABSENT:
            made.pop(name, None)
        else:
            made[name] = _merged(original.get(name, ABSENT), old, new)
    return made


def _complete(made: dict[str, object], after: Node) -> None:
    """Add what the changes refer to and the original does not have: steps, agents, and our extension."""
    for group in ("workflow", "agent_definitions", "data_marking_definitions"):
        written, held = node(after.get(group)), dict(node(made.get(group)))
        waiting = list(_mentioned(made))
        while waiting:
            name = waiting.pop()
            if name in written and name not in held:
                held[name] = written[name]
                waiting += _mentioned(written[name])
        if held:
            made[group] = held
    if EXTENSION in _mentioned(made):
        definitions = dict(node(made.get("extension_definitions")))
        definitions.setdefault(EXTENSION, dict(EXTENSION_DEFINITION))
        made["extension_definitions"] = definitions


def _without_loose_ends(made: dict[str, object], original: Node) -> None:
    """Leave out end steps that something led to and nothing does any more."""
    led, leads = _mentioned(list(_values(original))), _mentioned(list(_values(made)))
    made["workflow"] = {
        name: step
        for name, step in node(made.get("workflow")).items()
        if node(step).get("type") != END or name in leads or name not in led
    }


def _values(value: Node) -> Iterator[object]:
    """What stands in a document, without the names of its steps."""
    for name, part in value.items():
        if name == "workflow":
            yield from node(part).values()
        else:
            yield part


def _mentioned(value: object) -> set[str]:
    """The identifiers that stand anywhere in a value."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and IDENTIFIER.fullmatch(one):
            found.add(one)
    return found
