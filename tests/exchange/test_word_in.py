"""Word documents of municipalities as drafts: what becomes of each part, and that no word is lost."""

import io
import re

import docx
import pytest
from hypothesis import given

from cyberready.exchange import formats as exchange
from cyberready.exchange.report import Kind
from cyberready.platform import markdown
from cyberready.playbooks import formats
from tests.exchange.documents import (
    CONTINUED,
    MERGED,
    SPACES,
    bodies,
    document,
    heading,
    paragraph,
    run,
    table,
)


def brought(body, parts=None, relations=()):
    return exchange.brought("Protocol stroom.docx", document(body, parts, relations))


def read(body, parts=None, relations=()):
    found = brought(body, parts, relations)
    return formats.parse(found.source), found


def said(found, kind):
    return [remark.said() for remark in found.report.of(kind)]


@given(bodies())
def test_every_word_is_in_the_source_or_in_the_report(made):
    body, words = made
    found = brought(body)
    told = found.source + "".join(remark.said() for remark in found.report.remarks)
    told = re.sub(r"[\\*_~`]", "", told)
    lost = [word for word in words if word.casefold() not in told.casefold()]
    assert lost == []


@given(bodies())
def test_what_comes_of_a_document_is_a_playbook_without_faults(made):
    found = brought(made[0])
    assert formats.attempt(found.source)[1] == []


def test_headings_become_phases_and_numbered_items_steps():
    book, found = read(
        heading("1. Signaleren")
        + paragraph("Let op de lampen.")
        + paragraph("De bode belt binnen 15 minuten de netbeheerder. Hij noteert de tijd.", count=1)
        + paragraph("op papier", count=2, depth=1)
        + paragraph("CISO: sluit de deur", count=1)
        + heading("2. Herstellen")
        + paragraph("Ruim op (facilitair)", count=3)
    )
    assert [phase.title for phase in book.phases] == ["Signaleren", "Herstellen"]
    first, second, third = book.steps
    assert (first.title, first.role, first.time) == (
        "De bode belt binnen 15 minuten de netbeheerder",
        "bode",
        "15 minuten",
    )
    assert first.content == ("Hij noteert de tijd.\n\n- op papier",)
    assert book.phases[0].content == ("Let op de lampen.",)
    assert (second.role, third.title) == ("ciso", "Ruim op (facilitair)")
    assert book.roles["nog-te-bepalen"] == "Nog te bepalen"
    assert "The numbers before headings are left out, as phases and steps count themselves: 1., 2." in said(
        found, Kind.SKIPPED
    )
    places = {remark.where() for remark in found.report.remarks}
    assert "paragraph 2 under “1. Signaleren”" in places


def test_a_table_with_a_role_column_becomes_steps():
    book, found = read(
        heading("Handelen")
        + table(
            ["Nr", "Actie", "Verantwoordelijke", "Binnen", "Vastlegging", "Opmerking"],
            [
                "1",
                "Bel de netbeheerder",
                (MERGED, "Bode (vervanger: receptie)"),
                "30 min",
                "Logregel",
                "Zie de lijst",
            ],
            [
                "2",
                "Roep het team bijeen. Gebruik de lijst.",
                (CONTINUED, ""),
                "binnen 1 uur na melding",
                "",
                "",
            ],
            ["3", "Sluit af", "", "direct", "", ""],
        )
    )
    first, second, third = book.steps
    assert (first.title, first.role, first.deputy) == ("Bel de netbeheerder", "bode", "receptie")
    assert (first.time, first.evidence, first.content) == (
        "30 min".replace("min", "minuten"),
        "Logregel",
        ("**Opmerking:** Zie de lijst",),
    )
    assert (second.role, second.time) == ("bode", "1 uur")
    assert second.content == ("Gebruik de lijst.\n\n**Binnen:** binnen 1 uur na melding",)
    assert (third.role, third.time, third.content) == ("nog-te-bepalen", "", ("**Binnen:** direct",))
    assert "No role was found for “Sluit af”: fill it in." in said(found, Kind.GUESSED)


def test_a_table_of_roles_and_one_without_roles_stay_tables():
    book, _ = read(
        heading("Rollen en taken")
        + table(["Rol", "Taak"], ["CISO", "beslist"])
        + heading("Bereikbaar")
        + table(["Naam", "Telefoon"], ["Bode", "06"])
    )
    assert (book.steps, dict(book.roles)) == ((), {"ciso": "CISO"})
    assert "| CISO | beslist |" in book.phases[0].content[0]
    assert "| Bode | 06 |" in book.phases[1].content[0]


def test_a_row_of_one_cell_becomes_a_phase():
    book, _ = read(
        heading("Handelen")
        + table(
            ["Actie", "Wie", "Tijd"], [('<w:gridSpan w:val="3"/>', "Het eerste uur")], ["Bel", "Bode", ""]
        )
    )
    assert [phase.title for phase in book.phases] == ["Handelen", "Het eerste uur"]
    assert book.phases[1].steps[0].title == "Bel"


def test_what_a_document_says_of_itself_becomes_front_matter():
    book, found = read(
        paragraph("Protocol stroom", style="Title").replace('"Title"', '"Kop1"')
        + table(
            ["Versie", "1.2"],
            ["Eigenaar", "Hoofd facilitair"],
            ["Classificatie", "TLP:AMBER"],
            ["Datum", "3 mei"],
        )
        + heading("Doel", 2)
        + paragraph("De lampen blijven aan.")
    )
    assert (book.title, book.slug, book.version, book.owner, book.tlp) == (
        "Protocol stroom",
        "protocol-stroom",
        "1.2",
        "Hoofd facilitair",
        "AMBER",
    )
    assert "Datum" in book.intro[0]
    assert "The version became “1.2”, as the document says." in said(found, Kind.UNDERSTOOD)


def test_tracked_changes_are_taken_as_accepted_and_told():
    book, found = read(
        heading("Fase")
        + '<w:p><w:del w:author="Kim"><w:r><w:delText>oude</w:delText></w:r></w:del><w:ins w:author="Kim">'
        + run("nieuwe")
        + "</w:ins>"
        + run(" tekst")
        + "</w:p>"
        + '<w:p><w:pPr><w:rPr><w:del w:author="Kim"/></w:rPr></w:pPr>'
        + run("eerste helft ")
        + "</w:p>"
        + paragraph("tweede helft")
    )
    assert book.phases[0].content == ("nieuwe tekst\n\neerste helft tweede helft",)
    assert said(found, Kind.SKIPPED) == ["Deleted with tracked changes by Kim, and left out: oude"]


def test_notes_comments_boxes_and_links():
    notes = (
        f'<w:footnotes {SPACES}><w:footnote w:id="2">{paragraph("Zie de wet.")}</w:footnote></w:footnotes>'
    )
    comments = f'<w:comments {SPACES}><w:comment w:id="5" w:author="Noor">{paragraph("Klopt dit?")}</w:comment></w:comments>'
    header = f"<w:hdr {SPACES}>{paragraph('Vertrouwelijk')}</w:hdr>"
    book, found = read(
        heading("Fase")
        + paragraph(
            "Bel ",
            f'<w:hyperlink r:id="rel3">{run("de IBD")}</w:hyperlink>',
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
            '<w:r><w:commentReference w:id="5"/></w:r>',
        )
        + f"<w:p>{run('Kader')}<w:r><w:pict><w:txbxContent>{paragraph('Let op de hond')}</w:txbxContent></w:pict></w:r></w:p>",
        {"word/footnotes.xml": notes, "word/comments.xml": comments, "word/header1.xml": header},
        [
            ("footnotes", "footnotes.xml", ""),
            ("comments", "comments.xml", ""),
            ("hyperlink", "https://www.ibdgemeenten.nl", "External"),
            ("header", "header1.xml", ""),
        ],
    )
    text = book.phases[0].content[0]
    assert (
        text
        == "Bel [de IBD](https://www.ibdgemeenten.nl)[^1]\n\nKader\n\n> Let op de hond\n\n[^1]: Zie de wet."
    )
    assert said(found, Kind.SKIPPED) == ["A comment by Noor is left out: Klopt dit?"]
    assert book.phases[-1].title == "Niet geplaatst"
    assert book.phases[-1].content == ("Vertrouwelijk",)


def test_a_picture_is_given_with_its_bytes_and_named_by_them():
    image = "<w:r><w:drawing><wp:inline><wp:docPr id='1' name='x' descr='Plattegrond [1]'/><a:graphic><a:blip r:embed='rel1'/></a:graphic></wp:inline></w:drawing></w:r>"
    elsewhere = image.replace("rel1", "rel2")
    book, found = read(
        heading("Fase") + paragraph(image) + paragraph(elsewhere),
        {"word/media/a.png": b"pixels"},
        [("image", "media/a.png", ""), ("image", "https://elders.example/b.png", "External")],
    )
    [picture] = found.pictures
    assert (picture.name, picture.data) == ("a.png", b"pixels")
    assert f"![Plattegrond (1)](image:{picture.sha256})" in book.phases[0].content[0]
    assert '<img src="x" alt="Plattegrond (1)"' in markdown.render(
        book.phases[0].content[0], images_at=lambda _: "x"
    )
    assert said(found, Kind.LOST) == [
        "A picture is not in the file itself, and cannot be taken over: Plattegrond [1]"
    ]


def test_check_lists_nested_lists_and_text_between_items():
    book, _ = read(
        heading("Fase")
        + paragraph("Eerst", count=1)
        + paragraph("uitleg bij eerst")
        + paragraph("☐ vakje")
        + paragraph("☒ gedaan")
        + paragraph("Dan", count=1)
        + paragraph("a", count=1, depth=1)
        + paragraph("punt", count=2, depth=2)
    )
    first, second = book.steps
    assert first.content == ("uitleg bij eerst\n\n- [ ] vakje\n- [x] gedaan",)
    assert second.content == ("1. a\n   - punt",)


def test_signs_of_markdown_in_words_stay_signs():
    words = [
        "# geen kop",
        "- geen punt",
        "1. geen nummer",
        "*ster* en _streep_",
        "[a](b) en `code`",
        "> geen citaat",
        "a | b",
        "&amp;",
        "\\",
    ]
    book, _ = read(
        heading("Fase") + "".join(paragraph(run("x"), run(one)) for one in words) + paragraph("### nog")
    )
    assert len(book.phases) == 1
    assert book.steps == ()


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Bel binnen 30 minuten", "30 minuten"),
        ("Bel binnen een half uur", "30 minuten"),
        ("Meld uiterlijk binnen 72 uur", "72 uur"),
        ("Meld < 4 uur", "4 uur"),
        ("Doe het binnen twee dagen", "2 dagen"),
        ("Bel over 30 minuten", ""),
        ("Binnen het team", ""),
    ],
)
def test_time_targets_in_words(text, time):
    book, _ = read(heading("Fase") + paragraph(text, count=1))
    assert book.steps[0].time == time


def test_headings_that_say_who_does_it_become_steps():
    book, _ = read(
        heading("Fase")
        + heading("Stap 1: Bel de bode", 2)
        + paragraph("Wie: CISO")
        + paragraph("Tijd: 20 minuten")
        + paragraph("Bel.")
        + heading("Achtergrond", 2)
        + paragraph("Zomaar.")
    )
    [step] = book.steps
    assert (step.title, step.role, step.time, step.content) == (
        "Bel de bode",
        "ciso",
        "20 minuten",
        ("Bel.",),
    )
    assert (book.title, [phase.title for phase in book.phases]) == ("Fase", ["Stappen", "Achtergrond"])


def test_an_empty_document_is_a_playbook_with_one_phase():
    book, _ = read(paragraph(""))
    assert [phase.title for phase in book.phases] == ["Stappen"]
    assert book.title == "Protocol stroom"


def test_what_stands_before_the_first_heading_has_its_place():
    _, found = read(paragraph("Een") + paragraph("- twee") + heading("Fase") + paragraph("Drie"))
    (told,) = [one for one in found.report.remarks if "that was typed" in one.said()]
    assert told.where() == "paragraph 2, before the first heading"


def test_a_paragraph_that_is_struck_through_stays_so():
    book, _ = read(
        heading("Fase") + paragraph(run("Vervallen.", "strike")) + paragraph(run("Ook.", "dstrike"))
    )
    assert book.phases[0].content == ("~~Vervallen.~~\n\n~~Ook.~~",)


def test_waves_at_the_beginning_stay_words():
    book, _ = read(heading("Fase") + paragraph("~~~ golven") + paragraph("Meer"))
    assert book.phases[0].content == ("\\~~~ golven\n\nMeer",)


def test_a_table_of_contents_in_one_paragraph_is_left_out_and_told():
    begin, part, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    instruction = '<w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
    book, found = read(
        paragraph(begin, instruction, part, run("Signaleren 3"), end)
        + paragraph("Wat dit is.")
        + heading("Signaleren")
    )
    assert book.summary == "Wat dit is."
    assert "The table of contents is left out; the pages have their own: Signaleren 3" in said(
        found, Kind.SKIPPED
    )


def test_a_merged_title_above_a_table_of_roles_is_no_heading_of_columns():
    book, _ = read(
        heading("Handelen")
        + table(
            [('<w:gridSpan w:val="3"/>', "Taken eerste uur")],
            ["Wie", "Wat", "Binnen"],
            [(MERGED, "CISO"), "Roep het team bijeen", "15 min"],
            [(CONTINUED, ""), "Bel de IBD", "20 min"],
        )
    )
    assert [phase.title for phase in book.phases] == ["Handelen"]
    assert book.phases[0].content == ("Taken eerste uur",)
    assert [(one.title, one.role, one.time) for one in book.steps] == [
        ("Roep het team bijeen", "ciso", "15 minuten"),
        ("Bel de IBD", "ciso", "20 minuten"),
    ]


def broken(*lines, kind=""):
    """A paragraph with a break between its lines."""
    between = f"<w:r><w:br{kind}/></w:r>"
    return f"<w:p>{between.join(run(line) for line in lines)}</w:p>"


def test_fields_in_one_paragraph_are_read_each_on_its_line():
    fields = broken("Verantwoordelijke: AOV", "Termijn: 45 minuten", "Resultaat: de lijn is open")
    book, _found = read(heading("Fase") + heading("Stap 2: bel", 2) + fields + paragraph("Doe rustig."))
    (step,) = book.steps
    assert (book.roles[step.role], step.time, step.result) == ("AOV", "45 minuten", "de lijn is open")
    assert step.content == ("Doe rustig.",)


def test_a_break_in_a_field_is_no_sign_in_its_words():
    fields = broken("Rol: AOV", "Resultaat: de lijn", "is open")
    book, _found = read(heading("Fase") + heading("Stap 2: bel", 2) + fields)
    (step,) = book.steps
    assert (book.roles[step.role], step.result) == ("AOV", "de lijn is open")


def test_a_new_page_between_words_does_not_glue_them():
    body = heading("Fase") + broken("Woord", "voorwoord", kind=' w:type="page"')
    assert "Woord voorwoord" in brought(body).source


def test_a_picture_in_a_title_cell_stands_in_the_step():
    image = "<w:r><w:drawing><wp:inline><wp:docPr id='1' name='x' descr='Kaart'/><a:graphic><a:blip r:embed='rel1'/></a:graphic></wp:inline></w:drawing></w:r>"
    rows = table(["Wie", "Wat"], ["CISO", f"<w:p>{run('Zie de kaart')}{image}</w:p>"])
    picture = b"\x89PNG\r\n\x1a\nkaart"
    book, _found = read(heading("Fase") + rows, {"word/media/a.png": picture}, [("image", "media/a.png", "")])
    (step,) = book.steps
    assert step.title == "Zie de kaart"
    (content,) = step.content
    assert content.startswith("![Kaart](image:")


def test_lists_by_the_styles_of_word_stand_in_each_other():
    sheet = docx.Document()
    sheet.add_heading("Fase")
    for style, text in (
        ("List Number", "Bode: ga"),
        ("List Number 2", "eerst"),
        ("List Number 3", "diep"),
        ("List Bullet 3", "punt"),
        ("List Number 2", "dan"),
        ("List Number", "Bode: kom"),
    ):
        sheet.add_paragraph(text, style)
    saved = io.BytesIO()
    sheet.save(saved)
    book = formats.parse(exchange.brought("stuk.docx", saved.getvalue()).source)
    assert [step.title for step in book.steps] == ["Bode: ga", "Bode: kom"]
    assert book.steps[0].content == ("1. eerst\n   1. diep\n   - punt\n2. dan",)


def test_places_are_told_as_a_reader_counts_them():
    comment = '<w:r><w:commentReference w:id="{}"/></w:r>'
    said_of = "".join(
        f'<w:comment w:id="{at}" w:author="N">{paragraph(f"Opmerking {at}")}</w:comment>' for at in (1, 2, 3)
    )
    _, found = read(
        heading("Fase")
        + f"<w:p><w:r><w:pict><w:txbxContent>{table(['kader', 'x'])}</w:txbxContent></w:pict></w:r></w:p>"
        + table(["Wie", "Actie"], ["FG", paragraph("bel", comment.format(1)) + paragraph("en schrijf")])
        + paragraph("Na de tabel", comment.format(2))
        + paragraph("1. typen", comment.format(3)),
        {"word/comments.xml": f"<w:comments {SPACES}>{said_of}</w:comments>"},
        [("comments", "comments.xml", "")],
    )
    assert [one.where() for one in found.report.of(Kind.SKIPPED)] == [
        "table 2 under “Fase”",
        "paragraph 2 under “Fase”",
        "paragraph 3 under “Fase”",
    ]
    assert "A sign or number that was typed became an item of a list: 1." in said(found, Kind.GUESSED)
    assert "table 0" not in " ".join(one.where() for one in found.report.remarks)
