"""Writing a draft in a real browser: nothing that was typed is lost, whatever happens meanwhile."""

import base64
import io
import re
from functools import partial

import pytest
from PIL import Image
from playwright.sync_api import expect

from cyberready.kernel.actor import Actor
from cyberready.platform.clock import now
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_comments, actions_drafts, editing, queries_drafts, sections
from tests.journeys.conftest import open_house
from tests.journeys.screens import PATIENCE

SLUG = "ransomware-bij-de-gemeente"
TEXT = "#editor-text"


@pytest.fixture
def house(chromium, database_url, tmp_path):
    with open_house(chromium, database_url, tmp_path, begin) as made:
        yield made
        for (
            screen
        ) in made.screens:  # what a browser says of a server that was stopped is what was meant to happen
            if not screen.page.is_closed():
                screen.page.wait_for_timeout(50)
            screen.faults[:] = [
                fault for fault in screen.faults if "ERR_" not in fault and "fetch" not in fault
            ]
        if made.server.process.poll() is None:
            made.server.stop()


def begin(database, founded):
    """A draft with a comment on its first step."""
    realm = Realm(founded.home)
    author = Actor(f"account:{founded.accounts['security_officer']}", "Samira Yılmaz", "CISO", founded.home)
    made = database.transact(
        lambda session: actions_drafts.begin(session, realm, SLUG, actor=author, now=now())
    )
    say = partial(actions_comments.on_draft, actor=author, now=now())
    database.transact(lambda session: say(session, realm, made.id, "leg-vast", "Wie belt er 's nachts?"))


def source(house):
    realm = Realm(house.town.home)
    return house.database.read(lambda session: queries_drafts.draft(session, realm, 1)).source


def section(house, key):
    return sections.find(editing.sections(source(house)), key).text


def at(screen, rest):
    screen.open(f"/playbooks/drafts/1/{rest}")
    expect(screen.page.locator(".cr-lined[data-drawn]")).to_be_attached()


def type_at_the_end(screen, words):
    field = screen.page.locator(TEXT)
    field.focus()
    screen.page.keyboard.press("Control+End")
    screen.page.keyboard.insert_text(words)


def state(screen, words, timeout=PATIENCE):
    expect(screen.page.locator("[data-state]")).to_contain_text(words, timeout=timeout)


def save(screen):
    screen.page.locator("form[data-writing] button[type=submit]").first.click()


# --- nothing is lost ------------------------------------------------------------------------------------------------


def test_what_is_typed_survives_a_restart_of_the_server(house):
    writer = house.signed_in("security_officer")
    at(writer, "sections/leg-vast")
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
    at(writer, "sections/leg-vast")
    house.server.stop()
    type_at_the_end(writer, "\nNergens bewaard dan hier.")
    state(writer, "De server is niet bereikbaar")
    writer.page.close(run_before_unload=False)
    house.server.start()
    writer.page = writer.tab()
    at(writer, "sections/leg-vast")
    state(writer, "van dit apparaat teruggezet")
    assert "Nergens bewaard dan hier." in writer.page.locator(TEXT).input_value()
    state(writer, "Bewaard om")
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    at(writer, "sections/leg-vast")
    expect(writer.page.locator("[data-state]")).to_be_empty()
    assert writer.page.evaluate("Object.keys(localStorage).length") == 0


def test_what_is_typed_survives_the_end_of_the_session(house):
    writer = house.signed_in("security_officer")
    at(writer, "sections/leg-vast")
    writer.context.clear_cookies()
    type_at_the_end(writer, "\nNa het einde van de sessie.")
    state(writer, "Uw sessie is verlopen")
    save(writer)
    writer.see("[data-refusal]")
    assert "Na het einde van de sessie." in writer.page.locator("textarea").first.input_value()
    writer.open(house.link("security_officer"))
    writer.send("")
    writer.see("h1")
    at(writer, "sections/leg-vast")
    assert "Na het einde van de sessie." in writer.page.locator(TEXT).input_value()
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    assert "Na het einde van de sessie." in section(house, "leg-vast")


def test_what_was_typed_waits_on_another_device_as_well(house):
    writer = house.signed_in("security_officer")
    at(writer, "sections/leg-vast/form")
    writer.page.locator("[name=time]").fill("5 minuten")
    state(writer, "Bewaard om")
    phone = house.signed_in("security_officer", 390, 844)
    phone.open("/playbooks/drafts/1/edit")
    phone.see("#at-leg-vast .cr-badge", "niet opgeslagen")
    at(phone, "sections/leg-vast/form")
    assert phone.page.locator("[name=time]").input_value() == "5 minuten"
    phone.see(".cr-notice-title", "Uw tekst is bewaard")


def test_leaving_with_unsaved_text_warns(house):
    writer = house.signed_in("security_officer")
    at(writer, "sections/leg-vast")
    type_at_the_end(writer, "x")
    asked = []
    writer.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    writer.open("/playbooks/")
    assert asked == ["beforeunload"]
    writer.open("/playbooks/drafts/1/edit")
    assert len(asked) == 1


# --- two people -----------------------------------------------------------------------------------------------------


def test_two_people_in_different_sections_both_land(house):
    one, other = house.signed_in("security_officer"), house.signed_in("communications")
    at(one, "sections/leg-vast")
    at(other, "sections/bewaar-sporen")
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
        at(screen, "sections/leg-vast")
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
    at(one, "sections/leg-vast")
    assert one.page.locator(TEXT).input_value().rstrip() == kept.rstrip()


# --- the editor itself ------------------------------------------------------------------------------------------------


def test_faults_show_at_the_line_while_typing_and_are_told(house):
    writer = house.signed_in("security_officer")
    at(writer, "sections/leg-vast")
    field = writer.page.locator(TEXT)
    lines = field.input_value().split("\n")
    line = lines.index("- Rol: servicedesk") + 1
    field.fill("\n".join(lines).replace("- Rol: servicedesk", "- Rol: baas"))
    writer.see("#editor-preview [data-line]", f"Regel {line}")
    expect(writer.page.locator(f'.cr-lined-line[data-number="{line}"]')).to_have_attribute("data-fault", "")
    expect(writer.page.locator("[data-told]")).to_have_text("Fouten in dit onderdeel: 1.")
    writer.page.locator("#editor-preview [data-line]").first.click()
    chosen = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert chosen == "- Rol: baas"
    field.fill("\n".join(lines))
    writer.see("#editor-preview .cr-badge", "Geen fouten")
    expect(writer.page.locator(".cr-lined-line[data-fault]")).to_have_count(0)


def test_what_the_buttons_put_in_has_no_fault(house):
    writer = house.signed_in("security_officer")
    at(writer, "sections/leg-vast")
    buttons = writer.page.locator("[data-put]")
    for number in range(buttons.count()):
        writer.page.locator(TEXT).focus()
        writer.page.keyboard.press("Control+End")
        buttons.nth(number).focus()
        writer.page.keyboard.press("Enter")
        writer.page.keyboard.type("eigen woorden")
    state(writer, "Bewaard om")
    writer.see("#editor-preview .cr-badge", "Geen fouten")
    text = writer.page.locator(TEXT).input_value()
    assert "{#nieuwe-stap}" in text
    assert "{#besluit}" in text
    assert "> **Let op:** eigen woorden" in text
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    assert editing.faults(source(house)) == ()


def test_an_image_is_pasted_described_and_shown(house):
    writer = house.signed_in("security_officer")
    at(writer, "sections/leg-vast")
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


def test_a_draft_is_written_by_keyboard_only(house):
    writer = house.signed_in("security_officer")
    writer.open("/playbooks/drafts/1/edit")
    writer.page.locator("#at-leg-vast .cr-tool").first.focus()
    writer.page.keyboard.press("Enter")
    writer.see(TEXT)
    expect(writer.page.locator(".cr-lined[data-drawn]")).to_be_attached()
    for _step in range(60):
        writer.page.keyboard.press("Tab")
        if writer.page.evaluate("document.activeElement.id") == "editor-text":
            break
    writer.page.keyboard.press("Control+End")
    writer.page.keyboard.type("\nMet het toetsenbord.")
    writer.page.keyboard.press("Control+s")
    writer.see(".cr-notice", "Opgeslagen.")
    assert "Met het toetsenbord." in section(house, "leg-vast")


def test_a_draft_is_written_without_javascript(house):
    writer = house.signed_in("security_officer", java_script_enabled=False)
    writer.open("/playbooks/drafts/1/sections/leg-vast")
    field = writer.page.locator(TEXT)
    field.fill(field.input_value() + "\nZonder script.")
    writer.page.get_by_role("button", name="Voorbeeld").click()
    writer.see("#editor-preview", "Zonder script.")
    assert "Zonder script." not in source(house)
    save(writer)
    writer.see(".cr-notice", "Opgeslagen.")
    writer.open("/playbooks/drafts/1/sections/leg-vast/form")
    writer.page.locator("[name=time]").fill("7 minuten")
    save(writer)
    writer.see("#leg-vast .cr-chip", "7 minuten")
    writer.open("/playbooks/drafts/1/edit")
    writer.page.locator("#at-leg-vast summary").click()
    writer.page.locator("#at-leg-vast button[value=down]").click()
    writer.see(".cr-notice", "Verplaatst.")
    assert [one.key for one in editing.sections(source(house))][3:5] == ["bewaar-sporen", "leg-vast"]


def test_no_page_of_writing_has_a_barrier_or_sticks_out(house):
    writer = house.signed_in("security_officer")
    dark = house.signed_in("communications", color_scheme="dark")
    faults = []
    for rest in ("edit", "sections/leg-vast", "sections/leg-vast/form", "source", "comments?step=leg-vast"):
        for screen, sizes in ((writer, ((1440, 1000), (390, 844), (320, 800))), (dark, ((1440, 1000),))):
            screen.open(f"/playbooks/drafts/1/{rest}")
            for width, height in sizes:
                screen.resize(width, height)
                faults += screen.barriers() + screen.overflow()
    writer.open("/playbooks/drafts/1/sections/leg-vast")
    writer.page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (390, 1440):
        writer.resize(width)
        faults += writer.overflow()
    assert not faults, "\n".join(faults)
