"""Pages on which several people write in one draft, and what was typed while the page is away."""

from functools import partial

import pytest

from cyberready.platform.realm import Realm
from cyberready.playbooks import (
    actions_sections,
    editing,
    queries_editing,
)
from tests.playbooks.drafting import overtake
from tests.playbooks.pages import section, text, url, value, words
from tests.playbooks.writing import SMALL


def test_the_second_writer_sees_both_texts_and_saves_one_of_the_two(writer, draft, act, source, town):
    base = overtake(act, draft)
    mine = {"text": base.text + "Van mij.", "version": base.digest}
    page = writer.post(url(draft, "sections/kijk"), mine, status=409)
    theirs, mine = (side.get_text() for side in page.select(".cr-side"))
    assert (theirs, mine) == (section(source(), "kijk").text, base.text + "Van mij.")
    assert page.select('.cr-side mark[data-side="theirs"]')
    assert page.select('.cr-side mark[data-side="mine"]')
    assert text(page) == base.text + "Van mij."
    assert "Test communications" in words(page, ".cr-notice")[0]
    again = {"text": base.text + "Van ons.", "version": value(page, "version"), "do": "save"}
    writer.post(url(draft, "sections/kijk"), again)
    assert "Van ons." in section(source(), "kijk").text
    assert not writer.get(url(draft)).select(".cr-notice[data-tone=warn]")


def test_what_was_typed_is_kept_when_the_page_with_both_texts_is_closed(writer, draft, act):
    base = overtake(act, draft)
    writer.post(
        url(draft, "sections/kijk"), {"text": base.text + "Van mij.", "version": base.digest}, status=409
    )
    page = writer.get(url(draft, "sections/kijk"))
    assert text(page) == base.text + "Van mij."
    assert value(page, "version") == base.digest
    assert "Iemand heeft dit onderdeel sindsdien gewijzigd." in page.get_text()


def test_two_changes_of_one_section_are_joined_on_wish(writer, draft, act, source):
    base = overtake(act, draft)
    mine = base.text.replace("Tijd: 15", "Tijd: 20")
    page = writer.post(url(draft, "sections/kijk"), {"text": mine, "version": base.digest}, status=409)
    assert page.select_one('button[value="join"]')
    page = writer.post(
        url(draft, "sections/kijk"),
        {"text": mine, "version": value(page, "version"), "began": base.digest, "do": "join"},
        status=200,
    )
    assert "Van haar." in text(page)
    assert "Tijd: 20" in text(page)
    writer.post(url(draft, "sections/kijk"), {"text": text(page), "version": value(page, "version")})
    assert "Van haar." in section(source(), "kijk").text


def test_the_second_writer_keeps_the_text_of_the_first(writer, draft, act, source, town, database):
    base = overtake(act, draft)
    mine = {"text": base.text + "Van mij.", "version": base.digest}
    writer.post(url(draft, "sections/kijk"), mine, status=409)
    writer.post(url(draft, "sections/kijk"), {**mine, "do": "theirs"})
    assert "Van haar." in section(source(), "kijk").text
    assert text(writer.get(url(draft, "sections/kijk"))) == section(source(), "kijk").text


def test_a_section_taken_out_meanwhile_is_put_back(writer, draft, act, source):
    base = section(SMALL, "kijk")
    act(
        partial(actions_sections.remove, draft_id=draft.id, key="kijk", base=base.digest),
        role="communications",
    )
    mine = {"text": base.text + "Van mij.", "version": base.digest}
    page = writer.post(url(draft, "sections/kijk"), mine, status=409)
    assert "Dit onderdeel is er niet meer" in page.get_text()
    writer.post(url(draft, "sections/kijk"), {**mine, "do": "back"})
    assert "Van mij." in editing.sections(source())[-1].text


def test_the_whole_text_lands_together_with_other_changes(writer, draft, act, source):
    page = writer.get(url(draft, "source"))
    overtake(act, draft)
    typed = {
        "text": text(page).replace("Eerst kijken.", "Eerst goed kijken."),
        "version": value(page, "version"),
    }
    writer.post(url(draft, "source"), typed)
    assert "samen met wat anderen" in writer.follow().get_text()
    assert "Van haar." in source()
    assert "Eerst goed kijken." in source()


def test_the_whole_text_meets_another_one(writer, draft, act, source):
    page = writer.get(url(draft, "source"))
    overtake(act, draft, old="15 minuten", new="20 minuten")
    typed = {"text": SMALL.replace("15 minuten", "30 minuten"), "version": value(page, "version")}
    page = writer.post(url(draft, "source"), typed, status=409)
    assert text(page) == typed["text"]
    assert "20 minuten" in source()
    writer.post(url(draft, "source"), {"text": text(page), "version": value(page, "version")})
    assert "30 minuten" in source()


@pytest.mark.parametrize("version", ["", "x", "99", "-1", "9" * 40])
def test_a_version_that_never_was_is_refused_in_a_sentence(writer, draft, version):
    writer.post(url(draft, "source"), {"text": SMALL + "x", "version": version}, status=404)


def test_what_is_typed_is_kept_and_comes_back(writer, draft, source):
    typed = {"section": "kijk", "text": "half een zin", "version": "abc"}
    writer.post(url(draft, "pad"), typed, status=204)
    page = writer.get(url(draft, "sections/kijk"))
    assert text(page) == "half een zin"
    assert words(page, ".cr-notice-title")[0] == "Uw tekst is bewaard"
    assert "niet opgeslagen" in words(writer.get(url(draft)), "#at-kijk .cr-badge")[0]
    writer.post(url(draft, "pad/forget"), {"section": "kijk"})
    assert text(writer.follow()) == section(source(), "kijk").text


def test_what_is_typed_back_to_the_saved_text_is_not_kept(writer, draft, database, town):
    writer.post(url(draft, "pad"), {"section": "kijk", "text": "x", "version": "abc"}, status=204)
    writer.post(
        url(draft, "pad"),
        {"section": "kijk", "text": section(SMALL, "kijk").text, "version": "abc"},
        status=204,
    )
    pads = database.read(
        lambda session: queries_editing.pads(
            session, Realm(town.home.id), draft.id, f"account:{town['security_officer'].id}"
        )
    )
    assert pads == {}


def test_what_is_typed_after_the_section_is_gone_is_kept(writer, draft, act):
    base = section(SMALL, "kijk")
    act(partial(actions_sections.remove, draft_id=draft.id, key="kijk", base=base.digest))
    writer.post(url(draft, "pad"), {"section": "kijk", "text": "x", "version": base.digest}, status=204)


def test_what_is_typed_in_a_section_that_is_gone_is_found_and_put_back(writer, draft, act, source):
    typed = "### Kijk goed rond {#kijk}\n\n- Rol: ciso\n\nVeel werk.\n"
    base = section(SMALL, "kijk").digest
    writer.post(url(draft, "pad"), {"section": "kijk", "text": typed, "version": base}, status=204)
    act(partial(actions_sections.remove, draft_id=draft.id, key="kijk", base=base))
    page = writer.get(url(draft))
    left = page.select(f'.cr-notice a[href="{url(draft, "sections/kijk")}"]')
    assert [link.get_text() for link in left] == ["### Kijk goed rond {#kijk}"]
    for place in ("sections/kijk", "sections/kijk/form"):
        assert text(writer.get(url(draft, place))) == typed
    writer.post(
        url(draft, "sections/kijk"), {"text": typed, "version": base, "began": base, "do": "back"}, status=303
    )
    assert section(source(), "kijk").text.strip() == typed.strip()
    assert not writer.get(url(draft)).select(f'.cr-notice a[href="{url(draft, "sections/kijk")}"]')


def test_a_section_that_never_was_is_not_there(writer, draft):
    writer.get(url(draft, "sections/nooit"), status=404)
    writer.get(url(draft, "sections/nooit/form"), status=404)


def test_an_expired_session_keeps_the_text_on_its_page(browser, draft):
    page = browser.post(
        url(draft, "sections/kijk"),
        {"text": "veel werk", "version": "abc", "back": url(draft, "sections/kijk")},
        status=401,
    )
    assert [area.get_text().strip() for area in page.select("textarea")] == ["veel werk"]
    assert page.select_one(f'a[href*="next=/playbooks/drafts/{draft.id}/sections/kijk"]')
