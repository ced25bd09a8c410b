"""Make templates/word/report.docx, the house style of every Word document that cyberready writes.

    python tools/word_template.py            write the template
    python tools/word_template.py --check    exit status 1 if the committed template differs from what this makes

A municipality that puts its own report.docx in the folder CYBERREADY_WORD_TEMPLATES needs the same named styles; the text
in this template shows each of them. The text is thrown away when a document is written, headers and footers stay.
"""

import argparse
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

TARGET = Path(__file__).resolve().parent.parent / "templates" / "word" / "report.docx"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"
FONT, FALLBACK = "Source Sans 3", "Arial"
NAVY, INK, SOFT, LINE, PALE = "154273", "17212B", "4A5763", "C3CCD5", "EEF4FA"
CM = 567  # twentieths of a point
MARGIN, WIDTH, HEIGHT = round(2.2 * CM), 11906, 16838
TEXT_WIDTH = WIDTH - 2 * MARGIN

PARAGRAPHS = """
Normal            | | |
Body Text         | Normal    | spacing=after:120,line:276,lineRule:auto |
Title             | Normal    | keepNext keepLines suppressAutoHyphens spacing=before:120,after:60,line:240,lineRule:auto | b color=154273 sz=48
Subtitle          | Normal    | keepNext suppressAutoHyphens spacing=after:280 | color=4A5763 sz=26
heading 1         | Normal    | keepNext keepLines suppressAutoHyphens pBdr=bottom/single/8/C3CCD5/3 spacing=before:400,after:140 outlineLvl=0 | b color=154273 sz=34
heading 2         | Normal    | keepNext keepLines suppressAutoHyphens spacing=before:260,after:80 outlineLvl=1 | b color=154273 sz=26
heading 3         | Normal    | keepNext keepLines suppressAutoHyphens spacing=before:200,after:60 outlineLvl=2 | b color=154273 sz=23
List Bullet       | Normal    | numPr=1 spacing=after:60,line:276,lineRule:auto contextualSpacing |
List Number       | Normal    | numPr=2 spacing=after:60,line:276,lineRule:auto |
caption           | Normal    | keepNext keepLines suppressAutoHyphens spacing=before:160,after:80 | b color=154273 sz=20
header            | Normal    | tabs=right spacing=after:120 | color=4A5763 sz=18
footer            | Normal    | pBdr=top/single/4/C3CCD5/6 tabs=right spacing=before:120 suppressAutoHyphens | color=4A5763 sz=18
cyberready Cell   | Normal    | spacing=before:40,after:40 | sz=19
cyberready Notice | Body Text | keepNext keepLines pBdr=box/single/12/D52B1E/6 shd=FDE7E6 spacing=before:160,after:200,line:264,lineRule:auto ind=120 | color=17212B
cyberready Confirmation | Body Text | keepNext keepLines pBdr=box/single/12/1F8A47/6 shd=E3F3E8 spacing=before:160,after:200,line:264,lineRule:auto ind=120 | color=17212B
cyberready Exercise | Body Text | keepLines pBdr=box/single/12/1A1A1A/4 shd=FFD200 jc=center spacing=before:0,after:160,line:240,lineRule:auto ind=120 | b color=1A1A1A
cyberready Answer | Body Text | spacing=before:300,after:0 suppressAutoHyphens | color=6B7885
"""  # name | based on | paragraph properties | run properties
PARAGRAPH_ORDER = (
    *("keepNext", "keepLines", "numPr", "pBdr", "shd", "tabs", "suppressAutoHyphens"),
    *("spacing", "ind", "contextualSpacing", "jc", "outlineLvl"),
)  # as the schema wants it
SAMPLES = (
    ("Title", "Titel van het document (stijl Title)"),
    ("Subtitle", "Ondertitel met kenmerk en datum (stijl Subtitle)"),
    ("cyberready Exercise", "OEFENING (stijl cyberready Exercise)"),
    ("cyberready Notice", "Waarschuwing die eerst gelezen moet worden (stijl cyberready Notice)."),
    (
        "cyberready Confirmation",
        "Bevestiging, bijvoorbeeld van een controle (stijl cyberready Confirmation).",
    ),
    ("heading 1", "Kop van een hoofdstuk (stijl Heading 1)"),
    (
        "Body Text",
        "Lopende tekst (stijl Body Text). De voettekst krijgt titel en paginanummer in stijl Footer.",
    ),
    ("heading 2", "Kop van een paragraaf (stijl Heading 2)"),
    ("List Bullet", "Opsomming (stijl List Bullet)"),
    ("List Number", "Genummerde lijst (stijl List Number)"),
    ("heading 3", "Kop van een onderdeel (stijl Heading 3)"),
    ("cyberready Answer", "Ruimte voor een antwoord, met een invullijn (stijl cyberready Answer)"),
    ("caption", "Bijschrift boven een tabel (stijl Caption)"),
)


def style_id(name: str) -> str:
    """The name as Word writes it into a document."""
    return "".join(word[:1].upper() + word[1:] for word in name.split())


def borders(value: str) -> str:
    """Side or ``box``, line, size, colour and space, parted by slashes, as paragraph borders."""
    side, line, size, colour, space = value.split("/")
    sides = ("top", "left", "bottom", "right") if side == "box" else (side,)
    edge = f'w:val="{line}" w:sz="{size}" w:space="{space}" w:color="{colour}"'
    return "<w:pBdr>" + "".join(f"<w:{name} {edge}/>" for name in sides) + "</w:pBdr>"


def paragraph_property(name: str, value: str) -> str:
    """One property of a paragraph style; *value* is in the short form of the list above."""
    spacing = " ".join('w:{}="{}"'.format(*pair.split(":")) for pair in value.split(",") if ":" in pair)
    shaped = {
        "numPr": f'<w:numPr><w:numId w:val="{value}"/></w:numPr>',
        "shd": f'<w:shd w:val="clear" w:color="auto" w:fill="{value}"/>',
        "tabs": f'<w:tabs><w:tab w:val="{value}" w:pos="{TEXT_WIDTH}"/></w:tabs>',
        "spacing": f"<w:spacing {spacing}/>",
        "ind": f'<w:ind w:left="{value}" w:right="{value}"/>',
    }
    if name == "pBdr":
        return borders(value)
    return shaped.get(name) or (f'<w:{name} w:val="{value}"/>' if value else f"<w:{name}/>")


def paragraph_style(line: str) -> str:
    """One line of the list above as a style."""
    name, parent, shape, face = (part.strip() for part in line.split("|"))
    wanted = dict(item.partition("=")[::2] for item in shape.split())
    inside = "".join(paragraph_property(key, wanted[key]) for key in PARAGRAPH_ORDER if key in wanted)
    if unknown := set(wanted) - set(PARAGRAPH_ORDER):
        raise ValueError(f"{name}: {sorted(unknown)} have no place in the order")
    runs = dict(item.partition("=")[::2] for item in face.split())
    letters = ("<w:b/><w:bCs/>" if "b" in runs else "") + (
        f'<w:color w:val="{runs["color"]}"/>' if "color" in runs else ""
    )
    if "sz" in runs:
        letters += f'<w:sz w:val="{runs["sz"]}"/><w:szCs w:val="{runs["sz"]}"/>'
    based = f'<w:basedOn w:val="{style_id(parent)}"/>' if parent else ""
    follows = (
        '<w:next w:val="BodyText"/>' if name.startswith("heading") or name in {"Title", "Subtitle"} else ""
    )
    own = ' w:customStyle="1"' if name.startswith("cyberready") else ""
    default = ' w:default="1"' if name == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default}{own} w:styleId="{style_id(name)}"><w:name w:val="{name}"/>{based}{follows}'
        f"<w:qFormat/><w:pPr>{inside}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
    )


def table_style(name: str, *, rules: str, first: str, margins: tuple[int, int]) -> str:
    """A table style: inner and outer rules, and how the first row or column stands out."""
    upright, across = margins
    sides = (("top", upright), ("left", across), ("bottom", upright), ("right", across))
    cells = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in sides)
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{style_id(name)}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblBorders>{rules}</w:tblBorders>'
        f"<w:tblCellMar>{cells}</w:tblCellMar></w:tblPr>{first}</w:style>"
    )


def rule(side: str, size: int, colour: str) -> str:
    """One border."""
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'


def styles() -> str:
    """The whole of styles.xml."""
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
    head = (
        '<w:tblStylePr w:type="firstRow"><w:pPr><w:keepNext/></w:pPr><w:rPr><w:b/><w:bCs/><w:color w:val="FFFFFF"/></w:rPr>'
        f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{NAVY}"/><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
    )
    label = (
        f'<w:tblStylePr w:type="firstCol"><w:rPr><w:b/><w:bCs/><w:color w:val="{NAVY}"/></w:rPr>'
        f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/></w:tcPr></w:tblStylePr>'
    )
    ruled = rule("top", 8, NAVY) + rule("bottom", 8, NAVY) + rule("insideH", 4, LINE)
    plain = rule("bottom", 4, LINE) + rule("insideH", 4, LINE)
    normal_table = (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:semiHidden/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
    )
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:color w:val="{INK}"/><w:sz w:val="21"/>'
        '<w:szCs w:val="21"/><w:lang w:val="nl-NL" w:eastAsia="nl-NL" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        + "".join(paragraph_style(line) for line in PARAGRAPHS.strip().splitlines())
        + normal_table
        + table_style("cyberready Table", rules=ruled, first=head, margins=(0, 85))
        + table_style("cyberready Fields", rules=plain, first=label, margins=(0, 85))
        + "</w:styles>"
    )


def numbering() -> str:
    """Bullets and numbers for the two list styles."""

    def level(number: int, form: str, text: str, style: str) -> str:
        return (
            f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
            f'<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="{style}"/><w:lvlText w:val="{text}"/>'
            '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="397" w:hanging="397"/></w:pPr></w:lvl></w:abstractNum>'
        )

    return (
        f'<w:numbering xmlns:w="{W}">{level(1, "bullet", "•", "ListBullet")}{level(2, "decimal", "%1.", "ListNumber")}'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
        "</w:numbering>"
    )


def document() -> str:
    """A4 with a sample of every style."""
    text = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style_id(name)}"/></w:pPr><w:r><w:t>{escape(words)}</w:t></w:r></w:p>'
        for name, words in SAMPLES
    )
    section = (
        f'<w:sectPr><w:pgSz w:w="{WIDTH}" w:h="{HEIGHT}"/><w:pgMar w:top="{MARGIN}" w:right="{MARGIN}" w:bottom="{MARGIN}"'
        f' w:left="{MARGIN}" w:header="{CM}" w:footer="{CM}" w:gutter="0"/></w:sectPr>'
    )
    return (
        f'<w:document xmlns:w="{W}"><w:body>{text}{sample("cyberready Table", "firstRow")}<w:p/>'
        f"{sample('cyberready Fields', 'firstColumn')}<w:p/>{section}</w:body></w:document>"
    )


def sample(name: str, first: str) -> str:
    """A table of two rows in one style."""
    cell = '<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="CyberreadyCell"/></w:pPr>'
    half = TEXT_WIDTH // 2
    cell = cell.format(width=half) + "<w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
    row = "<w:tr>" + cell.format(text=name) + cell.format(text="cyberready Cell") + "</w:tr>"
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style_id(name)}"/><w:tblW w:w="{2 * half}" w:type="dxa"/>'
        f'<w:tblLook w:{first}="1"/></w:tblPr><w:tblGrid><w:gridCol w:w="{half}"/><w:gridCol w:w="{half}"/></w:tblGrid>'
        f"{row}{row}</w:tbl>"
    )


def settings() -> str:
    """Hyphenation on, so that long Dutch words fit narrow columns; the layout of today's Word."""
    compatible = '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    return (
        f'<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/><w:autoHyphenation/><w:consecutiveHyphenLimit w:val="2"/>'
        f'<w:doNotHyphenateCaps/><w:compat>{compatible}</w:compat><w:themeFontLang w:val="nl-NL"/></w:settings>'
    )


def fonts() -> str:
    """What stands in where the font is not installed."""
    return (
        f'<w:fonts xmlns:w="{W}"><w:font w:name="{FONT}"><w:altName w:val="{FALLBACK}"/><w:panose1 w:val="020B0604020202020204"/>'
        '<w:charset w:val="00"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font></w:fonts>'
    )


def parts() -> Iterator[tuple[str, str]]:
    """Every part of the file with its content, in order."""
    own = (
        ("styles", styles()),
        ("settings", settings()),
        ("fontTable", fonts()),
        ("numbering", numbering()),
    )
    kinds = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{CONTENT}.{name}+xml"/>' for name, _ in own
    )
    yield (
        "[Content_Types].xml",
        (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{CONTENT}.document.main+xml"/>{kinds}</Types>'
        ),
    )
    yield (
        "_rels/.rels",
        (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument"'
            ' Target="word/document.xml"/></Relationships>'
        ),
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{name}" Target="{name}.xml"/>'
        for number, (name, _) in enumerate(own, start=1)
    )
    yield (
        "word/_rels/document.xml.rels",
        f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
    )
    yield "word/document.xml", document()
    for name, content in own:
        yield f"word/{name}.xml", content


def template() -> bytes:
    """The template file, the same bytes every time."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            package.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + content)
    return file.getvalue()


def main() -> int:
    """Write the template, or compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    made = template()
    if parser.parse_args().check:
        same = TARGET.is_file() and TARGET.read_bytes() == made
        print(
            "The template is up to date."
            if same
            else "The template differs: run python tools/word_template.py."
        )
        return 0 if same else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(made)
    print(f"{TARGET}: {len(made)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
