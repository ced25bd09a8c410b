"""Word documents as people make them, written part by part."""

import io
import zipfile
from xml.sax.saxutils import escape

from hypothesis import strategies as st

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:v="urn:schemas-microsoft-com:vml"'
)
TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
RELS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"""
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="Kop{level}"><w:name w:val="heading {level}"/></w:style>'
    for level in range(1, 5)
)
NUMBERING = """<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="–"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>"""


def document(body, parts=None, relations=()):
    """A .docx with this body; *parts* are further files, *relations* (kind, target, mode) those of the text."""
    links = "".join(
        f'<Relationship Id="rel{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        f'Target="{target}"{mode and f" TargetMode={chr(34)}{mode}{chr(34)}"}/>'
        for number, (kind, target, mode) in enumerate(relations, 1)
    )
    files = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS,
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {SPACES}>{STYLES}</w:styles>",
        "word/numbering.xml": f"<w:numbering {SPACES}>{NUMBERING}</w:numbering>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>',
        **(parts or {}),
    }
    return packed(files)


def packed(files):
    """A zip with these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return made.getvalue()


def run(text, *faces):
    shape = "".join(f"<w:{face}/>" for face in faces)
    return f'<w:r><w:rPr>{shape}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*content, style="", count=None, depth=0):
    shape = f'<w:pStyle w:val="{style}"/>' if style else ""
    if count is not None:
        shape += f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{count}"/></w:numPr>'
    inner = "".join(one if one.startswith("<w:") else run(one) for one in content)
    return f"<w:p><w:pPr>{shape}</w:pPr>{inner}</w:p>"


def heading(text, level=1):
    return paragraph(text, style=f"Kop{level}")


def table(*rows):
    """A table; a cell is text, or the properties and text of a merged one."""
    made = ""
    for row in rows:
        made += "<w:tr>"
        for cell in row:
            shape, text = cell if isinstance(cell, tuple) else ("", cell)
            made += (
                f"<w:tc><w:tcPr>{shape}</w:tcPr>{text if text.startswith('<w:') else paragraph(text)}</w:tc>"
            )
        made += "</w:tr>"
    return f"<w:tbl>{made}</w:tbl>"


MERGED, CONTINUED = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
LETTERS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEé"), min_size=4, max_size=9)
SIGNS = st.sampled_from(
    [
        "",
        "*",
        "_",
        "#",
        "[",
        "](",
        "`",
        "|",
        "1. ",
        "- ",
        "> ",
        "~~",
        "&amp;",
        "{#",
        "\\",
        "<b>",
        ": ",
        ". ",
        "? ",
        "☐ ",
        "+ ",
        "= ",
        "{{ ",
    ]
)
"""What Markdown would read as something else."""


class _Body:
    """Draws the parts of a document and collects their words."""

    def __init__(self, draw):
        self.draw = draw
        self.words = []

    def text(self, most=5):
        said = ""
        for _ in range(self.draw(st.integers(1, most))):
            self.words.append(word := f"{self.draw(LETTERS)}{len(self.words)}x")
            said += self.draw(SIGNS) + word + self.draw(st.sampled_from([" ", ". ", "* ", ") ", ", "]))
        return said.strip()

    def marked(self):
        faces = st.sampled_from([(), ("b",), ("i",), ("b", "i")])
        return "".join(
            run(self.text(2) + " ", *self.draw(faces)) for _ in range(self.draw(st.integers(1, 3)))
        )

    def heading(self):
        return heading(self.text(3), self.draw(st.integers(1, 4)))

    def plain(self):
        return paragraph(self.marked())

    def list(self):
        numbers, depths = st.integers(1, 3), st.integers(0, 2)
        return "".join(
            paragraph(self.marked(), count=self.draw(numbers), depth=self.draw(depths))
            for _ in range(self.draw(st.integers(1, 4)))
        )

    def cell(self):
        kind = self.draw(st.integers(0, 3))
        return [lambda: (MERGED, self.text(2)), lambda: (CONTINUED, ""), lambda: self.text(3), lambda: ""][
            kind
        ]()

    def table(self):
        columns = self.draw(st.sampled_from(COLUMNS))
        rows = [[self.cell() for _ in columns] for _ in range(self.draw(st.integers(1, 3)))]
        return table(columns, *rows)

    def changed(self):
        gone = run(self.text(2)).replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")
        new = f'<w:ins w:author="Kim">{run(self.text(2))}</w:ins>'
        return f'<w:p><w:del w:author="Kim">{gone}</w:del>{run(self.text(1))}{new}</w:p>'

    def box(self):
        inside = f"<w:txbxContent>{paragraph(self.text(2))}</w:txbxContent>"
        newer = f"<mc:Choice><w:drawing><wps:txbx>{inside}</wps:txbx></w:drawing></mc:Choice>"
        older = f"<mc:Fallback><w:pict>{inside}</w:pict></mc:Fallback>"
        both = f"<mc:AlternateContent>{newer}{older}</mc:AlternateContent>"
        return f"<w:p>{run(self.text(1))}<w:r>{both}</w:r></w:p>"


KINDS = ("plain", "heading", "list", "table", "changed", "box")
COLUMNS = (
    ["Actie", "Wie", "Termijn"],
    ["Nr", "Stap", "Rol"],
    ["Naam", "Telefoon"],
    ["Rol", "Wat", "Wanneer", "Bewijs", "Opmerking"],
)


@st.composite
def bodies(draw):
    """The body of a document, and every word in it."""
    body = _Body(draw)
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=12))
    return "".join(getattr(body, kind)() for kind in kinds), body.words
