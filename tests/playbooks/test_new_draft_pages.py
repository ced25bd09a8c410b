"""Pages with which a draft begins: empty, from a file or a text, or from a version that was there."""

from io import BytesIO

import pytest

from cyberready.playbooks import (
    formats,
    queries,
    queries_drafts,
)
from cyberready.playbooks.lifecycle import State
from tests.playbooks.pages import buttons, words
from tests.playbooks.test_shipped import CIRCLE
from tests.playbooks.writing import SMALL, changed

BETTER = changed(("Bel aan.", "Bel twee keer aan."))


def test_a_pasted_file_becomes_a_draft(house, reader):
    author = reader(house.author)
    author.get("/playbooks/new/file")
    author.post("/playbooks/new/file", {"source": SMALL.replace("\n", "\r\n")})
    page = author.follow()
    assert words(page, "h1") == ["Concept van Stroomstoring"]
    assert "Concept 0.9 is begonnen." in page.get_text()
    assert house.ask(queries.current_releases) == []
    (draft,) = house.ask(queries_drafts.open_drafts)
    assert (draft.origin, draft.author_name) == ("geplakte tekst", house.author.name)


@pytest.mark.parametrize(("code", "phase"), [("nl", "Signaleren"), ("en", "Signalling")])
def test_a_new_playbook_begins_with_phases_that_say_what_to_write(house, reader, code, phase):
    author = reader(house.author)
    assert author.get("/playbooks/").select_one(
        'main a[href="/playbooks/new"], header a[href="/playbooks/new"]'
    )
    assert author.get("/playbooks/new").select_one("#language option[selected]")["value"] == "nl"
    author.post("/playbooks/new", {"title": 'Brand: het "stadhuis"', "slug": "", "language": code})
    page = author.follow()
    assert phase in page.get_text()
    (found,) = house.ask(queries_drafts.open_drafts)
    text = house.draft(found.id).source
    script = formats.parse(text)
    assert (found.slug, found.title, found.language) == ("brand-het-stadhuis", 'Brand: het "stadhuis"', code)
    assert (script.slug, script.title, script.language) == (found.slug, found.title, code)
    assert [one.id for one in script.phases] == CIRCLE
    assert all(one.steps for one in script.phases)
    assert not page.select(".cr-notice[data-tone=warn]")
    house.mandate(found.playbook_id, (house.director, "directeur"))
    house.described(found.id)
    assert house.submit(found.id).state == State.IN_REVIEW


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        ({"title": ""}, 422, "Titel: Vul dit in."),
        ({"title": "Regel\u200b"}, 422, "Geef het draaiboek een titel van gewone tekst."),
        ({"slug": "Met Hoofdletters"}, 422, "Met Hoofdletters kan geen korte naam zijn."),
        ({"title": "Drafts"}, 422, "drafts kan geen korte naam zijn."),
        ({"slug": "stroomstoring"}, 409, "Er is al een draaiboek met de korte naam stroomstoring."),
        ({"language": "fr"}, 422, "Taal: Ongeldige keuze."),
    ],
)
def test_a_new_playbook_that_cannot_be_stays_in_its_form(house, reader, sent, status, told):
    house.bring_in()
    given = {"title": "Brand", "slug": "", "language": "nl"} | sent
    page = reader(house.author).post("/playbooks/new", given, status=status)
    assert told in words(page, ".cr-error-summary")[0]
    assert page.select_one("#title").get("value", "") == given["title"]
    assert page.select_one("#slug").get("value", "") == given["slug"]
    assert len(house.ask(queries_drafts.open_drafts)) == 1


def test_a_chosen_file_with_faults_becomes_a_draft_that_shows_them(house, reader):
    source = changed(("- Rol: ciso", "- Rol: baas"), ("15 minuten", "gauw"))
    author = reader(house.author)
    author.post("/playbooks/new/file", {"file": (BytesIO(source.encode()), "storing.md")})
    page = author.follow()
    assert words(page, "#faults-head") == ["Fouten in de tekst: 2"]
    assert [line[:9] for line in words(page, "[aria-labelledby=faults-head] li")] == [
        "Regel 22:",
        "Regel 24:",
    ]
    assert "storing.md" in page.get_text()
    (draft,) = house.ask(queries_drafts.open_drafts)
    page = author.get(f"/playbooks/drafts/{draft.id}/text")
    assert "- Rol: baas" in page.select_one("pre").get_text()


def test_what_is_no_text_stays_in_the_form_as_far_as_it_can_be_read(house, reader):
    data = SMALL.replace("Bel aan.", "Bel één keer aan.").encode("latin-1", "replace")
    page = reader(house.author).post("/playbooks/new/file", {"file": (BytesIO(data), "x.md")}, status=422)
    assert words(page, ".cr-notice li")[0].endswith("Dit is geen UTF-8. Sla het bestand op als UTF-8.")
    assert "Bel \ufffd\ufffdn keer aan." in page.select_one("textarea").get_text()


def test_the_next_version_of_a_withdrawn_playbook_is_written_from_the_last_one(house, reader):
    release = house.published()
    house.withdraw(release.id)
    author = reader(house.author)
    page = author.get("/playbooks/")
    assert words(page, "[aria-labelledby=without-head] li") == ["Stroomstoring Laatste versie: 1.0"]
    page = author.get("/playbooks/stroomstoring/versions")
    assert "De geldende versie lezen" not in page.get_text()
    assert "Nieuwe versie schrijven" in buttons(page)
    page = author.get(f"/playbooks/stroomstoring/versions/{release.id}")
    assert "Van dit draaiboek geldt nu geen enkele versie." in page.get_text()
    assert "Nieuwe versie schrijven" in buttons(page)
    found = author.get("/search?q=stroomstoring").select_one(
        'main a[href="/playbooks/stroomstoring/versions"]'
    )
    assert found.get_text(strip=True) == "Stroomstoring"
    author.post("/playbooks/stroomstoring/drafts", {"language": "nl"})
    (draft,) = house.ask(queries_drafts.open_drafts)
    assert (draft.version, draft.base_release_id) == ("1.0.9", release.id)
    assert house.draft(draft.id).source == release.source
    house.save(draft.id, BETTER)
    house.described(draft.id)
    house.submit(draft.id)
    house.approve(draft.id)
    assert house.publish(draft.id).version == "1.1"
    assert not author.get("/playbooks/").select("[aria-labelledby=without-head]")
    assert "Nieuwe versie schrijven" not in buttons(author.get("/playbooks/stroomstoring/versions"))


def test_a_translation_is_begun_from_the_list_of_versions_and_its_lag_is_said(house, reader):
    house.published()
    author = reader(house.author)
    page = author.get("/playbooks/stroomstoring/versions")
    assert "Vertalen naar het Engels" in buttons(page) or "Vertalen naar het Engels" in page.get_text()
    author.post("/playbooks/stroomstoring/drafts", {"language": "en"})
    (draft,) = house.ask(queries_drafts.open_drafts)
    house.save(draft.id, house.draft(draft.id).source.replace("Bel aan.", "Ring the bell."))
    house.described(draft.id)
    house.submit(draft.id)
    house.approve(draft.id)
    english = house.publish(draft.id)
    assert "Ring the bell." in author.get("/playbooks/stroomstoring?language=en").get_text()
    house.next_version("stroomstoring", BETTER)
    page = author.get(f"/playbooks/stroomstoring/versions/{english.id}")
    assert words(page, ".cr-notice-title") == ["Deze vertaling loopt achter"]


def test_who_brings_a_text_in_says_who_else_wrote_it(reader, house):
    author = reader(house.author)
    page = author.get("/playbooks/new/file")
    boxes = {box["value"] for box in page.select("input[name=writers]")}
    assert str(house.director.id) in boxes
    assert str(house.author.id) not in boxes
    typed = {"source": SMALL, "writers": [str(house.director.id)]}
    author.post("/playbooks/new/file", typed)
    assert f"Ook geschreven door {house.director.name}" in author.follow().get_text(" ", strip=True)
    page = author.post("/playbooks/new/file", {**typed, "writers": ["999999"]}, status=422)
    assert page.select_one("#writers-error")
    assert page.select_one("#source").text.strip() == SMALL.strip()


def test_a_new_version_is_begun_from_the_page_of_the_current_one(house, reader):
    house.published()
    author = reader(house.author)
    author.post("/playbooks/stroomstoring/drafts", {"language": "nl"})
    assert words(author.follow(), "h1") == ["Concept van Stroomstoring"]
    author.post("/playbooks/stroomstoring/drafts", {"language": "xx"}, status=422)
    author.post("/playbooks/onbekend/drafts", {"language": "nl"}, status=404)
