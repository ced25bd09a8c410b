"""Pages of the roster and of the accounts, as their readers meet them."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from cyberready.kernel.actor import SYSTEM
from cyberready.people import actions, queries
from cyberready.people.models import Duty
from cyberready.platform.mail.models import OutboxMessage
from cyberready.platform.realm import Realm
from cyberready.trail import queries as trail
from cyberready.trail.rules import Kind
from tests.world import START, account, organisation, town

HOUR = timedelta(hours=1)
MOBILE = [("mobile", "0612345678")]
BO = {"name": "Bo Smit", "function": "CISO", "channels-0-kind": "mobile", "channels-0-address": "0612345678"}


def last_kind(database, home):
    def newest(session):
        return trail.latest(session, trail.organisation_trail(session, home.id).id, 1)[0].kind

    return database.read(newest)


def contact(database, home, name="Bo Smit", channels=MOBILE, deputy=None):
    return database.transact(
        lambda session: actions.save_contact(
            session,
            Realm(home.id),
            name=name,
            function="CISO",
            channels=channels,
            deputy_id=deputy,
            actor=SYSTEM,
            now=START,
        )
    )


def duty(database, home, person, starts, ends, function="CISO van dienst"):
    return database.transact(
        lambda session: actions.assign_duty(
            session,
            Realm(home.id),
            contact_id=person.id,
            function=function,
            starts_at=starts,
            ends_at=ends,
            actor=SYSTEM,
            now=START,
        )
    )


def contacts(database, home):
    return database.read(lambda session: queries.contacts(session, Realm(home.id)))


@pytest.fixture
def here(database):
    return town(database)


@pytest.fixture
def officer(browser, here):
    return browser.sign_in(here["security_officer"], here.home)


def test_an_empty_roster_says_so(officer):
    page = officer.get("/people")
    assert [part.get_text(strip=True) for part in page.select(".cr-empty")] == [
        "Er heeft nu niemand dienst.",
        "Er zijn geen diensten gepland.",
        "Er zijn nog geen contacten.",
    ]


def test_the_roster_shows_who_is_on_duty_how_to_reach_them_and_who_cannot_be_reached(officer, database, here):
    bo = contact(database, here.home)
    contact(database, here.home, "Ali Kaya", [], deputy=bo.id)
    duty(database, here.home, bo, START - HOUR, START + HOUR)
    duty(database, here.home, bo, START + HOUR, START + 2 * HOUR, "AOV")
    page = officer.get("/people")
    on_duty = page.select_one("[aria-labelledby=on-duty] tbody")
    assert on_duty.select_one('[data-label="Wie"]').get_text(strip=True) == "Bo Smit"
    assert on_duty.select_one("a")["href"] == "tel:0612345678"
    coming = page.select("[aria-labelledby=coming] tbody tr")
    assert [row.select_one('[data-label="Dienst als"]').get_text(strip=True) for row in coming] == ["AOV"]
    assert page.select_one(".cr-main > .cr-notice").get_text(" ", strip=True) == (
        "Niet bereikbaar: geen kanaal Ali Kaya"
    )
    listed = page.select("[aria-labelledby=contacts] tbody tr")
    assert [row.select_one('[data-label="Vervanger"]').get_text(strip=True) for row in listed] == [
        "Bo Smit",
        "Geen vervanger",
    ]


def test_a_partial_request_gets_the_fragment(officer):
    assert officer.get("/people", htmx=True).select_one("h1") is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_roster_costs_the_same_queries_for_one_and_for_three(officer, database, here, rows):
    for row in range(rows):
        person = contact(database, here.home, f"Bo {row}")
        duty(database, here.home, person, START - HOUR, START + HOUR)
        duty(database, here.home, person, START + HOUR, START + 2 * HOUR)
    seen = []

    def count(*said):
        seen.append(said[2])

    event.listen(database.engine, "before_cursor_execute", count)
    officer.get("/people")
    event.remove(database.engine, "before_cursor_execute", count)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 7


def test_tonight_shows_who_can_be_called_and_when_nobody_can(officer, database, here):
    bo = contact(database, here.home)
    evening = START.replace(hour=16)  # 17:00 in the Netherlands
    duty(database, here.home, bo, evening, evening + 6 * HOUR)
    duty(database, here.home, bo, START - 5 * HOUR, START - 4 * HOUR, "AOV")
    page = officer.get("/people/tonight")
    told = {
        card.select_one("h2").get_text(strip=True): [
            line.get_text(" ", strip=True) for line in card.select("p")
        ]
        for card in page.select(".cr-card")
    }
    assert told == {
        "AOV": ["Niemand 23 nov 2026 17:00 – 24 nov 2026 08:00"],
        "CISO van dienst": ["Niemand 23 nov 2026 23:00 – 24 nov 2026 08:00"],
    }


def test_who_may_only_read_finds_no_way_to_change(browser, database, here):
    contact(database, here.home)
    reader = browser.sign_in(here["crisis_team"], here.home)
    page = reader.get("/people")
    assert not page.select('a[href^="/people/contacts"], a[href^="/people/accounts"], .cr-main form')
    for path in ("/people/contacts/new", "/people/contacts/1", "/people/duties/new", "/people/accounts"):
        reader.get(path, status=403)


def test_adding_changing_and_removing_a_contact(officer, database, here):
    officer.get("/people/contacts/new")
    officer.post("/people/contacts/new", BO)
    assert last_kind(database, here.home) == Kind.CONTACT_CHANGED
    (bo,) = contacts(database, here.home)
    form = officer.get(f"/people/contacts/{bo.id}")
    assert form.select_one("#channels-0-address")["value"] == "0612345678"
    changed = BO | {"channels-1-kind": "mail", "channels-1-address": "bo@waterveld.example"}
    officer.post(f"/people/contacts/{bo.id}", changed)
    (bo,) = contacts(database, here.home)
    assert [(one.kind, one.address) for one in bo.channels] == [
        ("mobile", "0612345678"),
        ("mail", "bo@waterveld.example"),
    ]
    officer.post(f"/people/contacts/{bo.id}/channels/{bo.channels[0].id}/reached")
    assert "Contact gekregen op 23 nov 2026 09:00" in officer.follow().get_text(" ", strip=True)
    officer.post(f"/people/contacts/{bo.id}/remove")
    assert last_kind(database, here.home) == Kind.CONTACT_REMOVED
    assert contacts(database, here.home) == []


def test_one_more_channel_keeps_what_was_typed_and_saves_nothing(officer, database, here):
    page = officer.post("/people/contacts/new", {"name": "Bo", "more": "1"}, status=200)
    assert page.select_one("#name")["value"] == "Bo"
    assert page.select_one("#channels-1-address")
    assert contacts(database, here.home) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "Naam: Vul dit in."),
        ({"function": "x" * 201}, "Functie: Ten hoogste 200 tekens."),
        ({"channels-0-address": "bel maar"}, "Nummer of adres: bel maar kan niet worden gebeld"),
        ({"channels-0-kind": "postduif"}, "Bereikbaar via: Ongeldige keuze."),
        ({"deputy": "999"}, "Vervanger: Ongeldige keuze."),
    ],
)
def test_a_wrong_contact_form_comes_back_as_it_was_typed(officer, database, here, wrong, told):
    sent = BO | wrong
    page = officer.post("/people/contacts/new", sent, status=422)
    assert told in page.select_one(".cr-error-summary").get_text(" ", strip=True)
    assert page.select_one("#name")["value"] == sent["name"]
    assert page.select_one("#function")["value"] == sent["function"]
    assert page.select_one("#channels-0-address")["value"] == sent["channels-0-address"]
    assert contacts(database, here.home) == []


def test_a_rule_of_the_verb_is_told_beside_the_form_too(officer):
    twice = BO | {"channels-1-kind": "mobile", "channels-1-address": "0612345678"}
    page = officer.post("/people/contacts/new", twice, status=422)
    assert "Hetzelfde kanaal staat er twee keer." in page.select_one(".cr-error-summary").get_text()


def test_a_foreign_contact_does_not_exist(officer, database):
    there = organisation(database, "polderdam")
    theirs = contact(database, there)
    path = f"/people/contacts/{theirs.id}"
    officer.get(path, status=404)
    officer.post(path, BO, status=404)
    officer.post(f"{path}/remove", status=404)
    officer.post(f"{path}/channels/{theirs.channels[0].id}/reached", status=404)
    assert [one.name for one in contacts(database, there)] == ["Bo Smit"]
    assert officer.post("/people/contacts/new", BO | {"deputy": str(theirs.id)}, status=422)


def test_a_contact_with_duties_to_do_stays(officer, database, here):
    bo = contact(database, here.home)
    duty(database, here.home, bo, START, START + HOUR)
    page = officer.post(f"/people/contacts/{bo.id}/remove", {"back": "/people"}, status=409)
    assert "Bo Smit heeft nog diensten te doen." in page.get_text()


def test_putting_somebody_on_duty_and_off_again(officer, database, here):
    assert "Er zijn nog geen contacten." in officer.get("/people/duties/new").get_text()
    bo = contact(database, here.home)
    form = officer.get("/people/duties/new")
    assert form.select_one("#starts")["value"] == "2026-11-23T10:00"
    assert [one["value"] for one in form.select("datalist option")] == ["CISO"]
    said = {"contact": bo.id, "function": "AOV", "starts": "2026-11-23T08:00", "ends": "2026-11-23T20:00"}
    officer.post("/people/duties/new", said)
    assert last_kind(database, here.home) == Kind.DUTY_ASSIGNED
    planned = database.read(lambda session: session.scalars(select(Duty)).one())
    assert (planned.starts_at.hour, planned.ends_at.hour) == (7, 19)
    officer.post(f"/people/duties/{planned.id}/remove")
    assert last_kind(database, here.home) == Kind.DUTY_REMOVED
    officer.post(f"/people/duties/{planned.id}/remove", status=404)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"ends": "2026-11-23T08:00"}, "Tot: Een dienst eindigt nadat hij begint."),
        ({"starts": "2027-03-28T02:30"}, "Van: De klok slaat dit tijdstip over"),
        ({"starts": "morgen"}, "Van: Ongeldige datum/tijd."),
        ({"ends": ""}, "Tot: Vul dit in."),
        ({"function": ""}, "Dienst als: Vul dit in."),
        ({"contact": "999"}, "Wie: Ongeldige keuze."),
    ],
)
def test_a_wrong_duty_form_comes_back_as_it_was_typed(officer, database, here, wrong, told):
    bo = contact(database, here.home)
    said = {"contact": bo.id, "function": "AOV", "starts": "2026-11-23T08:00", "ends": "2026-11-23T20:00"}
    sent = said | wrong
    page = officer.post("/people/duties/new", sent, status=422)
    assert told in page.select_one(".cr-error-summary").get_text(" ", strip=True)
    for name in ("function", "starts", "ends"):
        assert page.select_one(f"#{name}").get("value", "") == sent[name]


NEW = {"email": "nieuw@waterveld.example", "name": "Noa Nieuw", "function": "Burgemeester"}


def test_opening_an_account_mails_its_owner_a_link(officer, database, here):
    officer.get("/people/accounts/new")
    officer.post("/people/accounts/new", NEW | {"roles": ["crisis_team", "communications"]})
    listed = officer.follow().select_one("tbody").get_text(" ", strip=True)
    assert "Noa Nieuw nieuw@waterveld.example Burgemeester Communicatie Lid crisisteam" in listed
    mail = database.read(lambda session: session.scalars(select(OutboxMessage)).one())
    assert (mail.recipient, mail.subject) == (
        "nieuw@waterveld.example",
        "Uw account bij cyberready voor Waterveld",
    )
    address = next(line for line in mail.text.splitlines() if line.startswith("http"))
    guest = officer.another()
    path = address.removeprefix("http://127.0.0.1:8000")
    guest.get(path)
    guest.post(path)
    assert guest.get("/account").select_one("#name")["value"] == "Noa Nieuw"


@pytest.mark.parametrize(
    ("wrong", "status", "told"),
    [
        ({"email": "geen adres"}, 422, "geen adres is geen e-mailadres."),
        ({"name": ""}, 422, "Naam: Vul dit in."),
        ({"roles": []}, 422, "Rollen: Kies ten minste één rol."),
        ({"roles": ["participant"]}, 422, "Rollen:"),
        ({"email": "test.crisis_team.crisis_team@waterveld.example"}, 409, "heeft hier al een account."),
    ],
)
def test_a_wrong_account_form_comes_back_as_it_was_typed(officer, database, wrong, status, told):
    sent = NEW | {"roles": ["crisis_team"]} | wrong
    page = officer.post("/people/accounts/new", sent, status=status)
    assert told in page.select_one(".cr-error-summary").get_text(" ", strip=True)
    assert page.select_one("#email")["value"] == sent["email"]
    assert page.select_one("#function")["value"] == "Burgemeester"
    assert database.read(lambda session: session.scalars(select(OutboxMessage)).all()) == []


def test_changing_roles_and_closing_an_account(officer, database, here):
    person = here["crisis_team"]
    path = f"/people/accounts/{person.id}"
    form = officer.get(path)
    assert [one["value"] for one in form.select("input[type=checkbox][checked]")] == ["crisis_team"]
    officer.post(path, {"function": "Loco", "roles": ["exercise_leader"]})
    assert last_kind(database, here.home) == Kind.ROLES_CHANGED
    officer.post(path, {"function": "Loco"}, status=422)
    officer.post(f"{path}/link")
    assert last_kind(database, here.home) == Kind.LINK_REQUESTED
    officer.post(f"{path}/close")
    assert last_kind(database, here.home) == Kind.ACCOUNT_CLOSED
    assert "Dit account is gesloten op 23 nov 2026 09:00" in officer.get(path).get_text(" ", strip=True)
    officer.post(f"{path}/close", status=409)


def test_the_last_who_manages_accounts_cannot_give_that_up(browser, database):
    home = organisation(database)
    only = account(database, home, "administrator")
    keeper = browser.sign_in(only, home)
    path = f"/people/accounts/{only.id}"
    page = keeper.post(path, {"roles": ["crisis_team"]}, status=409)
    assert "Ten minste één persoon" in page.select_one(".cr-error-summary").get_text()
    keeper.post(f"{path}/close", status=409)


def test_a_foreign_account_does_not_exist(officer, database):
    there = town(database, "polderdam")
    path = f"/people/accounts/{there['crisis_team'].id}"
    officer.get(path, status=404)
    officer.post(path, {"roles": ["administrator"]}, status=404)
    officer.post(f"{path}/link", status=404)
    officer.post(f"{path}/close", status=404)


def test_the_pages_speak_english_too(officer, database, here):
    contact(database, here.home)
    officer.speak("en")
    assert officer.get("/people").select_one("h1").get_text() == "People"
    assert "Mobile phone" in officer.page.get_text()
