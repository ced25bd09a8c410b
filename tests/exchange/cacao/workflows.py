"""CACAO documents by chance: every one without faults, with any text anywhere."""

import uuid

from hypothesis import strategies as st

TRAPS = st.sampled_from(
    [
        "## Not a phase {#x}",
        "### Not a step",
        "- Rol: niemand",
        "- [ ] a box",
        "> **Besluit: niet echt?** {#q}\n> - ja → [x](#y)",
        "{{ nothing }}",
        "[ref]: http://example.org",
        "[link](#nowhere)",
        "<script>alert(1)</script>",
        "```\nopen fence",
        "a → b",
        "---",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "\tindented\n    code",
        "1. one\n2. two",
        "*emphasis* _here_ `code`",
        "",
        " ",
    ]
)
TEXT = st.one_of(TRAPS, st.text(max_size=60), st.text("abc *_#>-\n`{}[]()!|<&:→", max_size=80))
NAME = st.one_of(TEXT, st.just("Bel de CISO"), st.just("einde"))


class Builder:
    def __init__(self, draw):
        self.draw = draw
        self.count = 0
        self.workflow = {}
        self.agents = {
            self.new("group"): {"type": "group", "name": draw(NAME)} for _ in range(draw(st.integers(1, 3)))
        }
        self.variables = {}

    def new(self, kind):
        self.count += 1
        return f"{kind}--{uuid.UUID(int=self.count * 0x10001, version=4)}"

    def end(self):
        name = self.new("end")
        self.workflow[name] = {"type": "end"} | (
            {"name": self.draw(NAME)} if self.draw(st.booleans()) else {}
        )
        return name

    def sequence(self, depth, longest=3):
        """A few steps and their own end; gives the first."""
        count = self.draw(st.integers(0 if depth else 1, longest))
        following = self.end()
        for index in range(count):
            must_act = depth == 0 and index == 0
            following = self.step(depth, following, must_act=must_act)
        return following

    def step(self, depth, following, *, must_act):
        kinds = ["action", "action", "playbook-action"]
        if depth < 3 and not must_act:
            kinds += ["parallel", "if-condition", "while-condition", "switch-condition"]
        kind = "action" if must_act else self.draw(st.sampled_from(kinds))
        made = {"type": kind}
        if self.draw(st.booleans()):
            made["name"] = self.draw(NAME)
        if self.draw(st.booleans()):
            made["description"] = self.draw(TEXT)
        getattr(self, "_" + kind.replace("-", "_"))(made, depth)
        if kind == "action" and self.draw(st.integers(0, 5)) == 0:
            made |= {"on_success": following, "on_failure": self.end()}
        else:
            made["on_completion"] = following
        if self.draw(st.integers(0, 4)) == 0:
            made["x_extra"] = self.draw(st.one_of(TEXT, st.integers(0, 9), st.floats(-5, 5), st.none()))
        name = self.new(kind)
        self.workflow[name] = made
        return name

    def _action(self, made, depth):
        made["agent"] = self.draw(st.sampled_from(sorted(self.agents)))
        said = self.draw(TEXT)
        kind = self.draw(st.sampled_from(["manual", "bash", "sigma", "our-own"]))
        made["commands"] = [{"type": kind, "command": said or "."}]

    def _playbook_action(self, made, depth):
        made["playbook_id"] = self.new("playbook")

    def _parallel(self, made, depth):
        made["next_steps"] = [self.sequence(depth + 1, 2) for _ in range(self.draw(st.integers(2, 3)))]

    def _if_condition(self, made, depth):
        made["condition"] = f"{self.variable()}:value = 'ja'"
        made["on_true"] = self.sequence(depth + 1, 2)
        if self.draw(st.booleans()):
            made["on_false"] = self.sequence(depth + 1, 2)

    def _while_condition(self, made, depth):
        made["condition"] = f"{self.variable()}:value = 'ja'"
        made["on_true"] = self.sequence(depth + 1, 2)

    def _switch_condition(self, made, depth):
        made["switch"] = f"{self.variable()}:value"
        cases = self.draw(
            st.lists(st.sampled_from(["ja", "nee", "default", "x->y", "A b"]), min_size=1, unique=True)
        )
        made["cases"] = {case: self.sequence(depth + 1, 2) for case in cases}

    def variable(self):
        name = f"__v{len(self.variables)}__"
        self.variables[name] = {"type": "string"}
        return name


@st.composite
def documents(draw):
    builder = Builder(draw)
    start = builder.new("start")
    builder.workflow[start] = {"type": "start", "on_completion": builder.sequence(0)}
    made = {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": builder.new("playbook"),
        "name": draw(NAME),
        "created_by": builder.new("identity"),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-02-01T00:00:00.000Z",
        "workflow_start": start,
        "workflow": builder.workflow,
        "agent_definitions": builder.agents,
    }
    if builder.variables:
        made["playbook_variables"] = builder.variables
    if draw(st.booleans()):
        made["description"] = draw(TEXT)
    if draw(st.booleans()):
        made["x_unknown"] = {"nested": [draw(TEXT), None, 1.5]}
    return made
