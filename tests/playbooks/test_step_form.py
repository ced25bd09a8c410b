"""The page on which a step is written field by field."""

from functools import partial

from cyberready.playbooks import (
    actions_sections,
)
from tests.playbooks.drafting import overtake
from tests.playbooks.pages import form_of, section, text, url, words
from tests.playbooks.writing import SMALL


def test_faults_in_the_form_of_a_step_are_at_their_fields(writer, draft):
    form = url(draft, "sections/kijk/form")
    page = writer.get(form)
    typed = {
        field["name"]: field.get("value", field.get_text())
        for field in page.select("form[data-writing] [name]:not(select)")
    }
    typed |= {"role": "ciso", "deputy": "", "next": "", "time": "een kwartier", "section": "kijk"}
    typed |= {
        "body": "Een regel.\n\n> **Besluit: Goed?** {#goed}\n> - Ja → [Weg](#weg)\n> - Nee → [Ruim op](#ruim-op)\n",
        "do": "look",
    }
    page = writer.post(form, typed, status=200)
    assert page.select_one("#time")["aria-invalid"] == "true"
    assert "een kwartier is geen streeftijd" in page.select_one("#time-error").get_text()
    links = page.select("#editor-preview .cr-faults a")
    assert [(link["href"], link.get("data-line")) for link in links] == [
        ("#time", None),
        ("#editor-text", "4"),
    ]
    assert [link.get_text() for link in links] == ["Streeftijd", "Wat er gebeurt, regel 4"]
    assert page.select_one(".cr-error-summary a")["href"] == "#time"
    looked = writer.post(url(draft, "preview"), typed, status=200)
    assert [link["data-field"] for link in looked.select(".cr-faults a")] == ["time", "body"]


def test_a_step_is_changed_in_its_form(writer, draft, source):
    here = url(draft, "sections/kijk/form")
    page = writer.get(here)
    values = form_of(page)
    assert (values["title"], values["role"], values["deputy"]) == (
        "Kijk wat er aan de hand is",
        "ciso",
        "ict",
    )
    writer.post(here, {**values, "time": "20 minuten", "deputy": ""})
    before, after = section(SMALL, "kijk").text, section(source(), "kijk").text
    assert after == before.replace("15 minuten", "20 minuten").replace("- Vervanger: ict\n", "")


def test_a_form_that_was_not_changed_changes_nothing(writer, draft, source):
    for key in ("kijk", "waarschuw", "ruim-op"):
        here = url(draft, f"sections/{key}/form")
        writer.post(here, form_of(writer.get(here)))
    assert source() == SMALL


def test_a_form_without_title_comes_back_with_everything(writer, draft):
    here = url(draft, "sections/kijk/form")
    values = form_of(writer.get(here)) | {"title": " ", "result": "Iets nieuws."}
    page = writer.post(here, values, status=422)
    assert "Geef de stap een titel." in words(page, ".cr-error-summary")[0]
    assert form_of(page)["result"] == "Iets nieuws."


def test_a_form_meets_another_change_as_text(writer, draft, act):
    here = url(draft, "sections/kijk/form")
    values = form_of(writer.get(here))
    overtake(act, draft)
    page = writer.post(here, values | {"time": "20 minuten"}, status=409)
    assert "Tijd: 20 minuten" in text(page)
    assert "Van haar." in words(page, ".cr-side")[0]


def test_a_form_keeps_what_is_typed_as_text(writer, draft):
    values = form_of(writer.get(url(draft, "sections/kijk/form"))) | {"time": "20 minuten"}
    writer.post(url(draft, "pad"), values, status=204)
    assert "Tijd: 20 minuten" in text(writer.get(url(draft, "sections/kijk")))
    page = writer.get(url(draft, "sections/kijk/form"))
    assert form_of(page)["time"] == "20 minuten"
    assert "Uw tekst is bewaard" in page.get_text()


def test_an_unknown_role_stays_chosen(writer, faulty, act, database, town):
    write = partial(
        actions_sections.write,
        draft_id=faulty.id,
        key="waarschuw",
        text="### Waarschuw {#waarschuw}\n\n- Rol: baas\n",
        base=section(faulty.source, "waarschuw").digest,
    )
    act(write)
    assert form_of(writer.get(url(faulty, "sections/waarschuw/form")))["role"] == "baas"


def test_what_is_no_step_shows_as_text(writer, draft):
    page = writer.get(url(draft, "sections/intro/form"))
    assert page.select_one('textarea[name="text"]')
