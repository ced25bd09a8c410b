"""Writing a draft in a real browser: nothing that was typed is lost, whatever happens meanwhile."""

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from cyberready.playbooks import editing
from tests.journeys.writing import TEXT, at, give_up, save, section, source, state, type_at_the_end


@pytest.fixture
def house(writing):
    return writing


def test_what_is_typed_survives_a_restart_of_the_server(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    type_at_the_end(writer, "\nVoor de herstart.")
    state(writer, "Bewaard om")
    house.server.stop()
    type_at_the_end(writer, "\nTijdens de herstart.")
    state(writer, "De server is niet bereikbaar")
    house.server.start()
    state(writer, "Bewaard om", timeout=30_000)
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    assert "Voor de herstart.\nTijdens de herstart." in section(house, "leg-vast")


def test_what_was_typed_comes_back_when_browser_and_server_were_gone_together(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    house.server.stop()
    type_at_the_end(writer, "\nNergens bewaard dan hier.")
    state(writer, "De server is niet bereikbaar")
    writer.page.close(run_before_unload=False)
    house.server.start()
    writer.page = writer.tab()
    at(house, writer, "sections/leg-vast")
    state(writer, "van dit apparaat teruggezet")
    assert "Nergens bewaard dan hier." in writer.page.locator(TEXT).input_value()
    state(writer, "Bewaard om")
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    at(house, writer, "sections/leg-vast")
    expect(writer.page.locator("[data-state]")).to_be_empty()
    assert writer.page.evaluate("Object.keys(localStorage).length") == 0


def test_what_was_saved_is_not_put_back_when_one_leaves_before_the_next_page_is_ready(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    type_at_the_end(writer, "\nEn meteen verder.")
    state(writer, "Bewaard om")
    writer.page.route(
        "**/js/editor.js*", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    writer.page.unroute_all()
    at(house, writer, "sections/leg-vast")
    expect(writer.page.locator("[data-state]")).to_be_empty()
    assert writer.page.evaluate("Object.keys(localStorage).length") == 0


def test_what_is_typed_survives_the_end_of_the_session(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    writer.context.clear_cookies()
    type_at_the_end(writer, "\nNa het einde van de sessie.")
    state(writer, "Uw sessie is verlopen")
    save(writer)
    writer.see("[data-refusal]")
    assert "Na het einde van de sessie." in writer.page.locator("textarea").first.input_value()
    writer.open(house.link("security_officer"))
    writer.send("")
    writer.see("h1")
    at(house, writer, "sections/leg-vast")
    assert "Na het einde van de sessie." in writer.page.locator(TEXT).input_value()
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    assert "Na het einde van de sessie." in section(house, "leg-vast")


def test_what_was_typed_waits_on_another_device_as_well(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast/form")
    writer.page.locator("[name=time]").fill("5 minuten")
    state(writer, "Bewaard om")
    phone = house.signed_in("security_officer", 390, 844)
    phone.open(f"/playbooks/drafts/{house.draft}/edit")
    phone.see("#at-leg-vast .cr-badge", "niet opgeslagen")
    at(house, phone, "sections/leg-vast/form")
    assert phone.page.locator("[name=time]").input_value() == "5 minuten"
    phone.see(".cr-notice-title", "Uw tekst is bewaard")


def test_typing_in_a_draft_that_was_given_up_says_so_at_once_and_stays(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    house.database.transact(lambda session: give_up(session, house))
    type_at_the_end(writer, "\nTe laat.")
    state(writer, "kan er niet meer in worden opgeslagen")
    type_at_the_end(writer, " En nog iets.")
    writer.see("#editor-preview", "Te laat. En nog iets.")
    state(writer, "kan er niet meer in worden opgeslagen")
    assert "Te laat. En nog iets." in writer.page.evaluate("Object.values(localStorage).join()")


def test_two_people_in_different_sections_both_land(house):
    one, other = house.signed_in("security_officer"), house.signed_in("communications")
    at(house, one, "sections/leg-vast")
    at(house, other, "sections/bewaar-sporen")
    type_at_the_end(one, "\nVan de CISO.")
    type_at_the_end(other, "\nVan communicatie.")
    for screen in (one, other):
        save(screen)
        screen.see(".cr-notice", "Opgeslagen.")
    assert "Van de CISO." in section(house, "leg-vast")
    assert "Van communicatie." in section(house, "bewaar-sporen")


def test_two_people_in_one_section_see_both_texts_and_lose_nothing(house):
    one, other = house.signed_in("security_officer"), house.signed_in("communications")
    for screen in (one, other):
        at(house, screen, "sections/leg-vast")
    type_at_the_end(other, "\nVan communicatie.")
    save(other)
    other.see(".cr-notice", "Opgeslagen.")
    type_at_the_end(one, "\nVan de CISO.")
    save(one)
    one.see(".cr-notice-title", "Twee teksten voor één onderdeel")
    one.see(".cr-side", "Van communicatie.")
    assert "Van de CISO." in one.page.locator(TEXT).input_value()
    faults = one.barriers() + one.overflow()
    one.resize(390)
    faults += one.barriers() + one.overflow()
    assert not faults, "\n".join(faults)
    type_at_the_end(one, "\nVan communicatie.")
    save(one)
    one.see(".cr-notice", "Opgeslagen.")
    kept = section(house, "leg-vast")
    assert "Van de CISO." in kept
    assert "Van communicatie." in kept
    at(house, one, "sections/leg-vast")
    assert one.page.locator(TEXT).input_value().rstrip() == kept.rstrip()


def test_an_image_is_pasted_described_and_shown(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    sink = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(sink, "PNG")
    paste = """(field, data) => {
      const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
      const box = new DataTransfer();
      box.items.add(new File([bytes], "plaat.png", { type: "image/png" }));
      field.setSelectionRange(field.value.length, field.value.length);
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: box, bubbles: true, cancelable: true }));
    }"""
    writer.page.locator(TEXT).evaluate(paste, base64.b64encode(sink.getvalue()).decode())
    alt = writer.page.locator("#image-alt")
    expect(alt).to_be_focused()
    alt.press("Enter")
    assert alt.evaluate("field => field.matches(':invalid')")
    alt.fill("Een rood vlak")
    alt.press("Enter")
    expect(writer.page.locator(TEXT)).to_have_value(re.compile(r"!\[Een rood vlak\]\(image:[0-9a-f]{64}\)"))
    shown = writer.page.locator('#editor-preview img[alt="Een rood vlak"]')
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 60
    save(writer)
    writer.see('#at-leg-vast img[alt="Een rood vlak"]')


def test_a_draft_is_written_without_javascript(house):
    writer = house.signed_in("security_officer", java_script_enabled=False)
    writer.open(f"/playbooks/drafts/{house.draft}/sections/leg-vast")
    field = writer.page.locator(TEXT)
    field.fill(field.input_value() + "\nZonder script.")
    writer.page.get_by_role("button", name="Voorbeeld").click()
    writer.see("#editor-preview", "Zonder script.")
    assert "Zonder script." not in source(house)
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    writer.open(f"/playbooks/drafts/{house.draft}/sections/leg-vast/form")
    writer.page.locator("[name=time]").fill("7 minuten")
    save(writer)
    writer.see("#leg-vast .cr-chip", "7 minuten")
    writer.open(f"/playbooks/drafts/{house.draft}/edit")
    writer.page.locator("#at-leg-vast summary").click()
    writer.page.locator("#at-leg-vast button[value=down]").click()
    writer.see(".cr-notice", "Verplaatst.")
    assert [one.key for one in editing.sections(source(house))][3:5] == ["bewaar-sporen", "leg-vast"]
