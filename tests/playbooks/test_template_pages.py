"""Pages of regional templates, as the region and the municipality see them."""

import pytest

from tests import world
from tests.playbooks.comparing import published
from tests.playbooks.test_templates_regional import PHASE, SECOND, STEP, Places
from tests.playbooks.writing import SMALL, changed

LIST, CHANGES = "/playbooks/templates", "/playbooks/stroomstoring/template"


@pytest.fixture
def places(database):
    return Places(database)


@pytest.fixture
def officer(browser, places):
    return browser.sign_in(places.town["security_officer"], places.town.home)


@pytest.fixture
def region_officer(browser, places, database):
    person = world.account(database, places.town.region, "security_officer", name="Regio Officier")
    return browser.another().sign_in(person, places.town.region)


def test_the_region_offers_and_takes_back(region_officer, officer, places, database):
    places.offer(changed(("slug: stroomstoring", "slug: ander"), ("title: Stroomstoring", "title: Ander")))
    [release] = published(database, places.town.region, SMALL)
    page = region_officer.get(LIST)
    assert "Stroomstoring aanbieden als sjabloon" in page.text
    region_officer.post(f"/playbooks/stroomstoring/versions/{release.id}/template")
    assert "Voortbouwen op Stroomstoring" in officer.get(LIST).text
    officer.post("/playbooks/templates/2/end", status=404)
    region_officer.post("/playbooks/templates/2/end")
    assert "Stroomstoring" not in officer.get(LIST).select_one("main").text


def test_a_template_shows_its_places_as_they_stand(officer, places):
    declared = ("owner: CISO", "owner: CISO\nplaceholders: {wijkteam: Het team van de wijk}")
    offered = places.offer(
        changed(
            declared, ("Bel aan.", "Bel {{ wijkteam }}."), ("ict: Manager ICT", "ict: ICT {{ wijkteam }}")
        )
    )
    page = officer.get(f"{LIST}/{offered.id}")
    [step] = page.select("#waarschuw")
    assert "ICT {{ wijkteam }}" in step.select_one(".cr-chips").text
    assert step.select_one(".cr-prose").text.strip() == "Bel {{ wijkteam }}."
    assert not page.select("mark")


def test_building_on_a_template_gives_a_draft(officer, places):
    template = places.offer(SMALL)
    page = officer.get(f"{LIST}/{template.id}")
    assert page.h1.text == "Stroomstoring"
    assert "Kijk wat er aan de hand is" in page.text
    officer.post(f"{LIST}/{template.id}/build")
    assert officer.response.headers["Location"].startswith("/playbooks/drafts/")
    assert "U bouwt voort op deze versie" in officer.get(LIST).text


def test_one_settles_the_changes_of_a_template(officer, places):
    places.built(changed(("Bel aan.", "Bel aan en wacht.")))
    places.offer(SECOND)
    assert "Gewijzigd sinds u erop voortbouwt" in officer.get(LIST).text
    page = officer.get(CHANGES)
    assert [one.text.strip() for one in page.select("section h2")] == ["Signaleren", "Waarschuw de bewoners"]
    chosen = [one["value"] for one in page.select("input[type=radio][checked]")]
    assert chosen == ["take", "later"]
    hidden = {one["name"]: one["value"] for one in page.select("form input[type=hidden]") if one.get("value")}
    form = hidden | {f"verdict:{PHASE}": "take", f"verdict:{STEP}": "edit", f"text:{STEP}": " "}
    form.pop("csrf_token")
    page = officer.post(CHANGES, form, status=422)
    assert "Schrijf de tekst" in page.select_one(".cr-error").text
    form[f"text:{STEP}"] = "### Waarschuw {#waarschuw}\r\n\r\n- Rol: ict\r\n\r\nBel overal aan en wacht."
    officer.post(CHANGES, form)
    assert officer.response.headers["Location"].startswith("/playbooks/drafts/")
    assert "over elke wijziging" in officer.get(CHANGES).text


def test_nothing_chosen_is_said_and_what_is_typed_stays(officer, places):
    places.built()
    places.offer(SECOND)
    page = officer.get(CHANGES)
    hidden = {one["name"]: one["value"] for one in page.select("form input[type=hidden]") if one.get("value")}
    hidden.pop("csrf_token")
    later = {f"verdict:{key}": "later" for key in (PHASE, STEP)}
    page = officer.post(CHANGES, hidden | later | {f"text:{STEP}": "Half af."}, status=422)
    assert "minstens één wijziging" in page.select_one("[role=alert]").text
    assert "Half af." in page.text
    old = hidden | {f"verdict:{STEP}": "take", "own_digest": "x"}
    assert "intussen gewijzigd" in officer.post(CHANGES, old, status=409).text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_in_both_languages(officer, region_officer, places, language):
    places.built()
    places.offer(SECOND)
    for person, paths in ((officer, (LIST, f"{LIST}/1", CHANGES)), (region_officer, (LIST, f"{LIST}/1"))):
        person.speak(language)
        for path in paths:
            person.get(path)


def test_the_list_asks_as_much_for_three_templates_as_for_one(officer, places, queries_counted):
    places.built()
    with queries_counted() as one:
        officer.get(LIST)
    for number in range(3):
        places.offer(changed(("slug: stroomstoring", f"slug: stroom-{number}")))
    with queries_counted() as four:
        officer.get(LIST)
    assert one.statements == four.statements


def test_what_builds_on_nothing_has_no_changes_to_settle(officer, places):
    officer.get(CHANGES, status=404)
    officer.get(f"{CHANGES}?language=fr", status=404)
    officer.get(f"{LIST}/99", status=404)


def test_the_library_shows_what_the_region_offers(officer, places):
    template = places.offer(SMALL)
    library = officer.get("/playbooks/").select_one("main")
    assert library.select_one(f"a[href='/playbooks/templates/{template.id}']")
    assert "nog niet op voort" in library.text
    officer.post(f"{LIST}/{template.id}/build")
    assert not officer.get("/playbooks/").select_one(f"a[href='/playbooks/templates/{template.id}']")
    places.offer(SECOND)
    assert "Gewijzigd sinds u erop voortbouwt" in officer.get("/playbooks/").text
