"""The pages of the life cycle, as their readers see them."""

from datetime import timedelta
from io import BytesIO

import pytest

from cyberready.exchange import queries as exchange
from cyberready.people import actions as people
from cyberready.playbooks import (
    actions,
    actions_approval,
    actions_comments,
    actions_drafts,
    actions_reviews,
    formats,
    lifecycle,
    queries,
    queries_drafts,
    screens,
)
from cyberready.playbooks.lifecycle import Change, State
from tests import world
from tests.playbooks.drafting import NOTE, House
from tests.playbooks.test_shipped import CIRCLE
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


@pytest.mark.parametrize(("code", "phase"), [("nl", "Signaleren"), ("en", "Signalling")])
def test_a_new_playbook_begins_with_phases_that_say_what_to_write(house, reader, code, phase):
    author = reader(house.author)
    assert author.get("/playbooks/").select_one(
        'main a[href="/playbooks/new"], header a[href="/playbooks/new"]'
    )
    assert author.get("/playbooks/new").select_one("#language option[selected]")["value"] == "nl"
    author.post("/playbooks/new", {"title": 'Brand: het "stadhuis"', "slug": "", "language": code})
    page = author.follow()
    assert phase in page.get_text()
    (found,) = house.ask(queries_drafts.open_drafts)
    text = house.draft(found.id).source
    script = formats.parse(text)
    assert (found.slug, found.title, found.language) == ("brand-het-stadhuis", 'Brand: het "stadhuis"', code)
    assert (script.slug, script.title, script.language) == (found.slug, found.title, code)
    assert [one.id for one in script.phases] == CIRCLE
    assert all(one.steps for one in script.phases)
    assert not page.select(".cr-notice[data-tone=warn]")
    house.mandate(found.playbook_id, (house.director, "directeur"))
    house.described(found.id)
    assert house.submit(found.id).state == State.IN_REVIEW


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        ({"title": ""}, 422, "Titel: Vul dit in."),
        ({"title": "Regel\u200b"}, 422, "Geef het draaiboek een titel van gewone tekst."),
        ({"slug": "Met Hoofdletters"}, 422, "Met Hoofdletters kan geen korte naam zijn."),
        ({"title": "Drafts"}, 422, "drafts kan geen korte naam zijn."),
        ({"slug": "stroomstoring"}, 409, "Er is al een draaiboek met de korte naam stroomstoring."),
        ({"language": "fr"}, 422, "Taal: Ongeldige keuze."),
    ],
)
def test_a_new_playbook_that_cannot_be_stays_in_its_form(house, reader, sent, status, told):
    house.bring_in()
    given = {"title": "Brand", "slug": "", "language": "nl"} | sent
    page = reader(house.author).post("/playbooks/new", given, status=status)
    assert told in words(page, ".cr-error-summary")[0]
    assert page.select_one("#title").get("value", "") == given["title"]
    assert page.select_one("#slug").get("value", "") == given["slug"]
    assert len(house.ask(queries_drafts.open_drafts)) == 1


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


@pytest.mark.parametrize("fault", [(), (("15 minuten", "gauw"),)], ids=["sound", "faulty"])
def test_a_draft_says_how_it_may_be_shared(house, reader, fault):
    draft = house.bring_in(changed(("owner: CISO", "owner: CISO\ntlp: AMBER"), *fault))
    author = reader(house.author)
    for address in (f"/playbooks/drafts/{draft.id}", f"/playbooks/drafts/{draft.id}/text"):
        assert "TLP:AMBER" in author.get(address).get_text()


def test_what_is_no_text_stays_in_the_form_as_far_as_it_can_be_read(house, reader):
    data = SMALL.replace("Bel aan.", "Bel één keer aan.").encode("latin-1", "replace")
    page = reader(house.author).post("/playbooks/new/file", {"file": (BytesIO(data), "x.md")}, status=422)
    assert words(page, ".cr-notice li")[0].endswith("Dit is geen UTF-8. Sla het bestand op als UTF-8.")
    assert "Bel \ufffd\ufffdn keer aan." in page.select_one("textarea").get_text()


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
    author = reader(house.author)
    page = author.get(address)
    assert words(page, ".cr-notice-title") == ["Te wijzigen"]
    assert page.select_one(f'.cr-notice a[href="{address}/edit#at-kijk"]')
    assert words(page, ".cr-notice li") == ["Te lang.", "A1 Kijk wat er aan de hand is : Waarheen?"]
    assert words(page, ".cr-subtitle .cr-badge") == ["Concept 0.91", "Concept", "TLP:CLEAR"]
    page = author.get(f"{address}/edit")
    assert words(page, "#at-kijk .cr-notice li") == ["Waarheen?"]
    assert words(page, "#edit > .cr-notice li") == ["Te lang."]
    assert "Te wijzigen" in words(page, '.cr-toc a[href="#at-kijk"]')[0]
    for part in ("sections/kijk", "sections/kijk/form"):
        page = author.get(f"{address}/{part}")
        assert words(page, "main .cr-notice li") == ["Waarheen?"]
        assert f"{house.director.name}, directeur, stuurde dit concept" in words(page, "main .cr-notice")[0]
    assert words(author.get(f"{address}/source"), "main .cr-notice li") == ["Te lang."]
    assert not author.get(f"{address}/sections/ruim-op").select("main .cr-notice li")
    house.submit(made.id)
    assert not author.get(f"{address}/edit").select("#at-kijk .cr-notice")


def test_an_approver_reads_first_and_finds_remarks_folded_by_step(house, reader):
    made = house.submitted()
    address = f"/playbooks/drafts/{made.id}"
    page = reader(house.director).get(address)
    panel = page.select_one("[aria-labelledby=judge-head]")
    assert words(panel, ".cr-actions:first-of-type > *") == ["Lees eerst de tekst", "Akkoord geven"]
    assert words(panel, "form details details summary")[0] == "A1 Kijk wat er aan de hand is"
    assert not panel.select("form details[open]")
    sent = {"digest": "anders", "step-kijk": "Waarheen?"}
    reader(house.director).post(f"{address}/refuse", sent, status=409)
    sent = {"digest": house.draft(made.id).digest, "step-kijk": "Waarheen?", "step-weg": "Waar?"}
    page = reader(house.director).post(f"{address}/refuse", sent, status=422)
    open_ = page.select("[aria-labelledby=judge-head] form details[open]")
    assert [one.summary.get_text(" ", strip=True) for one in open_] == [
        "Signaleren",
        "A1 Kijk wat er aan de hand is",
    ]


def test_who_is_not_in_the_mandate_sees_no_draft_until_he_or_she_deputises(house, reader, hand):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    crisis, draft = reader(house.deputy), f"/playbooks/drafts/{made.id}"
    comparison = f"/playbooks/stroomstoring/compare?old=1&new=draft-{made.id}"
    hidden = (draft, f"{draft}/text", f"{draft}/texts/1", f"{draft}/comments", comparison)
    for url in hidden:
        crisis.get(url, status=404)
    assert "Concept 1.0.9" not in crisis.get("/playbooks/stroomstoring/versions").get_text()
    assert "Concept 1.0.9" not in crisis.get("/playbooks/stroomstoring/compare").get_text()
    assert "Stroomstoring" not in words(crisis.get("/playbooks/drafts"), "main")[0]
    crisis.post(f"{draft}/comments", {"text": "Ik zie niets."}, status=404)
    house.act(
        actions_approval.delegate,
        house.deputy.id,
        starts_at=world.START,
        ends_at=world.START + timedelta(days=1),
        by=house.director,
    )
    for url in hidden:
        crisis.get(url)
    assert "Concept 1.0.9" in crisis.get("/playbooks/stroomstoring/versions").get_text()
    assert words(crisis.get("/playbooks/drafts"), "tbody tr td:first-of-type") == ["Stroomstoring"]
    hand.forward(days=2)
    for url in hidden:
        crisis.get(url, status=404)


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


def test_who_describes_a_reviewed_draft_anew_hears_that_it_went_back(house, reader):
    made = house.submitted()
    author = reader(house.author)
    author.post(f"/playbooks/drafts/{made.id}/describe", {"change": "major", "note": "Anders."})
    assert "elk akkoord is vervallen: leg het opnieuw voor." in author.follow().get_text()


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


def test_who_is_named_without_a_function_signs_as_the_account_says(house, reader):
    made = house.bring_in()
    officer, url = reader(house.officer), "/playbooks/stroomstoring/mandate"
    given = {"order": "any", "approvers-0-account": house.deputy.id, "approvers-0-function": " "}
    page = officer.post(url, given, status=422)
    assert words(page, "#approvers-0-function-error") == [
        "Fout: Vul een functie in: bij dit account staat er geen."
    ]
    assert page.select_one('.cr-error-summary a[href="#approvers-0-function"]')
    assert page.select_one("#approvers-0-account option[selected]")["value"] == str(house.deputy.id)
    house.act(
        people.set_roles,
        house.deputy.id,
        roles=["crisis_team"],
        function="Voorzitter crisisteam",
        by=house.officer,
    )
    officer.post(url, given)
    (found,) = house.ask(queries_drafts.mandate, made.playbook_id).approvers
    assert (found.account_id, found.function) == (house.deputy.id, "Voorzitter crisisteam")


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
    panel = deputy.get(f"/playbooks/drafts/{made.id}").select_one("[aria-labelledby=judge-head]")
    assert f"U tekent namens {house.director.name}, als: directeur." in panel.get_text()
    digest = house.draft(made.id).digest
    deputy.post(f"/playbooks/drafts/{made.id}/approve", {"digest": digest})
    assert words(deputy.follow(), "[aria-labelledby=approval-head] .cr-badge") == [
        f"Akkoord ({house.deputy.name} namens {house.director.name}, directeur, 23 nov 2026)"
    ]
    trail = deputy.get("/playbooks/stroomstoring/trail")
    assert words(trail, ".cr-log li div")[0] == (
        f"{house.deputy.name} Akkoord ({house.deputy.name} namens {house.director.name}, directeur): "
        "concept 0.9 als 1.0"
    )
    release = house.publish(made.id)
    found = house.ask(exchange.version, "stroomstoring", release.id, "", now=hand.at)
    assert [(one.name, one.function) for one in found.standing.approvals] == [
        (f"{house.deputy.name} namens {house.director.name}", "directeur")
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


def test_the_trail_tells_of_a_draft_only_to_who_may_see_it(house, reader):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.act(actions_comments.on_draft, made.id, "kijk", "Geheim?", by=house.author)
    path = "/playbooks/stroomstoring/trail"
    assert "Geheim?" in reader(house.author).get(path).get_text()
    assert "Geheim?" in reader(house.director).get(path).get_text()
    outsider = reader(house.deputy)
    told = words(outsider.get(path), ".cr-log li div")
    assert told[0] == f"{house.officer.name} Draaiboek gepubliceerd: Stroomstoring 1.0"
    house.save(made.id, SMALL.replace("Bel aan.", "Bel twee keer."))
    house.described(made.id)
    house.submit(made.id)
    house.approve(made.id)
    house.publish(made.id)
    assert "Geheim?" in outsider.get(path).get_text()


def test_the_trail_passes_over_pages_that_the_reader_may_not_see(house, reader):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    for _ in range(screens.PAGE + 1):
        house.act(actions_comments.on_draft, made.id, "kijk", "Geheim?", by=house.author)
    page = reader(house.deputy).get("/playbooks/stroomstoring/trail")
    assert "Draaiboek gepubliceerd" in words(page, ".cr-log li div")[0]
    assert "Geheim?" not in page.get_text()


def test_the_trail_calls_steps_and_roles_by_their_names(house, reader):
    made = house.submitted()
    house.refuse(made.id, ("kijk", "Waarheen?"), ("", "Te lang."))
    for step in ("kijk", ""):
        said = house.act(actions_comments.on_draft, made.id, step, "Wie?", by=house.author)
    house.act(actions_comments.resolve, said.id, as_writer=True, by=house.officer)
    house.act(
        actions_reviews.set_care,
        "stroomstoring",
        owner_id=house.officer.id,
        deputy_id=None,
        readers=["crisis_team", "communications"],
        by=house.officer,
    )
    told = words(reader(house.author).get("/playbooks/stroomstoring/trail"), ".cr-log li div")
    assert [one.split(" ", 2)[2] for one in told[:5]] == [
        f"Beheerd door: {house.officer.name}. Te lezen door: Communicatie, Lid crisisteam",
        "Opmerking bij Stroomstoring afgehandeld: Wie?",
        "Opmerking bij Stroomstoring: Wie?",
        "Opmerking bij Kijk wat er aan de hand is: Wie?",
        (
            f"Concept 0.9 teruggestuurd door {house.director.name}, directeur: "
            "Kijk wat er aan de hand is: Waarheen?; Te lang."
        ),
    ]
    assert not [one for one in told if "ervallen akkoorden" in one]


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
    assert counted.statements == 8


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


def test_the_next_version_of_a_withdrawn_playbook_is_written_from_the_last_one(house, reader):
    release = house.published()
    house.withdraw(release.id)
    author = reader(house.author)
    page = author.get("/playbooks/")
    assert words(page, "[aria-labelledby=without-head] li") == ["Stroomstoring Laatste versie: 1.0"]
    page = author.get("/playbooks/stroomstoring/versions")
    assert "De geldende versie lezen" not in page.get_text()
    assert "Nieuwe versie schrijven" in buttons(page)
    page = author.get(f"/playbooks/stroomstoring/versions/{release.id}")
    assert "Van dit draaiboek geldt nu geen enkele versie." in page.get_text()
    assert "Nieuwe versie schrijven" in buttons(page)
    found = author.get("/search?q=stroomstoring").select_one(
        'main a[href="/playbooks/stroomstoring/versions"]'
    )
    assert found.get_text(strip=True) == "Stroomstoring"
    author.post("/playbooks/stroomstoring/drafts", {"language": "nl"})
    (draft,) = house.ask(queries_drafts.open_drafts)
    assert (draft.version, draft.base_release_id) == ("1.0.9", release.id)
    assert house.draft(draft.id).source == release.source
    house.save(draft.id, BETTER)
    house.described(draft.id)
    house.submit(draft.id)
    house.approve(draft.id)
    assert house.publish(draft.id).version == "1.1"
    assert not author.get("/playbooks/").select("[aria-labelledby=without-head]")
    assert "Nieuwe versie schrijven" not in buttons(author.get("/playbooks/stroomstoring/versions"))


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
    page = reader(house.officer).get(f"/playbooks/drafts/{made.id}/text")
    assert words(page, ".cr-notice-title") == ["Concept"]
    assert page.select_one('article#kijk dd a[href="#ruim-op"]')


def test_who_brings_a_text_in_says_who_else_wrote_it(reader, house):
    author = reader(house.author)
    page = author.get("/playbooks/new/file")
    boxes = {box["value"] for box in page.select("input[name=writers]")}
    assert str(house.director.id) in boxes
    assert str(house.author.id) not in boxes
    typed = {"source": SMALL, "writers": [str(house.director.id)]}
    author.post("/playbooks/new/file", typed)
    assert f"Ook geschreven door {house.director.name}" in author.follow().get_text(" ", strip=True)
    page = author.post("/playbooks/new/file", {**typed, "writers": ["999999"]}, status=422)
    assert page.select_one("#writers-error")
    assert page.select_one("#source").text.strip() == SMALL.strip()
