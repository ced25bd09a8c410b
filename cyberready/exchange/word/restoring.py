"""A document that was made from a version, and came back: its blocks as the source of a playbook again."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from cyberready.exchange.blocks import Block, Cell, Grid, Heading, Marked, Prose, one_line, written
from cyberready.exchange.referring import FIELDS, REFERENCES
from cyberready.exchange.report import Report
from cyberready.exchange.shaping.cast import Cast
from cyberready.exchange.shaping.steps import Steps
from cyberready.exchange.word.setting import bookmark
from cyberready.platform.outline import key, plain
from cyberready.playbooks import wording
from cyberready.playbooks.rules import Playbook

LINK = re.compile(r"\(#(cr_\w+)\)")
ONE_LINK = re.compile(r"\[[^\]]*\]\(#([\w-]+)\)")
REFERENCE = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
REFERRED = re.compile(
    rf"(?P<before>(?:[a-z0-9-]+,\s*)*)(?P<title>.*) \((?P<key>{REFERENCE})\)(?P<after>(?:,\s*{REFERENCE})*)"
)
ESCAPED = re.compile(r"\\([\\`*_\[\]{}#~&<>|])")


class Restored:
    """The source that a document holds; ``frame`` is the text of the parts that the application makes itself."""

    def __init__(self, origin: Playbook | None, language: str, report: Report) -> None:
        self._report = report
        self._language = language
        self._given = dict(origin.roles) if origin else {}
        self._cast = Cast(language, self._given)
        self._marks: dict[str, str] = {}
        self._ids: set[str] = set()
        self.title = ""
        self.frame: list[str] = []
        if origin is not None:
            named = chain(
                (phase.id for phase in origin.phases),
                (step.id for step in origin.steps),
                (point.id for point in origin.decision_points),
            )
            self._marks = {bookmark(name): name for name in named}

    def body(self, blocks: Sequence[Block]) -> str:
        """The text below the front matter."""
        blocks = self._within(blocks)
        self._ids = {self._name(block.id) for block in blocks if isinstance(block, Heading) and block.id}
        parts: list[str] = []
        at = 0
        while at < len(blocks):
            new = self._new_step(blocks, at)
            parts.append(self._step(blocks[at:new]) if new else self._part(blocks[at]))
            at = new or at + 1
        text = "\n\n".join(part for part in parts if part)
        return LINK.sub(lambda found: f"(#{self._name(found[1])})", text) + "\n"

    def _within(self, blocks: Sequence[Block]) -> list[Block]:
        """The blocks of the playbook itself, with those parts known again whose marks a word processor left out."""
        starts = [at for at, block in enumerate(blocks) if isinstance(block, Marked) and block.tag == "start"]
        made: list[Block] = []
        for at, block in enumerate(blocks):
            title = isinstance(block, Heading) and block.level == 0
            if starts and at < starts[0] and not title:
                self.frame.append(written([block]))
                continue
            last = made[-1] if made else None
            if isinstance(block, Marked) and block.tag == "notice":
                if isinstance(last, Marked) and last.tag == "quote":
                    made[-1] = replace(last, blocks=(*last.blocks, *block.blocks))
                else:
                    made.append(replace(block, tag="quote"))
            elif isinstance(block, Grid):
                made.append(_known(block, last))
            else:
                made.append(block)
        return made

    @property
    def added(self) -> dict[str, str]:
        """The roles that the version did not have, by key."""
        return {name: said for name, said in self._cast.names.items() if name not in self._given}

    @staticmethod
    def _new_step(blocks: Sequence[Block], at: int) -> int:
        """Where a step ends that was typed in Word, without the fields of an export; 0 when there is none at *at*."""
        heading = blocks[at]
        if not isinstance(heading, Heading) or heading.level != 2 or heading.id:
            return 0
        end = at + 1
        while end < len(blocks) and not isinstance(blocks[end], Heading):
            end += 1
        fields = any(isinstance(block, Marked) and block.tag == "fields" for block in blocks[at:end])
        return 0 if fields else end

    def _step(self, blocks: Sequence[Block]) -> str:
        """A step that was typed in Word."""
        heading, *rest = blocks
        if not isinstance(heading, Heading):
            return written(blocks)
        step = Steps(self._cast, self._report, self._language).of_heading(heading, rest)
        step.id = self._new(heading)
        self._report.understood(heading.place, "A heading became a step: %(text)s", text=plain(heading.text))
        return step.text(self._language)

    def _name(self, mark: str) -> str:
        """The id that a bookmark stands for."""
        return self._marks.get(mark, mark.removeprefix("cr_").replace("_", "-"))

    def _part(self, block: Block) -> str:
        if isinstance(block, Heading):
            return self._heading(block)
        return self._marked(block) if isinstance(block, Marked) else written([block])

    def _heading(self, heading: Heading) -> str:
        if heading.level == 0:
            self.title = plain(heading.text)
            return ""
        if heading.level > 2:
            return f"{'#' * max(4, heading.level + 1)} {heading.text}"
        name = self._name(heading.id) if heading.id else self._new(heading)
        return f"{'#' * (heading.level + 1)} {heading.text} {{#{name}}}"

    def _new(self, heading: Heading) -> str:
        fitting = base = key(plain(heading.text))
        number = 2
        while fitting in self._ids:
            fitting, number = f"{base}-{number}", number + 1
        self._ids.add(fitting)
        return fitting

    def _marked(self, block: Marked) -> str:
        tag, _, about = block.tag.partition(":")
        text = written(block.blocks)
        match tag:
            case "frame" | "subtitle":
                self.frame.append(text)
                text = ""
            case "fields":
                text = self._fields(block)
            case "branch":
                text = self._branch(block, about)
            case "start":
                text = ""
            case "quote":
                text = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
            case "code":
                text = f"```{about}\n{_unescaped(text)}\n```"
            case "rule":
                text = "---"
            case _:
                pass  # a mark that this version does not know: its text counts
        return text

    def _fields(self, block: Marked) -> str:
        lines = []
        others: list[Block] = []
        for part in block.blocks:
            if not isinstance(part, Grid):
                others.append(part)
                continue
            for row in part.rows:
                label, said = (
                    (row[0].text if row else ""),
                    one_line([one for cell in row[1:] for one in cell.blocks]),
                )
                if label and said:
                    lines.append(f"- {label.strip('* :')}: {self._value(label.strip('* :'), said)}")
                elif label or said:
                    others.append(Prose(label or said, part.place))
        return "\n\n".join(filter(None, ("\n".join(lines), written(others))))

    def _value(self, label: str, said: str) -> str:
        """The value of a field as the file has it: keys of roles, ids of steps."""
        name = wording.FIELDS.get(label.rstrip(": ").lower(), "")
        if name in {"role", "deputy"}:
            return self._role(said)
        if name == "next" and (found := ONE_LINK.fullmatch(said.strip())):
            return f"#{found[1]}" if not found[1].startswith("cr_") else f"#{self._name(found[1])}"
        if name in FIELDS:
            return ", ".join(self._keys(part.strip()) for part in said.split(REFERENCES))
        return said

    def _keys(self, said: str) -> str:
        """The key that stands behind a title, and keys that were typed around it; what has no key, as it is."""
        found = REFERRED.fullmatch(said)
        if found is None:
            return said
        self.frame.append(found["title"])
        return f"{found['before']}{found['key']}{found['after']}"

    def _role(self, said: str) -> str:
        known = set(self._cast.names)
        name = self._cast.key(said)
        if name not in known:
            self._report.guessed("the whole document", "A new role: %(role)s", role=self._cast.names[name])
        return name

    def _branch(self, block: Marked, mark: str) -> str:
        """A decision point, or what is done at the same time or repeated, as a block quote."""
        grid = next((part for part in block.blocks if isinstance(part, Grid)), None)
        above = [part for part in block.blocks if not isinstance(part, Grid)]
        if grid is None:
            return written(above)
        head, *rows = grid.rows
        sign, _, question = head[0].text.partition(":")
        name = self._name(_anchored(grid) or mark)
        lines = [f"**{sign.strip()}: {question.strip()}** {{#{name}}}"]
        if above:
            lines += [*written(above).split("\n"), ""]
        lines += [f"- {self._outcome(row)}" for row in rows if any(cell.text for cell in row)]
        return "\n".join(f"> {line}".rstrip() for line in lines)

    @staticmethod
    def _outcome(row: Sequence[Cell]) -> str:
        answer, *rest = (cell.text for cell in row)
        return f"{answer} → {' '.join(filter(None, rest))}"


def _unescaped(text: str) -> str:
    """Markdown of plain text as that text."""
    return ESCAPED.sub(r"\1", text.replace("\\\n", "\n"))


def _known(grid: Grid, above: Block | None) -> Block:
    """A table whose mark was left out, as what it is: the fields of a step, a branch, or a table."""
    labels = [row[0].text.strip("* :").lower() for row in grid.rows if row]
    if isinstance(above, Heading) and above.level == 2 and all(label in wording.FIELDS for label in labels):
        return Marked("fields", (grid,), grid.place)
    sign = labels[0].partition(":")[0] if labels else ""
    return Marked("branch", (grid,), grid.place) if sign in wording.BRANCHES and _anchored(grid) else grid


def _anchored(grid: Grid) -> str:
    """The bookmark in the first cell of a table; empty when there is none."""
    first = grid.rows[0][0].blocks[0] if grid.rows and grid.rows[0] and grid.rows[0][0].blocks else None
    return first.tag.partition(":")[2] if isinstance(first, Marked) else ""
