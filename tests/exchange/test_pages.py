"""Bringing files in and giving versions out, page by page."""

import io
from datetime import UTC, datetime

import docx
import pytest
from sqlalchemy import select

from cyberready.exchange import formats as exchange
from cyberready.exchange.models import KeptUpload
from cyberready.exchange.standing import Standing
from cyberready.kernel.actor import SYSTEM
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, queries_drafts
from tests.exchange.documents import document, heading, paragraph
from tests.playbooks.writing import SMALL
from tests.world import START, account, town

PROTOCOL = document(
    heading("Signaleren")
    + paragraph("CISO: bel binnen 15 minuten de bode", count=1)
    + paragraph("Ruim op", count=1)
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def place(database):
    return town(database)


@pytest.fixture
def writer(browser, place):
    return browser.sign_in(place["security_officer"], place.home)


def chosen(name, data):
    return {"file": (io.BytesIO(data), name)}


def bring(browser, name, data, *, status=303):
    return browser.post("/playbooks/exchange/", chosen(name, data), status=status)


def published(database, place, source=SMALL):
    return database.transact(
        lambda session: actions.publish(session, Realm(place.home.id), source, actor=SYSTEM, now=START)
    )


def waiting(database):
    return database.read(lambda session: list(session.scalars(select(KeptUpload))))


def test_a_protocol_is_read_shown_and_becomes_a_draft(writer, database, place):
    writer.get("/playbooks/exchange/")
    bring(writer, "Protocol stroom.docx", PROTOCOL)
    page = writer.follow()
    words = page.get_text(" ", strip=True)
    assert "Protocol stroom.docx" in words
    assert "paragraaf 1 onder “Signaleren”" in words or "alinea 1 onder “Signaleren”" in words
    take = next(form["action"] for form in page.select("form") if form["action"].endswith("/take"))
    writer.post(take)
    assert "/playbooks/drafts/" in writer.response.headers["Location"]
    writer.follow()
    [draft] = database.read(lambda session: queries_drafts.open_drafts(session, Realm(place.home.id)))
    assert (draft.title, draft.slug, draft.origin) == (
        "Protocol stroom",
        "protocol-stroom",
        "Protocol stroom.docx",
    )
    assert waiting(database) == []
    writer.post(take, status=404)


def test_pictures_are_kept_and_named_by_what_was_kept(writer, database, place):
    image = "<w:r><w:drawing><wp:inline><wp:docPr id='1' name='x' descr='Kaart'/><a:graphic><a:blip r:embed='rel1'/></a:graphic></wp:inline></w:drawing></w:r>"
    other = image.replace("rel1", "rel2").replace("Kaart", "Stuk")
    file = document(
        heading("Fase") + paragraph(image) + paragraph(other),
        {"word/media/a.png": PIXEL, "word/media/b.emf": b"no picture"},
        [("image", "media/a.png", ""), ("image", "media/b.emf", "")],
    )
    bring(writer, "Kaart.docx", file)
    writer.post(writer.response.headers["Location"] + "/take")
    page = writer.follow()
    assert "1 afbeelding kon niet worden bewaard" in page.get_text(" ")
    [draft] = database.read(lambda session: queries_drafts.open_drafts(session, Realm(place.home.id)))
    source = database.read(
        lambda session: queries_drafts.draft(session, Realm(place.home.id), draft.id).source
    )
    assert "![Kaart](image:" in source


def test_a_document_of_ours_comes_back_as_a_comparison_with_its_version(writer, database, place):
    release = published(database, place)
    page = writer.get(f"/playbooks/exchange/stroomstoring/{release.id}")
    assert {link["href"].rpartition("/")[2] for link in page.select("dt a")} == {
        "docx",
        "playbook.pdf",
        "html",
        "zip",
        "md",
        "json",
    }
    writer.get(f"/playbooks/exchange/stroomstoring/{release.id}/as/docx")
    sheet = docx.Document(io.BytesIO(writer.response.data))
    for run in sheet.element.body.iter("{*}t"):
        run.text = (run.text or "").replace("Kijk naar buiten.", "Kijk eerst naar binnen.")
    edited = io.BytesIO()
    sheet.save(edited)
    bring(writer, "stroomstoring.docx", edited.getvalue())
    page = writer.follow()
    assert "versie 1.0" in page.get_text(" ")
    writer.post(writer.response.request.path + "/take")
    assert (
        f"/playbooks/stroomstoring/compare?old={release.id}&new=draft-" in writer.response.headers["Location"]
    )
    page = writer.follow()
    assert "eerst" in page.get_text(" ")
    [draft] = database.read(lambda session: queries_drafts.open_drafts(session, Realm(place.home.id)))
    source = database.read(
        lambda session: queries_drafts.draft(session, Realm(place.home.id), draft.id).source
    )
    gone = [line for line in SMALL.split("\n") if line not in source.split("\n")]
    assert [line for line in gone if not line.startswith("version")] == ["- [ ] Kijk naar buiten."]


def test_what_is_refused_is_said_at_the_field_and_nothing_is_kept(writer, database):
    for name, data, said in (
        ("macro.docm", PROTOCOL, "macro"),
        ("x.pdf", b"%PDF-1.7", "PDF"),
        ("stuk.docx", PROTOCOL[:-300], "beschadigd"),
        ("", b"", "Kies een bestand"),
    ):
        page = bring(writer, name, data, status=422)
        assert said in page.get_text(" "), name
    page = bring(writer, "yaml.md", b"---\nslug: &a x\n---\n\n## Fase\n", status=422)
    assert "Regel 2" in page.get_text(" ")
    assert waiting(database) == []


def test_a_file_waits_for_who_brought_it_in_only_and_a_day_at_most(writer, app, database, place, hand):
    bring(writer, "Protocol.docx", PROTOCOL)
    where = writer.response.headers["Location"]
    other = account(database, place.home, "security_officer", name="Noor Bakker")
    writer.another().sign_in(other, place.home).get(where, status=404)
    hand.forward(hours=25)
    bring(writer, "Nog een.docx", PROTOCOL)
    assert [one.name for one in waiting(database)] == ["Nog een.docx"]


def test_a_file_is_thrown_away(writer, database):
    bring(writer, "Protocol.docx", PROTOCOL)
    writer.post(writer.response.headers["Location"] + "/drop")
    assert "weggegooid" in writer.follow().get_text(" ")
    assert waiting(database) == []


@pytest.mark.parametrize("kind", ["docx", "html", "zip", "md", "json"])
def test_every_form_of_a_version(writer, database, place, kind):
    release = published(database, place)
    given = writer.client.get(f"/playbooks/exchange/stroomstoring/{release.id}/as/{kind}")
    assert given.headers["Content-Disposition"].startswith("attachment")
    if kind == "html":
        assert b"<script" not in given.data
    else:
        found = exchange.brought(f"x.{kind}", given.data)
        if kind != "json":
            assert found.source == SMALL
    writer.get(f"/playbooks/exchange/stroomstoring/{release.id}/as/exe", status=404)


def test_the_word_file_says_who_approved_and_what_is_filled_in():
    standing = Standing(datetime(2026, 11, 22, tzinfo=UTC), "Gemeente Waterveld", "Gepubliceerd")
    sheet = docx.Document(io.BytesIO(exchange.write(SMALL, "docx", standing)[0]))
    assert "Gemeente Waterveld" in sheet.paragraphs[1].text
