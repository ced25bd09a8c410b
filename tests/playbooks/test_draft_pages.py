"""Pages of a draft on its way to publication."""

import pytest

from cyberready.playbooks import (
    actions_drafts,
    lifecycle,
    queries,
)
from cyberready.playbooks.lifecycle import Change, State
from tests.playbooks.drafting import NOTE
from tests.playbooks.pages import buttons, words
from tests.playbooks.writing import SMALL, changed

BETTER = changed(("Bel aan.", "Bel twee keer aan."))


@pytest.mark.parametrize("fault", [(), (("15 minuten", "gauw"),)], ids=["sound", "faulty"])
def test_a_draft_says_how_it_may_be_shared(house, reader, fault):
    draft = house.bring_in(changed(("owner: CISO", "owner: CISO\ntlp: AMBER"), *fault))
    author = reader(house.author)
    for address in (f"/playbooks/drafts/{draft.id}", f"/playbooks/drafts/{draft.id}/text"):
        assert "TLP:AMBER" in author.get(address).get_text()


def test_from_draft_to_publication_by_hand(house, reader):
    author, director, officer = reader(house.author), reader(house.director), reader(house.officer)
    made = house.bring_in()
    address = f"/playbooks/drafts/{made.id}"
    page = author.post(f"{address}/submit", {"change": "major", "note": ""}, status=422)
    assert words(page, "#note-error") == ["Fout: Vul dit in."]
    described = {"change": "major", "note": NOTE}
    page = author.post(f"{address}/submit", described, status=422)
    assert "Leg eerst het mandaat vast." in words(page, ".cr-error-summary")[0]
    assert page.select_one("#note").get_text(strip=True) == NOTE
    officer.get("/playbooks/stroomstoring/mandate")
    officer.post(
        "/playbooks/stroomstoring/mandate",
        {"order": "in-order", "approvers-0-account": house.director.id, "approvers-0-function": "directeur"},
    )
    author.post(f"{address}/submit", described)
    page = author.follow()
    assert words(page, ".cr-subtitle .cr-badge") == ["Concept 0.9", "Ter beoordeling", "TLP:CLEAR"]
    assert "Akkoord geven" not in buttons(page)
    page = director.get("/playbooks/drafts")
    assert words(page, "[aria-labelledby=mine-head] a") == ["Stroomstoring"]
    page = director.get(address)
    digest = page.select_one('form[action$="/approve"] input[name=digest]')["value"]
    director.post(f"{address}/approve", {"digest": digest})
    page = director.follow()
    assert words(page, "[aria-labelledby=approval-head] .cr-badge") == [
        f"Akkoord ({house.director.name}, directeur, 23 nov 2026)"
    ]
    page = officer.get(f"{address}/publish")
    assert "Een grote wijziging" in page.get_text()
    officer.post(f"{address}/publish")
    assert "Versie 1.0 is gepubliceerd." in officer.follow().get_text()
    assert house.ask(queries.current, "stroomstoring").version == "1.0"
    page = author.get(address)
    assert "Dit concept is gepubliceerd." in page.get_text()
    assert not page.select("main form")


def test_what_was_chosen_and_typed_is_submitted_without_saving_it_first(house, reader):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.save(made.id, BETTER)
    author, address = reader(house.author), f"/playbooks/drafts/{made.id}"
    page = author.get(address)
    button = page.select_one(f'button[formaction="{address}/submit"]')
    form = page.select_one(f"#{button['form']}")
    assert {one["name"] for one in form.select("[name]")} >= {"change", "note", "csrf_token"}
    author.post(f"{address}/submit", {"change": "major", "note": NOTE})
    found = house.draft(made.id)
    assert (found.state, found.change, found.note) == (State.IN_REVIEW, Change.MAJOR, NOTE)
    assert lifecycle.front_of(found.source, "version") == "2.0"
    page = author.post(f"{address}/submit", {"change": "minor", "note": "Anders."}, status=409)
    assert "Anders." in page.get_text()
    assert house.draft(made.id).note == NOTE


def test_faults_do_not_take_away_what_was_typed_when_it_was_submitted(house, reader):
    made = house.bring_in(changed(("- Tijd: 15 minuten", "- Tijd: gauw")))
    house.mandate(made.playbook_id, (house.director, "directeur"))
    page = reader(house.author).post(
        f"/playbooks/drafts/{made.id}/submit", {"change": "major", "note": NOTE}, status=422
    )
    assert page.select_one("#note").get_text(strip=True) == NOTE
    assert house.draft(made.id).note == ""


def test_a_draft_is_taken_back_abandoned_and_stays_readable(house, reader):
    made = house.submitted()
    author = reader(house.author)
    author.post(f"/playbooks/drafts/{made.id}/take-back")
    assert house.draft(made.id).state == State.DRAFT
    page = author.post(f"/playbooks/drafts/{made.id}/abandon", {"reason": ""}, status=422)
    assert "Vul dit in." in page.get_text()
    author.post(f"/playbooks/drafts/{made.id}/abandon", {"reason": "Niet nodig."})
    page = author.get(f"/playbooks/drafts/{made.id}")
    assert "Dit concept is vervallen verklaard." in page.get_text()
    assert "Bel aan." in author.get(f"/playbooks/drafts/{made.id}/text").get_text()
    author.get(f"/playbooks/drafts/{made.id}/texts/1")
    assert author.response.data.decode() == SMALL


def test_a_draft_that_was_overtaken_says_so_and_goes_on(house, reader):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.next_version("stroomstoring", BETTER)
    author = reader(house.author)
    page = author.get(f"/playbooks/drafts/{made.id}")
    assert words(page, ".cr-notice-title") == ["Het draaiboek is intussen vernieuwd"]
    author.post(f"/playbooks/drafts/{made.id}/go-on")
    assert not author.follow().select(".cr-notice-title")


def test_publishing_shows_what_changes_since_the_current_version(house, reader):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.save(
        made.id, changed(("### Ruim op {#ruim-op}", "### Ruim alles op {#ruim-op}"), ("15 min", "20 min"))
    )
    page = reader(house.officer).get(f"/playbooks/drafts/{made.id}/publish")
    assert "Dit concept is niet goedgekeurd" in page.get_text()
    assert "Publiceren" not in buttons(page)
    found = words(page, "[aria-labelledby=differences-head] li")
    assert "Ruim alles op: andere titel" in found
    assert "Kijk wat er aan de hand is: andere streeftijd" in found


def test_publishing_too_early_is_a_conflict(house, reader):
    made = house.submitted()
    page = reader(house.officer).post(f"/playbooks/drafts/{made.id}/publish", status=409)
    assert "Dit concept kan pas worden gepubliceerd" in page.get_text()


@pytest.mark.parametrize("count", [1, 3])
def test_the_drafts_ask_the_database_as_often_for_three_as_for_one(house, reader, queries_counted, count):
    for number in range(count):
        house.submitted(changed(("slug: stroomstoring", f"slug: storing-{number}")))
    director = reader(house.director)
    director.get("/playbooks/drafts")
    with queries_counted() as counted:
        page = director.get("/playbooks/drafts")
    assert len(page.select("tbody tr")) == count
    assert counted.statements == 10


def test_the_pages_speak_english_too(house, reader):
    made = house.submitted()
    page = reader(house.director).speak("en").get(f"/playbooks/drafts/{made.id}")
    assert words(page, "h1") == ["Draft of Stroomstoring"]
    assert "Your approval holds for exactly this text" in page.get_text()


def test_the_text_of_a_draft_shows_what_its_steps_refer_to(house, reader):
    made = house.bring_in(changed(("- Bewijs: Logregel.", "- Bewijs: Logregel.\n- Daarna: ruim-op")))
    page = reader(house.officer).get(f"/playbooks/drafts/{made.id}/text")
    assert words(page, ".cr-notice-title") == ["Concept"]
    assert page.select_one('article#kijk dd a[href="#ruim-op"]')
