"""A document of others with our changes in it: what we did not touch stays as it was."""

from collections.abc import Mapping
from dataclasses import replace

from cyberready.exchange.cacao import own, structure
from cyberready.exchange.cacao.names import EXTENSION, EXTENSION_DEFINITION, IDENTIFIER
from cyberready.exchange.cacao.reader import Reading
from cyberready.exchange.cacao.structure import node
from cyberready.exchange.cacao.writer import Provenance, document
from cyberready.platform.sources import Document
from cyberready.playbooks.rules import Playbook

Node = Mapping[str, object]
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
    head = document(playbook, replace(given, identifiers=read.identifiers))
    for name in HEAD:
        made.pop(name, None)
        if name in head:
            made[name] = head[name]
    faults = [
        fault for fault in structure.faults(Document(made)) if fault.sentence not in structure.TOLERATED
    ]
    return None if faults else made


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
