"""Pages on which a draft is written."""

import io
from functools import partial

import pytest
from PIL import Image

from cyberready.kernel.actor import SYSTEM
from cyberready.platform import sources
from cyberready.platform.realm import Realm
from cyberready.playbooks import (
    actions,
    actions_approval,
    actions_comments,
    actions_drafts,
    actions_images,
    actions_pads,
    actions_sections,
    editing,
    queries,
    queries_drafts,
    queries_editing,
    sections,
)
from cyberready.playbooks.lifecycle import Change
from tests import world
from tests.playbooks.writing import SMALL, changed
from tests.world import START


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def act(database, town):
    def acting(verb, *, role="security_officer", now=START, **values):
        actor = SYSTEM if role is None else world.actor(town[role], town.home)
        return database.transact(
            lambda session: verb(session, Realm(town.home.id), actor=actor, now=now, **values)
        )

    return acting


@pytest.fixture
def draft(act):
    act(partial(actions.publish, source_text=SMALL), role=None)
    return act(partial(actions_drafts.begin, slug="stroomstoring"))


@pytest.fixture
def faulty(act):
    """A draft from a file in which much is wrong."""
    source = changed(
        ("- Rol: ciso\n", ""),
        ("{#ruim-op}", "{#kijk}"),
        ("owner: CISO\n", ""),
        ("slug: stroom", "slug: kapot-stroom"),
    )
    return act(partial(actions_drafts.bring_in, source=source, origin="x.md"))


@pytest.fixture
def writer(browser, town):
    return browser.sign_in(town["security_officer"], town.home)


@pytest.fixture
def source(database, town, draft):
    def reading():
        found = database.read(lambda session: queries_drafts.draft(session, Realm(town.home.id), draft.id))
        return found.source

    return reading


def section(source, key):
    return sections.find(editing.sections(source), key)


def words(page, selector):
    return [" ".join(element.get_text(" ", strip=True).split()) for element in page.select(selector)]


def value(page, name):
    return page.select_one(f'form[data-writing] [name="{name}"]')["value"]


def text(page):
    return page.select_one("textarea#editor-text").get_text().removeprefix("\n")


def url(draft, rest="edit"):
    return f"/playbooks/drafts/{draft.id}/{rest}"


# --- all sections -------------------------------------------------------------------------------------------------


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


# --- one section --------------------------------------------------------------------------------------------------


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


# --- two people ---------------------------------------------------------------------------------------------------


def overtake(act, draft, old="- [ ] Kijk naar buiten.", new="- [ ] Van haar."):
    """Somebody else changes the step *kijk*."""
    base = section(SMALL, "kijk")
    assert old in base.text
    text = base.text.replace(old, new)
    write = partial(actions_sections.write, draft_id=draft.id, key="kijk", text=text, base=base.digest)
    act(write, role="communications")
    return base


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


# --- what is being typed ------------------------------------------------------------------------------------------


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


# --- the form of a step -------------------------------------------------------------------------------------------


def form_of(page):
    form = page.select_one("form[data-writing]")
    values = {one["name"]: one.get("value", "") for one in form.select("input[name]:not([type=checkbox])")}
    for field in ("messages", "contacts", "clocks", "playbooks"):
        values[field] = [one["value"] for one in form.select(f"input[name={field}][checked]")]
    values |= {
        one["name"]: one.get_text().removeprefix("\n").removeprefix("\r\n") for one in form.select("textarea")
    }
    for one in form.select("select"):
        chosen = one.select_one("option[selected]") or one.select_one("option")
        values[one["name"]] = chosen["value"]
    return values


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


# --- images -------------------------------------------------------------------------------------------------------


def picture():
    sink = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(sink, "PNG")
    return sink.getvalue()


def test_an_image_is_kept_named_and_shown_to_its_organisation(writer, browser, town):
    sent = {"image-image": (io.BytesIO(picture()), "foto.png"), "image-alt": "Het [rode] plein"}
    page = writer.post("/playbooks/images", sent, status=200)
    target = page.select_one("[data-image-text]")["data-image-text"]
    assert target.startswith("![Het (rode) plein](image:")
    digest = target[-65:-1]
    writer.get(f"/playbooks/images/{digest}")
    assert writer.response.mimetype == "image/png"
    assert "immutable" in writer.response.headers["Cache-Control"]
    foreign = browser.another().sign_in(town["public_safety"], town.region)
    foreign.get(f"/playbooks/images/{digest}", status=404)
    assert browser.another().client.get(f"/playbooks/images/{digest}").status_code == 302


@pytest.mark.parametrize(
    ("data", "alt", "said"),
    [
        (b"<svg/>", "x", "Een SVG-tekening"),
        (b"", "x", "Kies een afbeelding."),
        (b"niets", "x", "Dit is geen afbeelding"),
        (picture(), " ", "Zeg wat er te zien is"),
    ],
)
def test_an_image_that_is_refused_says_why_and_keeps_the_words(writer, data, alt, said):
    sent = {"image-image": (io.BytesIO(data), "x.png"), "image-alt": alt}
    page = writer.post("/playbooks/images", sent, status=422)
    assert said in words(page, ".cr-error-summary")[0]
    assert page.select_one('input[name="image-alt"]')["value"] == alt


def test_an_image_stands_in_the_preview_and_a_lost_one_is_a_fault(writer, draft, act):
    made = act(partial(actions_images.keep, data=picture()))
    typed = f"### Ruim op {{#ruim-op}}\n\n- Rol: ict\n\n![plein](image:{made.digest})\n\n![weg](image:{'0' * 64})\n"
    page = writer.post(url(draft, "preview"), {"section": "ruim-op", "text": typed}, status=200, htmx=True)
    shown = [(one["src"], one["alt"]) for one in page.select("img")]
    assert shown[0] == (f"/playbooks/images/{made.digest}", "plein")
    assert words(page, "#editor-preview li")[0].startswith(
        "Regel 7 : Er is hier geen afbeelding 000000000000."
    )


def test_what_a_step_refers_to_and_is_not_there_is_a_fault_at_its_line(writer, draft):
    typed = "### Ruim op {#ruim-op}\n\n- Rol: ict\n- Termijnen: AVG-34x\n- Draaiboeken: stroomstoring, weg\n"
    page = writer.post(url(draft, "preview"), {"section": "ruim-op", "text": typed}, status=200, htmx=True)
    assert [said[:38] for said in words(page, ".cr-faults li")] == [
        "Regel 4 : Er is geen wettelijke termij",
        "Regel 5 : Er is geen draaiboek weg. Ki",
    ]


# --- comments -----------------------------------------------------------------------------------------------------


def test_a_comment_on_a_step_of_a_draft(writer, draft, town, browser):
    here = url(draft, "comments?step=kijk")
    page = writer.get(here)
    assert words(page, "h1") == ["Opmerkingen bij: Kijk wat er aan de hand is"]
    writer.post(here, {"text": "Wie <b>belt</b>?"})
    page = writer.follow()
    assert words(page, ".cr-comment .cr-kept") == ["Wie <b>belt</b>?"]
    page = writer.get(url(draft))
    assert "1 opmerking" in words(page, "#at-kijk .cr-tool")[2]
    assert words(page, "#at-kijk p.cr-comment") == ["Test security_officer : Wie <b>belt</b>?"]
    page = writer.get(url(draft, "text"))
    assert words(page, ".cr-beside .cr-comment .cr-kept") == ["Wie <b>belt</b>?"]
    page = writer.get(url(draft, "comments"))
    assert words(page, ".cr-plain .cr-row") == ["Kijk wat er aan de hand is Open: 1 1 opmerking"]
    writer.post("/playbooks/comments/1/resolve", {"back": here})
    page = writer.follow()
    assert words(page, ".cr-comment .cr-badge") == ["Afgehandeld"]


def test_a_comment_on_a_release_by_who_may_only_read(browser, draft, town, act, database):
    release = database.read(lambda session: queries.current(session, Realm(town.home.id), "stroomstoring"))
    here = f"/playbooks/stroomstoring/versions/{release.id}/comments?step=kijk"
    reader = browser.sign_in(town["administrator"], town.home)
    reader.post(here, {"text": ""}, status=422)
    reader.post(here, {"text": "Onduidelijk."})
    page = reader.follow()
    assert words(page, ".cr-comment .cr-kept") == ["Onduidelijk."]
    other = browser.another().sign_in(town["exercise_leader"], town.home)
    assert other.get(here)


def test_somebody_elses_comment_is_not_resolved_by_a_reader(browser, draft, town, act):
    act(partial(actions_comments.on_draft, draft_id=draft.id, step_id="kijk", text="Wie?"))
    signing = [(town["administrator"].id, "directeur")]
    act(
        partial(actions_approval.set_mandate, playbook_id=draft.playbook_id, approvers=signing, in_order=True)
    )
    reader = browser.sign_in(town["administrator"], town.home)
    page = reader.get(url(draft, "comments?step=kijk"))
    assert not page.select('form[action$="/resolve"]')
    reader.post("/playbooks/comments/1/resolve", status=422)


# --- who may ------------------------------------------------------------------------------------------------------

READERS_ARE_REFUSED = ("edit", "source", "sections/kijk", "sections/kijk/form")


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
