"""A CACAO document as a playbook of ours: agents become roles, conditions decisions, and what has no place is told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cyberready.exchange.cacao import names, own, unread
from cyberready.exchange.cacao.lining import Line
from cyberready.exchange.cacao.prose import Prose, code, language_of
from cyberready.exchange.cacao.source import spelled
from cyberready.exchange.cacao.stepping import Stepper
from cyberready.exchange.cacao.structure import node, texts
from cyberready.exchange.report import Report
from cyberready.platform.faults import FaultsFound
from cyberready.platform.outline import KEY, key
from cyberready.playbooks import formats
from cyberready.playbooks.rules import END, Content, Phase, Playbook, Step

Node = Mapping[str, object]
WORDS = {
    "nl": {
        "steps": ("stappen", "Stappen"),
        "exception": ("uitzondering", "Bij een uitzondering"),
        "role": "Uitvoerder",
        "owner": "Nog te bepalen",
    },
    "en": {
        "steps": ("steps", "Steps"),
        "exception": ("exception", "In case of an exception"),
        "role": "Person in charge",
        "owner": "To be decided",
    },
}
PROVISIONAL = "0.9"
LONGEST_SUMMARY = 1_000
READ_BACK = "This file was made by cyberready and not changed since: everything is read back as it was."
LANGUAGE = "The language is not given; %(language)s was taken by the words."
NO_OWNER = "Who maintains the playbook is not given. Fill in the owner."
NO_TLP = "The file has no TLP marking; TLP:AMBER was taken. Choose the right one."
NO_VERSION = "CACAO has no version numbers; %(version)s was taken."
NO_PHASES = "CACAO has no phases; all steps stand in one. Divide them."
NO_AGENTS = "No agents are defined; one role was taken for all steps. Divide them."


@dataclass(frozen=True, slots=True)
class Reading:
    """A playbook as read; ``identifiers`` are those of its parts, as `writer.Provenance` wants them.

    ``exact`` says that the document is one of ours which nobody changed.
    """

    playbook: Playbook
    identifiers: Mapping[str, str]
    exact: bool


def reading(value: Node, report: Report) -> Reading:
    """Read a document without faults; what was guessed and what is not shown goes to *report*."""
    made = own.playbook(value)
    if made is not None:
        report.understood("/", READ_BACK)
        return Reading(made, {}, exact=True)
    first = _Reader(value, report, safest=False)
    try:
        return Reading(formats.parse(spelled(first.playbook())), first.identifiers, exact=False)
    except FaultsFound:  # a text that stands alone well enough, but not beside the others
        second = _Reader(value, Report(), safest=True)
        return Reading(formats.parse(spelled(second.playbook())), second.identifiers, exact=False)


class _Reader:
    def __init__(self, value: Node, report: Report, *, safest: bool) -> None:
        self._value = value
        self._report = report
        self._safest = safest
        self._own = own.extension(value, "playbook_extensions")
        self._places = _placeholders(self._own.get("placeholders"))
        self._prose = Prose(_ids(value), self._places)
        self._language = self._language_of()
        self._words = WORDS[self._language]
        self.identifiers: dict[str, str] = {}

    def playbook(self) -> Playbook:
        """Read all of it."""
        roles, agents = self._roles()
        line = Line(self._value)
        stepper = Stepper(
            self._value, line, agents, self._language, self._prose, self._report, safest=self._safest
        )
        phases = self._phases(line, stepper)
        self.identifiers |= stepper.identifiers
        unread.report(self._value, self._report)
        title = self._prose.line(self._value.get("name")) or "-"
        summary, intro = self._introduction(title)
        version = self._text("version")
        if not version:
            self._report.guessed("/", NO_VERSION, version=PROVISIONAL)
        slug = self._text("slug")
        return Playbook(
            slug=slug if KEY.fullmatch(slug) and len(slug) <= 80 else key(title),
            title=title,
            language=self._language,
            version=version or PROVISIONAL,
            summary=summary,
            owner=self._owner(),
            tlp=self._tlp(),
            review_months=self._months(),
            roles=roles,
            intro=intro,
            phases=phases,
            digest="",
            placeholders=self._places,
        )

    def _text(self, name: str) -> str:
        value = self._own.get(name)
        return self._prose.line(value) if isinstance(value, str) else ""

    def _months(self) -> int | None:
        given = self._own.get("review_months")
        return given if isinstance(given, int) and 1 <= given <= 120 else None

    def _language_of(self) -> str:
        given = self._own.get("language")
        if isinstance(given, str) and given in WORDS:
            return given
        parts = [self._value, *map(node, node(self._value.get("workflow")).values())]
        found = language_of(
            " ".join(str(part.get(name, "")) for part in parts for name in ("name", "description"))
        )
        self._report.guessed("/", LANGUAGE, language=found)
        return found

    def _owner(self) -> str:
        given = self._text("owner")
        if not given:
            self._report.guessed("/created_by", NO_OWNER)
        return given or str(self._words["owner"])

    def _tlp(self) -> str:
        given = texts(self._value.get("markings"))
        level = next((level for level in names.STRICTEST_FIRST if names.TLP[level] in given), None)
        if level is None:
            self._report.guessed("/markings", NO_TLP)
        return level or "AMBER"

    def _introduction(self, title: str) -> tuple[str, tuple[Content, ...]]:
        """The summary, and the whole description when the summary does not hold it."""
        description = str(self._value.get("description", ""))
        if self._own:
            return self._prose.line(description, LONGEST_SUMMARY) or title, self._texts(
                self._own.get("intro")
            )
        summary = self._prose.line(description.strip().split("\n\n")[0], LONGEST_SUMMARY) or title
        if " ".join(description.split()) in {"", summary}:
            return summary, ()
        said = code(description) if self._safest else self._prose.paragraph(description)
        return summary, (said,) if said else ()

    def _texts(self, parts: object) -> tuple[Content, ...]:
        """The texts of an introduction in our extension; its decision points stand with the steps."""
        listed = parts if isinstance(parts, list) else []
        said = (node(part).get("text") for part in listed)
        made = (self._prose.paragraph(text) for text in said if isinstance(text, str))
        return tuple(code(text) if self._safest else text for text in made if text)

    def _roles(self) -> tuple[dict[str, str], dict[str, str]]:
        """The roles, and the key of each by the identifier of its agent."""
        roles: dict[str, str] = {}
        agents: dict[str, str] = {}
        for name, one in node(self._value.get("agent_definitions")).items():
            agent = node(one)
            said = self._prose.line(agent.get("name")) or "-"
            given = own.extension(agent, "agent_target_extensions").get("key")
            fits = isinstance(given, str) and KEY.fullmatch(given) and len(given) <= 60
            role = own.fresh(str(given) if fits else key(said)[:40].strip("-"), roles)
            roles[role] = said
            agents[name] = role
            self.identifiers[f"role:{role}"] = name
        if not roles:
            self._report.guessed("/agent_definitions", NO_AGENTS)
            said = str(self._words["role"])
            roles[key(said)] = said
            agents[""] = key(said)
        return roles, agents

    def _phases(self, line: Line, stepper: Stepper) -> tuple[Phase, ...]:
        """The steps by phase: as our extension has them, else in one, and one for exceptions."""
        listed = self._own.get("phases")
        titles: dict[str, str] = {}
        texts_of: dict[str, tuple[Content, ...]] = {}
        for one in map(node, listed if isinstance(listed, list) else []):
            name = one.get("id")
            if isinstance(name, str) and KEY.fullmatch(name) and len(name) <= 80:
                titles[name] = self._prose.line(one.get("title")) or name
                texts_of[name] = self._texts(one.get("content"))
        if not titles:
            self._report.guessed("/workflow", NO_PHASES)
        steps: dict[str, list[tuple[Step, str]]] = {name: [] for name in titles}
        phase = next(iter(titles), "")
        workflow = node(self._value.get("workflow"))
        for at, unit in enumerate(line.units):
            if at == line.exception and stepper.end:
                steps[phase].append((stepper.last(), END))
            given = own.extension(node(workflow.get(unit.step))).get("phase")
            phase = given if isinstance(given, str) and given in titles else phase
            if at >= line.exception:
                phase = self._added(titles, "exception")
            elif not phase:
                phase = self._added(titles, "steps")
            on = "" if unit.question else stepper.goal(unit.on)
            steps.setdefault(phase, []).append((stepper.step(unit), on))
        if stepper.end and line.exception == len(line.units):
            steps[phase].append((stepper.last(), END))
        places = {name: at for at, name in enumerate(self._recorded())}
        made = _connected({name: (titles[name], _sorted(found, places)) for name, found in steps.items()})
        return tuple(replace(phase, content=texts_of.get(phase.id, ())) for phase in made)

    def _recorded(self) -> list[str]:
        """The ids of the steps in the order that our extension gives."""
        listed = self._own.get("phases")
        phases = map(node, listed if isinstance(listed, list) else [])
        return [name for phase in phases for name in texts(phase.get("steps"))]

    def _added(self, titles: dict[str, str], which: str) -> str:
        name, title = self._words[which]
        titles.setdefault(name, title)
        return name


def _sorted(found: list[tuple[Step, str]], places: Mapping[str, int]) -> list[tuple[Step, str]]:
    """Steps in their recorded order; those that came later stay behind the step before them."""
    ranks: list[int] = []
    for step, _ in found:
        ranks.append(places.get(step.id, ranks[-1] if ranks else -1))
    return [pair for _, pair in sorted(zip(ranks, found, strict=True), key=lambda ranked: ranked[0])]


def _placeholders(given: object) -> dict[str, str]:
    """The placeholders that our extension declares, as far as they fit."""
    return {
        name: described
        for name, text in node(given).items()
        if KEY.fullmatch(name) and len(name) <= 80 and (described := Prose().line(text))
    }


def _ids(value: Node) -> set[str]:
    """The ids that texts of ours may link to."""
    marked = (own.extension(node(step)).get("id") for step in node(value.get("workflow")).values())
    phases = own.extension(value, "playbook_extensions").get("phases")
    listed = (node(one).get("id") for one in (phases if isinstance(phases, list) else []))
    return {name for name in (*marked, *listed) if isinstance(name, str)}


def _connected(phases: Mapping[str, tuple[str, list[tuple[Step, str]]]]) -> tuple[Phase, ...]:
    """The phases with their steps, each of which says where one goes on when that is not the next one."""
    order = [step.id for _, found in phases.values() for step, _ in found]
    following = dict(zip(order, [*order[1:], END], strict=True))
    return tuple(
        Phase(
            name,
            title,
            0,
            (),
            tuple(replace(step, next="" if on in {"", following[step.id]} else on) for step, on in found),
        )
        for name, (title, found) in phases.items()
    )
