import pytest

from cyberready.kernel.actor import SYSTEM
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions
from cyberready.settings import content_root
from tests import world
from tests.playbooks.pages import words
from tests.playbooks.writing import SMALL, changed

NEWER = changed(('version: "1.0"', 'version: "1.1"'), ("Bel aan.", "Bel twee keer aan."))


@pytest.fixture
def publish(database, town):
    def publishing(source=SMALL):
        return database.transact(
            lambda session: actions.publish(
                session, Realm(town.home.id), source, actor=SYSTEM, now=world.START
            )
        )

    return publishing


@pytest.fixture
def officer(browser, town):
    return browser.sign_in(town["security_officer"], town.home)


def test_the_library_lists_the_current_versions(officer, publish, hand):
    publish()
    publish(NEWER)
    page = officer.get("/playbooks/")
    assert words(page, "h1") == ["Draaiboeken"]
    (row,) = page.select("tbody tr")
    assert words(row, "td:nth-of-type(2)") == ["1.1"]
    assert words(row, ".cr-badge") == ["Vóór 23 nov 2027"]
    assert row.select_one("a")["href"] == "/playbooks/stroomstoring"
    hand.forward(days=400)
    page = officer.get("/playbooks/")
    assert words(page, ".cr-badge") == ["Sinds 23 nov 2027"]


def test_an_empty_library_says_so(officer):
    page = officer.get("/playbooks/")
    assert "Er is nog geen draaiboek gepubliceerd." in page.get_text()
    assert page.select_one('a[href="/playbooks/exchange/"]')


@pytest.mark.parametrize("count", [1, 3])
def test_the_library_asks_the_database_as_often_for_three_as_for_one(
    officer, publish, queries_counted, count
):
    for number in range(count):
        publish(changed(("slug: stroomstoring", f"slug: storing-{number}")))
    officer.get("/playbooks/")
    with queries_counted() as counted:
        page = officer.get("/playbooks/")
    assert len(page.select("tbody tr")) == count
    assert counted.statements == 11


def test_a_playbook_reads_with_contents_steps_and_decisions(officer, publish):
    publish()
    page = officer.get("/playbooks/stroomstoring")
    assert words(page, "h1") == ["Stroomstoring"]
    assert words(page, ".cr-toc a") == [
        "Signaleren",
        "A1 Kijk wat er aan de hand is",
        "Herstellen",
        "B1 Waarschuw de bewoners",
        "B2 Ruim op",
    ]
    step = page.select_one("article#kijk")
    assert words(step, ".cr-chip") == [
        "Rol: CISO",
        "vervanger: Manager ICT",
        "binnen 15 minuten",
    ]
    assert words(step, "dd") == ["Er is een beeld.", "Logregel."]
    assert words(step, "section[data-kind=decision] h4") == ["Besluit Is het de hele wijk?"]
    assert [(link["href"], link.get_text()) for link in step.select(".cr-outcomes a")] == [
        ("#waarschuw", "Waarschuw"),
        ("#herstellen", "Herstel"),
    ]


def test_every_link_inside_the_shipped_playbooks_leads_somewhere(officer, database, town):
    made = database.transact(
        lambda session: actions.publish_shipped(
            session, Realm(town.home.id), content_root() / "playbooks", SYSTEM, world.START
        )
    )
    for release in made:
        page = officer.get(f"/playbooks/{release.slug}")
        ids = {element["id"] for element in page.select("[id]")}
        inside = {link["href"][1:] for link in page.select('main a[href^="#"]')}
        assert inside
        assert inside <= ids
        assert len(page.select("article.cr-step")) == release.step_count


def test_what_a_playbook_says_is_never_active(officer, publish):
    publish(
        changed(
            ("Bel aan.", "<script>alert(1)</script> [x](javascript:alert(1)) ![y](http://a.example/b.png)"),
            ("title: Stroomstoring", "title: <b>Stroom</b>"),
            ("- Resultaat: Er is een beeld.", "- Resultaat: <i onclick=x>beeld</i>"),
        )
    )
    page = officer.get("/playbooks/stroomstoring")
    assert words(page, "h1") == ["<b>Stroom</b>"]
    assert not page.select("main script, main i, main img, [onclick], a[href^=javascript]")


def test_a_role_sees_what_it_does_in_the_order_of_time(officer, publish):
    publish(changed(("- Within: 2 hours", "- Within: 10 minutes")))
    page = officer.get("/playbooks/stroomstoring/by-role?role=ict")
    assert page.select_one("option[selected]")["value"] == "ict"
    assert words(page, "td:nth-of-type(1)") == ["10 minutes", "15 minuten", "geen streeftijd"]
    assert words(page, ".cr-table .cr-badge") == [
        "Verantwoordelijk",
        "Vervanger van CISO",
        "Verantwoordelijk",
    ]
    assert page.select_one("tbody a")["href"] == "/playbooks/stroomstoring#waarschuw"


def test_an_unknown_role_shows_the_first(officer, publish):
    publish()
    page = officer.get("/playbooks/stroomstoring/by-role?role=baas")
    assert page.select_one("option[selected]")["value"] == "ciso"


def test_an_old_version_stays_readable_and_says_that_it_is_old(officer, publish):
    old, new = publish(), publish(NEWER)
    page = officer.get("/playbooks/stroomstoring/versions")
    assert [link["href"] for link in page.select("tbody td:first-of-type a")] == [
        f"/playbooks/stroomstoring/versions/{new.id}",
        f"/playbooks/stroomstoring/versions/{old.id}",
    ]
    page = officer.get(f"/playbooks/stroomstoring/versions/{old.id}")
    assert "Bel aan." in page.get_text()
    assert words(page, ".cr-notice-title") == ["Niet de geldende versie"]
    assert not officer.get(f"/playbooks/stroomstoring/versions/{new.id}").select(".cr-notice-title")


def test_the_file_comes_back_as_it_was_published(officer, publish):
    made = publish(SMALL)
    officer.get(f"/playbooks/stroomstoring/versions/{made.id}/file")
    assert officer.response.data.decode() == SMALL
    assert officer.response.headers["Content-Disposition"] == "attachment; filename=stroomstoring.md"


def test_nothing_given_is_said(officer):
    page = officer.post("/playbooks/new/file", {"source": "  "}, status=422)
    assert "Kies een bestand of plak de tekst ervan." in page.get_text()


@pytest.mark.parametrize("place", ["", "/by-role", "/versions", "/versions/{id}", "/versions/{id}/file"])
def test_another_organisations_playbook_does_not_exist(browser, town, publish, place):
    made = publish()
    foreign = browser.sign_in(town["public_safety"], town.region)
    foreign.get("/playbooks/stroomstoring" + place.format(id=made.id), status=404)


def test_a_release_is_only_shown_under_its_own_playbook(officer, publish):
    publish()
    other = publish(changed(("slug: stroomstoring", "slug: anders")))
    officer.get(f"/playbooks/stroomstoring/versions/{other.id}", status=404)


def test_english_pages_show_dutch_playbooks_as_dutch(officer, publish):
    publish()
    page = officer.speak("en").get("/playbooks/stroomstoring")
    assert page.html["lang"] == "en"
    assert page.select_one(".cr-playbook")["lang"] == "nl"
    assert "within 15 minuten" in words(page, ".cr-chip")
