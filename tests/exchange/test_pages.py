"""Bringing files in and giving versions out, page by page."""

import io
import json
from datetime import UTC, datetime

import docx
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from sqlalchemy import select

from cyberready.exchange import formats as exchange
from cyberready.exchange.cacao import conversion as cacao
from cyberready.exchange.cacao.names import timestamp
from cyberready.exchange.models import ImportReport, KeptUpload
from cyberready.exchange.standing import Standing
from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.refusals import Refused
from cyberready.platform import sizes
from cyberready.platform.realm import Realm
from cyberready.platform.texts import gettext
from cyberready.playbooks import actions, queries_drafts
from tests.exchange.documents import document, heading, paragraph
from tests.exchange.test_authors import written_by
from tests.playbooks.writing import SMALL
from tests.world import START, account, organisation, town

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


def test_how_a_file_was_read_stays_with_its_draft_until_that_is_closed(writer, database, place):
    bring(writer, "Protocol stroom.docx", PROTOCOL)
    writer.follow()
    writer.post(writer.response.request.path + "/take")
    page = writer.follow()
    [link] = [one for one in page.select("dd a") if "/exchange/report/" in one["href"]]
    report = writer.get(link["href"])
    assert "Protocol stroom.docx" in report.h1.get_text()
    assert "onder “Signaleren”" in report.select_one("section[aria-labelledby=understood-head]").get_text()
    writer.post(link["href"].replace("exchange/report", "drafts") + "/abandon", {"reason": "Dubbel."})
    writer.get(link["href"], status=404)
    bring(writer, "ander.md", SMALL.encode())
    writer.post(writer.response.headers["Location"] + "/take")
    [kept] = database.read(lambda session: list(session.scalars(select(ImportReport))))
    assert kept.name == "ander.md"


def test_nobody_reads_the_report_of_another_organisation(browser, writer, database):
    bring(writer, "ander.md", SMALL.encode())
    writer.post(writer.response.headers["Location"] + "/take")
    [kept] = database.read(lambda session: list(session.scalars(select(ImportReport))))
    other = organisation(database, "elders")
    browser.sign_in(account(database, other, "security_officer", name="Vreemde"), other)
    browser.get(f"/playbooks/exchange/report/{kept.draft_id}", status=404)


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
    assert "1 afbeelding kon niet worden bewaard. b.emf: Dit is geen afbeelding" in page.get_text(" ")
    [draft] = database.read(lambda session: queries_drafts.open_drafts(session, Realm(place.home.id)))
    source = database.read(
        lambda session: queries_drafts.draft(session, Realm(place.home.id), draft.id).source
    )
    assert "![Kaart](image:" in source


def signed_file():
    key = ed25519.Ed25519PrivateKey.generate()
    data, _ = exchange.write(SMALL, "json", Standing(START))
    return cacao.sign(data, key, "Gemeente Waterveld", "2026-11-23T00:00:00.000Z")


def test_a_signature_stands_above_everything(writer):
    bring(writer, "goed.json", signed_file())
    [notice] = writer.follow().select(".cr-notice")
    assert notice["data-tone"] == "ok"
    assert "De handtekening van Gemeente Waterveld klopt voor deze versie" in notice.get_text(" ")


def test_a_forged_file_is_warned_of_first(writer):
    bring(writer, "vals.json", signed_file().replace(b"Bel aan.", b"Bel niet aan."))
    page = writer.follow()
    notice = page.select_one("#waiting > *")
    assert (notice["data-tone"], notice["role"]) == ("err", "alert")
    assert "Gemeente Waterveld klopt niet" in notice.get_text(" ")
    assert page.get_text().count("klopt niet") == 1


def test_cacao_of_a_release_says_which_version_of_another_playbook_it_leads_to(writer, database, place):
    published(database, place, SMALL.replace("slug: stroomstoring", "slug: storing"))
    release = published(database, place, SMALL.replace("- Bewijs: Logregel.", "- Draaiboeken: storing"))
    writer.get(f"/playbooks/exchange/stroomstoring/{release.id}/as/json")
    steps = json.loads(writer.response.data)["workflow"].values()
    assert [step["playbook_version"] for step in steps if "playbook_id" in step] == [timestamp(START)]


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


def test_the_importer_says_who_else_wrote_it(writer, database, place):
    director, chair = place["administrator"], place["crisis_team"]
    stranger = account(database, place.region, "administrator", name="Vreemde Vogel")
    bring(writer, "Oud.docx", written_by(director.name, "Vreemde Vogel"))
    page = writer.follow()
    boxes = {box["value"]: box for box in page.select("input[name=writers]")}
    assert str(place["security_officer"].id) not in boxes
    assert str(stranger.id) not in boxes
    assert [number for number, box in boxes.items() if box.has_attr("checked")] == [str(director.id)]
    assert "een gok: auteur van het bestand" in page.select_one("#writers").get_text(" ", strip=True)
    take = writer.response.request.path + "/take"
    page = writer.post(take, {"writers": [str(stranger.id)]}, status=422)
    assert page.select_one("#writers-error")
    writer.post(take, {"writers": [str(director.id), str(chair.id)]})
    assert f"Ook geschreven door {director.name}, {chair.name}" in writer.follow().get_text(" ", strip=True)
    [draft] = database.read(lambda session: queries_drafts.open_drafts(session, Realm(place.home.id)))
    wrote = database.read(lambda session: queries_drafts.editors(session, [draft])[draft.id])
    assert wrote == {director.id, chair.id, place["security_officer"].id}


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


def test_the_form_and_the_refusal_say_the_same_limit(writer):
    said = f"{sizes.megabytes(sizes.UPLOAD)} MB"
    assert f"Hoogstens {said}" in writer.get("/playbooks/exchange/").get_text(" ")
    with pytest.raises(Refused) as refused:
        exchange.brought("groot.docx", b"PK" + b"\0" * sizes.UPLOAD)
    assert f"groter dan {said}" in gettext(refused.value.sentence, **refused.value.values)


def test_a_file_waits_for_who_brought_it_in_only_and_a_day_at_most(writer, app, database, place, hand):
    bring(writer, "Protocol.docx", PROTOCOL)
    where = writer.response.headers["Location"]
    other = account(database, place.home, "security_officer", name="Noor Bakker")
    writer.another().sign_in(other, place.home).get(where, status=404)
    hand.forward(hours=25)
    bring(writer, "Nog een.docx", PROTOCOL)
    assert [one.name for one in waiting(database)] == ["Nog een.docx"]


def test_a_name_with_markup_is_shown_as_it_is_and_one_that_turns_round_is_not(writer, database):
    bring(writer, "<img src=x onerror=alert(1)>\u202edm.md", b"## Fase\n\n1. Doe iets\n")
    page = writer.follow()
    assert not page.select("main img")
    assert [one.name for one in waiting(database)] == ["<img src=x onerror=alert(1)>dm.md"]


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
