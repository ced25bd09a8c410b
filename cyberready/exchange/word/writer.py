"""A version of a playbook as a Word document that can be edited, approved on paper, and brought back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from docx.oxml.xmlchemy import BaseOxmlElement

from cyberready.exchange.referring import REFERENCES, titles
from cyberready.exchange.report import Report
from cyberready.exchange.standing import Standing
from cyberready.exchange.word import identity
from cyberready.exchange.word.identity import Identity
from cyberready.exchange.word.setting import START, Setting, bookmark
from cyberready.platform.paper import word
from cyberready.platform.paper.outline import (
    Fields,
    Notice,
    NoticeKind,
    Outline,
    Properties,
    Table,
    printable,
)
from cyberready.platform.paper.typesetting import element
from cyberready.platform.texts import translate
from cyberready.playbooks import formats
from cyberready.playbooks.rules import DECISION, END, PARALLEL, Content, DecisionPoint, Phase, Playbook, Step
from cyberready.playbooks.sections import LABELS

KINDS = {"nl": ("Besluit", "Tegelijk", "Zolang"), "en": ("Decision", "Parallel", "While")}
LABEL_SHARE = 0.22
EMPTY_APPROVALS = 2


def to_docx(
    source: str, standing: Standing, template: Path | None = None, report: Report | None = None
) -> bytes:
    """The Word document of a playbook file without faults, on the paper of *template* (None: the shipped one).

    Raises FaultsFound for a faulty file and Refused when the template cannot be used. The same source and standing
    give the same bytes.
    """
    playbook = formats.parse(source)
    led_to = {slug for step in playbook.steps for slug in step.playbooks}
    known = {slug: one for slug, one in standing.others.items() if slug in led_to}
    standing = replace(standing, others=known)
    writer = _Writer(playbook, standing, template)
    identity.put(
        writer.setter.sheet,
        Identity(
            playbook.slug,
            playbook.language,
            playbook.version,
            playbook.digest,
            formats.canonical(source),
            standing,
        ),
    )
    made = writer.document()
    if report is not None:
        for alt in writer.setting.lost:
            report.lost(
                "the whole document",
                "An image was not at hand; its words stand there instead: %(text)s",
                text=alt,
            )
    return made


class _Writer:
    """Sets one playbook."""

    def __init__(self, playbook: Playbook, standing: Standing, template: Path | None) -> None:
        self._playbook = playbook
        self._standing = standing
        self._language = playbook.language if playbook.language in LABELS else "nl"
        properties = Properties(self._say("Playbook"), standing.organisation, standing.made)
        subtitle = " · ".join(
            filter(None, (standing.organisation, self._say("version %(version)s", version=playbook.version)))
        )
        self._outline = Outline(playbook.title, subtitle, self._language, properties, ())
        self.setter = word.begun(self._outline, template)
        self.setting = Setting(self.setter, standing.values, standing.pictures)
        self.setting.numbering.number_headings()
        self._titles = dict(self._named())
        self._referring = titles(playbook, standing)

    def document(self) -> bytes:
        """Set everything, and give the file."""
        with self.setting.tagged("frame"):
            self._frame()
        self._contents()
        self.setter.breaks = True
        start = self.setter.filler("20")
        start.extend(self.setting.marked(START, ()))
        self.setter.place(start)
        self._content(self._playbook.intro)
        for phase in self._playbook.phases:
            self._heading(1, phase)
            self._content(phase.content)
            for step in phase.steps:
                self._heading(2, step)
                self._fields(step)
                self._content(step.content)
        return word.finished(self.setter, self._outline)

    def _say(self, message: str, **values: object) -> str:
        return translate(self._playbook.language, message, **values)

    def _named(self) -> Iterable[tuple[str, str]]:
        for phase in self._playbook.phases:
            yield phase.id, phase.title
            for step in phase.steps:
                yield step.id, f"{step.number} {step.title}"
        for point in self._playbook.decision_points:
            yield point.id, point.question

    def _frame(self) -> None:
        """What the municipality keeps with every document: version, approval, changes."""
        book, known = self._playbook, self._standing
        rows = (
            (self._say("Playbook"), book.slug),
            (self._say("Version"), book.version),
            (self._say("Status"), known.state),
            (self._say("Published"), known.published),
            (self._say("Next review"), known.review),
            (self._say("Owner"), book.owner),
            (self._say("Marking"), f"TLP:{book.tlp}"),
            (self._say("SHA-256 of the text"), book.digest),
        )
        self.setter.paragraph("Heading 3", self._say("Version management"))
        self.setter.set(Fields(tuple((label, printable(said)) for label, said in rows if said)))
        for said in known.warnings:
            self.setter.set(Notice(NoticeKind.WARNING, printable(said)))
        self.setter.paragraph("Heading 3", self._say("Approval"))
        given = tuple((one.name, one.function, one.day) for one in known.approvals)
        header = (self._say("Agreed: name"), self._say("Function"), self._say("Date"))
        self.setter.set(Table(header, given or (("", "", ""),) * EMPTY_APPROVALS, (6.0, 6.0, 4.0)))
        self.setter.paragraph("Heading 3", self._say("Changes"))
        changes = tuple((one.version, one.day, one.what) for one in known.changes)
        header = (self._say("Version"), self._say("Date"), self._say("What changed"))
        self.setter.set(Table(header, changes or ((book.version, known.published, ""),), (2.5, 3.5, 10.0)))

    def _contents(self) -> None:
        """A field that Word fills with page numbers; until then the titles, each leading to its place."""
        lines: list[tuple[int, str, str]] = []
        for number, phase in enumerate(self._playbook.phases):
            lines.append((0, phase.id, f"{_letters(number)} {phase.title}"))
            lines += [(1, step.id, f"{step.number} {step.title}") for step in phase.steps]
        begin = element("r", element("fldChar", fldCharType="begin", dirty="true"))
        instruction = element("r", element("instrText"))
        instruction[0].text = r' TOC \o "1-2" \h \z \u '
        separate = element("r", element("fldChar", fldCharType="separate"))
        end = element("r", element("fldChar", fldCharType="end"))
        content = element(
            "sdtContent", self.setter.styled("Heading 3", self.setter.runs(self._say("Contents")))
        )
        for at, (depth, name, title) in enumerate(lines):
            runs: list[BaseOxmlElement] = [begin, instruction, separate] if at == 0 else []
            runs.append(element("hyperlink", self.setter.run(printable(title)), anchor=bookmark(name)))
            runs += [end] if at == len(lines) - 1 else []
            content.append(
                self.setter.styled(
                    "Body Text",
                    runs,
                    element("spacing", before=0, after=40),
                    element("ind", left=depth * 397),
                )
            )
        about = element(
            "docPartObj", element("docPartGallery", val="Table of Contents"), element("docPartUnique")
        )
        self.setter.place(element("sdt", element("sdtPr", about), content))

    def _heading(self, level: int, part: Phase | Step) -> None:
        runs = self.setting.marked(part.id, self.setting.words(part.title))
        self.setter.place(self.setter.styled(f"Heading {level}", runs, self.setter.top()))

    def _fields(self, step: Step) -> None:
        labels = LABELS[self._language]
        roles = self._playbook.roles
        said: dict[str, Sequence[BaseOxmlElement]] = {
            "role": self.setting.words(roles.get(step.role, step.role)),
            "deputy": self.setting.words(roles.get(step.deputy, step.deputy)),
            "time": self.setting.words(step.time),
            "result": self.setting.inline(step.result),
            "evidence": self.setting.inline(step.evidence),
            "messages": self._referred("messages", step.messages),
            "contacts": self.setting.words(", ".join(step.contacts)),
            "clocks": self._referred("clocks", step.clocks),
            "playbooks": self._referred("playbooks", step.playbooks),
            "next": self._goes_on(step.next),
        }
        rows = [(labels[name], runs) for name, runs in said.items() if runs]
        first = round(self.setter.width * LABEL_SHARE)
        widths = (first, self.setter.width - first)
        with self.setting.tagged("fields"):
            made = [
                self.setting.row((self.setting.words(label), runs), widths, together=at < len(rows))
                for at, (label, runs) in enumerate(rows, 1)
            ]
            self.setter.place(
                self.setter.grid("cyberready Fields", widths, made, "", firstColumn=1, noHBand=1, noVBand=1)
            )
        self.setter.place(self.setter.filler("120"))

    def _referred(self, field: str, keys: Sequence[str]) -> Sequence[BaseOxmlElement]:
        """Titles, each with the key by which it is known again when the document comes back."""
        told = (
            f"{title.replace(REFERENCES, ',')} ({key})"
            if (title := self._referring.get((field, key)))
            else key
            for key in keys
        )
        return self.setting.words(f"{REFERENCES} ".join(told))

    def _goes_on(self, target: str) -> Sequence[BaseOxmlElement]:
        if not target:
            return ()
        if target == END:
            return self.setting.words({"nl": "einde", "en": "end"}[self._language])
        return (self.setting.link(f"#{target}", self.setting.words(self._titles.get(target, target))),)

    def _content(self, parts: Sequence[Content]) -> None:
        for part in parts:
            if isinstance(part, DecisionPoint):
                self._decision(part)
            else:
                self.setting.markdown(part)

    def _decision(self, point: DecisionPoint) -> None:
        """A branch as a table: the question above, one row for each answer."""
        one = {DECISION: 0, PARALLEL: 1}.get(point.kind, 2)
        question = f"{KINDS[self._language][one]}: {point.question}"
        first = round(self.setter.width * 0.4)
        widths = (first, self.setter.width - first)
        head = self.setting.marked(point.id, self.setting.words(question))
        rows = [self.setting.row((head, self.setting.words(self._say("Go on with"))), widths, header=True)]
        for at, outcome in enumerate(point.outcomes, 1):
            link = self.setting.link(f"#{outcome.target}", self.setting.words(outcome.text))
            together = at < len(point.outcomes)
            rows.append(
                self.setting.row((self.setting.words(outcome.answer), (link,)), widths, together=together)
            )
        with self.setting.tagged(f"branch:{bookmark(point.id)}"):
            if point.text:
                self.setting.markdown(point.text)
            self.setter.place(self.setter.grid("cyberready Table", widths, rows, "", firstRow=1, noVBand=1))
        self.setter.place(self.setter.filler("120"))


def _letters(number: int) -> str:
    """A for 0, B for 1 … Z, AA …."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)
