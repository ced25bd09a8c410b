"""Choosing what a step names from what exists, in a real browser: by keyboard, with the session gone, without a script."""

import pytest
from playwright.sync_api import expect

from tests.journeys.writing import pick, review, section, state

STEP = "leg-vast"


@pytest.fixture
def house(writing):
    return writing


def form_of_step(house, **options):
    screen = house.signed_in("security_officer", **options)
    screen.open(f"/playbooks/drafts/{house.draft}/sections/{STEP}/form")
    return screen


def test_choices_are_made_by_keyboard_counted_and_kept_at_the_server(house):
    writer = form_of_step(house)
    picker = writer.page.locator("[data-picker=clocks]")
    picker.locator("summary").focus()
    writer.page.keyboard.press("Enter")
    writer.page.keyboard.press("Tab")
    for _box in range(30):  # the box itself, not the list around it that can be scrolled
        if writer.page.evaluate("document.activeElement.value") == "CBW-24":
            break
        writer.page.keyboard.press("Tab")
    writer.page.keyboard.press("Space")
    expect(picker.locator("[data-picked]")).to_have_text("1 gekozen")
    state(writer, "Bewaard om")
    writer.see("#editor-preview", "Vroegtijdige waarschuwing")
    faults = []
    writer.page.locator("[data-picker] details").evaluate_all(
        "found => found.forEach((one) => (one.open = true))"
    )
    review(writer, faults)
    phone = house.signed_in("security_officer", 390, 844)
    phone.open(f"/playbooks/drafts/{house.draft}/sections/{STEP}/form")
    assert phone.page.locator("input[value='CBW-24']").is_checked()
    assert "CBW-24" not in section(house, STEP)
    assert not faults, "\n".join(faults)


def test_the_fault_of_an_unknown_name_leads_to_its_box_and_goes_with_it(house):
    writer = form_of_step(house)
    writer.open(f"/playbooks/drafts/{house.draft}/sections/{STEP}")
    field = writer.page.locator("#editor-text")
    field.fill(field.input_value().replace("- Contacten:", "- Termijnen: AVG-99\n- Contacten:"))
    writer.page.locator("form[data-writing] button[type=submit]").first.click()
    writer.see(".cr-notice", "Opgeslagen.")
    writer.open(f"/playbooks/drafts/{house.draft}/sections/{STEP}/form")
    writer.see("#clocks-error", "AVG-99")
    writer.page.locator("[data-picker=clocks] details").evaluate("place => (place.open = false)")
    writer.page.locator("#editor-preview [data-field=clocks]").click()
    box = writer.page.locator("input[value='AVG-99']")
    expect(box).to_be_focused()
    box.uncheck()
    writer.see("#editor-preview .cr-badge", "Geen fouten")
    expect(writer.page.locator("#clocks-error")).to_have_count(0)
    pick(writer, "clocks", "AVG-99")
    writer.see("#clocks-error", "AVG-99")
    expect(writer.page.locator("[data-picker=clocks] .cr-error")).to_have_count(1)
    assert not writer.barriers()


def test_choices_come_back_from_the_device_when_the_session_was_gone(house):
    writer = form_of_step(house)
    had = writer.page.locator("[data-picker] input:checked").evaluate_all(
        "boxes => boxes.map((box) => box.value)"
    )
    pick(writer, "clocks", "CBW-24")
    state(writer, "Bewaard om")
    writer.context.clear_cookies()
    pick(writer, "clocks", "AVG-33")
    state(writer, "Uw sessie is verlopen")
    writer.open(house.link("security_officer"))
    writer.send("")
    writer.see("h1")
    writer.page.on("dialog", lambda dialog: dialog.accept())
    writer.open(f"/playbooks/drafts/{house.draft}/sections/{STEP}/form")
    state(writer, "van dit apparaat teruggezet")
    now_ticked = writer.page.locator("[data-picker] input:checked").evaluate_all(
        "boxes => boxes.map((box) => box.value)"
    )
    assert sorted(now_ticked) == sorted({*had, "CBW-24", "AVG-33"})
    state(writer, "Bewaard om")
    writer.page.locator("form[data-writing] button[type=submit]").first.click()
    writer.see(".cr-notice", "Opgeslagen.")
    assert "CBW-24" in section(house, STEP)
    assert "AVG-33" in section(house, STEP)


def test_choices_are_made_without_javascript(house):
    writer = form_of_step(house, java_script_enabled=False)
    pick(writer, "messages", "storing-raad")
    writer.page.locator("[data-picker=contacts] summary").click()
    writer.page.locator("#contacts-other").fill("Nachtportier")
    writer.page.get_by_role("button", name="Voorbeeld").click()
    writer.see("#editor-preview", "Nachtportier")
    expect(writer.page.locator("[data-picker=messages] [data-picked]")).to_contain_text("gekozen")
    writer.page.locator("form[data-writing] button[type=submit]").first.click()
    writer.see(".cr-notice", "Opgeslagen.")
    assert "storing-raad" in section(house, STEP)
    assert "Nachtportier" in section(house, STEP)
