import struct
import zipfile
import zlib
from datetime import UTC
from io import BytesIO

import pytest
from docx.oxml.ns import qn

from cyberready.platform.paper.outline import (
    AnswerLines,
    Bullets,
    Fields,
    Heading,
    Notice,
    NoticeKind,
    Numbered,
    PageBreak,
    Paragraph,
    Picture,
    Run,
    Table,
)
from cyberready.platform.paper.word import to_docx
from tests.platform.paper.reading import MADE, languages, opened, outline, parts, texts


def pixel():
    """A PNG of one white pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\xff"))
        + chunk(b"IEND", b"")
    )


EVERYTHING = (
    Heading(1, "Hoofdstuk"),
    Paragraph("Tekst"),
    Heading(2, "Paragraaf"),
    Bullets(("een", "twee")),
    Heading(3, "Onderdeel"),
    Numbered(("eerst", "dan")),
    Notice(NoticeKind.WARNING, "Let op"),
    Notice(NoticeKind.EXERCISE, "OEFENING"),
    Notice(NoticeKind.OK, "Klopt"),
    Table(("Kop", "Kop 2"), (("a", "b"), ("c", "d")), (4.0, 5.0), "Bijschrift"),
    Fields((("Naam", "Waarde"),)),
    AnswerLines(2),
    PageBreak(),
    Picture(pixel(), "Een witte stip", 3.0),
)


def test_every_block_has_its_named_style():
    document = opened(to_docx(outline(*EVERYTHING, subtitle="Onder")))
    assert texts(document) == [
        ("Title", "Proefdocument"),
        ("Subtitle", "Onder"),
        ("Heading 1", "Hoofdstuk"),
        ("Body Text", "Tekst"),
        ("Heading 2", "Paragraaf"),
        ("List Bullet", "een"),
        ("List Bullet", "twee"),
        ("Heading 3", "Onderdeel"),
        ("List Number", "eerst"),
        ("List Number", "dan"),
        ("cyberready Notice", "Let op"),
        ("cyberready Exercise", "OEFENING"),
        ("cyberready Confirmation", "Klopt"),
        ("Caption", "Bijschrift"),
        ("Body Text", ""),  # parts the two tables, which Word would join
        ("Body Text", ""),
        ("cyberready Answer", "\t"),
        ("cyberready Answer", "\t"),
        ("Body Text", ""),
    ]
    assert [table.style.name for table in document.tables] == ["cyberready Table", "cyberready Fields"]


def test_an_alert_stands_above_the_title():
    document = opened(to_docx(outline(alert=Notice(NoticeKind.WARNING, "Klopt niet"))))
    assert texts(document) == [("cyberready Notice", "Klopt niet"), ("Title", "Proefdocument")]


def test_a_table_repeats_its_header_and_keeps_its_rows_whole():
    rows = tuple((str(number), "tekst") for number in range(200))
    table = opened(to_docx(outline(Table(("Nr.", "Wat"), rows, (2.0, 8.0), "Lijst")))).tables[0]._tbl
    header, *others = table.tr_lst
    assert len(others) == 200
    assert header.xpath("./w:trPr/w:tblHeader")
    assert not [row for row in others if row.xpath("./w:trPr/w:tblHeader")]
    assert all(row.xpath("./w:trPr/w:cantSplit") for row in (header, *others))
    assert table.xpath("./w:tblPr/w:tblLook/@w:firstRow") == ["1"]
    assert table.xpath("./w:tblPr/w:tblCaption/@w:val") == ["Lijst"]
    assert [round(int(width) / 567) for width in table.xpath("./w:tblGrid/w:gridCol/@w:w")] == [2, 8]


@pytest.mark.parametrize(("widths", "total"), [((30.0, 10.0), 16.6), ((), 16.6), ((4.0, 5.0), 9.0)])
def test_a_table_is_never_wider_than_the_text(widths, total):
    table = opened(to_docx(outline(Table(("a", "b"), (("1", "2"),), widths)))).tables[0]._tbl
    assert sum(int(width) for width in table.xpath(".//w:gridCol/@w:w")) == pytest.approx(total * 567, abs=4)


def test_each_numbered_list_starts_at_one():
    document = opened(to_docx(outline(Numbered(("a", "b")), Paragraph("tussen"), Numbered(("c",)))))
    counts = [
        p._p.xpath("./w:pPr/w:numPr/w:numId/@w:val")
        for p in document.paragraphs
        if p.style.name == "List Number"
    ]
    assert counts[0] == counts[1] != counts[2]
    forms = document.part.numbering_part.element
    for (count,) in (counts[0], counts[2]):
        assert forms.xpath(f"./w:num[@w:numId={count}]/w:lvlOverride/w:startOverride/@w:val") == ["1"]


@pytest.mark.parametrize(("language", "tag"), [("nl", "nl-NL"), ("en", "en-GB")])
def test_the_language_is_said_in_properties_styles_and_runs(language, tag):
    document = opened(to_docx(outline(*EVERYTHING, language=language)))
    assert document.core_properties.language == tag
    assert languages(document) == {tag}
    assert set(document.styles.element.xpath(".//w:lang/@w:val")) == {tag}
    assert document.settings.element.xpath("./w:themeFontLang/@w:val") == [tag]
    assert len(document.element.body.xpath(".//w:r[w:t]")) == len(
        document.element.body.xpath(".//w:r[w:t]/w:rPr/w:lang")
    )


def test_properties_come_from_the_outline():
    about = opened(to_docx(outline())).core_properties
    assert (about.title, about.subject, about.author) == ("Proefdocument", "Een proef", "Gemeente Waterveld")
    assert about.last_modified_by == "Gemeente Waterveld"
    assert {moment.replace(tzinfo=UTC) for moment in (about.created, about.modified)} == {MADE}


def test_the_same_outline_gives_the_same_bytes():
    first = to_docx(outline(*EVERYTHING, exercise=True))
    assert first == to_docx(outline(*EVERYTHING, exercise=True))
    with zipfile.ZipFile(BytesIO(first)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(("language", "page", "of"), [("nl", "Pagina ", " van "), ("en", "Page ", " of ")])
def test_title_and_page_number_at_the_foot(language, page, of):
    document = opened(to_docx(outline(language=language)))
    (foot,) = document.sections[0].footer.paragraphs
    assert foot.style.name == "Footer"
    assert foot.text == f"Proefdocument\t{page}{of}"
    assert foot._p.xpath("./w:fldSimple/@w:instr") == ["PAGE", "NUMPAGES"]
    assert document.sections[0].header.is_linked_to_previous  # nothing above


def test_a_long_title_is_cut_at_the_foot_only():
    title = "Informatiebeveiligingsdienstverleningsovereenkomst " * 4
    document = opened(to_docx(outline(title=title)))
    assert document.paragraphs[0].text == title
    assert len(document.sections[0].footer.paragraphs[0].text.split("\t")[0]) <= 70


@pytest.mark.parametrize(("language", "word"), [("nl", "OEFENING"), ("en", "EXERCISE")])
def test_an_exercise_says_so_on_every_page(language, word):
    document = opened(to_docx(outline(language=language, exercise=True)))
    (head,) = document.sections[0].header.paragraphs
    assert (head.style.name, head.text) == ("cyberready Exercise", f"{word} – {word} – {word}")


def test_a_picture_has_its_words():
    document = opened(to_docx(outline(Picture(pixel(), "Een witte stip", 3.0))))
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == "Een witte stip"
    assert round(shape.width.cm, 2) == 3.0


def test_what_xml_refuses_is_left_out_everywhere():
    bad = "a\x00\x0b\ud800b"
    table = Table((bad,), ((bad,),), (), bad)
    blocks = (
        Heading(1, bad),
        Paragraph((Run(bad, bold=True),)),
        Fields(((bad, bad),)),
        table,
        Picture(pixel(), bad, 2.0),
    )
    document = opened(to_docx(outline(*blocks, title=bad)))
    assert document.core_properties.title == "ab"
    assert [text for _, text in texts(document) if text] == ["ab", "ab", "ab", "ab"]
    assert [cell.text for cell in document.tables[1]._cells] == ["ab", "ab"]


def test_line_feeds_become_line_breaks():
    document = opened(to_docx(outline(Paragraph("een\r\ntwee\rdrie\tvier"))))
    assert document.paragraphs[1].text == "een\ntwee\ndrie\tvier"
    assert len(document.paragraphs[1]._p.xpath(".//w:br")) == 2


def test_bold_and_italic_runs():
    runs = (
        opened(
            to_docx(outline(Paragraph((Run("vet", bold=True), Run("schuin", italic=True), Run("gewoon")))))
        )
        .paragraphs[1]
        .runs
    )
    assert [(run.text, run.bold, run.italic) for run in runs] == [
        ("vet", True, None),
        ("schuin", None, True),
        ("gewoon", None, None),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mail een.adres@gemeente.example vandaag", ["een.adres@gemeente.example"]),
        ("zie https://www.ncsc.nl/pad", ["https://www.ncsc.nl/pad"]),
        ("wortel q5mWm9kYJm3nq2Qb8m4sT0iKq0Cw= staat", ["q5mWm9kYJm3nq2Qb8m4sT0iKq0Cw="]),
        ("Informatiebeveiligingsdienstverleningsovereenkomst van 2026", []),
    ],
)
def test_addresses_and_hashes_are_never_hyphenated(text, code):
    paragraph = opened(to_docx(outline(Paragraph(text)))).paragraphs[1]
    assert paragraph.text == text
    assert paragraph._p.xpath("./w:r[w:rPr/w:noProof]/w:t/text()") == code


def test_what_leads_up_to_a_table_stays_with_it():
    document = opened(to_docx(outline(Paragraph("Inleiding"), Table(("a",), (("1",),)), Paragraph("Slot"))))
    tied = {
        paragraph.text: bool(paragraph._p.xpath("./w:pPr/w:keepNext")) for paragraph in document.paragraphs
    }
    assert (tied["Inleiding"], tied["Slot"]) == (True, False)


@pytest.mark.parametrize(
    "block", [Heading(1, "Nieuw"), Table(("Nieuw",), (("1",),)), Fields((("Nieuw", "1"),))]
)
def test_a_page_break_starts_the_next_block_on_a_new_page_once(block):
    document = opened(to_docx(outline(Paragraph("Oud"), PageBreak(), block, Paragraph("Later"))))
    breaks = document.element.body.xpath("./w:p[w:pPr/w:pageBreakBefore]")
    assert len(breaks) == 1
    following = breaks[0] if isinstance(block, Heading) else breaks[0].getnext()
    assert "Nieuw" in "".join(following.itertext(qn("w:t")))


def test_properties_of_paragraphs_stand_in_the_order_of_the_schema():
    order = ["pStyle", "keepNext", "pageBreakBefore", "numPr", "tabs", "suppressAutoHyphens", "spacing"]
    document = opened(to_docx(outline(*EVERYTHING, PageBreak(), Paragraph("leidt in"), Numbered(("a",)))))
    for shape in document.element.body.iter(qn("w:pPr")):
        names = [child.tag.split("}")[1] for child in shape]
        assert names == sorted(names, key=order.index)


def test_nothing_of_the_sample_text_of_the_template_is_left():
    file = to_docx(outline(Paragraph("Alleen dit")))
    assert b"stijl" not in parts(file)["word/document.xml"]
