"""The improvement circle as people walk it: file, bundle, carry out, test again."""

import pytest

from cyberready.exercises import actions as exercises
from cyberready.improvements import actions, queries
from cyberready.improvements.rules import Outcome
from cyberready.platform.realm import Realm
from cyberready.playbooks import queries as playbooks
from tests import world
from tests.improvements.test_actions import file
from tests.playbooks.drafting import House
from tests.playbooks.writing import changed
from tests.world import START

FINDING = {"text": "De belboom klopte niet.", "theme": "alarm", "step": "stroomstoring#kijk"}
PLAN = {"title": "Belboom bijwerken", "text": "", "owner": "2", "due_on": "2027-01-15", "priority": "high"}


@pytest.fixture
def house(database):
    made = House(database, world.town(database))
    made.published()
    return made


@pytest.fixture
def officer(browser, house):
    return browser.sign_in(house.officer, house.town.home)


def exercise(house, title="Herfstoefening"):
    source = world.SCENARIO.replace("duration: 30m", "duration: 30m\nplaybook: stroomstoring")
    release = world.scenario(house.database, house.town.home, source)
    return house.database.transact(
        lambda session: exercises.plan(
            session,
            house.realm,
            release.id,
            title=title,
            planned_at=START,
            leader_id=house.town["exercise_leader"].id,
            actor=house.actor(house.town["exercise_leader"]),
            now=START,
        )
    )


def test_without_anything_the_page_says_how_it_begins(officer):
    page = officer.get("/improvements")
    assert "Een verbeterpunt begint met een bevinding." in page.get_text()
    assert "nog niets meer dan één keer gezien" in page.get_text()


def test_anyone_files_a_finding_of_an_audit_on_a_step(browser, house):
    browser.sign_in(house.town["crisis_team"], house.town.home)
    browser.get("/improvements/findings/new")
    browser.post("/improvements/findings/new", {**FINDING, "origin": "audit", "occasion": "Audit 2026"})
    (found,) = house.ask(queries.findings)
    assert (found.origin, found.occasion, found.step_title) == (
        "audit",
        "audit:audit 2026",
        "Kijk wat er aan de hand is",
    )
    assert (found.version, found.playbook_title) == ("1.0", "Stroomstoring")
    page = browser.get("/improvements")
    link = page.find("a", string="Kijk wat er aan de hand is")["href"]
    assert link.endswith("/playbooks/stroomstoring/versions/nl/1.0#kijk")
    assert page.select("input[name=finding]") == []  # no one but the officer bundles them


def test_a_finding_in_an_exercise_names_the_exercise_and_offers_the_version_that_was_practised(
    officer, house
):
    house.published(changed(("slug: stroomstoring", "slug: aardbeving"), ("title: Stroom", "title: Aard")))
    made = exercise(house)
    gone = changed(
        ("### Kijk wat er aan de hand is {#kijk}", "### Kijk goed {#kijken}"), ("#kijk)", "#kijken)")
    )
    house.next_version("stroomstoring", gone)
    url = f"/improvements/findings/new?of=exercise:{made.id}"
    page = officer.get(url)
    assert "Herfstoefening" in page.get_text()
    assert page.select_one("input[name=occasion]") is None
    groups = [group["label"] for group in page.select("select[name=step] optgroup")]
    assert groups == ["Stroomstoring, versie 1.0", "Aardstoring"]
    officer.post(url, FINDING)
    (found,) = house.ask(queries.findings)
    assert (found.version, found.step_title) == ("1.0", "Kijk wat er aan de hand is")
    assert (found.occasion, found.occasion_title) == (f"exercise:{made.id}", "Herfstoefening")


def test_a_finding_leads_to_the_version_that_it_is_about_also_later(officer, house):
    first = house.ask(playbooks.current, "stroomstoring")
    filed = file(house)
    house.next_version("stroomstoring", changed(("Bel aan.", "Bel twee keer aan.")))
    page = officer.get(f"/improvements/findings/{filed.id}")
    officer.get(page.select_one('a[href*="/versions/nl/1.0"]')["href"], status=303)
    assert officer.response.headers["Location"].endswith(f"/playbooks/stroomstoring/versions/{first.id}")
    officer.get("/playbooks/stroomstoring/versions/nl/7.0", status=404)


def test_a_finding_points_at_a_playbook_as_a_whole(officer, house):
    page = officer.get("/improvements/findings/new")
    assert page.select_one("optgroup option").get_text() == "Het hele draaiboek"
    audit = {"origin": "audit", "occasion": "Audit 2026"}
    officer.post("/improvements/findings/new", {**FINDING, **audit, "step": "stroomstoring#"})
    (found,) = house.ask(queries.findings)
    assert (found.slug, found.version, found.step_id) == ("stroomstoring", "1.0", "")


def test_what_was_typed_stays_when_something_is_missing(officer):
    page = officer.post("/improvements/findings/new", {**FINDING, "theme": ""}, status=422)
    assert page.select_one("textarea[name=text]").get_text(strip=True) == FINDING["text"]
    assert page.select_one("option[value='stroomstoring#kijk']").has_attr("selected")
    assert "Maak een keuze." in page.get_text()
    assert "Vul dit veld in." in page.get_text()  # the name of the audit


@pytest.mark.parametrize("of", ["exercise:99", "incident:99", "comment:x", "nonsense:1"])
def test_what_does_not_exist_has_no_findings(officer, of):
    status = 404 if of.partition(":")[2].isdecimal() else 200
    officer.get(f"/improvements/findings/new?of={of}", status=status)


def test_findings_become_one_improvement_and_then_a_draft_at_the_step(officer, house):
    first, second = file(house), file(house, "Ook dit.", "incident:1")
    officer.get("/improvements/new", query_string={"finding": [first.id, second.id]})
    page = officer.post(
        "/improvements/new", {**PLAN, "due_on": "", "finding": [first.id, second.id]}, status=422
    )
    assert page.select_one("input[name=title]")["value"] == "Belboom bijwerken"
    assert [one["value"] for one in page.select("input[name=finding]")] == [str(first.id), str(second.id)]
    plan = {**PLAN, "owner": house.officer.id, "finding": [first.id, second.id]}
    officer.post("/improvements/new", plan)
    (made,) = house.ask(queries.improvements)
    assert len(made.findings) == 2
    page = officer.get(f"/improvements/{made.id}")
    assert page.find("h1").get_text() == "Belboom bijwerken"
    officer.post(f"/improvements/{made.id}/draft")
    page = officer.follow()
    draft = house.ask(queries.improvement, made.id).draft_id
    here = f"/playbooks/drafts/{draft}/sections/kijk/form"
    assert officer.response.request.path == here
    assert page.select_one("form[data-writing] [name=title]")["value"] == "Kijk wat er aan de hand is"
    assert [one.get_text(strip=True) for one in page.select("#reasons .cr-kept")] == [
        "Niemand keek naar buiten.",
        "Ook dit.",
    ]
    page = officer.get(f"/improvements/{made.id}")
    assert "Open het concept bij deze stap" in page.select_one(f"a[href='{here}']").get_text()


def test_an_improvement_is_kept_up_to_date_and_closing_asks_for_evidence(officer, house):
    made = house.act(
        actions.improve,
        [file(house).id],
        by=house.officer,
        title="Beter",
        text="",
        owner_id=house.officer.id,
        due_on=START.date(),
        priority="high",
    )
    assert "Te laat" not in officer.get("/improvements").get_text()
    sent = {"owner": house.officer.id, "due_on": "2026-11-01", "priority": "low", "status": "in_progress"}
    officer.post(f"/improvements/{made.id}", sent)
    assert "Te laat" in officer.get("/improvements").get_text()
    page = officer.post(f"/improvements/{made.id}", {**sent, "status": "done"}, status=422)
    assert "Vermeld waaruit blijkt dat het klaar is" in page.get_text()
    officer.post(
        f"/improvements/{made.id}", {**sent, "status": "done", "evidence": "Belboom van 1 december."}
    )
    assert "Belboom van 1 december." in officer.get(f"/improvements/{made.id}").get_text()


def test_a_finding_is_put_aside_with_a_reason(officer, house):
    made = file(house)
    officer.post(f"/improvements/findings/{made.id}/dismiss", {"reason": ""}, status=422)
    officer.post(f"/improvements/findings/{made.id}/dismiss", {"reason": "Bestaat al."})
    assert "Bestaat al." in officer.get(f"/improvements/findings/{made.id}").get_text()


def test_the_next_exercise_proposes_takes_up_and_judges(browser, house):
    earlier = file(house, occasion="incident:3")
    house.next_version("stroomstoring", changed(("### Kijk wat er aan de hand is", "### Kijk naar buiten")))
    made = exercise(house)
    browser.sign_in(house.town["exercise_leader"], house.town.home)
    url = f"/improvements/exercises/{made.id}"
    before = browser.get(f"/exercises/{made.id}")
    assert before.select_one(f'a[href="{url}"]').get_text(strip=True) == "Evaluatiepunten (1)"
    assert "Niemand keek naar buiten." in browser.get(url).get_text()
    browser.post(f"{url}/take/{earlier.id}")
    (taken,) = house.ask(queries.retests, made.id)
    page = browser.post(f"{url}/judge/{taken.id}", {"remark": "Weer mis"}, status=422)
    assert "Weer mis" in page.select_one(f"#remark-{taken.id}").get_text()
    browser.post(f"{url}/judge/{taken.id}", {"outcome": Outcome.AGAIN.value, "remark": "Weer mis"})
    page = browser.get(url)
    assert "Het ging opnieuw mis" in page.get_text()
    (again,) = house.ask(queries.seen_at, f"exercise:{made.id}")
    assert (again.text, again.version, again.step_title) == ("Weer mis", "1.1", "Kijk naar buiten")
    browser.sign_in(house.officer, house.town.home)
    assert "2 keer gezien" in browser.get("/improvements").get_text()


def test_another_organisation_sees_none_of_it(browser, database, house):
    filed, made = file(house), exercise(house)
    other = world.organisation(database, "elders")
    stranger = world.account(database, other, "security_officer", "exercise_leader", name="Vreemde")
    browser.sign_in(stranger, other)
    browser.get(f"/improvements/findings/{filed.id}", status=404)
    browser.get(f"/improvements/exercises/{made.id}", status=404)
    browser.get("/improvements/new", query_string={"finding": filed.id}, status=404)
    assert database.read(lambda session: queries.findings(session, Realm(other.id))) == []
