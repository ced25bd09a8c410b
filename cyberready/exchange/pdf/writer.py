"""A playbook on paper: the whole text, a checklist to tick off, and an A5 card for each role."""

from collections.abc import Iterable, Mapping
from typing import Any

from cyberready.exchange.pdf.content import Node, Setter, plain
from cyberready.exchange.pdf.lettering import showable
from cyberready.exchange.pdf.typesetting import typeset
from cyberready.exchange.referring import FIELDS, titles
from cyberready.exchange.standing import Standing
from cyberready.platform.texts import translate
from cyberready.playbooks import placeholders, sheets
from cyberready.playbooks.rules import END, Content, DecisionPoint, Playbook, Step

WORDS = {
    "version": "Version",
    "published": "Published",
    "owner": "Owner",
    "state": "State",
    "review": "Review",
    "approval": "Approval",
    "changes": "Changes",
    "name": "Name",
    "function": "Function",
    "date": "Date",
    "change": "Change",
    "digest": "Fingerprint (SHA-256)",
    "contents": "Contents",
    "role": "Role",
    "deputy": "Deputy",
    "within": "Within",
    "result": "Result",
    "evidence": "Evidence",
    "messages": "Messages",
    "contacts": "Contacts",
    "clocks": "Legal clocks",
    "playbooks": "Playbooks",
    "next": "After that",
    "end": "The end",
    "decision": "Decision",
    "parallel": "At the same time",
    "while": "As long as",
    "checklist": "Checklist",
    "done": "Done",
    "what": "What",
    "time": "Time",
    "initials": "Initials",
    "incident": "Incident",
    "started": "Started at",
    "kept": "Kept by",
    "card": "Action card",
    "as_deputy": "As deputy",
    "no_time": "no time target",
}


def playbook_pdf(playbook: Playbook, standing: Standing) -> bytes:
    """The whole playbook, filled in; what is not filled in stands between square brackets."""
    told = _Told(playbook, standing)
    return told.typeset("playbook", told.body())


def checklist_pdf(playbook: Playbook, standing: Standing, role: str = "") -> bytes:
    """The checklist, or the part of it in which one role has something to do; an unknown role stands for all."""
    role = role if role in playbook.roles else ""
    told = _Told(playbook, standing, links=False)
    return told.typeset("checklist", {"parts": told.checklist(role), "role": told.role(role)})


def cards_pdf(playbook: Playbook, standing: Standing, role: str = "") -> bytes:
    """The action cards of all roles, or of one; an unknown role stands for all."""
    role = role if role in playbook.roles else ""
    told = _Told(playbook, standing, links=False)
    return told.typeset("cards", {"cards": told.cards(role)})


class _Told:
    """Tells a playbook as data for the typesetter; with *links* its texts lead to each other."""

    def __init__(self, playbook: Playbook, standing: Standing, *, links: bool = True) -> None:
        self._playbook = playbook = placeholders.filled(playbook, standing.values)
        self._standing = standing
        self._labels = {phase.id: phase.title for phase in playbook.phases}
        self._labels |= {step.id: f"{step.number} {step.title}" for step in playbook.steps}
        self._labels |= {point.id: point.question for point in playbook.decision_points}
        self._unfilled = {key: placeholders.escaped(told) for key, told in playbook.placeholders.items()}
        self._referring = titles(playbook, standing)
        self._setter = Setter(frozenset(self._labels if links else ()), standing.pictures)

    def typeset(self, template: str, data: Mapping[str, Any]) -> bytes:
        """The PDF of what was told."""
        made_at = self._standing.made
        return typeset(template, {**self._head(), **data}, made_at=made_at, files=self._setter.files)

    def _head(self) -> dict[str, Any]:
        """What every sheet says about the playbook."""
        one, standing = self._playbook, self._standing
        return {
            "title": showable(one.title),
            "summary": showable(one.summary),
            "language": one.language,
            "version": showable(one.version),
            "owner": showable(one.owner),
            "tlp": one.tlp,
            "state": showable(standing.state),
            "day": showable(standing.published),
            "review": showable(standing.review),
            "digest": one.digest,
            "warnings": [showable(said) for said in standing.warnings],
            "organisation": showable(standing.organisation),
            "foot": showable(standing.foot),
            "approvals": [
                [showable(part) for part in (a.name, a.function, a.day)] for a in standing.approvals
            ],
            "changes": [[showable(part) for part in (c.version, c.day, c.what)] for c in standing.changes],
            "words": {name: translate(one.language, said) for name, said in WORDS.items()},
        }

    def body(self) -> dict[str, Any]:
        """The introduction and the phases."""
        phases = [
            {
                "id": phase.id,
                "title": self._plain(phase.title),
                "content": self._content(phase.content),
                "steps": [self._step(step) for step in phase.steps],
            }
            for phase in self._playbook.phases
        ]
        return {"intro": self._content(self._playbook.intro), "phases": phases}

    def role(self, role: str) -> str:
        """The name of a role; empty for none."""
        return self._plain(self._playbook.roles.get(role, "")) if role else ""

    def checklist(self, role: str) -> list[Node]:
        """The parts of the checklist."""
        return [
            {
                "title": self._plain(part.phase.title),
                "lines": [
                    {
                        "number": line.step.number,
                        "title": self._plain(line.step.title),
                        "role": self.role(line.step.role),
                        "within": line.step.time,
                        "tasks": [self._setter.runs(self._open(task)) for task in line.tasks],
                        "points": [self._point(point) for point in line.points],
                    }
                    for line in part.lines
                ],
            }
            for part in sheets.checklist(self._playbook, role)
        ]

    def cards(self, role: str) -> list[Node]:
        """The cards of all roles, or of one."""
        return [
            {
                "name": self._plain(card.name),
                "steps": [self._duty(step) for step in card.steps],
                "instead": [self._duty(step) for step in card.instead],
            }
            for card in sheets.cards(self._playbook)
            if role in {"", card.role}
        ]

    def _duty(self, step: Step) -> Node:
        return {
            "number": step.number,
            "title": self._plain(step.title),
            "within": step.time,
            "role": self.role(step.role),
            "result": self._setter.runs(self._open(step.result)),
        }

    def _step(self, step: Step) -> Node:
        return {
            "id": step.id,
            "number": step.number,
            "title": self._plain(step.title),
            "facts": [{"label": name, "runs": runs} for name, runs in self._facts(step) if runs],
            "content": self._content(step.content),
        }

    def _facts(self, step: Step) -> Iterable[tuple[str, list[Node]]]:
        yield "role", plain(self.role(step.role))
        yield "deputy", plain(self.role(step.deputy))
        yield "within", plain(step.time)
        yield "result", self._setter.runs(self._open(step.result))
        yield "evidence", self._setter.runs(self._open(step.evidence))
        for name in ("messages", "contacts", "clocks", "playbooks"):
            told = (self._referring.get((name, key), key) for key in getattr(step, name))
            yield name, plain(self._plain("; ".join(told) if name in FIELDS else ", ".join(told)))
        if step.next == END:
            yield "next", plain(translate(self._playbook.language, WORDS["end"]))
        elif step.next:
            yield "next", [{"text": self._plain(self._labels[step.next]), "place": step.next}]

    def _content(self, parts: Iterable[Content]) -> list[Node]:
        found: list[Node] = []
        for part in parts:
            if isinstance(part, DecisionPoint):
                found.append({"kind": "point", **self._point(part)})
            else:
                found += self._setter.blocks(self._open(part))
        return found

    def _point(self, point: DecisionPoint) -> Node:
        return {
            "id": point.id,
            "word": point.kind,
            "question": self._plain(point.question),
            "blocks": self._setter.blocks(self._open(point.text)),
            "outcomes": [
                {"answer": self._plain(one.answer), "text": self._plain(one.text), "place": one.target}
                for one in point.outcomes
            ],
        }

    def _plain(self, text: str) -> str:
        return showable(placeholders.worded(text, self._playbook.placeholders))

    def _open(self, text: str) -> str:
        """Markdown in which what is not filled in is told between brackets that are no markup."""
        return placeholders.worded(text, self._unfilled, "\\[%s\\]")
