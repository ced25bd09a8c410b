"""PDF: tagged and archivable, every text only text whatever it says, a card on one A5."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from cyberready.exchange.pdf import writer
from cyberready.exchange.pdf.content import Setter
from cyberready.exchange.pdf.lettering import showable
from cyberready.exchange.standing import Approved, Beside, Changed, Standing
from cyberready.platform import law
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks.formats import parse
from cyberready.settings import content_root
from tests.playbooks.writing import SMALL, changed

MADE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
STANDING = Standing(
    made=MADE,
    organisation="Gemeente Waterveld",
    state="Gepubliceerd",
    published="23 november 2026",
    approvals=(Approved("Jan *Jansen*", "Burgemeester", "22 november 2026"),),
    changes=(Changed("1.0", "23 november 2026", "#let x = 1"),),
)
WRITERS = {
    "playbook": writer.playbook_pdf,
    "checklist": writer.checklist_pdf,
    "cards": writer.cards_pdf,
}
HOSTILE = r'#import "a.typ": * ] } ) $x$ <y> @z \ / // /* ~ -- *b* _i_ `c` "q" #panic("no")'
SIGNS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [HOSTILE, "#sys.inputs", "]"]
)


def words(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def bare(text):
    return re.sub(r"[\s\-]", "", text)


@pytest.mark.parametrize("name", WRITERS)
def test_a_pdf_is_tagged_archivable_titled_and_says_its_language(name):
    pdf = PdfReader(BytesIO(WRITERS[name](parse(SMALL), STANDING)))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"] == "nl"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "Stroomstoring" in pdf.metadata.title
    assert pdf.metadata.author == "Gemeente Waterveld"
    about = root["/Metadata"].get_data().decode()
    assert "pdfuaid:part" in about
    assert re.search(r"pdfaid:part>2<", about)
    assert re.search(r"pdfaid:conformance>A<", about)


def test_the_whole_text_is_there():
    told = words(writer.playbook_pdf(parse(SMALL), STANDING))
    expected = (
        *("Stroomstoring", "Een kort draaiboek voor tests.", "A1 Kijk wat er aan de hand is", "Binnen"),
        *("15 minuten", "Er is een beeld.", "Kijk naar buiten.", "Let op: raak niets aan.", "Besluit:"),
        *(
            "Is het de hele wijk?",
            "Waarschuw",
            "TLP:CLEAR",
            "Gemeente Waterveld",
            "Jan *Jansen*",
            "#let x = 1",
        ),
    )
    assert [text for text in expected if bare(text) not in bare(told)] == []
    assert parse(SMALL).digest in told


def test_what_a_step_refers_to_is_told_by_its_title():
    text = changed(
        (
            "- Bewijs: Logregel.",
            "- Berichten: belscript-ibd\n- Termijnen: CBW-24\n- Draaiboeken: storing, datalek, onbekend\n- Bewijs: Logregel.",
        )
    )
    told = words(
        writer.playbook_pdf(parse(text), replace(STANDING, others={"storing": Beside("Storing hier")}))
    )
    clock = next(one for one in law.every_clock() if one.id == "CBW-24")
    for title in (
        "Belscript: melding bij de IBD",
        f"{clock.law}: {clock.name_nl}",
        "Storing hier; Datalek; onbekend",
    ):
        assert bare(title) in bare(told)
    for key in ("belscript-ibd", "CBW-24"):
        assert key not in told


def pages(pdf):
    return [bare(page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("lines", range(1, 60, 3))
def test_what_a_step_says_of_itself_stays_on_the_page_of_its_title(lines):
    filling = "\n\n".join(["Een regel."] * lines)
    text = changed(
        ("Eerst kijken.", filling), ("- Resultaat: Er is een beeld.", "- Resultaat: " + "Beeld. " * 40)
    )
    for page in pages(writer.playbook_pdf(parse(text), STANDING))[1:]:
        begun = "A1Kijkwateraandehandis" in page
        assert begun == ("Logregel." in page) == ("15minuten" in page), lines


@pytest.mark.parametrize("lines", range(20, 60, 2))
def test_a_step_never_stands_last_on_a_checklist_without_what_it_asks(lines):
    filling = "\n".join(f"- [ ] Taak {at}." for at in range(lines))
    text = changed(("- [ ] Bel de netbeheerder.", filling), ("Bel aan.", "- [ ] Bel aan."))
    [page] = [
        one for one in pages(writer.checklist_pdf(parse(text), STANDING)) if "Waarschuwdebewoners" in one
    ]
    assert "Belaan." in page, lines


def test_links_lead_to_steps_and_pages_and_nowhere_else():
    text = changed(("Bel aan.", "Bel [hier](https://a.example) of [daar](#kijk) of [zo](weg.md)."))
    pdf = PdfReader(BytesIO(writer.playbook_pdf(parse(text), STANDING)))
    actions = [
        link.get_object().get("/A", {}).get("/URI") for page in pdf.pages for link in page.get("/Annots", ())
    ]
    assert {uri for uri in actions if uri} == {"https://a.example"}


@pytest.mark.parametrize("name", WRITERS)
def test_hostile_text_is_only_text(name):
    text = changed(
        ("Bel aan.", f"{HOSTILE}\n\n- [ ] {HOSTILE}"),
        ("Ruim op {", 'Ruim #import "x" ] op 📞 {'),
        ("summary: Een kort draaiboek voor tests.", "summary: '#panic() 📞 ] *x*'"),
        ("ict: Manager ICT", "ict: '#ict ] 中'"),
    )
    told = words(WRITERS[name](parse(text), STANDING))
    assert bare('Ruim #import "x" ] op [telephone receiver]') in bare(told)
    if name != "cards":
        assert bare("#panic") in bare(told)


@given(SIGNS, SIGNS, SIGNS)
@settings(max_examples=25, deadline=None)
def test_whatever_is_written_can_be_set(body, title, role):
    source = SMALL.replace("Bel aan.", body).replace("Waarschuw de bewoners", title)
    with suppress(FaultsFound):
        playbook = parse(source)
        standing = Standing(made=MADE, organisation=role, approvals=(Approved(role, title, body),))
        for write in WRITERS.values():
            assert write(playbook, standing).startswith(b"%PDF-")


def test_what_the_fonts_cannot_show_is_told_in_words():
    assert showable("Ünïcode → ☐ é") == "Ünïcode → ☐ é"
    assert showable("a\u200db\u0000") == "ab"
    assert showable("📞") == "[telephone receiver]"


def test_what_is_filled_in_is_set_and_what_is_not_is_told():
    text = changed(
        ("owner: CISO", "owner: CISO\nplaceholders: {nummer: Het nummer *hier*, naam: Wie}"),
        ("Bel aan.", "Bel {{ naam }} op {{ nummer }}."),
    )
    standing = Standing(made=MADE, values={"naam": "#Piet*"})
    assert bare("Bel #Piet* op [Het nummer *hier*].") in bare(
        words(writer.playbook_pdf(parse(text), standing))
    )


def test_a_card_fits_on_one_sheet_of_a5():
    steps = "".join(
        f"### Stap {at} met een naam van enige lengte {{#stap-{at}}}\n\n- Rol: ict\n- Tijd: {at} uur\n"
        f"- Resultaat: {'Een uitkomst die in een zin is gezegd. ' * 2}\n\n"
        for at in range(1, 15)
    )
    text = SMALL.replace("### Ruim op", steps + "### Ruim op")
    pdf = PdfReader(BytesIO(writer.cards_pdf(parse(text), STANDING)))
    assert len(pdf.pages) == 2
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [420, 595]
    assert len(PdfReader(BytesIO(writer.cards_pdf(parse(text), STANDING, "ict"))).pages) == 1
    assert len(PdfReader(BytesIO(writer.cards_pdf(parse(text), STANDING, "niemand"))).pages) == 2


def test_a_checklist_of_one_role_holds_its_steps_only():
    told = words(writer.checklist_pdf(parse(SMALL), STANDING, "ciso"))
    assert "Kijk wat er aan de hand is" in told
    assert "Ruim op" not in told


def test_pictures_are_set_with_their_words():
    image = BytesIO()
    Image.new("RGB", (20, 10), "red").save(image, "PNG")
    digest = sha256(image.getvalue()).hexdigest()
    playbook = parse(changed(("Bel aan.", f"![een rood vlak](image:{digest})")))
    standing = Standing(made=MADE, pictures={digest: image.getvalue()})
    pdf = writer.playbook_pdf(playbook, standing)
    assert any(page.images for page in PdfReader(BytesIO(pdf)).pages)
    assert "een rood vlak" in words(writer.playbook_pdf(playbook, STANDING))


def test_the_same_gives_the_same_bytes():
    assert writer.playbook_pdf(parse(SMALL), STANDING) == writer.playbook_pdf(parse(SMALL), STANDING)


def test_markdown_of_every_kind_becomes_blocks():
    text = (
        "# k\n\n1. a\n2. b\n   - c\n\n> q\n\n```\nx\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n---\n\n**b** *i* ~~s~~ `c`"
    )
    assert Setter().runs("nu[^1]")[1] == {"text": "1", "raised": True}
    kinds = [node["kind"] for node in Setter().blocks(text)]
    assert kinds == ["heading", "list", "quote", "code", "table", "rule", "paragraph"]


@pytest.mark.parametrize(
    "path", sorted((content_root() / "playbooks").glob("*.md")), ids=lambda one: one.name
)
def test_shipped_playbooks_can_be_set(path):
    for write in WRITERS.values():
        assert write(parse(path.read_bytes()), STANDING).startswith(b"%PDF-")


def test_papers_are_set_in_several_threads_at_once():
    texts = [changed(("Bel aan.", f"Bel aan bij nummer {number}.")) for number in range(12)]
    alone = [writer.playbook_pdf(parse(text), STANDING) for text in texts]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda text: writer.playbook_pdf(parse(text), STANDING), texts)) == alone
