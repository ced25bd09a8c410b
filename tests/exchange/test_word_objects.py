"""What a Word document holds besides words in paragraphs: each is in the text, at its end, or told with its words."""

import pytest

from cyberready.exchange.report import Kind
from cyberready.platform.texts import translate
from tests.exchange.documents import SPACES, heading, paragraph, run
from tests.exchange.test_word_in import read, said

DIAGRAM = (
    '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:pt><a:p><a:r><a:t>Alarmeer</a:t></a:r>'
    "</a:p><a:p><a:r><a:t>Schaal op</a:t></a:r></a:p></dgm:pt></dgm:dataModel>"
)
CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:title><a:t>Uitval per dag</a:t></c:title>'
    "<c:v>maandag</c:v></c:chartSpace>"
)


def drawn(inner, about=""):
    return f"<w:p><w:r><w:drawing><wp:inline>{about}<a:graphic>{inner}</a:graphic></wp:inline></w:drawing></w:r></w:p>"


def test_diagrams_charts_and_objects_are_told_with_their_words():
    diagram = '<d:relIds xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" r:dm="rel1"/>'
    chart = '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="rel2"/>'
    sheet = '<w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" ProgID="Excel.Sheet.12"/></w:object>'
    _, found = read(
        heading("Fase")
        + drawn(diagram, '<wp:docPr id="1" name="x" descr="Stroom van meldingen"/>')
        + drawn(chart)
        + f"<w:p><w:r>{sheet}</w:r></w:p>",
        {"word/diagrams/data1.xml": DIAGRAM, "word/charts/chart1.xml": CHART},
        [("diagramData", "diagrams/data1.xml", ""), ("chart", "charts/chart1.xml", "")],
    )
    assert said(found, Kind.LOST) == [
        "A drawing without a picture cannot be taken over; it is described as: Stroom van meldingen",
        "A diagram (SmartArt) cannot be taken over; it says: Alarmeer / Schaal op",
        "A chart cannot be taken over; it says: Uitval per dag / maandag",
        "An object of another program (Excel.Sheet.12) cannot be taken over; only its picture is, if it has one.",
    ]
    assert found.report.of(Kind.LOST)[0].where() == "paragraph 1 under “Fase”"


def test_a_file_that_word_would_take_in_is_told_with_its_words():
    _, found = read(
        heading("Fase") + '<w:altChunk r:id="rel1"/>',
        {"word/deel.html": "<html><body><p>Bel eerst &amp; meld</p><p>de bode</p></body></html>"},
        [("aFChunk", "deel.html", "")],
    )
    (told,) = said(found, Kind.LOST)
    assert told.startswith("Text of another file (deel.html) stands here")
    assert told.endswith("The words: Bel eerst & meld de bode")


def test_lettering_as_a_drawing_is_text():
    book, _ = read(
        heading("Fase")
        + f'<w:p>{run("Let op")}<w:r><w:pict><v:shape><v:textpath string="CONCEPT"/></v:shape></w:pict></w:r></w:p>'
    )
    assert book.phases[0].content == ("Let op CONCEPT",)


def test_notes_that_nothing_refers_to_are_kept_at_the_end():
    notes = f'<w:footnotes {SPACES}><w:footnote w:id="0" w:type="separator">{paragraph("")}</w:footnote>'
    for number, text in ((2, "Gewoon."), (3, "Wees."), (4, "Bij wat verviel.")):
        notes += f'<w:footnote w:id="{number}">{paragraph(text)}</w:footnote>'
    deleted = (
        '<w:del w:author="Noor"><w:r><w:delText>Oud</w:delText><w:footnoteReference w:id="4"/></w:r></w:del>'
    )
    book, found = read(
        heading("Fase") + paragraph("Bel", '<w:r><w:footnoteReference w:id="2"/></w:r>', deleted),
        {"word/footnotes.xml": f"{notes}</w:footnotes>"},
        [("footnotes", "footnotes.xml", "")],
    )
    assert book.phases[-1].title == "Niet geplaatst"
    assert book.phases[-1].content == ("Wees.\n\nBij wat verviel.",)
    told = [one.where() for one in found.report.of(Kind.GUESSED) if "does not refer" in one.said()]
    assert told == ["note 3 of the document", "note 4 of the document"]


def old_form(inner):
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{inner}</w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText> FORM </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def test_old_form_fields_show_what_was_chosen_and_told():
    listed = (
        '<w:ddList><w:result w:val="1"/><w:listEntry w:val="groen"/><w:listEntry w:val="oranje"/></w:ddList>'
    )
    box = '<w:checkBox><w:default w:val="{}"/></w:checkBox>'
    book, found = read(
        heading("Fase")
        + paragraph("Fase ", old_form(listed))
        + paragraph(old_form(box.format(1)), " Gemeld")
        + paragraph(old_form(box.format(0)), " Gebeld")
    )
    assert book.phases[0].content[0] == "Fase oranje\n\n- [x] Gemeld\n- [ ] Gebeld"
    assert "A list to choose from became what was chosen, “oranje”, out of: groen / oranje" in said(
        found, Kind.GUESSED
    )


def test_words_above_words_follow_between_brackets():
    above = f"<w:ruby><w:rt>{run('boven')}</w:rt><w:rubyBase>{run('basis')}</w:rubyBase></w:ruby>"
    book, _ = read(heading("Fase") + f"<w:p><w:r>{above}</w:r></w:p><w:p>{above}</w:p>")
    assert book.phases[0].content == ("basis (boven)\n\nbasis (boven)",)


def test_whole_paragraphs_that_were_deleted_or_moved_away_are_told():
    _, found = read(
        heading("Fase")
        + f'<w:del w:author="Noor">{paragraph("Weg ermee.")}</w:del>'
        + f'<w:moveFrom w:author="Noor">{paragraph("Ging elders heen.")}</w:moveFrom>'
    )
    assert said(found, Kind.SKIPPED) == [
        "Deleted with tracked changes by Noor, and left out: Weg ermee.",
        "Deleted with tracked changes by Noor, and left out: Ging elders heen.",
    ]


@pytest.mark.parametrize("kind", ["dropDownList", "comboBox"])
@pytest.mark.parametrize("around", ["in a line", "around a paragraph"])
def test_what_else_can_be_chosen_in_a_list_is_told(kind, around):
    items = "".join(f'<w:listItem w:displayText="{one}" w:value="{one[0]}"/>' for one in ("groen", "oranje"))
    about = f"<w:sdtPr><w:{kind}>{items}</w:{kind}></w:sdtPr>"
    run = "<w:r><w:t>oranje</w:t></w:r>"
    inner = run if around == "in a line" else f"<w:p>{run}</w:p>"
    control = f"<w:sdt>{about}<w:sdtContent>{inner}</w:sdtContent></w:sdt>"
    book, found = read(heading("Fase") + (paragraph(control) if around == "in a line" else control))
    assert book.phases[0].content == ("oranje",)
    assert (
        said(found, Kind.GUESSED).count(
            "A list to choose from became what was chosen, “oranje”, out of: groen / oranje"
        )
        == 1
    )


def test_what_is_told_of_a_form_field_can_be_said_in_dutch():
    listed = '<w:ddList><w:listEntry w:val="groen"/><w:listEntry w:val="oranje"/></w:ddList>'
    _, found = read(heading("Fase") + paragraph("Fase ", old_form(listed)))
    told = [
        one.said(lambda message, **values: translate("nl", message, **values)) for one in found.report.remarks
    ]
    assert "Een keuzelijst werd de gemaakte keuze, “groen”, uit: groen / oranje" in told
