"""The pages of the life cycle, as their readers see them."""

from datetime import timedelta
from io import BytesIO

import pytest

from cyberready.playbooks import actions, actions_approval, actions_drafts, queries, queries_drafts
from cyberready.playbooks.lifecycle import Change, State
from tests import world
from tests.playbooks.drafting import NOTE, House
from tests.playbooks.writing import SMALL, changed

BETTER = changed(("Bel aan.", "Bel twee keer aan."))


@pytest.fixture
def house(database):
    return House(database, world.town(database))


@pytest.fixture
def reader(browser, house):
    def signed_in(who):
        return browser.another().sign_in(who, house.town.home)

    return signed_in


def words(page, selector):
    return [" ".join(element.get_text(" ", strip=True).split()) for element in page.select(selector)]


def buttons(page):
    return words(page, "main button")


def test_a_pasted_file_becomes_a_draft(house, reader):
    author = reader(house.author)
    author.get("/playbooks/new/file")
    author.post("/playbooks/new/file", {"source": SMALL.replace("\n", "\r\n")})
    page = author.follow()
    assert words(page, "h1") == ["Concept van Stroomstoring"]
    assert "Concept 0.9 is begonnen." in page.get_text()
    assert house.ask(queries.current_releases) == []
    (draft,) = house.ask(queries_drafts.open_drafts)
    assert (draft.origin, draft.author_name) == ("geplakte tekst", house.author.name)


def test_a_chosen_file_with_faults_becomes_a_draft_that_shows_them(house, reader):
    source = changed(("- Rol: ciso", "- Rol: baas"), ("15 minuten", "gauw"))
    author = reader(house.author)
    author.post("/playbooks/new/file", {"file": (BytesIO(source.encode()), "storing.md")})
    page = author.follow()
    assert words(page, "#faults-head") == ["Fouten in de tekst: 2"]
    assert [line[:9] for line in words(page, "[aria-labelledby=faults-head] li")] == [
        "Regel 22:",
        "Regel 24:",
    ]
    assert "storing.md" in page.get_text()
    (draft,) = house.ask(queries_drafts.open_drafts)
    page = author.get(f"/playbooks/drafts/{draft.id}/text")
    assert "- Rol: baas" in page.select_one("pre").get_text()


def test_what_is_no_text_stays_in_the_form_as_far_as_it_can_be_read(house, reader):
    data = SMALL.replace("Bel aan.", "Bel één keer aan.").encode("latin-1", "replace")
    page = reader(house.author).post("/playbooks/new/file", {"file": (BytesIO(data), "x.md")}, status=422)
    assert words(page, ".cr-notice li")[0].endswith("Dit is geen UTF-8. Sla het bestand op als UTF-8.")
    assert "Bel \ufffd\ufffdn keer aan." in page.select_one("textarea").get_text()


def test_from_draft_to_publication_by_hand(house, reader):
    author, director, officer = reader(house.author), reader(house.director), reader(house.officer)
    made = house.bring_in()
    address = f"/playbooks/drafts/{made.id}"
    page = author.post(f"{address}/submit", status=422)
    assert "Beschrijf eerst wat deze versie verandert en waarom." in page.get_text()
    author.post(f"{address}/describe", {"change": "major", "note": NOTE})
    page = author.post(f"{address}/submit", status=422)
    assert "Leg eerst het mandaat vast." in page.get_text()
    officer.get("/playbooks/stroomstoring/mandate")
    officer.post(
        "/playbooks/stroomstoring/mandate",
        {"order": "in-order", "approvers-0-account": house.director.id, "approvers-0-function": "directeur"},
    )
    author.post(f"{address}/submit")
    page = author.follow()
    assert words(page, ".cr-subtitle .cr-badge") == ["Concept 0.9", "Ter beoordeling"]
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


def test_the_version_history_shows_states_reasons_and_approvals(house, reader):
    first = house.published()
    second = house.next_version("stroomstoring", BETTER, Change.MAJOR)
    house.withdraw(second.id, "Nummer klopt niet.")
    third = house.next_version("stroomstoring", changed(("Bel aan.", "Fluit.")))
    house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    page = reader(house.author).get("/playbooks/stroomstoring/versions")
    assert words(page, "tbody td:nth-of-type(1)") == [
        f"{third.version} Geldend Nederlands",
        f"{second.version} Ingetrokken Nederlands",
        f"{first.version} Vervangen Nederlands",
    ]
    assert words(page, "tbody tr:nth-of-type(2) td:nth-of-type(3)") == [
        f"Grote wijziging: {NOTE} Ingetrokken op 23 nov 2026 door {house.officer.name}: Nummer klopt niet."
    ]
    assert (
        words(page, "tbody td:nth-of-type(4)")
        == [f"Akkoord ({house.director.name}, directeur, 23 nov 2026)"] * 3
    )
    assert words(page, "[aria-labelledby=drafts-head] li") == [
        f"Concept 2.1.9 Nederlands, {house.author.name} Concept"
    ]


def test_the_version_history_turns_its_pages(house, reader, database):
    for number in range(53):
        source = changed(('version: "1.0"', f'version: "1.{number}"'))
        database.transact(
            lambda session, source=source: actions.publish(
                session, house.realm, source, actor=world.actor(house.author, house.town.home), now=house.now
            )
        )
    officer = reader(house.officer)
    page = officer.get("/playbooks/stroomstoring/versions")
    assert len(page.select("tbody tr")) == 50
    (older,) = page.select(".cr-pages a")
    page = officer.get(older["href"])
    assert words(page, "tbody td:nth-of-type(1) a") == ["1.2", "1.1", "1.0"]
    assert words(page, ".cr-pages a") == ["Nieuwste"]


def test_an_approver_sends_it_back_with_remarks_that_the_author_sees(house, reader):
    made = house.submitted()
    director = reader(house.director)
    address = f"/playbooks/drafts/{made.id}"
    digest = house.draft(made.id).digest
    page = director.post(f"{address}/refuse", {"digest": digest, "step-kijk": " "}, status=422)
    assert "Schrijf wat er moet veranderen" in words(page, ".cr-error-summary")[0]
    director.post(f"{address}/refuse", {"digest": digest, "remark": "Te lang.", "step-kijk": "Waarheen?"})
    page = reader(house.author).get(address)
    assert words(page, ".cr-notice-title") == ["Te wijzigen"]
    assert words(page, ".cr-notice li") == ["Te lang.", "A1 Kijk wat er aan de hand is : Waarheen?"]
    assert words(page, ".cr-subtitle .cr-badge") == ["Concept 0.91", "Concept"]


def test_typed_remarks_stay_when_a_refusal_is_refused(house, reader):
    made = house.submitted()
    digest = house.draft(made.id).digest
    typed = {"digest": digest, "step-kijk": "Waarheen?"}
    page = reader(house.author).post(f"/playbooks/drafts/{made.id}/refuse", typed, status=422)
    assert "U kunt dit concept niet terugsturen" in page.get_text()
    assert "Waarheen?" in page.get_text()
    typed["step-nergens"] = "Hier."
    page = reader(house.director).post(f"/playbooks/drafts/{made.id}/refuse", typed, status=422)
    assert "Een van deze stappen staat niet in deze tekst." in words(page, ".cr-error-summary")[0]
    assert page.select_one("#step-kijk").get_text() == "Waarheen?"


def test_who_approves_a_text_that_changed_is_told(house, reader):
    made = house.submitted()
    digest = house.draft(made.id).digest
    house.save(made.id, BETTER)
    house.submit(made.id)
    page = reader(house.director).post(f"/playbooks/drafts/{made.id}/approve", {"digest": digest}, status=409)
    assert "Dit concept is gewijzigd terwijl u las. Lees het eerst opnieuw." in page.get_text()


def test_lapsed_approvals_are_said_on_the_page(house, reader):
    made = house.submitted()
    house.approve(made.id)
    house.save(made.id, BETTER)
    page = reader(house.author).get(f"/playbooks/drafts/{made.id}")
    assert words(page, "[aria-labelledby=approval-head] summary") == ["Vervallen akkoorden: 1"]
    (line,) = words(page, "[aria-labelledby=approval-head] details li")
    assert line.startswith(
        f"Akkoord ({house.director.name}, directeur, 23 nov 2026) · vervallen op 23 nov 2026"
    )


def test_who_wrote_it_sees_why_there_is_no_button(house, reader):
    made = house.submitted()
    page = reader(house.author).get(f"/playbooks/drafts/{made.id}")
    assert "U schreef mee aan dit concept en kunt het daarom niet goedkeuren." in page.get_text()
    assert "Akkoord geven" not in buttons(page)
    assert "Akkoord geven" in buttons(reader(house.director).get(f"/playbooks/drafts/{made.id}"))


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


def test_a_new_version_is_begun_from_the_page_of_the_current_one(house, reader):
    house.published()
    author = reader(house.author)
    author.post("/playbooks/stroomstoring/drafts", {"language": "nl"})
    assert words(author.follow(), "h1") == ["Concept van Stroomstoring"]
    author.post("/playbooks/stroomstoring/drafts", {"language": "xx"}, status=422)
    author.post("/playbooks/onbekend/drafts", {"language": "nl"}, status=404)


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


def test_a_withdrawn_version_says_so_at_its_own_address(house, reader):
    first = house.published()
    officer = reader(house.officer)
    address = f"/playbooks/stroomstoring/versions/{first.id}"
    page = officer.get(f"{address}/withdraw")
    assert "Intrekken kan niet ongedaan worden gemaakt." in page.get_text()
    officer.post(f"{address}/withdraw", {"reason": " "}, status=422)
    officer.post(f"{address}/withdraw", {"reason": "Nummer klopt niet."})
    page = officer.follow()
    assert "Nummer klopt niet." in page.select_one(".cr-notice[data-tone=err]").get_text()
    assert "Bel aan." in page.get_text()
    officer.post(f"{address}/withdraw", {"reason": "Nog eens."}, status=409)
    page = officer.get("/playbooks/stroomstoring/versions")
    assert "Ingetrokken" in words(page, "tbody .cr-badge")
    assert not officer.get("/playbooks/").select("tbody tr")


def test_a_mandate_is_shown_and_changed(house, reader):
    made = house.bring_in()
    house.mandate(made.playbook_id, (house.officer, "ISO"), (house.director, "directeur"), in_order=False)
    officer = reader(house.officer)
    page = officer.get("/playbooks/stroomstoring/mandate")
    assert page.select_one("input[name=order][checked]")["value"] == "any"
    assert [one["value"] for one in page.select("input[name$=function]")][:2] == ["ISO", "directeur"]
    assert page.select_one("#approvers-1-account option[selected]")["value"] == str(house.director.id)
    page = officer.post("/playbooks/stroomstoring/mandate", {"order": "any"}, status=422)
    assert "Noem minstens één" in words(page, ".cr-error-summary")[0]
    officer.post(
        "/playbooks/stroomstoring/mandate",
        {"order": "any", "approvers-0-account": house.deputy.id, "approvers-0-function": "voorzitter"},
    )
    found = house.ask(queries_drafts.mandate, made.playbook_id)
    assert [(one.account_id, one.function) for one in found.approvers] == [(house.deputy.id, "voorzitter")]
    reader(house.author).get("/playbooks/stroomstoring/mandate", status=403)


def test_who_is_absent_names_a_deputy_and_ends_it(house, reader, hand):
    director = reader(house.director)
    director.get("/playbooks/delegations")
    data = {"deputy": house.deputy.id, "starts": "2026-11-23T09:00", "ends": "2026-11-30T09:00"}
    director.post("/playbooks/delegations", {**data, "ends": "2026-11-01T09:00"}, status=422)
    director.post("/playbooks/delegations", data)
    page = director.follow()
    assert words(page, "[aria-labelledby=found-head] li span:first-of-type")[0] == (
        f"{house.deputy.name} namens {house.director.name}"
    )
    made = house.submitted()
    deputy = reader(house.deputy)
    digest = house.draft(made.id).digest
    deputy.post(f"/playbooks/drafts/{made.id}/approve", {"digest": digest})
    assert words(deputy.follow(), "[aria-labelledby=approval-head] .cr-badge") == [
        f"Akkoord ({house.deputy.name} namens {house.director.name}, directeur, 23 nov 2026)"
    ]
    (found,) = house.ask(queries_drafts.delegations, hand.at)
    assert not deputy.get("/playbooks/delegations").select('form[action$="/end"]')
    deputy.post(f"/playbooks/delegations/{found.id}/end", status=404)
    hand.forward(hours=1)
    director.post(f"/playbooks/delegations/{found.id}/end")
    assert "Iedereen keurt zelf goed." in director.follow().get_text()


def test_the_trail_of_a_playbook_tells_everything(house, reader):
    house.published()
    page = reader(house.author).get("/playbooks/stroomstoring/trail")
    told = words(page, ".cr-log li div")
    assert told[0] == f"{house.officer.name} Draaiboek gepubliceerd: Stroomstoring 1.0"
    assert told[1] == (
        f"{house.director.name} Akkoord ({house.director.name}, directeur): concept 0.9 als 1.0"
    )
    assert len(told) == 6


@pytest.mark.parametrize("count", [1, 3])
def test_the_drafts_ask_the_database_as_often_for_three_as_for_one(house, reader, queries_counted, count):
    for number in range(count):
        house.submitted(changed(("slug: stroomstoring", f"slug: storing-{number}")))
    director = reader(house.director)
    director.get("/playbooks/drafts")
    with queries_counted() as counted:
        page = director.get("/playbooks/drafts")
    assert len(page.select("tbody tr")) == count
    assert counted.statements == 8


@pytest.mark.parametrize("count", [1, 3])
def test_the_versions_ask_the_database_as_often_for_three_as_for_one(house, reader, queries_counted, count):
    house.published()
    for number in range(count - 1):
        house.next_version("stroomstoring", changed(("Bel aan.", f"Bel {number} keer aan.")))
    director = reader(house.director)
    director.get("/playbooks/stroomstoring/versions")
    with queries_counted() as counted:
        page = director.get("/playbooks/stroomstoring/versions")
    assert len(page.select("tbody tr")) == count
    assert counted.statements == 6


def test_a_draft_asks_the_database_as_often_with_two_approvers_as_with_one(house, reader, queries_counted):
    one = house.submitted()
    two = house.submitted(
        changed(("slug: stroomstoring", "slug: ander")), (house.director, "directeur"), (house.officer, "ISO")
    )
    counts = []
    director = reader(house.director)
    for made in (one, two):
        director.get(f"/playbooks/drafts/{made.id}")
        with queries_counted() as counted:
            director.get(f"/playbooks/drafts/{made.id}")
        counts.append(counted.statements)
    assert counts[0] == counts[1]


def test_the_pages_speak_english_too(house, reader):
    made = house.submitted()
    page = reader(house.director).speak("en").get(f"/playbooks/drafts/{made.id}")
    assert words(page, "h1") == ["Draft of Stroomstoring"]
    assert "Your approval holds for exactly this text" in page.get_text()


def test_a_deputy_of_tomorrow_is_said_to_come(house, reader):
    house.act(
        actions_approval.delegate,
        house.deputy.id,
        starts_at=world.START + timedelta(days=1),
        ends_at=world.START + timedelta(days=2),
        by=house.director,
    )
    page = reader(house.director).get("/playbooks/delegations")
    assert words(page, "[aria-labelledby=found-head] .cr-badge") == ["later"]


def test_a_playbook_of_which_everything_was_withdrawn_says_so_at_its_own_address(house, reader):
    made = house.published()
    house.withdraw(made.id, "Nummer klopt niet.")
    author = reader(house.author)
    author.get("/playbooks/stroomstoring", status=303)
    page = author.follow()
    assert words(page, "h1") == ["Versies van Stroomstoring"]
    assert words(page, ".cr-notice-title") == ["Geen geldende versie"]
    author.get("/playbooks/nooit-geweest", status=404)


def test_a_translation_is_begun_from_the_list_of_versions_and_its_lag_is_said(house, reader):
    house.published()
    author = reader(house.author)
    page = author.get("/playbooks/stroomstoring/versions")
    assert "Vertalen naar het Engels" in buttons(page) or "Vertalen naar het Engels" in page.get_text()
    author.post("/playbooks/stroomstoring/drafts", {"language": "en"})
    (draft,) = house.ask(queries_drafts.open_drafts)
    house.save(draft.id, house.draft(draft.id).source.replace("Bel aan.", "Ring the bell."))
    house.described(draft.id)
    house.submit(draft.id)
    house.approve(draft.id)
    english = house.publish(draft.id)
    assert "Ring the bell." in author.get("/playbooks/stroomstoring?language=en").get_text()
    house.next_version("stroomstoring", BETTER)
    page = author.get(f"/playbooks/stroomstoring/versions/{english.id}")
    assert words(page, ".cr-notice-title") == ["Deze vertaling loopt achter"]


def test_the_text_of_a_draft_shows_what_its_steps_refer_to(house, reader):
    made = house.bring_in(changed(("- Bewijs: Logregel.", "- Bewijs: Logregel.\n- Daarna: ruim-op")))
    page = reader(house.director).get(f"/playbooks/drafts/{made.id}/text")
    assert words(page, ".cr-notice-title") == ["Concept"]
    assert page.select_one('article#kijk dd a[href="#ruim-op"]')
