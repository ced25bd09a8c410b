"""Reading back what `writer` wrote: a document that is exactly what it would write again is the playbook that it was."""

from collections.abc import Iterable, Mapping

import rfc8785

from cyberready.exchange.cacao.names import EXTENSION, TLP
from cyberready.exchange.cacao.source import spelled
from cyberready.exchange.cacao.structure import node, texts
from cyberready.exchange.cacao.writer import Provenance, document
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import formats, wording
from cyberready.playbooks.rules import (
    DECISION,
    PARALLEL,
    WHILE,
    Content,
    DecisionPoint,
    Outcome,
    Phase,
    Playbook,
    Step,
)

Node = Mapping[str, object]
KINDS = {"parallel": PARALLEL, "while-condition": WHILE}


def playbook(value: Node) -> Playbook | None:
    """The playbook that a document was written from; None when it was not written here, or was changed since."""
    if extension(value, "playbook_extensions").get("slug") is None:
        return None
    try:
        made = formats.parse(spelled(_Reader(value).playbook()))
        written = document(made, provenance(value))
    except (FaultsFound, KeyError, TypeError, ValueError, IndexError):
        return None
    return made if same(written, value) else None


def provenance(value: Node) -> Provenance:
    """Who made a document and when."""
    return Provenance(
        created_by=str(value["created_by"]),
        created=str(value["created"]),
        modified=str(value["modified"]),
        playbook_id=str(value["id"]),
        derived_from=tuple(texts(value.get("derived_from"))),
        revoked=value.get("revoked") is True,
        versions=_versions(value),
    )


def _versions(value: Node) -> dict[str, str]:
    """The versions of other playbooks that a document leads to, by slug."""
    steps = (node(step) for step in node(value.get("workflow")).values())
    pinned = ((extension(step).get("starts"), step.get("playbook_version")) for step in steps)
    return {slug: moment for slug, moment in pinned if isinstance(slug, str) and isinstance(moment, str)}


def same(one: Node, other: Node) -> bool:
    """Whether two documents are the same, signatures apart."""
    first, second = (rfc8785.dumps(unsigned(value)) for value in (one, other))  # type: ignore[arg-type]
    return first == second


def unsigned(value: Node) -> dict[str, object]:
    """A document without its signatures."""
    return {name: part for name, part in value.items() if name != "signatures"}


def extension(one: Node, holder: str = "step_extensions") -> Node:
    """What our extension says about a step, playbook or agent; empty when it says nothing."""
    return node(node(one.get(holder)).get(EXTENSION))


def fresh(wanted: str, taken: Iterable[str]) -> str:
    """An id that nobody has: *wanted*, or the same with a number."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


class _Reader:
    """Trusts what the extension says: whether that was right shows when the playbook is written again."""

    def __init__(self, value: Node) -> None:
        self._value = value
        self._own = extension(value, "playbook_extensions")
        self._steps: dict[str, Node] = {}
        for step in node(value.get("workflow")).values():
            name = extension(node(step)).get("id")
            if isinstance(name, str):
                self._steps[name] = node(step)
        self._roles: dict[str, str] = {}  # agent -> key

    def playbook(self) -> Playbook:
        own, value = self._own, self._value
        agents = node(value.get("agent_definitions"))
        listed = [node(one) for one in _list(own.get("roles"))]
        self._roles = {str(one["agent"]): str(one["key"]) for one in listed}
        months = own.get("review_months")
        return Playbook(
            slug=str(own["slug"]),
            title=str(value["name"]),
            language=str(own["language"]),
            version=str(own["version"]),
            summary=str(value["description"]),
            owner=str(own["owner"]),
            tlp=next((level for level, name in TLP.items() if name in texts(value.get("markings"))), ""),
            review_months=months if isinstance(months, int) else None,
            roles={role: str(node(agents[agent])["name"]) for agent, role in self._roles.items()},
            intro=self._contents(own.get("intro")),
            phases=tuple(self._phase(node(one)) for one in _list(own.get("phases"))),
            digest="",
            translates=str(own.get("translates", "")),
            placeholders={name: str(text) for name, text in node(own.get("placeholders")).items()},
        )

    def _phase(self, phase: Node) -> Phase:
        steps = tuple(self._step(name) for name in texts(phase.get("steps")))
        return Phase(str(phase["id"]), str(phase["title"]), 0, self._contents(phase.get("content")), steps)

    def _contents(self, parts: object) -> tuple[Content, ...]:
        return tuple(
            self._point(str(part["decision"])) if "decision" in part else str(part["text"])
            for part in map(node, _list(parts))
        )

    def _step(self, name: str) -> Step:
        step = self._steps[name]
        return made_step(step, self._roles[str(step["agent"])], self._layout(step))

    def _layout(self, step: Node) -> tuple[Content, ...]:
        said = [str(node(command).get("command", "")) for command in _list(step.get("commands"))]
        return tuple(
            self._point(str(part["decision"])) if "decision" in part else said[int(str(part["command"]))]
            for part in map(node, _list(extension(step).get("content")))
        )

    def _point(self, name: str) -> DecisionPoint:
        step = self._steps[name]
        outcomes = tuple(
            Outcome(str(one["answer"]), str(one["text"]), str(one["target"]), 0)
            for one in map(node, _list(extension(step).get("outcomes")))
        )
        kind = KINDS.get(str(step["type"]), DECISION)
        return DecisionPoint(name, str(step["name"]), str(step.get("description", "")), outcomes, 0, kind)


def made_step(step: Node, role: str, content: tuple[Content, ...]) -> Step:
    """A step of ours with what the extension of a CACAO step says of it; its result is its description."""
    own = extension(step)
    time = str(own.get("time", ""))
    return Step(
        id=str(own.get("id", "")),
        number="",
        title=str(step.get("name", "")),
        line=0,
        role=role,
        deputy=str(own.get("deputy", "")),
        time=time,
        within=wording.within(time),
        result=str(step.get("description", "")),
        evidence=str(own.get("evidence", "")),
        content=content,
        messages=tuple(texts(own.get("messages"))),
        contacts=tuple(texts(own.get("contacts"))),
        clocks=tuple(texts(own.get("clocks"))),
        playbooks=tuple(texts(own.get("playbooks"))),
        next=str(own.get("next", "")),
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
