"""A playbook as a CACAO 2.0 document: roles as agents, decisions as conditions, the rest of ours in our extension."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cyberready.exchange.cacao import names
from cyberready.exchange.cacao.names import EXTENSION, IF, PARALLEL, PLAYBOOK_ACTION, SWITCH, WHILE
from cyberready.exchange.cacao.structuring import Goal, Placed, structured
from cyberready.platform.outline import key
from cyberready.playbooks import rules
from cyberready.playbooks.rules import Content, DecisionPoint, Playbook, Step

Node = dict[str, object]
WORDS = {
    "nl": {"go": "Ga verder bij: %s", "start": "Begin", "end": "Einde", "role": "Uitvoerder"},
    "en": {"go": "Go on at: %s", "start": "Start", "end": "End", "role": "Person in charge"},
}
KINDS = {rules.PARALLEL: PARALLEL, rules.WHILE: WHILE}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who made a document and when, in the spelling of CACAO; ``identifiers`` are what parts had in another document.

    ``identifiers`` maps ids of steps and decision points, and keys of roles after ``role:``, to identifiers. A step with
    an empty one stands for nothing but the decision point in it. ``versions`` are the moments (``modified``) of other
    playbooks, by slug.
    """

    created_by: str
    created: str
    modified: str
    playbook_id: str = ""
    derived_from: tuple[str, ...] = ()
    revoked: bool = False
    identifiers: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def document(playbook: Playbook, provenance: Provenance) -> Node:
    """Write a playbook as a CACAO document, as plain values."""
    return _Writer(playbook, provenance).document()


class _Writer:
    def __init__(self, playbook: Playbook, provenance: Provenance) -> None:
        self._playbook = playbook
        self._given = provenance
        self._words = WORDS.get(playbook.language, WORDS["en"])
        self._parts = structured(playbook)
        self._workflow: dict[str, Node] = {}
        self._phase_of = {step.id: phase.id for phase in playbook.phases for step in phase.steps}
        self._owner = {
            part.id: step
            for step in playbook.steps
            for part in step.content
            if isinstance(part, DecisionPoint)
        }

    def document(self) -> Node:
        """Write all of it."""
        start = self._new("start")
        self._workflow[start] = {"type": "start", "name": self._words["start"]}
        first = self._entry(self._parts[0].part) if self._parts else self._end("start")
        self._workflow[start]["on_completion"] = first
        for _, placed in sorted(self._parts.items()):
            if isinstance(placed.part, Step):
                self._step(placed.part, placed)
            else:
                self._point(placed.part, placed)
        return self._head() | {"workflow_start": start, "workflow": self._workflow} | self._definitions()

    def _head(self) -> Node:
        given, playbook = self._given, self._playbook
        head: Node = {
            "type": "playbook",
            "spec_version": names.SPEC_VERSION,
            "id": given.playbook_id or playbook_id(given.created_by, playbook.slug, playbook.language),
            "name": playbook.title,
            "description": playbook.summary,
            "created_by": given.created_by,
            "created": given.created,
            "modified": given.modified,
        }
        if given.revoked:
            head["revoked"] = True
        if given.derived_from:
            head["derived_from"] = list(given.derived_from)
        head["industry_sectors"] = ["local-government"]
        head["playbook_processing_summary"] = self._summary()
        head["markings"] = [names.TLP[playbook.tlp]]
        return head

    def _summary(self) -> Node:
        kinds = {names.kind_of(name) for name in self._workflow}
        return {
            "manual_playbook": True,
            "external_playbooks": PLAYBOOK_ACTION in kinds,
            "parallel_processing": PARALLEL in kinds,
            "if_logic": IF in kinds,
            "while_logic": WHILE in kinds,
            "switch_logic": SWITCH in kinds,
            "data_markings": True,
            "extensions": True,
        }

    def _definitions(self) -> Node:
        playbook = self._playbook
        made: Node = {}
        variables = {
            names.variable(point.id): {"type": "string", "description": point.question, "constant": False}
            for point in playbook.decision_points
            if point.kind != rules.PARALLEL
        }
        if variables:
            made["playbook_variables"] = variables
        made["agent_definitions"] = {
            self._agent(role): {
                "type": names.kind_of(self._agent(role)),
                "name": name,
                "agent_target_extensions": {EXTENSION: {"key": role}},
            }
            for role, name in playbook.roles.items()
        }
        made["extension_definitions"] = {EXTENSION: dict(names.EXTENSION_DEFINITION)}
        made["data_marking_definitions"] = {names.TLP[playbook.tlp]: names.marking(playbook.tlp)}
        made["playbook_extensions"] = {EXTENSION: self._extension()}
        return made

    def _extension(self) -> Node:
        playbook = self._playbook
        made: Node = {
            "slug": playbook.slug,
            "language": playbook.language,
            "version": playbook.version,
            "owner": playbook.owner,
            "review_months": playbook.review_months,
            "translates": playbook.translates,
            "placeholders": dict(playbook.placeholders),
            "roles": [{"key": role, "agent": self._agent(role)} for role in playbook.roles],
            "intro": _contents(playbook.intro),
            "phases": [
                {
                    "id": phase.id,
                    "title": phase.title,
                    "content": _contents(phase.content),
                    "steps": [step.id for step in phase.steps],
                }
                for phase in playbook.phases
            ],
        }
        return {name: value for name, value in made.items() if value not in (None, "", {}, [])}

    def _step(self, step: Step, placed: Placed) -> None:
        known = self._given.identifiers.get(step.id)
        if known == "":
            return
        if known is not None and names.kind_of(known) == names.END:
            self._workflow[known] = {"type": "end", "name": step.title}
            return
        onward = self._goal(placed.on, step.id, "on")
        chain = [(self._sub_id(step, slug), slug) for slug in step.playbooks]
        follows = [*(name for name, _ in chain), onward]
        for (name, slug), following in zip(chain, follows[1:], strict=True):
            self._workflow[name] = {
                "type": PLAYBOOK_ACTION,
                "name": slug,
                "playbook_id": playbook_id(self._given.created_by, slug, self._playbook.language),
                **self._pinned(slug),
                "on_completion": following,
                "step_extensions": {EXTENSION: {"starts": slug}},
            }
        own = self._step_extension(step)
        if self._entry(step) in self._workflow:
            said = "\n\n".join(part for part in step.content if isinstance(part, str))
            self._workflow[self._entry(step)] |= {"name": step.title, "step_extensions": {EXTENSION: own}}
            self._workflow[self._entry(step)] |= {"description": said} if said else {}
            return
        made: Node = {"type": "action", "name": step.title}
        if step.result:
            made["description"] = step.result
        said_parts = [part for part in step.content if isinstance(part, str)]
        made["commands"] = [{"type": "manual", "command": text} for text in said_parts or [step.title]]
        made["agent"] = self._agent(step.role)
        answered = [
            names.variable(part.id)
            for part in step.content
            if isinstance(part, DecisionPoint) and part.kind != rules.PARALLEL
        ]
        if answered:
            made["out_args"] = answered
        made |= {"on_completion": follows[0], "step_extensions": {EXTENSION: own}}
        self._workflow[self._entry(step)] = made

    def _pinned(self, slug: str) -> Node:
        """The version of another playbook that a step leads to, where it is known."""
        known = self._given.versions.get(slug)
        return {"playbook_version": known} if known else {}

    def _step_extension(self, step: Step) -> Node:
        made: Node = {
            "id": step.id,
            "phase": self._phase_of[step.id],
            "deputy": step.deputy,
            "time": step.time,
            "minutes": int(step.within.total_seconds()) // 60 if step.within is not None else None,
            "evidence": step.evidence,
            "messages": list(step.messages),
            "contacts": list(step.contacts),
            "clocks": list(step.clocks),
            "playbooks": list(step.playbooks),
            "next": step.next,
            "content": _layout(step.content),
        }
        return {name: value for name, value in made.items() if value not in (None, "", [])}

    def _point(self, point: DecisionPoint, placed: Placed) -> None:
        name = self._entry(point)
        kind = names.kind_of(name)
        made: Node = {"type": kind, "name": point.question}
        if point.text:
            made["description"] = point.text
        branches = [self._goal(goal, point.id, str(at)) for at, goal in enumerate(placed.branches)]
        answers = _cases(point)
        if kind == PARALLEL:
            made["next_steps"] = branches
        elif kind == SWITCH:
            made["switch"] = f"{names.variable(point.id)}:value"
            cases = dict(zip(answers, branches, strict=True))
            if placed.others is not None:
                cases["default"] = self._goal(placed.others, point.id, "default")
            made["cases"] = cases
        else:
            made["condition"] = f"{names.variable(point.id)}:value = '{answers[0]}'"
            made["on_true"] = branches[0]
            if kind == IF:
                made["on_false"] = branches[1]
        made["on_completion"] = self._goal(placed.on, point.id, "on")
        outcomes = [{"answer": one.answer, "text": one.text, "target": one.target} for one in point.outcomes]
        made["step_extensions"] = {EXTENSION: {"id": point.id, "outcomes": outcomes}}
        self._workflow[name] = made

    def _goal(self, goal: Goal, source: str, way: str) -> str:
        """The identifier of what stands where one goes on; ends and jumps are made."""
        if goal.at is None:
            return self._end(source, way)
        part = self._parts[goal.at].part
        if not goal.jumps:
            return self._entry(part)
        title = self._words["go"] % (part.title if isinstance(part, Step) else part.question)
        name = self._new("action", "jump", source, way)
        after = goal.after
        self._workflow[name] = {
            "type": "action",
            "name": title,
            "commands": [{"type": "manual", "command": title}],
            "agent": self._agent(self._role_at(source)),
            "on_completion": self._goal(after, source, f"{way}-after") if after else self._end(source, way),
            "step_extensions": {EXTENSION: {"goto": part.id}},
        }
        return name

    def _role_at(self, source: str) -> str:
        step = self._owner.get(source) or next(
            (one for one in self._playbook.steps if one.id == source), None
        )
        return step.role if step else next(iter(self._playbook.roles))

    def _end(self, *parts: str) -> str:
        name = self._new("end", *parts)
        self._workflow[name] = {"type": "end", "name": self._words["end"]}
        return name

    def _entry(self, part: Step | DecisionPoint) -> str:
        """The identifier of what a part begins with."""
        known = self._given.identifiers.get(part.id)
        if isinstance(part, Step):
            if known == "":
                return next(
                    (self._entry(one) for one in part.content if isinstance(one, DecisionPoint)),
                    self._new("action", part.id),
                )
            fitting = names.kind_of(known or "") in {"action", "end"} or self._is_sub(part, known)
            return known if known and fitting else self._new("action", part.id)
        kind = self._kind(part)
        # What can be an if may stay a switch; the other way round an answer would be lost.
        fits = known and (names.kind_of(known) == kind or (names.kind_of(known), kind) == (SWITCH, IF))
        return known if known and fits else self._new(kind, part.id)

    def _is_sub(self, step: Step, known: str | None) -> bool:
        """Whether a step is another playbook and nothing else."""
        return names.kind_of(known or "") == PLAYBOOK_ACTION and len(step.playbooks) == 1

    def _sub_id(self, step: Step, slug: str) -> str:
        known = self._given.identifiers.get(step.id)
        if known and self._is_sub(step, known):
            return known
        return self._new(PLAYBOOK_ACTION, step.id, slug)

    def _kind(self, point: DecisionPoint) -> str:
        if point.kind != rules.DECISION:
            return KINDS[point.kind]
        placed = next(placed for placed in self._parts.values() if placed.part is point)
        return IF if len(point.outcomes) == 2 and placed.others is None else SWITCH

    def _agent(self, role: str) -> str:
        known = self._given.identifiers.get(f"role:{role}")
        return known or self._new("group", "role", role)

    def _new(self, kind: str, *parts: str) -> str:
        playbook = self._playbook
        return names.identifier(kind, self._given.created_by, playbook.slug, playbook.language, *parts)


def playbook_id(creator: str, slug: str, language: str) -> str:
    """The identifier of a playbook of one creator: the same for all its versions, also after another title."""
    return names.identifier("playbook", creator, slug, language)


def _contents(parts: tuple[Content, ...]) -> list[Node]:
    return [{"decision": one.id} if isinstance(one, DecisionPoint) else {"text": one} for one in parts]


def _layout(parts: tuple[Content, ...]) -> list[Node]:
    """The order of commands, by number, and decision points in a step."""
    return list(_laid_out(parts))


def _laid_out(parts: tuple[Content, ...]) -> Iterator[Node]:
    count = 0
    for part in parts:
        if isinstance(part, DecisionPoint):
            yield {"decision": part.id}
        else:
            yield {"command": count}
            count += 1


def _cases(point: DecisionPoint) -> list[str]:
    """A short name for each answer, no two the same."""
    made: list[str] = []
    for outcome in point.outcomes:
        name = key(outcome.answer)[:40].strip("-")
        made.append(name if name not in (*made, "default") else f"{name}-{len(made) + 1}")
    return made
