"""Items of numbered lists and rows of tables as steps: title, role, time target, and the rest as their text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from cyberready.exchange import recognising
from cyberready.exchange.blocks import Block, Cell, Grid, Heading, Item, Listing, Marked, Prose, written
from cyberready.exchange.marks import opening
from cyberready.exchange.report import Place, Report
from cyberready.exchange.shaping.cast import Cast, parted

ROW = "row %(row)s of table %(table)s under “%(heading)s”"
FIRST_ROW = "row %(row)s of table %(table)s, before the first heading"
LINE_ROW = "row %(row)s of the table at line %(line)s"
LONGEST_TITLE = 150
LONGEST_ROLE = 100
SHORT_FORMS = r"(?<!\bbijv)(?<!\bo\.a)(?<!\bnr)(?<!\bevt)(?<!\bd\.w\.z)(?<!\bm\.b\.t)(?<!\bi\.v\.m)(?<!\be\.g)(?<!\bi\.e)(?<!\bincl)(?<!\btel)(?<!\bmax)(?<!\bmin)"
SENTENCE = re.compile(rf"{SHORT_FORMS}(?<=[.!?])\s+(?=[*_\"'“(\[]*[A-ZÀ-Þ0-9])")
LEAD = re.compile(r"\*\*([^*\n]{3,150})\*\*[:.]?(?:\s+|\\\n|$)")
DASH = re.compile(r"[—–-]\s+")
WHOLE = re.compile(r"\*\*([^*\n]+)\*\*")
LABEL = re.compile(r"([^\W\d_][\w /?()-]{1,30}?)\s*:\s+(\S.*)", re.DOTALL)
BREAK = re.compile(r"\\?\n")
PICTURE = re.compile(r"!\[(?:\\.|[^\]\\])*\]\([^)\s]*\)")
PURE_TIME = re.compile(r"^\W*(binnen|uiterlijk|within|t ?\+)?\W*\S+\W*[a-z]+\W*$", re.IGNORECASE)
DIGITS = re.compile(r"\d{1,3}(?:\.\d{1,3})*")
FIELDS = {
    "nl": (
        ("role", "Rol"),
        ("deputy", "Vervanger"),
        ("time", "Tijd"),
        ("result", "Resultaat"),
        ("evidence", "Bewijs"),
    ),
    "en": (
        ("role", "Role"),
        ("deputy", "Deputy"),
        ("time", "Within"),
        ("result", "Result"),
        ("evidence", "Evidence"),
    ),
}


@dataclass(slots=True)
class Step:
    """A step that is being made; role and deputy are keys."""

    title: str
    place: Place
    body: list[Block] = field(default_factory=list)
    role: str = ""
    deputy: str = ""
    time: str = ""
    result: str = ""
    evidence: str = ""
    id: str = ""
    was: str = ""  # the heading as it stood in the document
    numbers: list[str] = field(default_factory=list)  # by which the document itself refers to it

    def text(self, language: str) -> str:
        """The step as Markdown."""
        fields = [
            f"- {label}: {getattr(self, name)}" for name, label in FIELDS[language] if getattr(self, name)
        ]
        return "\n\n".join(
            filter(None, (f"### {self.title} {{#{self.id}}}", "\n".join(fields), self._below()))
        )

    def _below(self) -> str:
        """The text of the step; a list that looks like fields gets another sign, or it would be read as such."""
        text = written(self.body)
        first = self.body[0] if self.body else None
        if isinstance(first, Listing) and not first.ordered and not first.items[0].box:
            count = len(written([first]))
            text = re.sub(r"^- ", "* ", text[:count], flags=re.MULTILINE) + text[count:]
        return text


class Steps:
    """Makes steps; what is guessed on the way goes to the report."""

    def __init__(self, cast: Cast, report: Report, language: str) -> None:
        self._cast = cast
        self._report = report
        self._language = language
        self._numbers: list[str] = []
        self.role = ""  # who acts where nothing else is said: the holder of an action card

    def of_list(self, listing: Listing) -> Iterator[Step]:
        """Every item of a numbered list as a step."""
        for item in listing.items:
            yield self.of_item(item)

    def of_item(self, item: Item) -> Step:
        """One item as a step."""
        title, rest = split(item.text)
        body = [Prose(opening(rest), item.place)] if rest else []
        numbers = [item.number] if item.number else []
        step = Step(title, item.place, [*body, *item.inner], numbers=numbers)
        self.take_fields(step)
        self._guess_role(step, item.text)
        self._guess_time(step, item.text)
        return step

    def of_heading(self, heading: Heading, blocks: Sequence[Block]) -> Step:
        """A heading with what stands under it as a step."""
        step = Step(heading.text, heading.place, list(blocks), id=heading.id)
        self.take_fields(step)
        self._guess_role(step, heading.text)
        first = step.body[0] if step.body else None
        below = first.text if isinstance(first, Prose) and recognising.tells_who_or_when(first.text) else ""
        self._guess_time(step, heading.text if recognising.time_target(heading.text) else below)
        return step

    def of_table(self, grid: Grid, columns: Sequence[str]) -> Iterator[Step | Heading]:
        """Every row under the first as a step; a row of one cell is a heading between them."""
        heads = [cell.text for cell in grid.rows[0]]
        above: dict[int, Cell] = {}
        self._numbers = []
        last: Step | None = None
        for number, row in enumerate(grid.rows[1:], grid.first + 1):
            place = _row_place(grid.place, number)
            said = [at for at, cell in enumerate(row) if cell.blocks]
            if len(said) == 1 and len(columns) > 2 and not any(cell.above for cell in row):
                self._report.guessed(
                    place, "A row of one cell became a heading: %(text)s", text=row[said[0]].text
                )
                yield Heading(9, row[said[0]].text, place)
                last = None
                continue
            cells = _filled(row, columns, above)
            if said:
                step = self._of_row(cells, columns, heads, place, last)
                if step is not last:
                    yield step
                last = step
        if self._numbers:
            sentence = "The numbers in the table are left out, as steps count themselves: %(numbers)s"
            self._report.skipped(grid.place, sentence, numbers=", ".join(self._numbers))

    def _of_row(
        self,
        row: Sequence[Cell],
        columns: Sequence[str],
        heads: Sequence[str],
        place: Place,
        last: Step | None,
    ) -> Step:
        at = columns.index("title")
        cell = row[at] if at < len(row) else Cell()
        if last is not None and cell.above:
            step = last  # one action over several rows
        else:
            title, body = _without_pictures(*_titled(cell, row, place), place)
            step = Step(title, place, body)
        for column, head, cell in zip(columns, heads, row, strict=False):
            if column == "title" or not cell.text:
                continue
            self._take(step, column, head, cell)
        if not step.role:
            self._guess_role(step, step.title)
        if not step.time:
            self._guess_time(step, step.title)
        return step

    def _take(self, step: Step, column: str, head: str, cell: Cell) -> None:
        """One cell beside the action of a row."""
        if column == "number":
            self._numbers.append(cell.text)
            step.numbers += DIGITS.findall(cell.text)
        elif not column or not self._assign(step, column, cell.text):
            step.body.append(_labelled(head, cell, step.place))

    def _assign(self, step: Step, column: str, text: str) -> bool:
        """Give a step one of its fields; False when the words must stay in its text as well."""
        if getattr(step, column):
            return False
        if column == "role":
            return self._assign_role(step, text)
        if column == "deputy":
            if len(text) > LONGEST_ROLE:
                return False
            step.deputy = self._cast.key(text)
        elif column == "time":
            step.time = recognising.time_target(text, self._language, bare=True)
            return bool(step.time) and PURE_TIME.match(text) is not None
        else:
            setattr(step, column, text)
        return True

    def _assign_role(self, step: Step, text: str) -> bool:
        if len(text) > LONGEST_ROLE:
            return False
        role, deputy, more = parted(text)
        if not role:
            return False
        step.role = self._cast.key(role)
        if deputy and not step.deputy:
            step.deputy = self._cast.key(deputy)
        if more:
            sentence = (
                "The first of these became the role of the step, the others stand in its text: %(text)s"
            )
            self._report.guessed(step.place, sentence, text=text)
        return not more

    def take_fields(self, step: Step) -> None:
        """Take ``Rol: …``, ``Wie: …``, ``Tijd: …`` out of the text of a step."""
        kept: list[Block] = []
        for block in step.body:
            if isinstance(block, Listing):
                items = tuple(
                    one for one in block.items if one.inner or one.box or not self._is_field(step, one.text)
                )
                same = len(items) == len(block.items)
                kept += [block if same else replace(block, items=items, raw="")] if items else []
            elif isinstance(block, Prose):
                left = self._left(step, block.text)
                kept += [block if left == block.text else replace(block, text=left)] if left else []
            else:
                kept.append(block)
        step.body = kept

    def _left(self, step: Step, text: str) -> str:
        """What is left of a paragraph without the fields in it, each of which goes on to the next or to its end."""
        parts: list[str] = []
        for line in BREAK.split(text):
            if parts and not _field(line):
                parts[-1] += f"\\\n{line}" if "\\\n" in text else f"\n{line}"
            else:
                parts.append(line)
        left = [part for part in parts if not self._is_field(step, part)]
        return text if len(left) == len(parts) else "\\\n".join(left)

    def _is_field(self, step: Step, text: str) -> bool:
        """Take a field of a step; whether its words need not stay in the text."""
        found = _field(text)
        return found is not None and self._assign(step, *found)

    def _guess_role(self, step: Step, text: str) -> None:
        """Who acts, from the words of the step; everybody must know that it was guessed."""
        if step.role:
            return
        named = recognising.leading_role(text) or recognising.trailing_role(text) or self.role
        if named:
            step.role = self._cast.key(named)
            self._report.guessed(
                step.place,
                "The role %(role)s comes from the words “%(text)s”.",
                role=named,
                text=text[:LONGEST_TITLE],
            )
        else:
            step.role = self._cast.unknown
            self._report.guessed(
                step.place, "No role was found for “%(title)s”: fill it in.", title=step.title
            )

    def _guess_time(self, step: Step, text: str) -> None:
        if step.time:
            return
        target, words = recognising.time_words(text, self._language)
        if target:
            step.time = target
            sentence = "The time target %(time)s comes from the words “%(text)s”."
            self._report.guessed(step.place, sentence, time=target, text=_quoted(text, words))


def _field(text: str) -> tuple[str, str] | None:
    """The field of a step that a text is, with what it says on one line; None for any other text."""
    found = LABEL.fullmatch(text.replace("*", "").strip())
    column = recognising.column(found[1]) if found else ""
    if found is None or column not in {"role", "deputy", "time", "result", "evidence"}:
        return None
    return column, BREAK.sub(" ", found[2])


def split(text: str) -> tuple[str, str]:
    """Title and the rest of the words of an item."""
    first, _, below = text.partition("\\\n")
    lead = LEAD.match(first + ("\\\n" if below else ""))
    if lead and lead.end() < len(text):
        rest = DASH.sub("", text[lead.end() :]).strip()
        if not DASH.match(text, lead.end()) or not recognising.is_role(lead[1]):
            return lead[1].rstrip(" .:"), rest
        first = f"{lead[1]} — {DASH.sub('', first[lead.end() :])}"  # who, and then what
    cut = next((one for one in SENTENCE.finditer(first) if _closed(first[: one.start()])), None)
    title = first[: cut.start()] if cut else first
    rest = "\\\n".join(filter(None, (first[cut.end() :] if cut else "", below)))
    if len(title) > LONGEST_TITLE:
        short = title[:LONGEST_TITLE].rsplit(" ", 1)[0]
        return (_clean(short) + " …", text) if _closed(short) else (_clean(title), rest)
    return _clean(title), rest


def _quoted(text: str, words: str) -> str:
    """The whole of a short *text*, the last of the *words* that it begins with of a long one."""
    return text if len(text) <= LONGEST_TITLE else "… " + words[-LONGEST_TITLE:].split(" ", 1)[-1]


def _row_place(table: Place, number: int) -> Place:
    """Where a row of a table stands."""
    values = {**table.values, "row": number}
    if "line" in values:
        return Place(LINE_ROW, values)
    return Place(ROW if values.get("heading") else FIRST_ROW, values)


def _closed(text: str) -> bool:
    """Whether no bracket and no bold is open at the end."""
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]")) and text.count("**") % 2 == 0


def _clean(title: str) -> str:
    whole = WHOLE.fullmatch(title.strip())
    said = (whole[1] if whole else title).strip()
    said = said[:-1] if said.endswith(".") and not said.endswith("..") else said
    return said.replace("{#", "{ #").strip() or "-"


def _titled(cell: Cell, row: Sequence[Cell], place: Place) -> tuple[str, list[Block]]:
    """Title and body of a row, from the cell of its action."""
    first, *others = cell.blocks or (Prose("", place),)
    if isinstance(first, Prose) and first.text:
        title, rest = split(first.text)
        return title, [*([Prose(opening(rest), place)] if rest else []), *others]
    if isinstance(first, Listing):
        title, _ = split(first.items[0].text)
        if len(first.items) == 1 and not first.items[0].inner:
            return split(first.items[0].text)[0], [*_rest(first.items[0].text, place), *others]
        return title, list(cell.blocks)
    said = next((one.text for one in row if one.text), "-")
    return split(said)[0], list(cell.blocks)


def _without_pictures(title: str, body: list[Block], place: Place) -> tuple[str, list[Block]]:
    """A title and a body of which the title shows no pictures: no view would show them there."""
    pictures = PICTURE.findall(title)
    if not pictures:
        return title, body
    return _clean(" ".join(PICTURE.sub(" ", title).split())), [Prose(" ".join(pictures), place), *body]


def _rest(text: str, place: Place) -> list[Block]:
    rest = split(text)[1]
    return [Prose(opening(rest), place)] if rest else []


def _filled(row: Sequence[Cell], columns: Sequence[str], above: dict[int, Cell]) -> list[Cell]:
    """The row with role and time of the row above where cells are merged."""
    made = []
    for at, cell in enumerate(row):
        shared = at < len(columns) and columns[at] in {"role", "deputy", "time"}
        if not cell.above:
            above[at] = cell
        made.append(above.get(at, cell) if shared else cell)
    return made


def _labelled(head: str, cell: Cell, place: Place) -> Block:
    """A cell that is no field of a step, under the heading of its column."""
    label = f"**{head.replace('*', '')}:**" if head else ""
    if len(cell.blocks) == 1 and isinstance(cell.blocks[0], Prose):
        return Prose(f"{label} {cell.blocks[0].text}".strip(), place)
    return Marked("cell", (*([Prose(label, place)] if label else []), *cell.blocks), place)
