"""The flow of a playbook, in which one may go anywhere, as blocks that each end where they began: CACAO knows no other.

Every step and decision point is placed once. A branch runs until the place where all branches of its decision point
meet, and ends there. Where somebody goes back, or into the middle of another branch, stands a jump: the instruction to
go on elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cyberready.playbooks.rules import DECISION, END, WHILE, DecisionPoint, Playbook, Step

Part = Step | DecisionPoint


@dataclass(frozen=True, slots=True)
class Goal:
    """Where one goes on: at the part with index ``at``, or at the end of this branch when it is None.

    With ``jumps`` the part is placed elsewhere; ``after`` is then what is placed here all the same.
    """

    at: int | None
    jumps: bool = False
    after: "Goal | None" = None


FINISH = Goal(None)


@dataclass(slots=True)
class Placed:
    """A part in its place; ``others`` is where one goes on when no outcome fits."""

    part: Part
    on: Goal = FINISH
    branches: tuple[Goal, ...] = ()
    others: Goal | None = None


@dataclass(frozen=True, slots=True)
class _Inside:
    """The block that is being filled: the part where it stops, and the parts that it repeats."""

    stop: int | None = None
    repeats: frozenset[int] = frozenset()


@dataclass(slots=True)
class Flow:
    """The parts of a playbook in the order of the file, and where each leads."""

    parts: list[Part] = field(default_factory=list)
    entries: dict[str, int] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)  # decision point -> the step that it stands in

    @classmethod
    def of(cls, playbook: Playbook) -> "Flow":
        """Read the flow of a playbook."""
        flow = cls()
        flow._take(_points(playbook.intro))
        for phase in playbook.phases:
            flow.entries[phase.id] = len(flow.parts)
            flow._take(_points(phase.content))
            for step in phase.steps:
                at = len(flow.parts)
                flow._take([step, *_points(step.content)])
                flow.owners |= dict.fromkeys(range(at + 1, len(flow.parts)), at)
        return flow

    def _take(self, parts: Sequence[Part]) -> None:
        for part in parts:
            self.entries[part.id] = len(self.parts)
            self.parts.append(part)

    def goal(self, target: str) -> int | None:
        """The index of what a step, decision point or phase begins with; None for the end."""
        at = self.entries.get(target)
        return at if at is not None and at < len(self.parts) else None

    def following(self, at: int) -> int | None:
        """Where one goes on after the part at an index, outcomes apart."""
        part, owner = self.parts[at], self.owners.get(at)
        last_of_step = self.owners.get(at + 1) != (at if owner is None else owner)
        step = part if isinstance(part, Step) else self.parts[owner] if owner is not None else None
        if last_of_step and isinstance(step, Step) and step.next:
            return None if step.next == END else self.goal(step.next)
        return at + 1 if at + 1 < len(self.parts) else None

    def outcomes(self, at: int) -> list[int | None]:
        """Where the outcomes of the decision point at an index lead."""
        part = self.parts[at]
        return (
            [self.goal(outcome.target) for outcome in part.outcomes]
            if isinstance(part, DecisionPoint)
            else []
        )


def structured(playbook: Playbook) -> dict[int, Placed]:
    """The parts of a playbook in blocks, by their index in its flow; the first is where it begins."""
    return _Structure(Flow.of(playbook)).placed()


def _points(parts: Sequence[object]) -> list[DecisionPoint]:
    return [part for part in parts if isinstance(part, DecisionPoint)]


class _Structure:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._end = len(flow.parts)
        self._fallen: set[int] = set()  # parts that nothing leads to but the part before them
        self._reach()
        self._rank = self._ranks()
        self._meets = self._meeting_places()
        self._placed: dict[int, Placed] = {}
        self._taken: set[int] = set()
        self._waiting: list[tuple[int, _Inside]] = []

    def placed(self) -> dict[int, Placed]:
        """Every part in its place."""
        if self._flow.parts:
            self._taken.add(0)
            self._waiting.append((0, _Inside()))
        while self._waiting:
            at, inside = self._waiting.pop()
            self._place(at, inside)
        return self._placed

    def _reach(self) -> None:
        reached: set[int] = set()
        for at in range(self._end):
            if at in reached:
                continue
            if at:
                self._fallen.add(at)
            waiting = [at]
            while waiting:
                found = waiting.pop()
                if found not in reached:
                    reached.add(found)
                    waiting += [goal for goal in self._goals(found) if goal is not None]

    def _goals(self, at: int) -> Iterator[int | None]:
        """Where a part leads, but for its fall into the next."""
        part = self._flow.parts[at]
        if isinstance(part, Step):
            yield self._flow.following(at)
            return
        goals = self._flow.outcomes(at)
        yield from goals
        if part.kind == WHILE and len(goals) < 2:
            yield self._flow.following(at)

    def _leads(self, at: int) -> list[int]:
        """Where a part leads; the end is one past the last part."""
        fallen = at + 1 in self._fallen
        if fallen and isinstance(self._flow.parts[at], Step):
            return [at + 1]
        goals = [self._end if goal is None else goal for goal in self._goals(at)]
        return [*goals, at + 1] if fallen else goals

    def _ranks(self) -> list[int]:
        """The place of each part in an order in which one only goes back to repeat something."""
        rank = [0] * (self._end + 1)
        rank[self._end] = count = self._end + 1
        seen = {0, self._end}
        path = [(0, iter(reversed(self._leads(0))))] if self._end else []
        while path:
            at, goals = path[-1]
            goal = next((goal for goal in goals if goal not in seen), None)
            if goal is None:
                count -= 1
                rank[at] = count
                path.pop()
            else:
                seen.add(goal)
                path.append((goal, iter(reversed(self._leads(goal)))))
        return rank

    def _meeting_places(self) -> Mapping[int, int | None]:
        """For each part the nearest one where all ways onward meet; None when every way goes back."""
        meets: dict[int, int | None] = {}
        rank = self._rank

        def later(at: int) -> int:
            found = meets[at]
            return self._end if found is None else found

        for at in sorted(range(self._end), key=lambda one: -rank[one]):
            found: int | None = None
            for goal in self._leads(at):
                if rank[goal] <= rank[at] or (goal != self._end and meets[goal] is None):
                    continue  # that way only leads back
                other = goal
                while found is not None and found != other:
                    if rank[found] < rank[other]:
                        found = later(found)
                    else:
                        other = later(other)
                found = other
            meets[at] = found
        return meets

    def _go(self, at: int | None, inside: _Inside) -> Goal:
        """Go on at a part from within a block: there it is placed, unless it is elsewhere already."""
        if at is None or at == inside.stop or at in inside.repeats:
            return FINISH
        if at in self._taken:
            return Goal(at, jumps=True)
        self._taken.add(at)
        self._waiting.append((at, inside))
        return Goal(at)

    def _place(self, at: int, inside: _Inside) -> None:
        part = self._flow.parts[at]
        fallen = at + 1 if at + 1 in self._fallen else None
        if isinstance(part, Step):
            self._placed[at] = Placed(part, self._onward(self._flow.following(at), fallen, inside))
        elif part.kind == WHILE:
            self._repeat(at, part, fallen, inside)
        else:
            self._branch(at, part, fallen, inside)

    def _repeat(self, at: int, part: DecisionPoint, fallen: int | None, inside: _Inside) -> None:
        body, *leaves = self._goals(at)
        on = self._onward(leaves[0], fallen, inside)
        owner = self._flow.owners.get(at, at)
        ahead = leaves[0] is not None and self._rank[leaves[0]] > self._rank[at]
        within = _Inside(leaves[0] if ahead else inside.stop, inside.repeats | {at, owner})
        goal = Goal(owner, jumps=True) if body == owner != at else self._go(body, within)
        self._placed[at] = Placed(part, on, (goal,))

    def _branch(self, at: int, part: DecisionPoint, fallen: int | None, inside: _Inside) -> None:
        meet = self._meets[at]
        meet = None if meet == self._end else meet
        if inside.stop is not None and (meet is None or self._rank[meet] > self._rank[inside.stop]):
            meet = inside.stop
        others: Goal | None = None
        within = _Inside(meet, inside.repeats)
        if part.kind == DECISION:
            on = self._go(meet, inside)
            others = self._go(fallen, within) if fallen is not None else None
        else:
            on = self._go(meet if fallen is None else fallen, inside)
        # What is placed last is filled first: the first branch takes what it shares with others.
        goals = reversed(self._flow.outcomes(at))
        branches = tuple(reversed([self._go(goal, within) for goal in goals]))
        self._placed[at] = Placed(part, on, branches, others)

    def _onward(self, goal: int | None, fallen: int | None, inside: _Inside) -> Goal:
        if fallen is None or fallen == goal:
            return self._go(goal, inside)
        after = self._go(fallen, inside)
        return after if goal is None else Goal(goal, jumps=True, after=after)
