"""Getting in and out, as people and as those who should not."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from cyberready.kernel.actor import SYSTEM
from cyberready.people import actions
from cyberready.people.models import Account
from cyberready.platform.mail.models import OutboxMessage
from cyberready.platform.realm import Realm
from cyberready.trail import queries as trail
from cyberready.trail.rules import Kind
from tests.world import START, account, organisation

SENTENCE = "vier paarden lezen krant"
OTHER = "zeven fietsen onder water"


@pytest.fixture
def home(database):
    return organisation(database)


@pytest.fixture
def kim(database, home):
    person = account(database, home, "crisis_team")
    database.transact(
        lambda session: actions.set_password(session, person.id, SENTENCE, actor=SYSTEM, now=START)
    )
    return database.read(lambda session: session.get(Account, person.id))


def kinds(database, home):
    def told(session):
        return [line.kind for line in trail.lines(session, trail.organisation_trail(session, home.id).id)]

    return database.read(told)


def mails(database):
    return database.read(lambda session: list(session.scalars(select(OutboxMessage))))


def link(database, person, **valid):
    return database.transact(
        lambda session: actions.issue_link(
            session, person.id, valid=timedelta(**(valid or {"hours": 1})), now=START
        )
    )


def enter(browser, person, password=SENTENCE, status=303, **more):
    return browser.post("/sign-in", {"email": person.email, "password": password, **more}, status=status)


def outside(browser):
    return browser.client.get("/account").headers.get("Location") == "/sign-in?next=/account"


def path_in(mail):
    return re.search(r"http://127\.0\.0\.1:8000(\S+)", mail.text)[1]


def test_signing_in_with_a_password_leads_back_to_where_one_came_from(browser, database, home, kim):
    page = browser.get("/sign-in?next=/people/tonight")
    assert [one["value"] for one in page.select('input[name$="next"]')][-2:] == ["/people/tonight"] * 2
    enter(browser, kim, next="/people/tonight")
    assert browser.response.headers["Location"] == "/people/tonight"
    browser.follow()
    assert kinds(database, home)[-1] == Kind.SIGNED_IN
    browser.get("/sign-in", status=303)


def test_a_text_with_a_nul_is_no_text(browser, kim):
    enter(browser, kim, status=400, next="/\0")
    assert browser.client.get("/sign-in/%00").status_code == 400
    browser.get("/sign-in?next=%00", status=400)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_nobody_is_led_off_the_site(browser, kim, target):
    enter(browser, kim, next=target)
    assert browser.response.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(browser, database, home, kim):
    before = kinds(database, home)
    wrong = enter(browser, kim, "fout" * 4, status=422)
    told = wrong.select_one(".cr-error-summary").get_text(" ", strip=True)
    assert "Deze combinatie van e-mailadres en wachtwoord is niet bekend." in told
    assert wrong.select_one("#email")["value"] == kim.email
    assert not wrong.select_one("#password").get("value")
    other = {"email": "niemand@waterveld.example", "password": "fout" * 4}
    unknown = browser.post("/sign-in", other, status=422)
    assert unknown.select_one(".cr-error-summary").get_text(" ", strip=True) == told
    assert kinds(database, home) == before
    assert outside(browser)


def test_missing_fields_come_back_with_what_was_typed(browser, kim):
    page = browser.post("/sign-in", {"email": kim.email}, status=422)
    assert page.select_one("#email")["value"] == kim.email
    assert "Wachtwoord: Vul dit in." in page.select_one(".cr-error-summary").get_text(" ", strip=True)
    page = browser.post("/sign-in/link", {"link-email": "geen adres"}, status=422)
    assert page.select_one("#link-email")["value"] == "geen adres"


def test_guessing_stops_after_eight_tries_and_goes_on_after_a_quarter(browser, hand, kim):
    for _ in range(8):
        enter(browser, kim, "fout" * 4, status=422)
    page = enter(browser, kim, status=429)
    assert "15 minu" in page.get_text()
    assert outside(browser)
    hand.forward(minutes=15)
    enter(browser, kim)
    browser.get("/account")


def test_a_success_starts_the_count_anew(browser, kim):
    for _ in range(3):
        for _ in range(7):
            enter(browser, kim, "fout" * 4, status=422)
        enter(browser, kim)
        browser.post("/sign-out")


def test_one_address_may_not_try_everybody(browser):
    token = browser.token()
    for number in range(100):
        browser.client.post(
            "/sign-in/link", data={"link-email": f"x{number}@waterveld.example", "csrf_token": token}
        )
    browser.post("/sign-in/link", {"link-email": "nog.een@waterveld.example"}, status=429)


def test_the_answer_to_asking_for_a_link_tells_nothing(browser, database, home, kim):
    browser.post("/sign-in/link", {"link-email": kim.email.upper(), "link-next": "/people"})
    known = (browser.response.headers["Location"], browser.follow().select_one("#notices").get_text())
    browser.post("/sign-in/link", {"link-email": "niemand@waterveld.example", "link-next": "/people"})
    assert (browser.response.headers["Location"], browser.follow().select_one("#notices").get_text()) == known
    (mail,) = mails(database)
    assert (mail.recipient, mail.subject) == (kim.email, "Uw inloglink voor cyberready")
    assert kinds(database, home)[-1] == Kind.LINK_REQUESTED
    assert path_in(mail).endswith("?next=/people")


def test_the_mail_speaks_the_language_of_its_reader(browser, database, home, kim):
    def speak_english(session):
        session.get(Account, kim.id).language = "en"

    database.transact(speak_english)
    browser.speak("nl").post("/sign-in/link", {"link-email": kim.email})
    assert mails(database)[0].text.startswith("Dear Kim de Boer,")


def test_nobody_floods_a_mailbox(browser, database, kim):
    for _ in range(3):
        browser.post("/sign-in/link", {"link-email": kim.email})
    browser.post("/sign-in/link", {"link-email": f" {kim.email.upper()}"}, status=429)
    assert len(mails(database)) == 3


def test_following_a_link_asks_first_and_signs_in_at_the_button(browser, database, home, kim):
    browser.post("/sign-in/link", {"link-email": kim.email, "link-next": "/people"})
    path = path_in(mails(database)[0])
    for _ in range(3):  # mail scanners look too
        page = browser.get(path)
    form = page.select_one("main form")
    said = {one["name"]: one["value"] for one in form.select("input[type=hidden]")}
    browser.post(form["action"], said)
    assert browser.response.headers["Location"] == "/people"
    browser.follow()
    assert kinds(database, home)[-1] == Kind.SIGNED_IN
    late = browser.another()
    assert "Deze inloglink werkt niet meer." in late.get(path, status=422).get_text()


@pytest.mark.parametrize("method", ["get", "post"])
def test_used_expired_and_unknown_links_get_the_same_refusal(browser, database, hand, kim, method):
    used = link(database, kim)
    browser.post(f"/sign-in/{used}")
    expired = link(database, kim, minutes=20)
    hand.forward(minutes=20)
    guest, told = browser.another(), set()
    for secret in (used, expired, "onbekend", "x" * 5000):
        page = getattr(guest, method)(f"/sign-in/{secret}", status=422)
        told.add(page.select_one("[data-refusal]").get_text(" ", strip=True))
        assert outside(guest)
    assert told == {"Deze inloglink werkt niet meer. Vraag een nieuwe aan op de inlogpagina."}


def test_signing_out_rings_for_this_session_only(browser, database, home, kim):
    enter(browser, kim)
    other = browser.another()
    enter(other, kim)
    with browser.client.session_transaction() as session:
        sid = session["sid"]
    with other.client.session_transaction() as session:
        assert session["sid"] != sid
    bells = []
    database.listeners.append(bells.append)
    browser.post("/sign-out")
    assert [bell for rung in bells for bell in rung if bell.startswith("gone:")] == [f"gone:{sid}"]
    assert kinds(database, home)[-1] == Kind.SIGNED_OUT
    assert outside(browser)
    other.get("/account")
    browser.post("/sign-out")  # once more does no harm


def test_signing_out_everywhere_ends_every_session(browser, database, home, kim):
    enter(browser, kim)
    other = browser.another()
    enter(other, kim)
    browser.post("/account/sign-out-everywhere")
    assert outside(browser)
    assert outside(other)
    assert kinds(database, home)[-1] == Kind.SIGNED_OUT_EVERYWHERE
    enter(browser, kim)
    browser.get("/account")


def test_a_session_ends_by_itself(browser, hand, kim):
    enter(browser, kim)
    hand.forward(hours=11, minutes=59)
    browser.get("/account")
    hand.forward(minutes=1)
    assert outside(browser)


def test_a_closed_account_is_out_in_the_middle_of_its_session(browser, database, home, kim):
    account(database, home, "administrator")
    enter(browser, kim)
    database.transact(
        lambda session: actions.close_account(session, Realm(home.id), kim.id, actor=SYSTEM, now=START)
    )
    assert outside(browser)
    enter(browser.another(), kim, status=422)


def test_changing_name_and_language(browser, database, home, kim):
    browser.sign_in(kim, home).speak("nl")
    browser.post("/account", {"name": "Kim Bakker", "language": "en"})
    page = browser.follow()
    assert page.select_one("h1").get_text() == "My account"
    assert page.select_one("#name")["value"] == "Kim Bakker"
    assert kinds(database, home)[-1] == Kind.PROFILE_CHANGED
    page = browser.post("/account", {"name": "", "language": "en"}, status=422)
    assert "Fill this in." in page.select_one(".cr-error-summary").get_text()
    browser.post("/account", {"name": "Kim", "language": "fy"}, status=422)


def passwords(present, new, again=None):
    return {"current_password": present, "password": new, "password_again": new if again is None else again}


def test_changing_the_password_signs_out_other_devices(browser, database, home, kim):
    enter(browser, kim)
    other = browser.another()
    enter(other, kim)
    browser.post("/account/password", passwords(SENTENCE, OTHER))
    browser.follow()
    assert outside(other)
    enter(other, kim, SENTENCE, status=422)
    enter(other, kim, OTHER)
    assert kinds(database, home)[-2:] == [Kind.PASSWORD_CHANGED, Kind.SIGNED_IN]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (passwords("fout" * 4, OTHER), "Deze combinatie van e-mailadres en wachtwoord is niet bekend."),
        (passwords("", OTHER), "Deze combinatie van e-mailadres en wachtwoord is niet bekend."),
        (passwords(SENTENCE, "kort"), "Een wachtwoord heeft ten minste 12 tekens."),
        (passwords(SENTENCE, OTHER, "anders"), "De twee nieuwe wachtwoorden verschillen."),
        (passwords(SENTENCE, ""), "Vul dit in."),
    ],
)
def test_a_password_is_not_changed_by_mistake_or_by_a_stranger(browser, home, kim, said, told):
    browser.sign_in(kim, home)
    page = browser.post("/account/password", said, status=422)
    assert told in page.select_one(".cr-error-summary").get_text(" ", strip=True)
    assert not any(one.get("value") for one in page.select("input[type=password]"))
    enter(browser.another(), kim)


def test_the_first_password_needs_no_present_one(browser, database, home):
    noa = account(database, home, "communications", name="Noa Vis")
    browser.sign_in(noa, home)
    page = browser.get("/account")
    assert page.select_one("#current_password") is None
    browser.post("/account/password", {"password": OTHER, "password_again": OTHER})
    assert browser.follow().select_one("#current_password[required]")


def test_working_for_another_organisation(browser, database, home, kim):
    there = organisation(database, "polderdam")
    database.transact(
        lambda session: actions.open_account(
            session,
            Realm(there.id),
            email=kim.email,
            name="",
            roles=["administrator"],
            actor=SYSTEM,
            now=START,
        )
    )
    browser.sign_in(kim, home)
    page = browser.get("/account")
    assert [one.get_text() for one in page.select("#organisation option")] == ["Waterveld", "Polderdam"]
    browser.get("/people/accounts", status=403)
    browser.post("/account/organisation", {"organisation": there.id})
    browser.get("/people/accounts")
    assert kinds(database, home)[-1] == Kind.SIGNED_OUT
    assert kinds(database, there)[-1] == Kind.SIGNED_IN
    stranger = organisation(database, "elders")
    browser.post("/account/organisation", {"organisation": stranger.id}, status=422)
