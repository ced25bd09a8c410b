"""Writing a draft in a real browser: nothing that was typed is lost, whatever happens meanwhile."""

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from cyberready.kernel.actor import Actor
from cyberready.platform.clock import now
from cyberready.platform.realm import Realm
from cyberready.platform.web import AMSTERDAM
from cyberready.playbooks import actions_comments, actions_drafts, editing, queries_drafts, sections
from cyberready.playbooks.lifecycle import OPEN
from tests.journeys.conftest import open_house
from tests.journeys.screens import PATIENCE

SLUG = "ransomware-bij-de-gemeente"
TEXT = "#editor-text"


@pytest.fixture(scope="module")
def doors(chromium, stocked, tmp_path_factory):
    """One server for the module; every test writes in a draft of its own."""
    with open_house(chromium, stocked, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture
def house(doors):
    doors.screens = []
    doors.draft = doors.database.transact(lambda session: begin(session, doors.town))
    yield doors
    for screen in doors.screens:
        if not screen.page.is_closed():
            screen.page.wait_for_timeout(50)
            screen.page.close()  # what still looks or keeps must not meet the server that starts below
        # What a browser says of a server that was stopped is what was meant to happen.
        screen.faults[:] = [fault for fault in screen.faults if "ERR_" not in fault and "fetch" not in fault]
    doors.close()
    if doors.server.process.poll() is not None:
        doors.server.start()
    doors.database.transact(lambda session: give_up(session, doors))


def writer_of(founded):
    return Actor(f"account:{founded.accounts['security_officer']}", "Samira Yılmaz", "CISO", founded.home)


def begin(session, founded):
    """A draft with a comment on its first step."""
    realm, act = Realm(founded.home), {"actor": writer_of(founded), "now": now()}
    made = actions_drafts.begin(session, realm, SLUG, **act)
    actions_comments.on_draft(session, realm, made.id, "leg-vast", "Wie belt er 's nachts?", **act)
    return made.id


def give_up(session, house):
    """Give up the draft where a test has not."""
    realm = Realm(house.town.home)
    if queries_drafts.draft(session, realm, house.draft).state in OPEN:
        actions_drafts.abandon(session, realm, house.draft, actor=writer_of(house.town), now=now())


def source(house):
    realm = Realm(house.town.home)
    return house.database.read(lambda session: queries_drafts.draft(session, realm, house.draft)).source


def section(house, key):
    return sections.find(editing.sections(source(house)), key).text


def at(house, screen, rest):
    screen.open(f"/playbooks/drafts/{house.draft}/{rest}")
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


def test_when_a_text_was_kept_is_told_in_dutch_time(house):
    writer = house.signed_in("security_officer", timezone_id="Pacific/Auckland")
    at(house, writer, "sections/leg-vast")
    before = now()
    type_at_the_end(writer, "\nHoe laat is het?")
    state(writer, "Bewaard om")
    told = re.search(r"\d\d:\d\d", writer.page.locator("[data-state]").inner_text())[0]
    assert told in {moment.astimezone(AMSTERDAM).strftime("%H:%M") for moment in (before, now())}


def test_leaving_with_unsaved_text_warns(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    type_at_the_end(writer, "x")
    asked = []
    writer.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    writer.open("/playbooks/")
    assert asked == ["beforeunload"]
    writer.open(f"/playbooks/drafts/{house.draft}/edit")
    assert len(asked) == 1


# --- two people -----------------------------------------------------------------------------------------------------


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


# --- the editor itself ------------------------------------------------------------------------------------------------


def test_faults_show_at_the_line_while_typing_and_are_told(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
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
    at(house, writer, "sections/leg-vast")
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


def test_an_image_is_chosen_again_after_a_refusal(house, tmp_path):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    wrong, good = tmp_path / "plaat.png", tmp_path / "plaatje.png"
    wrong.write_text("geen plaat", "utf-8")
    Image.new("RGB", (60, 40), "red").save(good)
    writer.page.get_by_role("button", name="Afbeelding", exact=True).click()
    label = writer.page.locator("label[for=image-image]")
    assert "niet verplicht" not in label.inner_text()
    writer.page.locator("#image-alt").fill("Een rood vlak")
    writer.page.locator("#image-image").set_input_files(wrong)
    writer.page.locator("#image-alt").press("Enter")
    writer.see("#image-image-error", "afbeelding")
    writer.page.locator("#image-image").set_input_files(good)
    writer.page.locator("#image-alt").press("Enter")
    expect(writer.page.locator(TEXT)).to_have_value(re.compile(r"!\[Een rood vlak\]\(image:[0-9a-f]{64}\)"))
    writer.see('#editor-preview img[alt="Een rood vlak"]')


def test_a_draft_is_written_by_keyboard_only(house):
    writer = house.signed_in("security_officer")
    writer.open(f"/playbooks/drafts/{house.draft}/edit")
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


def test_no_page_of_writing_has_a_barrier_or_sticks_out(house):
    writer = house.signed_in("security_officer")
    dark = house.signed_in("communications", color_scheme="dark")
    faults = []
    for rest in ("edit", "sections/leg-vast", "sections/leg-vast/form", "source", "comments?step=leg-vast"):
        for screen, sizes in ((writer, ((1440, 1000), (390, 844), (320, 800))), (dark, ((1440, 1000),))):
            screen.open(f"/playbooks/drafts/{house.draft}/{rest}")
            for width, height in sizes:
                screen.resize(width, height)
                faults += screen.barriers() + screen.overflow()
    writer.open(f"/playbooks/drafts/{house.draft}/sections/leg-vast")
    writer.page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (390, 1440):
        writer.resize(width)
        faults += writer.overflow()
    assert not faults, "\n".join(faults)


def test_a_fault_in_the_form_of_a_step_is_told_at_its_field_while_typing(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast/form")
    field = writer.page.locator("[name=time]")
    field.fill("een kwartier")
    writer.see("#time-error", "geen streeftijd")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "time-error" in field.get_attribute("aria-describedby").split()
    writer.page.locator("#editor-preview [data-field=time]").click()
    expect(field).to_be_focused()
    assert not writer.barriers()
    field.fill("15 minuten")
    expect(writer.page.locator("#time-error")).to_have_count(0)
    expect(field).to_have_attribute("aria-invalid", "false")


# --- the buttons ------------------------------------------------------------------------------------------------------


def press(screen, label, start, end=None):
    """Choose a piece of the text by where it stands, and press a button of the editor."""
    screen.page.locator(TEXT).evaluate(
        "(field, [start, end]) => { field.focus(); field.setSelectionRange(start, end); }",
        [start, end or start],
    )
    screen.page.get_by_role("button", name=label, exact=True).click()
    return screen.page.locator(TEXT).input_value()


def test_a_button_tears_no_line_apart_and_can_be_undone(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "sections/leg-vast")
    before = writer.page.locator(TEXT).input_value()
    title, fields = before.split("\n")[0], before.split("\n\n")[1]
    warning = "> **Let op:** waarvoor"
    half = len(title) // 2
    for start, end in ((half, half), (5, half), (len(title), len(title)), (len(title) + 1, len(title) + 1)):
        text = press(writer, "Waarschuwing", start, end)
        assert text == before.replace(fields, f"{fields}\n\n{warning}", 1)
        writer.page.keyboard.press("Control+z")
        assert writer.page.locator(TEXT).input_value() == before
    point = before.index("- [ ]") + 9
    item = before[before.index("- [ ]") :].split("\n\n")[0].rstrip("\n")
    assert press(writer, "Waarschuwing", point).replace(f"{item}\n\n{warning}", item, 1) == before
    writer.page.keyboard.press("Control+z")
    word = press(writer, "Link", 4, 4 + len(title.split()[1]))
    assert word.startswith(f"### [{title.split()[1]}](#")


def test_a_step_and_a_decision_come_one_below_the_other_and_below_the_step(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "source")
    before = writer.page.locator(TEXT).input_value()
    place = before.index("### ") + 8
    text = press(writer, "Stap", place)
    line = text[: text.index("### Nieuwe stap")].count("\n") + 1
    expect(writer.page.locator(f'.cr-lined-line[data-number="{line}"]')).to_be_in_viewport()
    following = before.index("\n### ", place)
    assert text.startswith(before[:following].rstrip("\n") + "\n\n### Nieuwe stap {#nieuwe-stap}\n")
    assert text.endswith("Beschrijf wat er gebeurt.\n" + before[following:])
    writer.page.get_by_role("button", name="Besluit", exact=True).click()
    text = writer.page.locator(TEXT).input_value()
    new = text[text.index("### Nieuwe stap") :]
    assert re.match(
        r"### Nieuwe stap \{#nieuwe-stap\}\n\n(- .+\n)+\n> \*\*Besluit: Is dit zo\?\*\* \{#besluit\}\n(> - .+\n)+\nBeschrijf",
        new,
    )
    for _press in range(2):
        writer.page.keyboard.press("Control+z")
    assert writer.page.locator(TEXT).input_value() == before


def test_nothing_comes_into_the_front_matter_or_above_it(house):
    writer = house.signed_in("security_officer")
    at(house, writer, "source")
    before = writer.page.locator(TEXT).input_value()
    front = before[: before.index("\n---\n") + 5]
    for label in ("Stap", "Besluit", "Waarschuwing", "Checklist", "Tabel", "Link"):
        for start in (0, before.index("title:") + 9, len(front) - 2):
            text = press(writer, label, start)
            assert text.startswith(front)
            assert len(text) > len(before)
            writer.page.keyboard.press("Control+z")
            assert writer.page.locator(TEXT).input_value() == before
