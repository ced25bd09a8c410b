"""What stands on paper for who acts: what a step asks to tick off, and the card of each role."""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberready.platform import markdown
from cyberready.playbooks.rules import DecisionPoint, Phase, Playbook, Step


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a checklist: a step with what is to be ticked off in it (Markdown) and its branches."""

    step: Step
    tasks: tuple[str, ...]
    points: tuple[DecisionPoint, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A phase of a checklist."""

    phase: Phase
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What one role does, in the order of time; ``instead`` are the steps that it does as deputy."""

    role: str
    name: str
    steps: tuple[Step, ...]
    instead: tuple[Step, ...]


def checklist(playbook: Playbook, role: str = "") -> tuple[Part, ...]:
    """The checklist of a playbook, or of what one role does in it; phases without a step are left out."""
    parts = (
        Part(phase, tuple(_line(step) for step in phase.steps if role in {"", step.role, step.deputy}))
        for phase in playbook.phases
    )
    return tuple(part for part in parts if part.lines)


def cards(playbook: Playbook) -> tuple[Card, ...]:
    """A card for each role that does something, in the order of the roles."""
    found = (_card(playbook, role) for role in playbook.roles)
    return tuple(card for card in found if card.steps or card.instead)


def tasks(text: str) -> Iterator[str]:
    """What stands beside a box to tick in a Markdown text, each as Markdown of one line."""
    wanted = False
    for token in markdown.parser().parse(text):
        if token.type == "list_item_open":
            wanted = "task-list-item" in str(token.attrs.get("class", ""))
        elif token.type == "inline" and wanted:
            yield " ".join(token.content.split())
            wanted = False


def _line(step: Step) -> Line:
    found = [task for part in step.content if isinstance(part, str) for task in tasks(part)]
    points = [part for part in step.content if isinstance(part, DecisionPoint)]
    return Line(step, tuple(found), tuple(points))


def _card(playbook: Playbook, role: str) -> Card:
    steps = playbook.duties(role)
    own = tuple(step for step in steps if step.role == role)
    return Card(role, playbook.roles[role], own, tuple(step for step in steps if step.role != role))
