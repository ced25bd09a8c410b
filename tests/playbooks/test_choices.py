"""What a step refers to is chosen from what exists; what it names besides stays."""

from functools import partial

import pytest

from cyberready.people import actions_roster as roster
from cyberready.people.rules import ChannelKind
from cyberready.platform import law
from cyberready.playbooks import actions_drafts, editing, messages, sections
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.pages import form_of
from tests.playbooks.writing import SMALL, changed

FIELDS = ("messages", "contacts", "clocks", "playbooks")
REFERS = changed(
    ("roles:\n", "placeholders:\n  piket: Functie die piket heeft\nroles:\n"),
    (
        "### Ruim op {#ruim-op}\n\n- Rol: ict\n",
        """### Ruim op {#ruim-op}

- Rol: ict
- Berichten: weg-bericht,  persverklaring
- Contacten: netbeheerder, manager ict
- Termijnen: AVG-33
- Draaiboeken: gasstoring
""",
    ),
    (
        "### Waarschuw de bewoners {#waarschuw}\n\n- Role: ict\n",
        "### Waarschuw de bewoners {#waarschuw}\n\n- Role: ict\n- Contacten: Wijkmanager, {{ piket }}, cor dam\n",
    ),
)


@pytest.fixture
def house(database):
    made = House(database, world.town(database))
    for name, function in (
        ("Ans Bos", "Manager ICT"),
        ("Bo Vos", "Manager ICT"),
        ("Cor Dam", "Wachtcommandant"),
        ("Dirk", "Team A, B"),
    ):
        database.transact(
            lambda session, name=name, function=function: roster.save_contact(
                session,
                made.realm,
                name=name,
                function=function,
                channels=[(ChannelKind.PHONE, "010")],
                actor=made.actor(made.officer),
                now=made.now,
            )
        )
    made.published()
    made.published(
        changed(("slug: stroomstoring", "slug: gasstoring"), ("title: Stroomstoring", "title: Gasstoring"))
    )
    return made


@pytest.fixture
def draft(house):
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    return house.save(made.id, REFERS)


@pytest.fixture
def writer(browser, house):
    return browser.sign_in(house.author, house.town.home)


def form_url(draft, key="ruim-op"):
    return f"/playbooks/drafts/{draft.id}/sections/{key}/form"


def text_of(house, draft, key="ruim-op"):
    return sections.find(editing.sections(house.draft(draft.id).source), key).text


def boxes(page, field):
    """The name and whether it is ticked of each box of a field."""
    return {
        one["value"]: one.has_attr("checked") for one in page.select(f'input[type=checkbox][name="{field}"]')
    }


def groups(page, field):
    return [one.get_text(strip=True) for one in page.select(f'[data-picker="{field}"] .cr-picker-head')]


def label(page, field, value):
    box = page.select_one(f'input[name="{field}"][value="{value}"]')
    return " ".join(page.select_one(f'label[for="{box["id"]}"]').get_text(" ", strip=True).split())


# --- what is offered ----------------------------------------------------------------------------------------------


def test_everything_that_exists_is_offered_by_its_title(writer, draft):
    page = writer.get(form_url(draft, "kijk"))
    assert set(boxes(page, "messages")) == {key for key, _language in messages.shipped()}
    assert label(page, "messages", "persverklaring").startswith(
        messages.template("persverklaring", "nl").title
    )
    assert set(boxes(page, "clocks")) == {clock.id for clock in law.every_clock()}
    assert label(page, "clocks", "CBW-24") == "Vroegtijdige waarschuwing CBW-24 Cyberbeveiligingswet art. 26"
    assert boxes(page, "playbooks") == {"gasstoring": False}  # not itself
    assert label(page, "playbooks", "gasstoring") == "Gasstoring gasstoring"
    assert not any(ticked for field in FIELDS for ticked in boxes(page, field).values())


def test_contacts_are_functions_places_to_fill_in_and_whom_other_steps_name(writer, draft):
    page = writer.get(form_url(draft, "kijk"))
    assert groups(page, "contacts") == [
        "Op de contactenlijst",
        "Vult elke organisatie zelf in",
        "Genoemd bij andere stappen, niet op de contactenlijst",
    ]
    # A person is offered because another step names one. A function with a comma would be two names, so it is not offered.
    assert list(boxes(page, "contacts")) == [
        "Cor Dam",
        "Manager ICT",
        "Wachtcommandant",
        "{{ piket }}",
        "netbeheerder",
        "Wijkmanager",
    ]
    assert label(page, "contacts", "Manager ICT") == "Manager ICT Ans Bos, Bo Vos"
    assert label(page, "contacts", "{{ piket }}") == "Functie die piket heeft {{ piket }}"


def test_what_stands_in_the_step_is_ticked_and_what_is_unknown_stays(writer, draft):
    page = writer.get(form_url(draft))
    assert [name for name, ticked in boxes(page, "messages").items() if ticked] == [
        "persverklaring",
        "weg-bericht",
    ]
    assert groups(page, "messages") == ["In deze stap, maar hier niet bekend"]
    ticked = [name for name, ticked in boxes(page, "contacts").items() if ticked]
    assert ticked == ["manager ict", "netbeheerder"]  # as it is spelled in the step
    assert groups(page, "contacts")[-1] == "In deze stap, maar hier niet bekend"
    assert page.select_one('[data-picker="messages"] summary').get_text(strip=True).endswith("2 gekozen")
    assert page.select_one('[data-picker="clocks"] summary').get_text(strip=True).endswith("1 gekozen")


def test_a_fault_is_told_at_its_field_which_is_open(writer, draft):
    page = writer.get(form_url(draft))
    assert "Er is geen voorbeeldbericht weg-bericht" in page.select_one("#messages-error").get_text()
    assert page.select_one("[data-picker=messages] details").has_attr("open")
    assert "messages-error" in page.select_one("fieldset#messages")["aria-describedby"]
    assert not page.select_one("[data-picker=clocks] details").has_attr("open")
    assert page.select_one('#editor-preview a[href="#messages"]')


def test_in_english_the_titles_are_english(writer, draft):
    writer.post("/language", {"language": "en"})
    page = writer.get(form_url(draft, "kijk"))
    assert label(page, "clocks", "CBW-24").startswith("Early warning")


def test_a_draft_with_a_faulty_front_offers_as_well(writer, house):
    made = house.bring_in(changed(("owner: CISO\n", ""), ("slug: stroom", "slug: kapot-stroom")))
    page = writer.get(form_url(made, "kijk"))
    assert boxes(page, "playbooks") == {"gasstoring": False, "stroomstoring": False}


# --- what becomes of it -------------------------------------------------------------------------------------------


def test_saving_what_was_not_changed_changes_no_letter(writer, house, draft):
    before = text_of(house, draft)
    writer.post(form_url(draft), form_of(writer.get(form_url(draft))))
    assert text_of(house, draft) == before
    assert "weg-bericht,  persverklaring" in before


def test_another_choice_goes_behind_the_others_and_what_is_unknown_is_kept(writer, house, draft):
    typed = form_of(writer.get(form_url(draft)))
    typed["messages"] = ["storing-website", *typed["messages"]]
    typed["clocks"] = ["CBW-24"]
    typed["contacts"] = [*typed["contacts"], "Burgemeester, Griffier"]
    typed["playbooks"] = []
    writer.post(form_url(draft), typed)
    lines = text_of(house, draft).split("\n")
    assert "- Berichten: weg-bericht, persverklaring, storing-website" in lines
    assert "- Contacten: netbeheerder, manager ict, Burgemeester, Griffier" in lines
    assert "- Termijnen: CBW-24" in lines
    assert not [line for line in lines if line.startswith("- Draaiboeken")]


def test_what_is_unknown_goes_when_it_is_unticked(writer, house, draft):
    typed = form_of(writer.get(form_url(draft)))
    typed["messages"] = ["persverklaring"]
    page = writer.post(form_url(draft), {**typed, "do": "look"}, status=200)
    assert boxes(page, "messages")["weg-bericht"] is False  # it can be ticked again
    writer.post(form_url(draft), typed)
    assert "- Berichten: persverklaring\n" in text_of(house, draft)


def test_what_was_ticked_and_typed_stays_after_an_error(writer, draft):
    typed = form_of(writer.get(form_url(draft)))
    typed |= {"title": "", "clocks": ["CBW-72"], "contacts": ["Manager ICT", "Iemand anders"]}
    page = writer.post(form_url(draft), typed, status=422)
    assert [name for name, ticked in boxes(page, "clocks").items() if ticked] == ["CBW-72"]
    assert boxes(page, "contacts")["Iemand anders"] is True
    assert boxes(page, "contacts")["netbeheerder"] is False


def test_what_was_ticked_is_kept_while_writing(writer, house, draft):
    typed = form_of(writer.get(form_url(draft)))
    pad = f"/playbooks/drafts/{draft.id}/pad"
    writer.post(pad, {**typed, "section": "ruim-op", "clocks": ["AVG-33", "CBW-24"]}, status=204)
    page = writer.get(form_url(draft))
    assert [name for name, ticked in boxes(page, "clocks").items() if ticked] == ["CBW-24", "AVG-33"]
    assert "- Termijnen: AVG-33\n" in text_of(house, draft)


def test_the_preview_follows_what_is_ticked(writer, draft):
    typed = {**form_of(writer.get(form_url(draft))), "playbooks": [], "clocks": ["CBW-24"]}
    page = writer.post(f"/playbooks/drafts/{draft.id}/preview", typed, status=200, htmx=True)
    assert "Vroegtijdige waarschuwing" in page.select_one("#editor-preview").get_text()
    assert "Gasstoring" not in page.select_one("#editor-preview").get_text()


# --- the same beside the text -------------------------------------------------------------------------------------


def test_the_lines_to_copy_stand_beside_the_text_and_are_read_as_they_stand(writer, house, draft):
    page = writer.get(f"/playbooks/drafts/{draft.id}/sections/waarschuw")
    lines = [one.get_text() for one in page.select("#nameable code")]
    for wanted in ("- Berichten: persverklaring", "- Contacten: Manager ICT", "- Termijnen: CBW-24"):
        assert wanted in lines
    assert "- Draaiboeken: gasstoring" in lines
    one_of_each = {line.partition(":")[0]: line for line in lines}.values()
    step = "### Waarschuw {#waarschuw}\n\n- Rol: ict\n" + "\n".join(one_of_each) + "\n"
    shown = writer.post(
        f"/playbooks/drafts/{draft.id}/preview", {"section": "waarschuw", "text": step}, status=200, htmx=True
    )
    assert shown.select_one("#editor-preview")["data-fault-count"] == "0"
    assert writer.get(f"/playbooks/drafts/{draft.id}/source").select_one("#nameable")
    assert not writer.get(f"/playbooks/drafts/{draft.id}/sections/signaleren").select_one("#nameable")


def test_an_english_text_has_english_lines(writer, house):
    made = house.bring_in(changed(("language: nl", "language: en"), ("slug: stroom", "slug: power-stroom")))
    page = writer.get(f"/playbooks/drafts/{made.id}/sections/kijk")
    assert "- Clocks: CBW-24" in [one.get_text() for one in page.select("#nameable code")]


# --- only one's own -----------------------------------------------------------------------------------------------


def test_contacts_and_playbooks_of_others_are_not_offered(browser, database, house):
    other = House(database, world.town(database, "elders"))
    made = other.bring_in(SMALL)
    page = browser.sign_in(other.author, other.town.home).get(form_url(made, "kijk"))
    assert boxes(page, "contacts") == {}
    assert boxes(page, "playbooks") == {}
    assert "Er is nog niets om uit te kiezen." in page.select_one('[data-picker="playbooks"]').get_text()


@pytest.mark.parametrize("count", [1, 3])
def test_the_form_asks_as_often_for_three_contacts_and_playbooks_as_for_one(
    writer, house, draft, queries_counted, count
):
    for number in range(count - 1):
        house.published(changed(("slug: stroom", f"slug: extra-{number}-stroom")))
    writer.get(form_url(draft))
    with queries_counted() as counted:
        writer.get(form_url(draft))
    look = partial(writer.get, f"/playbooks/drafts/{draft.id}/sections/ruim-op")
    look()
    with queries_counted() as text:
        look()
    assert (counted.statements, text.statements) == (12, 12)
