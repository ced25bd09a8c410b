"""Pages of mandate, approval, refusal and absence."""

from datetime import timedelta

from cyberready.exchange import queries as exchange
from cyberready.people import actions as people
from cyberready.playbooks import (
    actions_drafts,
    queries_drafts,
)
from tests import world
from tests.playbooks.pages import buttons, words
from tests.playbooks.writing import changed

BETTER = changed(("Bel aan.", "Bel twee keer aan."))


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
    house.delegate()
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


def test_a_deputy_of_tomorrow_is_said_to_come(house, reader):
    house.delegate(start=world.START + timedelta(days=1))
    page = reader(house.director).get("/playbooks/delegations")
    assert words(page, "[aria-labelledby=found-head] .cr-badge") == ["later"]


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
