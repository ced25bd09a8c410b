"""The editor in a real browser: its buttons, the keyboard, faults while typing, and no barriers."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from cyberready.platform.clock import now
from cyberready.platform.web import AMSTERDAM
from cyberready.playbooks import editing
from tests.journeys.writing import TEXT, at, save, section, source, state, type_at_the_end


@pytest.fixture
def house(writing):
    return writing


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
