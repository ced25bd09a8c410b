import subprocess
import sys
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from cyberready.kernel.refusals import Refused
from cyberready.platform.paper import stationery
from cyberready.platform.paper.outline import Heading, Numbered, Paragraph, Table
from cyberready.platform.paper.word import to_docx, to_docx_regardless
from tests.platform.paper.reading import opened, outline, texts

ROOT = Path(__file__).parent.parent.parent.parent


def house(tmp_path, change):
    """The shipped template after *change*, as a municipality's own."""
    sheet = docx.Document(str(stationery.shipped()))
    change(sheet)
    path = tmp_path / "report.docx"
    sheet.save(str(path))
    return path


def test_the_setting_chooses_the_folder():
    assert stationery.chosen("") is None
    assert stationery.chosen("/etc/huisstijl") == Path("/etc/huisstijl/report.docx")


def test_a_house_style_gives_its_look_header_and_footer(tmp_path):
    def change(sheet):
        sheet.styles["Heading 1"].font.name = "Huisletter"
        sheet.sections[0].header.paragraphs[0].text = "Gemeente Waterveld"
        sheet.sections[0].footer.paragraphs[0].text = "Postbus 1"

    document = opened(to_docx(outline(Heading(1, "Kop"), exercise=True), house(tmp_path, change)))
    assert document.styles["Heading 1"].font.name == "Huisletter"
    section = document.sections[0]
    assert [p.text for p in section.header.paragraphs] == [
        "OEFENING – OEFENING – OEFENING",
        "Gemeente Waterveld",
    ]
    assert [p.text for p in section.footer.paragraphs] == ["Postbus 1", "Proefdocument\tPagina  van "]


def test_the_page_number_stands_right_where_a_house_style_has_a_stop_in_the_middle(tmp_path):
    def change(sheet):
        stops = sheet.styles["Footer"].paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(docx.shared.Cm(8))

    document = opened(to_docx(outline(), house(tmp_path, change)))
    stops = document.sections[0].footer.paragraphs[0]._p.xpath("./w:pPr/w:tabs/w:tab")
    assert [stop.get(qn("w:val")) for stop in stops] == ["clear", "right"]
    assert int(stops[0].get(qn("w:pos"))) == pytest.approx(8 * 567, abs=4)


def test_a_house_style_that_counts_pages_is_left_to_it(tmp_path):
    def change(sheet):
        sheet.sections[0].footer.paragraphs[0]._p.append(
            docx.oxml.parse_xml(
                '<w:fldSimple xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:instr=" PAGE "/>'
            )
        )

    foot = opened(to_docx(outline(), house(tmp_path, change))).sections[0].footer
    assert [p.text for p in foot.paragraphs] == [""]


def test_first_and_even_pages_of_a_house_style_say_exercise_too(tmp_path):
    def change(sheet):
        sheet.sections[0].different_first_page_header_footer = True
        sheet.settings.odd_and_even_pages_header_footer = True

    section = opened(to_docx(outline(exercise=True), house(tmp_path, change))).sections[0]
    for head in (section.header, section.first_page_header, section.even_page_header):
        assert head.paragraphs[0].text == "OEFENING – OEFENING – OEFENING"
    for foot in (section.footer, section.first_page_footer, section.even_page_footer):
        assert "Pagina" in foot.paragraphs[0].text


def test_a_house_style_without_counting_lists_still_works(tmp_path):
    def change(sheet):
        style = sheet.styles["List Number"].element
        style.pPr.remove(style.pPr.numPr)

    document = opened(to_docx(outline(Numbered(("een",))), house(tmp_path, change)))
    assert texts(document)[1] == ("List Number", "een")


def test_a_table_fits_a_narrow_house_style(tmp_path):
    def change(sheet):
        sheet.sections[0].left_margin = docx.shared.Cm(6)

    table = opened(to_docx(outline(Table(("a",), (("1",),), (16.6,))), house(tmp_path, change))).tables[0]
    assert int(table._tbl.xpath(".//w:gridCol/@w:w")[0]) == pytest.approx((21 - 6 - 2.2) * 567, abs=4)


def test_a_template_without_page_setup_still_works(tmp_path):
    def change(sheet):
        sheet.element.body.remove(sheet.element.body.sectPr)

    document = opened(to_docx(outline(Table(("a",), (("1",),)), exercise=True), house(tmp_path, change)))
    assert texts(document)[0] == ("Title", "Proefdocument")
    assert int(document.tables[0]._tbl.xpath(".//w:gridCol/@w:w")[0]) == pytest.approx(16.6 * 567, abs=4)


@pytest.mark.parametrize("name", ["cyberready Notice", "List Bullet", "cyberready Table"])
def test_a_style_that_is_missing_is_named(tmp_path, name):
    path = house(tmp_path, lambda sheet: sheet.styles[name].delete())
    with pytest.raises(Refused) as refused:
        to_docx(outline(Paragraph("x")), path)
    assert str(refused.value).startswith(f"The Word template report.docx lacks these styles: {name}.")


def test_what_cannot_wait_is_set_in_the_shipped_style(tmp_path, caplog):
    path = house(tmp_path, lambda sheet: sheet.styles["Caption"].delete())
    assert to_docx_regardless(outline(Paragraph("x")), path) == to_docx(outline(Paragraph("x")))
    assert "lacks these styles: Caption" in caplog.text


def test_what_cannot_wait_is_set_in_the_house_style_that_works(tmp_path):
    path = house(tmp_path, lambda sheet: setattr(sheet.styles["Title"].font, "name", "Huisletter"))
    assert opened(to_docx_regardless(outline(), path)).styles["Title"].font.name == "Huisletter"


def test_a_style_of_another_type_does_not_count(tmp_path):
    def change(sheet):
        sheet.styles["Caption"].delete()
        sheet.styles.add_style("Caption", docx.enum.style.WD_STYLE_TYPE.CHARACTER)

    with pytest.raises(Refused, match="Caption"):
        to_docx(outline(), house(tmp_path, change))


@pytest.mark.parametrize("content", [None, b"", b"geen zip", b"PK\x03\x04rest", b"PK\x05\x06" + bytes(18)])
def test_a_template_that_is_no_word_document_is_refused(tmp_path, content):
    path = tmp_path / "report.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        stationery.opened(path)
    assert "cannot be read as a Word document" in refused.value.sentence
    assert refused.value.values == {"name": "report.docx"}


def test_the_committed_template_is_what_the_tool_makes():
    run = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "word_template.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "The template is up to date.")


def test_the_shipped_template_is_a4_and_shows_every_style():
    sheet = docx.Document(str(stationery.shipped()))
    section = sheet.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert {
        round(edge.cm, 1) for edge in (section.left_margin, section.right_margin, section.top_margin)
    } == {2.2}
    shown = {paragraph.style.name for paragraph in sheet.paragraphs} | {
        table.style.name for table in sheet.tables
    }
    shown |= {"Header", "Footer", "cyberready Cell"}
    assert {*stationery.PARAGRAPH_STYLES, *stationery.TABLE_STYLES} <= shown
