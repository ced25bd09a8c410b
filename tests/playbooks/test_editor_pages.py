"""Pages on which a draft is written."""

from functools import partial

import pytest

from cyberready.platform import sources
from cyberready.playbooks import (
    actions_approval,
    actions_comments,
    actions_drafts,
    actions_pads,
    editing,
)
from cyberready.playbooks.lifecycle import Change
from tests import world
from tests.playbooks.pages import section, text, url, value, words
from tests.playbooks.writing import SMALL

READERS_ARE_REFUSED = ("edit", "source", "sections/kijk", "sections/kijk/form")


def test_a_draft_shows_as_it_will_read_with_what_can_be_done(writer, draft):
    page = writer.get(url(draft))
    assert words(page, ".cr-toc a") == [
        "Gegevens bovenaan",
        "Inleiding",
        "Signaleren",
        "Kijk wat er aan de hand is",
        "Herstellen",
        "Waarschuw de bewoners",
        "Ruim op",
    ]
    assert words(page, "article#kijk .cr-chip")[:1] == ["Rol: CISO"]
    assert page.select_one(f'a[href="{url(draft, "sections/kijk/form")}"]')
    assert not page.select(".cr-notice")


def test_a_draft_with_many_faults_still_shows(writer, faulty):
    page = writer.get(url(faulty))
    assert "fouten in dit concept" in page.get_text()
    assert words(page, "#at-kijk .cr-notice li")[0].startswith("Regel 19: Deze stap heeft geen rol.")
    assert page.select_one('[id="at-kijk~2"] [id="kijk~2"]')
    assert words(page, "#at-front .cr-notice-title") == ["1 fout in dit onderdeel"]


@pytest.mark.parametrize("text", ["", "zonder iets", "---\nx\n", "### Alleen een stap", "## a\n" * 30_000])
def test_whatever_was_brought_in_can_be_written_on(writer, act, text):
    made = act(partial(actions_drafts.bring_in, source=text, origin="x.md"))
    for rest in ("edit", "source"):
        writer.get(url(made, rest))
    for one in editing.sections(text + "\n")[:3]:
        writer.get(url(made, f"sections/{one.key}"))


def test_a_step_moves_and_is_removed_and_added(writer, draft, source):
    here = url(draft, "sections/ruim-op/place")
    writer.post(here, {"do": "up"})
    assert [one.key for one in editing.sections(source())][-2:] == ["ruim-op", "waarschuw"]
    version = section(source(), "ruim-op").digest
    page = writer.post(here, {"do": "remove", "version": version}, status=422)
    assert "Vink aan" in page.get_text()
    writer.post(here, {"do": "remove", "version": version, "sure": "y"})
    assert section(source(), "ruim-op") is None
    writer.post(url(draft, "sections"), {"kind": "step", "title": "Bel de krant", "after": "kijk"})
    page = writer.follow()
    assert page.select_one('input[name="title"]')["value"] == "Bel de krant"
    writer.post(url(draft, "sections"), {"kind": "phase", "title": "Nazorg", "after": "waarschuw"})
    assert [one.key for one in editing.sections(source())][2:] == [
        *("signaleren", "kijk", "bel-de-krant", "herstellen", "waarschuw", "nazorg")
    ]


def test_a_section_is_saved(writer, draft, source):
    page = writer.get(url(draft, "sections/ruim-op"))
    assert text(page) == section(source(), "ruim-op").text
    typed = {"text": text(page).replace("\n", "\r\n") + "Veeg.\r\n", "version": value(page, "version")}
    writer.post(url(draft, "sections/ruim-op"), typed)
    assert writer.response.headers["Location"] == url(draft) + "#at-ruim-op"
    assert section(source(), "ruim-op").text.endswith("Veeg.\n")
    assert "Opgeslagen." in writer.follow().get_text()


def test_looking_saves_nothing_and_keeps_what_was_typed(writer, draft, source):
    before = source()
    page = writer.post(
        url(draft, "sections/ruim-op"),
        {"do": "look", "text": "### Ruim op {#ruim-op}\n\n- Rol: baas\n\nVeeg.", "version": "abc"},
        status=200,
    )
    assert (text(page), value(page, "version")) == (
        "### Ruim op {#ruim-op}\n\n- Rol: baas\n\nVeeg.",
        "abc",
    )
    assert words(page, "#editor-preview li")[0].startswith("Regel 3 : De rol baas staat niet")
    assert page.select_one("#editor-preview [data-line]")["data-line"] == "3"
    assert "Veeg." in page.select_one("#editor-preview").get_text()
    assert source() == before


def test_the_preview_is_what_the_reader_will_see(writer, draft, act):
    page = writer.get("/playbooks/stroomstoring")
    read = page.select_one("article#kijk")
    page = writer.post(
        url(draft, "preview"), {"section": "kijk", "text": section(SMALL, "kijk").text}, status=200, htmx=True
    )
    assert str(page.select_one("article#kijk")) == str(read)
    assert page.select_one("#editor-preview")["data-fault-count"] == "0"


def test_the_preview_of_every_kind_of_section(writer, draft):
    for key in ("front", "intro", "signaleren", ""):
        text = section(SMALL, key).text if key else SMALL
        page = writer.post(url(draft, "preview"), {"section": key, "text": text}, status=200, htmx=True)
        assert page.select_one("#editor-preview")["data-fault-count"] == "0"
    assert words(page, "#editor-preview article h3")[0] == "A1 Kijk wat er aan de hand is"


def test_two_steps_typed_in_one_section_are_both_seen(writer, draft):
    typed = section(SMALL, "ruim-op").text + "\n### Nog een {#nog-een}\n\n- Rol: ict\n\nDoe.\n"
    page = writer.post(url(draft, "preview"), {"section": "ruim-op", "text": typed}, status=200, htmx=True)
    assert words(page, "article h3") == ["B2 Ruim op", "B3 Nog een"]


def test_faults_elsewhere_are_counted_apart(writer, faulty):
    page = writer.get(url(faulty, "sections/waarschuw"))
    assert words(page, "#editor-preview .cr-badge")[0] == "Geen fouten in dit onderdeel"
    assert "fouten elders in het concept" in page.get_text()


def test_what_no_file_can_hold_is_marked(writer, draft, source):
    typed = {"text": "### a\x07b {#ruim-op}\x0b\n- Rol: ict", "version": section(SMALL, "ruim-op").digest}
    writer.post(url(draft, "sections/ruim-op"), typed)
    assert section(source(), "ruim-op").text == "### a\ufffdb {#ruim-op}\n\n- Rol: ict\n"


def test_a_text_too_large_for_a_playbook_is_refused_and_stays_in_the_form(writer, draft):
    long = "x\n" * (sources.MOST_BYTES // 2)
    typed = {"text": "### Ruim op {#ruim-op}\n" + long, "version": section(SMALL, "ruim-op").digest}
    page = writer.post(url(draft, "sections/ruim-op"), typed, status=422)
    assert "groter dan 2 MB" in words(page, ".cr-notice li")[0]
    assert text(page) == typed["text"]


def test_a_section_that_is_not_there_is_not_found(writer, draft):
    writer.get(url(draft, "sections/weg"), status=404)
    writer.get(url(draft, "sections/weg/form"), status=404)


def test_a_draft_under_review_warns_and_goes_back_when_it_is_changed(writer, draft, act, town, database):
    signing = [(town["crisis_team"].id, "voorzitter")]
    act(
        partial(actions_approval.set_mandate, playbook_id=draft.playbook_id, approvers=signing, in_order=True)
    )
    act(partial(actions_drafts.describe, draft_id=draft.id, change=Change.MINOR, note="Beter."))
    page = writer.get(url(draft, "sections/ruim-op"))
    writer.post(
        url(draft, "sections/ruim-op"), {"text": text(page) + "\n\nBoen.", "version": value(page, "version")}
    )
    act(partial(actions_approval.submit, draft_id=draft.id))
    page = writer.get(url(draft, "sections/ruim-op"))
    assert "vervallen de goedkeuringen" in page.get_text()
    writer.post(
        url(draft, "sections/ruim-op"), {"text": text(page) + "Veeg.", "version": value(page, "version")}
    )
    page = writer.follow()
    assert "vervallen de goedkeuringen" not in page.get_text()
    lapsed = "Het concept is terug bij de schrijvers en elk akkoord is vervallen: leg het opnieuw voor."
    assert lapsed in page.get_text()
    page = writer.get(url(draft, "sections/ruim-op"))
    writer.post(
        url(draft, "sections/ruim-op"), {"text": text(page) + "En dweil.", "version": value(page, "version")}
    )
    assert lapsed not in writer.follow().get_text()


def test_a_draft_that_was_given_up_is_read_and_not_written(writer, draft, act, source):
    act(partial(actions_drafts.abandon, draft_id=draft.id))
    page = writer.get(url(draft))
    assert "wordt nooit meer gewijzigd" in page.get_text()
    assert not page.select('main form, a[href$="/form"]')
    page = writer.get(url(draft, "sections/kijk"))
    page = writer.post(
        url(draft, "sections/kijk"), {"text": "veel werk", "version": value(page, "version")}, status=409
    )
    assert [area.get_text().strip() for area in page.select("textarea")] == ["veel werk"]


@pytest.mark.parametrize("rest", READERS_ARE_REFUSED)
def test_only_writers_write(browser, draft, town, rest):
    browser.sign_in(town["administrator"], town.home).get(url(draft, rest), status=403)


@pytest.mark.parametrize("rest", [*READERS_ARE_REFUSED, "comments?step=kijk"])
def test_another_organisations_draft_does_not_exist(browser, draft, town, database, rest):
    other = world.town(database, "elders")
    browser.sign_in(other["security_officer"], other.home).get(url(draft, rest), status=404)


@pytest.mark.parametrize(
    "rest",
    [
        "source",
        "sections/kijk",
        "sections/kijk/form",
        "sections/kijk/place",
        "sections",
        "preview",
        "pad",
        "pad/forget",
    ],
)
def test_another_organisations_draft_is_not_written(browser, draft, town, database, rest, source):
    other = world.town(database, "elders")
    browser.sign_in(other["security_officer"], other.home)
    for verb in ("save", "look", "join", "theirs", "back", "remove", "up"):
        browser.post(
            url(draft, rest), {"do": verb, "text": "x", "version": "1", "section": "kijk"}, status=404
        )
    assert source() == SMALL


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_as_often_for_three_comments_and_pads_as_for_one(
    writer, draft, act, queries_counted, count
):
    for number in range(count):
        act(partial(actions_comments.on_draft, draft_id=draft.id, step_id="kijk", text=f"Vraag {number}"))
        key = ("kijk", "waarschuw", "ruim-op")[number]
        act(partial(actions_pads.keep, draft_id=draft.id, section=key, text="x", base="y"))
    found = {}
    for rest in ("edit", "sections/kijk", "sections/kijk/form", "source", "comments?step=kijk"):
        writer.get(url(draft, rest))
        with queries_counted() as counted:
            writer.get(url(draft, rest))
        found[rest] = counted.statements
    assert found == {
        "edit": 6,
        "sections/kijk": 7,
        "sections/kijk/form": 7,
        "source": 7,
        "comments?step=kijk": 3,
    }
