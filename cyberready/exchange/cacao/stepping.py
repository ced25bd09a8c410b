"""The units of a workflow as steps of ours, with decision points, texts and what our extension says of them."""

from collections.abc import Mapping
from dataclasses import replace

from cyberready.exchange.cacao import names, own
from cyberready.exchange.cacao.lining import NO, OTHERWISE, YES, Line, Unit
from cyberready.exchange.cacao.prose import Prose, code
from cyberready.exchange.cacao.source import WORDS as WORDS_OF
from cyberready.exchange.cacao.structure import decoded, node, texts
from cyberready.exchange.report import Report
from cyberready.platform.outline import KEY, key
from cyberready.playbooks import formats, rules, wording
from cyberready.playbooks.rules import Content, DecisionPoint, Outcome, Step

Node = Mapping[str, object]
WORDS = {
    "nl": {
        YES: "Ja",
        NO: "Nee",
        OTHERWISE: "Anders",
        "track": "Spoor",
        "success": "Is dit gelukt?",
        "targets": "Gericht op",
        "condition": "Voorwaarde",
        "step": "Stap",
        "end": "Einde van het draaiboek",
        "asked": "Hoe gaat het verder?",
        "sub": "Draaiboek",
    },
    "en": {
        YES: "Yes",
        NO: "No",
        OTHERWISE: "Otherwise",
        "track": "Track",
        "success": "Did this succeed?",
        "targets": "Aimed at",
        "condition": "Condition",
        "step": "Step",
        "end": "End of the playbook",
        "asked": "How to go on?",
        "sub": "Playbook",
    },
}
KINDS = {names.PARALLEL: rules.PARALLEL, names.WHILE: rules.WHILE}
LISTS = ("messages", "contacts", "clocks", "playbooks")
NO_ROLE = "Who does this is not given; the role of the step before it was taken."
GUESSED_SLUG = (
    "Which playbook of yours this is, is not known; %(name)s was taken by its name. Choose the right one."
)
GUESSED_TEXT = "The file says in code when this branch is taken. Put the question into words."
UNFIT = "%(field)s of our extension does not fit and is not shown."


class Stepper:
    """Makes steps of units; ``identifiers`` tells of which parts of the document."""

    def __init__(
        self,
        value: Node,
        line: Line,
        agents: Mapping[str, str],
        language: str,
        prose: Prose,
        report: Report,
        *,
        safest: bool,
    ) -> None:
        self._steps = {name: node(step) for name, step in node(value.get("workflow")).items()}
        self._targets = node(value.get("target_definitions"))
        self._agents = agents  # identifier -> key of the role
        self._roles = list(dict.fromkeys(agents.values()))
        self._language = language
        self._words = WORDS[language]
        self._report = report
        self._prose = prose
        self._safest = safest
        self._taken = {*formats.TAKEN, *wording.ENDS, "steps", "exception", "stappen", "uitzondering"}
        self._taken |= {str(node(one).get("id")) for one in _phases(value)}
        self._goals: dict[str, str] = {}  # step of the document -> id of ours
        self._titles: dict[str, str] = {}
        self._role = ""
        self.identifiers: dict[str, str] = {}
        for unit in line.units:
            self._name(unit)
        self.end = self._fresh(None, self._words["end"]) if line.ends else ""
        if self.end:
            self.identifiers[self.end] = next((name for name in line.ends if name), "")
            self._titles[self.end] = self._words["end"]

    def last(self) -> Step:
        """The step at which an answer ends the playbook: a link needs somewhere to lead to."""
        return Step(self.end, "", self._words["end"], 0, role=self._role or self._roles[0], next=rules.END)

    def step(self, unit: Unit) -> Step:
        """A unit as a step; where one goes on after it is up to its place in the file."""
        source = self._steps.get(unit.step, {})
        made = own.made_step(source, self._role_of(unit, source), ())
        marked = bool(own.extension(source).get("id"))
        made = self._fitting(made, unit) if marked else replace(made, result="")
        if source.get("type") == names.PLAYBOOK_ACTION:
            made = replace(made, playbooks=(self._slug(unit.step, source),))
        content = self._texts(source, told=not marked or source.get("type") == names.PLAYBOOK_ACTION)
        if unit.question:
            content += [*self._reason(unit), self._point(unit)]
        return replace(made, id=unit.id, title=self._titles[unit.id], content=tuple(content), next="")

    def goal(self, step: str) -> str:
        """Where one goes on at a step of the document, as the id of ours; `rules.END` for none."""
        return self._goals.get(step, rules.END)

    def _name(self, unit: Unit) -> None:
        step, point = self._steps.get(unit.step, {}), self._steps.get(unit.point, {})
        name = step.get("name") or point.get("name") or self._sub_name(step) or self._words["step"]
        title = self._prose.line(name) or self._words["step"]
        unit.id = self._fresh(own.extension(step).get("id"), title)
        self._titles[unit.id] = title
        self._goals[unit.step or unit.point] = unit.id
        self.identifiers[unit.id] = unit.step
        if unit.point or unit.asks_success:
            given = self._prose.line(point.get("name"))
            asked = self._words["success"] if unit.asks_success else given or self._words["asked"]
            kind = WORDS_OF[self._language][KINDS.get(str(point.get("type")), rules.DECISION)]
            unit.question = self._fresh(own.extension(point).get("id"), f"{kind} {asked}")
            self._titles[unit.question] = asked
            if unit.point:
                self._goals.setdefault(unit.point, unit.question)
                self.identifiers[unit.question] = unit.point

    def _sub_name(self, step: Node) -> str:
        return self._words["sub"] if step.get("type") == names.PLAYBOOK_ACTION else ""

    def _fresh(self, known: object, title: str) -> str:
        if isinstance(known, str) and KEY.fullmatch(known) and len(known) <= 80 and known not in self._taken:
            made = known
        else:
            made = own.fresh(key(title), self._taken)
        self._taken.add(made)
        return made

    def _role_of(self, unit: Unit, source: Node) -> str:
        role = self._agents.get(str(source.get("agent", "")), "")
        if not role:
            role = self._role or self._roles[0]
            if unit.step:
                self._report.guessed(f"/workflow/{unit.step}", NO_ROLE)
        self._role = role
        return role

    def _fitting(self, made: Step, unit: Unit) -> Step:
        """A step with only those values of our extension that its file can hold."""
        result, evidence = (" ".join(one.split()) for one in (made.result, made.evidence))
        fits = {
            "deputy": made.deputy in {"", *self._roles},
            "time": not made.time or made.within is not None,
            "result": not result or self._prose.fits_field(result),
            "evidence": not evidence or self._prose.fits_field(evidence),
        }
        for name in LISTS:
            fits[name] = all(wording.LISTS[name].fullmatch(one) for one in getattr(made, name))
        for name, well in fits.items():
            if not well:
                place = f"/workflow/{unit.step}/step_extensions"
                self._report.skipped(place, UNFIT, field=name)
        return replace(
            made,
            deputy=made.deputy if fits["deputy"] else "",
            time=made.time if fits["time"] else "",
            result=result if fits["result"] else "",
            evidence=evidence if fits["evidence"] else "",
            messages=made.messages if fits["messages"] else (),
            contacts=made.contacts if fits["contacts"] else (),
            clocks=made.clocks if fits["clocks"] else (),
            playbooks=made.playbooks if fits["playbooks"] else (),
        )

    def _slug(self, name: str, source: Node) -> str:
        given = own.extension(source).get("starts")
        if isinstance(given, str) and wording.LISTS["playbooks"].fullmatch(given):
            return given
        slug = key(str(source.get("name") or source.get("playbook_id")))
        self._report.guessed(f"/workflow/{name}/playbook_id", GUESSED_SLUG, name=slug)
        return slug

    def _said(self, text: object) -> list[Content]:
        if not isinstance(text, str) or not text.strip():
            return []
        made = code(text) if self._safest else self._prose.paragraph(text)
        return [made] if made else []

    def _texts(self, source: Node, *, told: bool) -> list[Content]:
        """Description, commands and targets of a step."""
        made: list[Content] = self._said(source.get("description")) if told else []
        commands = source.get("commands")
        for command in map(node, commands if isinstance(commands, list) else []):
            made += self._said(command.get("description"))
            encoded = command.get("command_b64")
            text = command.get("command") or (decoded(encoded) if isinstance(encoded, str) else "")
            if command.get("type") == "manual":
                made += self._said(text) if text != source.get("name") else []
            elif isinstance(text, str) and text.strip():
                made.append(code(text, str(command.get("type"))))
        aims = [
            str(node(self._targets.get(name)).get("name") or name) for name in texts(source.get("targets"))
        ]
        if aims:
            made += self._said(f"{self._words['targets']}: {'; '.join(aims)}")
        return made

    def _reason(self, unit: Unit) -> list[Content]:
        """What a branching step says apart from its question: its description and its condition."""
        point = self._steps.get(unit.point, {})
        made = self._said(point.get("description"))
        said = point.get("condition") or point.get("switch")
        if isinstance(said, str) and not own.extension(point).get("id"):
            made += [*self._said(f"{self._words['condition']}:"), code(said)]
            if not point.get("name"):
                self._report.guessed(f"/workflow/{unit.point}", GUESSED_TEXT)
        return made

    def _point(self, unit: Unit) -> DecisionPoint:
        point = self._steps.get(unit.point, {})
        recorded = own.extension(point).get("outcomes")
        said = [node(one) for one in recorded] if isinstance(recorded, list) else []
        if len(said) != len(unit.ways):
            said = []
        outcomes = []
        for at, (answer, step) in enumerate(unit.ways):
            target = self._goals.get(step, self.end)
            recalled = said[at] if said else {}
            given = self._prose.line(recalled.get("answer")) or self._answer(answer)
            text = self._prose.line(recalled.get("text")) if recalled.get("target") == target else ""
            outcomes.append(Outcome(given, text or self._titles[target], target, 0))
        kind = KINDS.get(str(point.get("type")), rules.DECISION)
        question = self._titles[unit.question]
        if kind == rules.DECISION and len(outcomes) < 2:  # a switch with one case
            outcomes.append(replace(outcomes[0], answer=self._words[OTHERWISE]))
        return DecisionPoint(unit.question, question, "", tuple(outcomes), 0, kind)

    def _answer(self, answer: str) -> str:
        if answer.startswith("="):
            return self._prose.line(answer[1:]) or "-"
        return f"{self._words['track']} {answer[1:]}" if answer.startswith("#") else self._words[answer]


def _phases(value: Node) -> list[object]:
    given = own.extension(value, "playbook_extensions").get("phases")
    return given if isinstance(given, list) else []
