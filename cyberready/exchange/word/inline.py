"""Runs of a Word paragraph as Markdown of one paragraph, with nothing left out that is not noted."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from cyberready.exchange.limits import Element
from cyberready.exchange.marks import escaped, opening
from cyberready.exchange.word import objects
from cyberready.exchange.word.parts import File, child, is_on, name, value, within
from cyberready.platform.markdown import shown

SYMBOLS = {
    "F0A8": "☐",
    "F06F": "☐",
    "F071": "☐",
    "F0FE": "☒",
    "F0FC": "✓",
    "F0FD": "☒",
    "F0E0": "→",
    "F0B7": "•",
}
CHOSEN = "A list to choose from became what was chosen, “%(choice)s”, out of: %(text)s"
NAMED = re.compile(r'\s*HYPERLINK\s+(?:\\l\s+)?"([^"]*)"')
THROUGH = {"w:ins", "w:moveTo", "w:smartTag", "w:customXml", "w:dir", "w:bdo", "w:sdtContent"}
LETTERS = {"w:tab": " ", "w:ptab": " ", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
CODE_FONTS = {"Consolas", "Courier New", "Courier", "Lucida Console", "Cascadia Code", "Cascadia Mono"}
STRONG, STRESSED = {"strong", "zwaar"}, {"emphasis", "nadruk"}
PAGES = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES|PAGEREF)\b")  # what Word counts itself
LONGEST_TARGET = 2000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one face; ``mark`` is Markdown that is put as it stands."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    target: str = ""
    mark: bool = False


@dataclass(slots=True)
class Line:
    """What one paragraph holds: its spans and what hangs on them."""

    spans: list[Span] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    contents: bool = False  # a table of contents ended in it

    @property
    def text(self) -> str:
        """The words alone, line breaks as spaces."""
        return " ".join("".join(span.text for span in self.spans).split())


@dataclass(slots=True)
class Field:
    """A field that is open: its instruction, and whether its result has begun."""

    instruction: str = ""
    shown: bool = False


Tell = Callable[..., None]


class Inline:
    """Reads the runs of paragraphs of one part of a file.

    ``tell(kind, sentence, **values)`` is called for what was left out or guessed; ``note(kind, number)`` gives the mark
    of a footnote or endnote, and ``comment(number)`` notes a comment.
    """

    def __init__(
        self,
        file: File,
        part: str,
        tell: Tell,
        note: Callable[[str, str], str],
        comment: Callable[[str], None],
    ) -> None:
        self._file = file
        self._part = part
        self._tell = tell
        self._note = note
        self._comment = comment
        self._fields: list[Field] = []
        self._inner = {
            "w:r": self._run,
            "w:sdt": self._control,
            "w:fldSimple": self._simple,
            "mc:AlternateContent": self._alternative,
            "m:oMath": self._formula,
            "m:oMathPara": self._formula,
            "w:ruby": self._ruby,
        }

    def line(self, paragraph: Element) -> Line:
        """Read one paragraph."""
        made = Line()
        self._walk(paragraph, made, Span(""))
        return made

    @property
    def inside_contents(self) -> bool:
        """Whether a table of contents is open: its text stands in the document once more."""
        return any(re.match(r"\s*TOC\b", one.instruction) for one in self._fields)

    def _walk(self, parent: Element, line: Line, face: Span) -> None:
        for node in parent:
            tag = name(node)
            if tag in THROUGH:
                self._walk(node, line, face)
            elif tag == "w:hyperlink":
                self._walk(node, line, replace(face, target=self._target(node)))
            elif tag in {"w:del", "w:moveFrom"}:
                self.deleted(node)
            elif tag == "w:bookmarkStart":
                line.anchors.append(value(node, "name"))
            elif (
                tag in self._inner
            ):  # the rest are properties, proofing marks and ends of ranges, without text
                self._inner[tag](node, line, face)

    def _control(self, node: Element, line: Line, face: Span) -> None:
        """A content control; a filled placeholder or the sign of a footnote becomes what it stands for again."""
        about = child(node, "w:sdtPr")
        tag, filled = value(child(about, "w:tag")), value(child(about, "w:alias"))
        content = child(node, "w:sdtContent")
        if content is None:
            return
        self.choice(about, content)
        inner = Line()
        replaced = _replaced(tag)
        self._walk(content, inner if replaced else line, face)
        if replaced and inner.text == filled:
            line.spans.append(replace(face, text=replaced, mark=True))
        else:
            line.spans += inner.spans

    def choice(self, about: Element | None, content: Element) -> None:
        """Tell what else could be chosen, when a content control is a list to choose from."""
        if offered := objects.offered(about):
            said = " ".join("".join(one.text or "" for one in within(content, "w:t")).split())
            self._tell("guessed", CHOSEN, choice=said or "-", text=" / ".join(offered))

    def _simple(self, node: Element, line: Line, face: Span) -> None:
        found = NAMED.match(value(node, "instr"))
        if PAGES.match(value(node, "instr")):
            return
        self._walk(node, line, replace(face, target=found[1]) if found else face)

    def _alternative(self, node: Element, line: Line, face: Span) -> None:
        """What Word shows of two forms of the same thing: the newer one."""
        chosen = child(node, "mc:Choice")
        if chosen is None or not any(True for _ in within(chosen, "w:t", "a:blip", "w:txbxContent")):
            self._objects(node if chosen is None else chosen)
            chosen = child(node, "mc:Fallback")
        if chosen is not None:
            self._parts(chosen, line, face)

    def _formula(self, node: Element, line: Line, face: Span) -> None:
        said = "".join(one.text or "" for one in within(node, "m:t"))
        if said:
            line.spans.append(replace(face, text=said))
            self._tell("guessed", "A formula became plain text: %(text)s", text=said)

    def _ruby(self, node: Element, line: Line, face: Span) -> None:
        """Words with smaller words above them: these follow between brackets."""
        above = Line()
        for part, to in ((child(node, "w:rubyBase"), line), (child(node, "w:rt"), above)):
            if part is not None:
                self._walk(part, to, face)
        if above.text:
            line.spans += [replace(face, text=" ("), *above.spans, replace(face, text=")")]

    def chunk(self, node: Element) -> None:
        """Note a file that Word would take in here."""
        sentence, values = objects.chunk(self._file, self._part, node)
        self._tell("lost", sentence, **values)

    def deleted(self, node: Element) -> None:
        """Note what was deleted or moved away with tracked changes."""
        said = "".join(one.text or "" for one in within(node, "w:delText", "w:t"))
        if said.strip():
            sentence = "Deleted with tracked changes by %(author)s, and left out: %(text)s"
            self._tell("skipped", sentence, author=value(node, "author") or "-", text=said.strip())

    def _run(self, run: Element, line: Line, face: Span) -> None:
        shape = child(run, "w:rPr")
        if shape is not None:
            style = value(child(shape, "w:rStyle")).lower()
            face = replace(
                face,
                bold=is_on(child(shape, "w:b")) or style in STRONG,
                italic=is_on(child(shape, "w:i")) or style in STRESSED,
                strike=is_on(child(shape, "w:strike")) or is_on(child(shape, "w:dstrike")),
                code=value(child(shape, "w:rFonts"), "ascii") in CODE_FONTS,
            )
            if is_on(child(shape, "w:vanish")):
                hidden = "".join(one.text or "" for one in within(run, "w:t"))
                if hidden.strip() and not self._fields:
                    self._tell("skipped", "Hidden text is left out: %(text)s", text=hidden.strip())
                return
        self._parts(run, line, face)

    def _parts(self, run: Element, line: Line, face: Span) -> None:
        """The text of a run, unless it is the instruction of a field."""
        for node in run:
            tag = name(node)
            if tag == "w:fldChar":
                self._field(value(node, "fldCharType"), line)
                self._form(child(node, "w:ffData"), line, face)
            elif tag == "w:instrText":
                if self._fields:
                    self._fields[-1].instruction += node.text or ""
            elif not self._fields or (
                self._fields[-1].shown and not PAGES.match(self._fields[-1].instruction)
            ):
                self._piece(tag, node, line, self._linked(face))

    def _field(self, kind: str, line: Line) -> None:
        if kind == "begin":
            self._fields.append(Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].shown = True
        elif kind == "end" and self._fields:
            line.contents |= self.inside_contents
            self._fields.pop()

    def _form(self, form: Element | None, line: Line, face: Span) -> None:
        """What an old form field shows: its box, or what was chosen."""
        if form is None:
            return
        if box := objects.ticked(form):
            line.spans.append(replace(face, text=box))
        chosen, all_of_them = objects.choices(form)
        if all_of_them:
            line.spans.append(replace(face, text=chosen))
            self._tell("guessed", CHOSEN, choice=chosen or "-", text=" / ".join(all_of_them))

    def _linked(self, face: Span) -> Span:
        found = NAMED.match(self._fields[-1].instruction) if self._fields else None
        return replace(face, target=found[1]) if found else face

    def _piece(self, tag: str, node: Element, line: Line, face: Span) -> None:
        if tag in LETTERS:
            sheet = value(node, "type") in {"page", "column"}  # words on either side are not one word
            line.spans.append(replace(face, text=" " if sheet else LETTERS[tag]))
        elif tag == "w:t":
            line.spans.append(replace(face, text=(node.text or "").replace("\xad", "")))
        elif tag in {"w:footnoteReference", "w:endnoteReference"}:
            mark = self._note(tag[2:].removesuffix("Reference"), value(node, "id"))
            line.spans.append(Span(mark, mark=True))
        elif tag == "w:commentReference":
            self._comment(value(node, "id"))
        elif tag in {"w:drawing", "w:pict", "w:object"}:
            self._drawing(node, line)
        elif tag == "w:delText":
            self._tell("skipped", "Deleted, and left out: %(text)s", text=(node.text or "").strip())
        elif tag == "w:sym":
            self._symbol(node, line, face)
        elif tag in self._inner:
            self._inner[tag](node, line, face)

    def _symbol(self, node: Element, line: Line, face: Span) -> None:
        code = value(node, "char").upper()
        if code in SYMBOLS:
            line.spans.append(replace(face, text=SYMBOLS[code]))
        else:
            self._tell("lost", "A symbol of the font %(font)s (%(code)s) cannot be taken over.",
                       font=value(node, "font"), code=code)  # fmt: skip

    def _drawing(self, node: Element, line: Line) -> None:
        """Pictures, and the text boxes that wait until the paragraph is over."""
        line.boxes += [box for box in within(node, "w:txbxContent") if not _nested(box, node)]
        about = next(iter(within(node, "wp:docPr")), None)
        told = ((about.get("descr") or about.get("title") or "") if about is not None else "").strip()
        pictures = [one for one in within(node, "a:blip", "v:imagedata") if not _nested(one, node)]
        for one in pictures:
            relation = value(one, "embed", "r") or value(one, "id", "r")
            picture = self._file.picture(self._part, relation) if relation else None
            if picture is None:
                self._tell("lost", "A picture is not in the file itself, and cannot be taken over: %(text)s",
                           text=told or "-")  # fmt: skip
            else:
                alt = escaped(shown(told))
                line.spans.append(Span(f"![{alt}](image:{picture.sha256})", mark=True))
        if told and not pictures:
            self._tell("lost", "A drawing without a picture cannot be taken over; it is described as: %(text)s",
                       text=told)  # fmt: skip
        for one in within(node, "a:t", "v:textpath"):
            said = (one.text if name(one) == "a:t" else one.get("string")) or ""
            if said.strip() and not _nested(one, node):
                line.spans.append(Span(f" {said.strip()} "))
        self._objects(node)

    def _objects(self, node: Element) -> None:
        for sentence, values in objects.told(self._file, self._part, node):
            self._tell("lost", sentence, **values)

    def _target(self, node: Element) -> str:
        if relation := value(node, "id", "r"):
            _, target, outside = self._file.related(self._part).get(relation, ("", "", False))
            return target if outside else ""
        return "#" + value(node, "anchor") if value(node, "anchor") else ""


def _replaced(tag: str) -> str:
    """The Markdown that a content control of ours stands for, by its tag; empty for any other."""
    of, kind, what = (*tag.split(":", 2), "", "")[:3]
    meant = {"placeholder": f"{{{{ {what} }}}}", "note": what}
    return meant.get(kind, "") if of == "cyberready" else ""


def _nested(node: Element, top: Element) -> bool:
    """Whether a text box stands between *node* and *top*."""
    above = node.getparent()
    while above is not None and above is not top:
        if name(above) == "w:txbxContent":
            return True
        above = above.getparent()
    return False


def markdown(spans: Iterable[Span], link: Callable[[str], str] = lambda target: target) -> str:
    """Spans as Markdown of one paragraph; *link* says where a target leads, empty for text without a link."""
    made = "".join(_linked(target, group, link) for target, group in _by_target(_merged(spans)))
    lines = [re.sub(r"[ \t\xa0]+", lambda found: "\xa0" if found[0] == "\xa0" else " ", one).strip(" \t")
             for one in made.split("\n")]  # fmt: skip
    return "\\\n".join(opening(one) for one in lines if one)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Neighbours in the same face as one; a mark stays alone."""
    made: list[Span] = []
    for (mark, *_), group in groupby((span for span in spans if span.text), _face):
        alike = list(group)
        made += alike if mark else [replace(alike[0], text="".join(one.text for one in alike))]
    return made


def _face(span: Span) -> tuple[bool | str, ...]:
    return span.mark, span.bold, span.italic, span.strike, span.code, span.target


def _by_target(spans: list[Span]) -> Iterator[tuple[str, list[Span]]]:
    run: list[Span] = []
    for span in spans:
        if run and span.target != run[0].target:
            yield run[0].target, run
            run = []
        run.append(span)
    if run:
        yield run[0].target, run


def _linked(target: str, spans: list[Span], link: Callable[[str], str]) -> str:
    words = "".join(
        _faced(span, spans[at - 1].text if at else "", spans[at + 1].text if at + 1 < len(spans) else "")
        for at, span in enumerate(spans)
    )
    leads = link(target) if target else ""
    plain = "".join(span.text for span in spans).strip()
    if not leads or not plain or leads in {plain, f"mailto:{plain}"} or len(leads) > LONGEST_TARGET:
        return words
    safe = re.sub(r"[\s()<>\\]", lambda found: f"%{ord(found[0]):02X}", leads)
    head, tail = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    return f"{head}[{words.strip()}]({safe}){tail}"


def _faced(span: Span, before: str, after: str) -> str:
    """One span with its signs of bold, italic and struck through, which hug the words."""
    if span.mark:
        return span.text
    if span.code and span.text.strip() and not re.search("[`\n]", span.text):
        core = span.text.strip()
        return span.text.replace(core, f"`{core}`", 1)
    text = escaped(span.text)
    core = text.strip()
    if not core or not (span.bold or span.italic or span.strike) or "\n" in core:
        return text
    # Markdown reads no end of bold between a full stop and a letter: then the face is left out, not the words.
    glued = (before[-1:].isalnum() and text == text.lstrip() and not core[0].isalnum()) or (
        after[:1].isalnum() and text == text.rstrip() and not core[-1].isalnum()
    )
    if glued:
        return text
    sign = ("~~" if span.strike else "") + ("**" if span.bold else "") + ("*" if span.italic else "")
    start = len(text) - len(text.lstrip())
    return f"{text[:start]}{sign}{core}{sign[::-1]}{text[start + len(core) :]}"
