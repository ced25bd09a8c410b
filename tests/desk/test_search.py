"""Searching as each role does: what one may see is found, with a link to its place."""

import pytest

from cyberready.desk import actions as desk
from cyberready.kernel.actor import SYSTEM
from cyberready.people import actions_roster as roster
from cyberready.platform.realm import Realm
from cyberready.platform.search import index
from cyberready.playbooks import actions as playbooks
from cyberready.playbooks import actions_placeholders as filling
from cyberready.settings import content_root
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.writing import changed
from tests.world import START


@pytest.fixture
def town(database):
    made = world.town(database)
    world.scenario(database, made.home)
    return made


def links(page):
    return {link.get_text(strip=True): link["href"] for link in page.select(".cr-hit-head a")}


def test_without_a_question_there_is_a_field_to_ask_in(browser, town):
    browser.sign_in(town["crisis_team"], town.home)
    page = browser.get("/search")
    assert page.select_one("input[name=q]")["value"] == ""
    assert "Typ wat u zoekt" in page.get_text()


def test_a_contact_is_found_by_name_function_and_number_until_removed(browser, database, town):
    realm = Realm(town.home.id)

    def save(session):
        channels = [("mobile", "06 5550 1234")]
        return roster.save_contact(
            session,
            realm,
            name="Jozefien Krans",
            function="Piket ICT",
            channels=channels,
            actor=SYSTEM,
            now=START,
        ).id

    number = database.transact(save)
    browser.sign_in(town["crisis_team"], town.home)
    for query in ("jozefien", "piket ict", "5550 1234"):
        assert links(browser.get("/search", query_string={"q": query}))["Jozefien Krans"].endswith(
            f"#contact-{number}"
        )
    database.transact(lambda session: roster.remove_contact(session, realm, number, actor=SYSTEM, now=START))
    assert links(browser.get("/search", query_string={"q": "jozefien"})) == {}


def test_only_who_leads_exercises_finds_the_script(browser, town):
    browser.sign_in(town["exercise_leader"], town.home)
    page = browser.get("/search", query_string={"q": "lichten"})
    assert links(page)
    assert page.select("mark")
    browser.sign_in(town["crisis_team"], town.home)
    assert links(browser.get("/search", query_string={"q": "lichten"})) == {}


def test_a_typing_mistake_is_told(browser, town):
    browser.sign_in(town["exercise_leader"], town.home)
    page = browser.get("/search", query_string={"q": "stroomstorign"})
    assert "Voor stroomstorign is niets gevonden. Dit is gevonden voor stroomstoring:" in page.get_text()


def test_nothing_found_says_what_to_do(browser, town):
    browser.sign_in(town["crisis_team"], town.home)
    page = browser.get("/search", query_string={"q": "<script>zandkasteel"})
    assert "Er is niets gevonden" in page.get_text()
    assert page.select_one("input[name=q]")["value"] == "<script>zandkasteel"


def test_what_there_was_before_the_index_is_found_after_an_upgrade(database, town, browser):
    realm = Realm(town.home.id)
    database.transact(lambda session: index.put(session, realm, "scenario:stroomstoring:nl", ()))
    browser.sign_in(town["exercise_leader"], town.home)
    assert links(browser.get("/search?q=stroomstoring")) == {}
    database.transact(lambda session: desk.index_again(session, realm))
    assert "Stroomstoring" in links(browser.get("/search?q=stroomstoring"))


def test_what_was_filled_in_is_found_and_no_key_is_ever_shown(database, town, browser):
    realm = Realm(town.home.id)
    playbook = changed(
        (
            "owner: CISO",
            "owner: CISO\nplaceholders:\n  net-partij: Wie het net beheert\n  nummer: Diens nummer",
        ),
        ("- [ ] Bel de netbeheerder.", "- [ ] Bel {{ net-partij }} op {{nummer}}."),
    )
    House(database, town).published(playbook)
    browser.sign_in(town["crisis_team"], town.home)
    page = browser.get("/search?q=bel+beheert")
    assert "Bel Wie het net beheert op Diens nummer" in page.select_one("#results").get_text()
    assert links(browser.get("/search?q=partij")) == {}

    def fill(**values):
        given = {key.replace("_", "-"): value for key, value in values.items()}
        database.transact(lambda session: filling.fill(session, realm, given, actor=SYSTEM, now=START))

    fill(net_partij="Net*werk* B.V.", nummer="0299 123 456")
    for question in ("0299 123 456", "0299-123456", "0299123456", "net*werk"):
        page = browser.get("/search", query_string={"q": question})
        assert links(page) == {"Kijk wat er aan de hand is": "/playbooks/stroomstoring?language=nl#kijk"}
        assert "Bel Net*werk* B.V. op 0299 123 456" in page.select_one("#results").get_text()
    fill(nummer="")
    assert links(browser.get("/search?q=0299123456")) == {}


def test_what_is_found_reads_as_it_is_read(database, town, browser):
    text = changed(("Bel aan.", "Bel **aan**. Zie [de eerste stap](#kijk)."))
    House(database, town).published(text)
    browser.sign_in(town["crisis_team"], town.home)
    assert "Bel aan. Zie de eerste stap." in browser.get("/search?q=aan").get_text()


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("zoeklicht", "Stroomstoring"),  # the introduction of a phase
        ("herstellen", "Stroomstoring"),  # the title of a phase
        ("omroepwagen", "Kijk wat er aan de hand is"),  # what an answer to a decision point says
        ("netmeester", "Ruim op"),  # who does it
        ("regenjas", "Kijk wat er aan de hand is"),  # a warning
    ],
)
def test_everything_that_a_reader_sees_is_found(database, town, browser, question, title):
    text = changed(
        ("Eerst kijken.", "Eerst kijken, met het zoeklicht."),
        ("> - Ja → [Waarschuw](#waarschuw)", "> - Ja → [Rijd rond met de omroepwagen](#waarschuw)"),
        ("  ict: Manager ICT", "  ict: Netmeester"),
        ("raak niets aan.", "doe een regenjas aan."),
    )
    House(database, town).published(text)
    browser.sign_in(town["crisis_team"], town.home)
    assert title in links(browser.get("/search", query_string={"q": question}))


def test_a_playbook_asked_by_its_title_comes_first(database, town, browser):
    realm = Realm(town.home.id)
    made = database.transact(
        lambda session: playbooks.publish_shipped(session, realm, content_root() / "playbooks", SYSTEM, START)
    )
    browser.sign_in(town["crisis_team"], town.home)
    for one in made:
        if one.language == "nl":
            for question in (one.title, one.title.upper()):
                page = browser.get("/search", query_string={"q": question})
                assert page.select_one(".cr-hit-head a")["href"].startswith(f"/playbooks/{one.slug}?")


def test_a_step_of_a_playbook_is_found_in_its_current_version_only(database, town, browser):
    house = House(database, town)
    first = house.published()
    browser.sign_in(town["crisis_team"], town.home)
    assert links(browser.get("/search?q=netbeheerder")) == {
        "Kijk wat er aan de hand is": "/playbooks/stroomstoring?language=nl#kijk"
    }
    house.next_version("stroomstoring", changed(("Bel de netbeheerder.", "Bel Liander.")))
    assert links(browser.get("/search?q=netbeheerder")) == {}
    assert links(browser.get("/search?q=liander"))
    house.withdraw(first.id)
    assert links(browser.get("/search?q=liander"))


@pytest.mark.parametrize(
    ("path", "under"),
    [
        ("/overview", "/overview"),
        ("/improvements", "/improvements"),
        ("/search", "/search"),
        ("/playbooks/drafts", "/playbooks/"),
        ("/playbooks/exchange/", "/playbooks/"),
        ("/playbooks/exchange/kit", "/playbooks/"),
        ("/account", "/people"),
    ],
)
def test_the_menu_says_where_one_is_once(browser, town, path, under):
    browser.sign_in(town["security_officer"], town.home)
    (here,) = browser.get(path).select(".cr-nav [aria-current=page]")
    assert here["href"] == under
