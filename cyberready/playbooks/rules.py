"""What a playbook consists of, and which of it is whose. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

END = "end"  # what ``Step.next`` holds when the playbook is over after a step
DECISION, PARALLEL, WHILE = "decision", "parallel", "while"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer to a decision point; ``target`` is the id of the step or phase where one goes on."""

    answer: str
    text: str
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """A place where the playbook branches; ``text`` is Markdown.

    ``kind`` is ``decision`` (one of the outcomes), ``parallel`` (all outcomes at the same time) or ``while`` (the first
    outcome again and again as long as the answer to the question is yes; after that the second, or what follows).
    """

    id: str
    question: str
    text: str
    outcomes: tuple[Outcome, ...]
    line: int
    kind: str = DECISION


Content = str | DecisionPoint


@dataclass(frozen=True, slots=True)
class Step:
    """What one role does; ``content`` is Markdown and decision points in the order of the file.

    ``role`` and ``deputy`` are keys of the playbook's roles; ``time`` is the time target as written and ``within`` the
    same as a duration, counted from the start of the playbook. ``messages``, ``contacts``, ``clocks`` and ``playbooks``
    name message templates, contacts, legal clocks and sub-playbooks. ``next`` is the id where one goes on, ``END``, or
    empty for what follows in the file.
    """

    id: str
    number: str
    title: str
    line: int
    role: str = ""
    deputy: str = ""
    time: str = ""
    within: timedelta | None = None
    result: str = ""
    evidence: str = ""
    content: tuple[Content, ...] = ()
    messages: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    next: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the playbook, with its own introduction and steps."""

    id: str
    title: str
    line: int
    content: tuple[Content, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook as published; ``digest`` is the SHA-256 of its canonical source, in hex.

    ``translates`` is the version of the same playbook in the other language that this is a translation of, or empty;
    ``placeholders`` are the keys that stand as ``{{ key }}`` in its texts, each with what is to be filled in.
    """

    slug: str
    title: str
    language: str
    version: str
    summary: str
    owner: str
    tlp: str
    review_months: int | None
    roles: Mapping[str, str]
    intro: tuple[Content, ...]
    phases: tuple[Phase, ...]
    digest: str
    translates: str = ""
    placeholders: Mapping[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    @property
    def decision_points(self) -> tuple[DecisionPoint, ...]:
        """Every decision point, in order."""
        parts = chain(
            self.intro,
            *(chain(phase.content, *(step.content for step in phase.steps)) for phase in self.phases),
        )
        return tuple(part for part in parts if isinstance(part, DecisionPoint))

    @property
    def step_ids(self) -> frozenset[str]:
        """Ids that a scenario may refer to: those of steps and decision points."""
        return frozenset(step.id for step in self.steps) | {point.id for point in self.decision_points}

    def duties(self, role: str) -> tuple[Step, ...]:
        """What *role* does, itself or as deputy, in the order of time; steps without a time target come last."""
        mine = [step for step in self.steps if role in {step.role, step.deputy}]
        return tuple(sorted(mine, key=lambda step: (step.within is None, step.within or timedelta())))


def review_due(published_at: datetime, months: int | None) -> datetime | None:
    """When a release is to be reviewed: *months* later on the same day of the month, or the month's last day."""
    if months is None:
        return None
    year, month = divmod(published_at.year * 12 + published_at.month - 1 + months, 12)
    day = min(published_at.day, monthrange(year, month + 1)[1])
    return published_at.replace(year=year, month=month + 1, day=day)
