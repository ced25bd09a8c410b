"""Lists of nine levels and numbered headings, made in the numbering part of a Word document."""

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from cyberready.platform.paper.typesetting import element

LEVELS = 9
STEP = 397  # twips from level to level, as in the shipped template
BULLETS = "•–▪"


class Numbering:
    """The lists of one document; each property or method gives the number of a list."""

    def __init__(self, sheet: Document) -> None:
        self._root = sheet.part.numbering_part.element
        self._sheet = sheet
        self._decimal = self._form([("decimal", f"%{level + 1}.") for level in range(LEVELS)])
        self.bullets = self._count(self._form([("bullet", BULLETS[level % 3]) for level in range(LEVELS)]))
        self.boxes = {
            " ": self._count(self._form([("bullet", "☐")] * LEVELS)),
            "x": self._count(self._form([("bullet", "☒")] * LEVELS)),
        }
        self.continued = self._count(self._form([("none", "")] * LEVELS))

    def counted(self, start: int = 1) -> int:
        """A list that counts from *start*."""
        return self._count(self._decimal, start)

    @staticmethod
    def shape(count: int, depth: int) -> BaseOxmlElement:
        """The property of a paragraph that puts it in a list."""
        level = min(depth, LEVELS - 1)
        return element("numPr", element("ilvl", val=level), element("numId", val=count))

    def number_headings(self) -> None:
        """Let headings of level 1 count A, B … and those of level 2 A1, A2 …, also the ones that people add."""
        styles = [self._sheet.styles[f"Heading {level}"].element for level in (1, 2)]
        levels = [("upperLetter", "%1"), ("decimal", "%1%2"), *[("none", "")] * (LEVELS - 2)]
        form = self._form(levels, [style.styleId for style in styles])
        count = self._count(form)
        for level, style in enumerate(styles):
            shape = style.get_or_add_pPr()
            for old in shape.findall(qn("w:numPr")):
                shape.remove(old)
            shape.insert_element_before(
                self.shape(count, level),
                *(
                    "w:suppressLineNumbers",
                    "w:pBdr",
                    "w:shd",
                    "w:tabs",
                    "w:suppressAutoHyphens",
                    "w:spacing",
                    "w:ind",
                ),
                *("w:contextualSpacing", "w:jc", "w:outlineLvl"),
            )

    def _form(self, levels: list[tuple[str, str]], styles: list[str] | None = None) -> int:
        """A new form of lists: kind and sign of each level; headings hang less deep."""
        taken = [int(number) for number in self._root.xpath("./w:abstractNum/@w:abstractNumId")]
        number = max(taken, default=0) + 1
        made = element("abstractNum", element("multiLevelType", val="multilevel"), abstractNumId=number)
        for depth, (kind, sign) in enumerate(levels):
            style = styles[depth] if styles and depth < len(styles) else None
            left = 567 if styles else STEP * (depth + 1)
            hanging = left if styles else STEP
            made.append(
                element(
                    "lvl",
                    element("start", val=1),
                    element("numFmt", val=kind),
                    element("pStyle", val=style) if style else None,
                    element("lvlText", val=sign),
                    element("lvlJc", val="left"),
                    element("pPr", element("ind", left=left, hanging=0 if kind == "none" else hanging)),
                    element("rPr", element("rFonts", ascii="Segoe UI Symbol", hAnsi="Segoe UI Symbol"))
                    if sign in {"☐", "☒"}
                    else None,
                    ilvl=depth,
                )
            )
        first = self._root.find(qn("w:num"))
        self._root.append(made) if first is None else first.addprevious(made)
        return number

    def _count(self, form: int, start: int | None = None) -> int:
        count = self._root.add_num(form)
        if start is not None:
            count.add_lvlOverride(ilvl=0).add_startOverride(start)
        return int(count.numId)
