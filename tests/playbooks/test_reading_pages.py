"""Following a playbook: filled in, with what its steps refer to, by checklist, card and flow chart."""

import pytest

from cyberready.exercises.queries import principal_of
from cyberready.kernel.actor import SYSTEM
from cyberready.people import actions_roster as roster
from cyberready.people.rules import ChannelKind
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions, actions_placeholders, queries_placeholders
from cyberready.trail import queries as trails
from tests import world
from tests.playbooks.pages import words
from tests.playbooks.writing import changed

OPEN = changed(
    ("owner: CISO", "owner: CISO\nplaceholders:\n  beheerder: Wie het net beheert\n  nummer: Diens nummer"),
    ("ict: Manager ICT", "ict: Manager ICT van {{ beheerder }}"),
    (
        "- Bewijs: Logregel.",
        "- Bewijs: Logregel van {{ nummer }}.\n- Berichten: storing-website, bestaat-niet\n- Contacten: Piket ICT, Nergens\n- Termijnen: CBW-24\n- Draaiboeken: stroomstoring, weg\n- Daarna: #ruim-op",
    ),
    ("- [ ] Bel de netbeheerder.", "- [ ] Bel **{{ beheerder }}**."),
)
TRANSLATED = OPEN.replace("language: nl", 'language: en\ntranslates: "1.0"').replace(
    "Wie het net beheert", "Who runs the grid"
)
VIEWS = (
    "",
    "/by-role",
    "/by-role?role=ict",
    "/checklist",
    "/checklist?role=ict",
    "/cards",
    "/flow",
    "/placeholders",
)


@pytest.fixture
def publish(database, town):
    def publishing(source=OPEN):
        return database.transact(
            lambda session: actions.publish(
                session, Realm(town.home.id), source, actor=SYSTEM, now=world.START
            )
        )

    return publishing


@pytest.fixture
def fill(database, town):
    def filling(slug="", **values):
        return database.transact(
            lambda session: actions_placeholders.fill(
                session, Realm(town.home.id), values, slug=slug, actor=SYSTEM, now=world.START
            )
        )

    return filling


@pytest.fixture
def officer(browser, town):
    return browser.sign_in(town["security_officer"], town.home)


def facts(page, name):
    """What stands beside a term in the first step."""
    step = page.select_one("#kijk")
    return next(row.dd for row in step.select("dl > div") if row.dt.get_text(strip=True) == name)


def test_every_view_is_a_good_page_with_its_own_tab(officer, publish):
    publish()
    for path in VIEWS[:-1]:
        page = officer.get(f"/playbooks/stroomstoring{path}")
        assert len(page.select(".cr-tabs a")) == 5
        assert page.select_one(".cr-tabs a[aria-current]")["href"] in f"/playbooks/stroomstoring{path}"


def test_what_is_not_filled_in_is_marked_and_blocks_nothing(officer, publish):
    publish()
    page = officer.get("/playbooks/stroomstoring")
    assert set(words(page, "mark.cr-unfilled")) == {"Wie het net beheert", "Diens nummer"}
    assert words(page, ".cr-notice-title") == ["2 plekken zijn niet ingevuld"]
    assert page.select_one('.cr-notice a[href="/playbooks/stroomstoring/placeholders"]')
    assert "{{" not in page.select_one("main").get_text()


def test_what_is_filled_in_is_shown_in_every_view_and_not_in_the_file(officer, publish, fill):
    release = publish()
    fill(beheerder="Net & <b>werk</b>", nummer="075 123")
    for path in VIEWS[:-1]:
        page = officer.get(f"/playbooks/stroomstoring{path}")
        assert not page.select("mark, main b")
        assert "{{" not in page.get_text()
    page = officer.get("/playbooks/stroomstoring")
    assert "Manager ICT van Net & <b>werk</b>" in page.get_text()
    assert "Bel Net & <b>werk</b> ." in " ".join(page.select_one("#kijk").get_text(" ", strip=True).split())
    file = officer.client.get(f"/playbooks/stroomstoring/versions/{release.id}/file")
    assert file.text == OPEN


def test_a_value_of_one_playbook_goes_before_that_of_all(officer, publish, fill):
    publish()
    fill(beheerder="Algemeen", nummer="1")
    fill("stroomstoring", beheerder="Eigen")
    page = officer.get("/playbooks/stroomstoring")
    assert "Manager ICT van Eigen" in page.get_text()
    page = officer.get("/playbooks/stroomstoring/placeholders")
    assert page.select_one("#fill-beheerder")["value"] == "Eigen"
    assert "voor alle draaiboeken: Algemeen" in page.get_text()
    assert words(page, ".cr-page-head .cr-badge") == ["Alles is ingevuld"]


def test_what_is_to_be_filled_in_is_described_in_the_language_of_the_reader(officer, publish):
    publish()
    publish(TRANSLATED)
    for url in ("/playbooks/placeholders", "/playbooks/stroomstoring/placeholders"):
        assert "Wie het net beheert" in officer.get(url).get_text()
        told = officer.speak("en").get(url).get_text()
        assert "Who runs the grid" in told
        assert "Wie het net beheert" not in told
        officer.speak("nl")


def test_an_officer_fills_in_and_the_trail_tells(officer, publish, database, town):
    publish()
    page = officer.get("/playbooks/placeholders")
    assert words(page, "label") == ["Wie het net beheert Niet ingevuld", "Diens nummer Niet ingevuld"]
    officer.post("/playbooks/placeholders", {"fill-beheerder": "  Netwerk   BV ", "fill-nummer": ""})
    realm = Realm(town.home.id)
    assert database.read(lambda session: queries_placeholders.values(session, realm)) == {
        "beheerder": "Netwerk BV"
    }
    head = database.read(lambda session: trails.organisation_trail(session, town.home.id))
    (last,) = database.read(lambda session: trails.latest(session, head.id, 1))
    assert (last.kind, last.body["values"]) == ("placeholders.filled", {"beheerder": "Netwerk BV"})
    page = officer.get("/playbooks/placeholders")
    assert words(page, "label")[0].startswith("Diens nummer")


def test_taking_back_a_value_makes_it_missing_again(officer, publish, fill):
    publish()
    fill(beheerder="x", nummer="y")
    assert fill(beheerder="", nummer="y") == {"beheerder": ""}
    assert words(officer.get("/playbooks/stroomstoring"), ".cr-notice-title") == ["1 plek is niet ingevuld"]


@pytest.mark.parametrize("value", ["a {{ b }}", "x" * 301])
def test_what_cannot_be_filled_in_is_refused_and_stays(officer, publish, value):
    publish()
    page = officer.get("/playbooks/stroomstoring/placeholders")
    page = officer.post(
        "/playbooks/stroomstoring/placeholders",
        {"fill-beheerder": value, "fill-nummer": "075"},
        status=422,
    )
    assert page.select_one("#fill-beheerder")["value"] == value
    assert page.select_one("#fill-nummer")["value"] == "075"
    assert page.select_one("#fill-beheerder")["aria-invalid"] == "true"


def test_readers_see_what_is_missing_and_cannot_fill_it_in(browser, town, publish):
    publish()
    reader = browser.sign_in(town["crisis_team"], town.home)
    page = reader.get("/playbooks/placeholders")
    assert all(field.has_attr("readonly") for field in page.select("main input[type=text]"))
    assert not page.select("main form .cr-button")


def test_a_step_leads_to_messages_contacts_clocks_playbooks_and_the_next_step(
    officer, publish, database, town
):
    publish()
    database.transact(
        lambda session: roster.save_contact(
            session,
            Realm(town.home.id),
            name="Piet Piket",
            function="piket ict",
            channels=[(ChannelKind.MOBILE, "06 12345678")],
            actor=SYSTEM,
            now=world.START,
        )
    )
    page = officer.get("/playbooks/stroomstoring")
    message = facts(page, "Berichten").a
    assert message["href"].startswith("/playbooks/messages/storing-website?playbook=stroomstoring")
    assert "bestaat-niet" in facts(page, "Berichten").get_text()
    contact = facts(page, "Contacten")
    assert "Piet Piket" in contact.get_text()
    assert contact.a["href"] == "tel:0612345678"
    clock = facts(page, "Wettelijke termijnen").get_text(" ", strip=True)
    assert "Vroegtijdige waarschuwing" in clock
    assert "24 uur" in clock
    assert facts(page, "Wettelijke termijnen").a["href"].startswith("https://wetten.overheid.nl/")
    assert facts(page, "Draaiboeken").a["href"] == "/playbooks/stroomstoring"
    assert facts(page, "Daarna").a["href"] == "#ruim-op"


def test_who_may_not_see_contacts_sees_the_function_only(browser, database, town, publish):
    publish()
    database.transact(
        lambda session: roster.save_contact(
            session,
            Realm(town.home.id),
            name="Piet Piket",
            function="Piket ICT",
            channels=[(ChannelKind.MOBILE, "06 12345678")],
            actor=SYSTEM,
            now=world.START,
        )
    )
    exercise = world.exercise(database, town.home, town["exercise_leader"])
    guest = world.participant(database, exercise)
    browser.be(database.read(lambda session: principal_of(session, guest.id, town.home.id)))
    page = browser.get("/playbooks/stroomstoring")
    assert "Piet" not in page.get_text()
    assert "Piket ICT" in page.get_text()


def test_the_checklist_holds_every_task_once(officer, publish):
    publish()
    page = officer.get("/playbooks/stroomstoring/checklist")
    assert [row.th.get_text(" ", strip=True).split()[0] for row in page.select("tr[data-step]")] == [
        "A1",
        "B1",
        "B2",
    ]
    assert "Kijk naar buiten." in words(page, ".cr-checklist td")
    page = officer.get("/playbooks/stroomstoring/checklist?role=ciso")
    assert len(page.select("tr[data-step]")) == 1


def test_a_card_says_what_a_role_does_and_for_whom_it_stands_in(officer, publish):
    publish()
    page = officer.get("/playbooks/stroomstoring/cards")
    ciso, ict = page.select(".cr-action-card")
    assert words(ciso, ".cr-card-time") == ["15 minuten"]
    assert words(ict, "h3") == ["Als vervanger"]


def test_the_flow_chart_is_a_drawing_and_a_list(officer, publish):
    publish()
    page = officer.get("/playbooks/stroomstoring/flow")
    assert [node["data-node"] for node in page.select("[data-node]")][:2] == ["kijk", "besluit-wijk"]
    assert page.select_one("svg a")["href"] == "/playbooks/stroomstoring#kijk"
    told = words(page, ".cr-flow-words")[0]
    assert "Besluit: Is het de hele wijk?" in told
    assert "Ja → B1 Waarschuw de bewoners" in told


def test_a_message_template_is_filled_in_and_can_be_copied(officer, fill):
    fill(gemeente="Waterveld")
    page = officer.get("/playbooks/messages/storing-website")
    assert "Er is een storing bij Waterveld." in " ".join(page.select_one("#copied").get_text().split())
    assert "[" in page.select_one("#copied").get_text()
    assert page.select("mark.cr-unfilled")
    assert "#" not in page.select_one("#copied").get_text()
    listed = officer.get("/playbooks/messages")
    assert any("storing-website" in link["href"] for link in listed.select("tbody a"))
    assert officer.client.get("/playbooks/messages/bestaat-niet").status_code == 404


def test_pages_speak_english(officer, publish):
    publish()
    officer.speak("en")
    for path in VIEWS:
        officer.get(f"/playbooks/stroomstoring{path}")


def test_an_old_version_stays_readable_when_all_was_withdrawn(officer, publish, database, town):
    release = publish()
    database.transact(
        lambda session: actions.withdraw(
            session,
            Realm(town.home.id),
            release.id,
            "De netbeheerder is veranderd.",
            actor=world.actor(town["security_officer"], town.home),
            now=world.START,
        )
    )
    page = officer.get(f"/playbooks/stroomstoring/versions/{release.id}")
    assert "De netbeheerder is veranderd." in page.get_text()
    assert officer.client.get("/playbooks/stroomstoring").location == "/playbooks/stroomstoring/versions"


def test_every_view_of_a_version_stays_with_that_version(officer, publish):
    first = publish()
    publish(OPEN.replace('version: "1.0"', 'version: "1.1"').replace("Bel aan.", "Roep om."))
    own = f"/playbooks/stroomstoring/versions/{first.id}"
    for path in VIEWS[:-1]:
        page = officer.get(f"{own}{path}")
        assert "Versie 1.0" in page.select_one(".cr-subtitle").get_text()
        assert "Niet de geldende versie" in words(page, ".cr-notice-title")
        tabs = [tab["href"] for tab in page.select(".cr-tabs a")]
        assert tabs == [own, *(f"{own}{view}" for view in ("/by-role", "/checklist", "/cards", "/flow"))]
        assert page.select_one(".cr-tabs a[aria-current]")["href"] == own + path.partition("?")[0]
        steps = [link["href"] for link in page.select("main a[href*='#kijk']")]
        assert all(step.startswith((own, "#")) for step in steps), steps
        forms = [form["action"] for form in page.select("main form[method=get]")]
        assert all(form.startswith(own) for form in forms)
    assert officer.client.get(f"/playbooks/anders/versions/{first.id}/by-role").status_code == 404
    assert officer.client.get("/playbooks/stroomstoring/versions/999/checklist").status_code == 404


def test_what_was_filled_in_or_changed_meanwhile_is_shown_at_once(officer, publish, fill, database, town):
    publish()
    assert "Diens nummer" in officer.get("/playbooks/stroomstoring").get_text()
    fill(nummer="075 111")
    assert "075 111" in officer.get("/playbooks/stroomstoring").get_text()
    fill(nummer="075 222")
    assert "075 222" in officer.get("/playbooks/stroomstoring").get_text()
    save = {"name": "Piet", "function": "Piket ICT", "actor": SYSTEM, "now": world.START}
    for number in ("06 1111", "06 2222"):
        channels = [(ChannelKind.MOBILE, number)]
        database.transact(
            lambda session, channels=channels: roster.save_contact(
                session, Realm(town.home.id), channels=channels, **save
            )
        )
        assert number in officer.get("/playbooks/stroomstoring").get_text()
    assert "Rol" in officer.get("/playbooks/stroomstoring").get_text()
    officer.speak("en")
    assert "Contacts" in officer.get("/playbooks/stroomstoring").select_one("#kijk").get_text()


def test_pages_ask_the_database_as_little_as_they_can(officer, publish, fill, queries_counted):
    publish()
    fill(beheerder="x")
    for path, most in {
        "": 9,
        "/by-role": 3,
        "/checklist": 3,
        "/cards": 3,
        "/flow": 3,
        "/placeholders": 5,
    }.items():
        officer.get(f"/playbooks/stroomstoring{path}")
        with queries_counted() as counted:
            officer.get(f"/playbooks/stroomstoring{path}")
        assert counted.statements == most, path
    with queries_counted() as counted:
        officer.get("/playbooks/placeholders")
    assert counted.statements == 4
