from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import event, func, select

from cyberready.campaigns import actions, jobs, queries
from cyberready.campaigns.models import Activity, Campaign
from cyberready.campaigns.rules import ActivityKind, State
from cyberready.platform.mail import outbox
from cyberready.platform.mail.models import OutboxMessage
from cyberready.platform.mail.models import State as MailState
from cyberready.settings import Settings
from tests.browsing import Browser
from tests.campaigns.planning import DUE, SITE, content
from tests.world import START, account, town

SETTINGS = Settings(secret_key="x", database_url="", signing_key_file="", base_url=SITE)
CAMPAIGN = {
    "title": "Zomer zonder oplichters",
    "summary": "Drie tips.",
    "goal": "Bellen met de bank.",
    "baseline": "Er is geen nulmeting.",
    "indicator": "Aantal meldingen.",
    "audiences": "Inwoners\nOndernemers",
    "starts_on": "2027-06-01",
}
ACTIVITY = {
    "kind": "mail",
    "audience": ["inwoners"],
    "title": "Eerste tip",
    "body": "Klik niet.\r\n\r\n- wacht\r\n- bel",
    "owner_task": "",
    "day": "2026-12-01",
    "at": "10:00",
}


@pytest.fixture
def writer(app, plans):
    return Browser(app).sign_in(plans.town["communications"], plans.town.home)


@pytest.fixture
def judge(app, plans):
    return Browser(app).sign_in(plans.town["security_officer"], plans.town.home)


def wake(plans, now=DUE):
    for _ in range(5):
        jobs.source(SETTINGS).run(plans.database, now)


def text(page):
    return page.get_text(" ", strip=True)


def count(plans, model):
    return plans.database.read(lambda session: session.scalar(select(func.count()).select_from(model)))


def test_the_calendar_shows_weeks_days_and_activities(writer, plans):
    plans.approved(title="Op de grens", due_at=DUE.replace(hour=23, minute=30))
    page = writer.get("/campaigns?month=2026-11")
    table = page.select_one("table.cr-calendar")
    assert table.caption.get_text() == "november 2026"
    assert [row.th.get_text() for row in table.select("tbody tr")] == ["44", "45", "46", "47", "48", "49"]
    assert table.select_one('td[aria-current="date"] time')["datetime"] == "2026-11-23"
    day = table.select_one('time[datetime="2026-11-25"]').find_parent("td")
    assert "00:30 Op de grens" in text(day)
    assert "Akkoord" in text(day)
    assert "Op de grens" in text(page.select_one(".cr-agenda"))
    assert page.select_one('a[rel="next"]')["href"].endswith("month=2026-12")
    assert page.select_one('a[rel="prev"]')["href"].endswith("month=2026-10")
    assert writer.get("/campaigns?month=2026-11", htmx=True).select_one("table.cr-calendar")


@pytest.mark.parametrize("month", ["2026-13", "oktober", "1900-01"])
def test_an_unknown_month_is_a_sentence(writer, month):
    assert "2026-10" in text(writer.get(f"/campaigns?month={month}", status=422))


def test_a_shipped_campaign_is_read_and_planned(writer, plans):
    writer.get("/campaigns/list")
    page = writer.get("/campaigns/shipped/alert-online")
    assert "Opgelicht? Dit doet u nu" in text(page)
    owner = plans.town["communications"].id
    writer.post("/campaigns/shipped/alert-online", {"starts_on": "2027-10-01", "owner": owner})
    page = writer.follow()
    assert "Alert Online voor inwoners" in text(page)
    assert len(page.select(".cr-agenda li")) == 13
    writer.get("/campaigns/shipped/bestaat-niet", status=404)
    page = writer.post(
        "/campaigns/shipped/alert-online", {"starts_on": "2020-10-01", "owner": owner}, status=422
    )
    assert "in het verleden" in text(page.select_one(".cr-error-summary"))
    page = writer.post("/campaigns/shipped/alert-online", {"starts_on": "", "owner": "x"}, status=422)
    assert page.select_one("#starts_on-error")


def test_a_campaign_is_written_by_hand_and_changed(writer, plans):
    writer.get("/campaigns/new")
    writer.post("/campaigns/new", CAMPAIGN | {"owner": plans.town["communications"].id})
    assert "Zomer zonder oplichters" in text(writer.follow())
    page = writer.get("/campaigns/2/edit")
    assert page.select_one("#audiences").get_text().strip() == "Inwoners\nOndernemers"
    sent = CAMPAIGN | {"owner": plans.town["communications"].id, "version": "1", "title": "Nieuwe titel"}
    writer.post("/campaigns/2/edit", sent)
    assert "Nieuwe titel" in text(writer.follow())
    page = writer.post("/campaigns/2/edit", sent | {"title": "Derde titel"}, status=409)
    assert "Iemand anders" in text(page.select_one(".cr-error-summary"))
    assert page.select_one("#title")["value"] == "Derde titel"


@pytest.mark.parametrize("missing", sorted(CAMPAIGN))
def test_a_campaign_with_a_missing_field_keeps_what_was_typed(writer, plans, missing):
    sent = CAMPAIGN | {"owner": plans.town["communications"].id, missing: ""}
    page = writer.post("/campaigns/new", sent, status=422)
    assert page.select_one(f"#{missing}-error")
    kept = "goal" if missing != "goal" else "summary"
    assert page.select_one(f"#{kept}").get_text().strip() == CAMPAIGN[kept]
    assert count(plans, Campaign) == 1


def test_an_activity_from_form_to_approval(writer, judge, plans):
    writer.get("/campaigns/1/activities/new")
    writer.post("/campaigns/1/activities/new", ACTIVITY)
    page = writer.follow()
    assert "Concept" in text(page)
    assert "nog geen adressen" in text(page)
    assert [item.get_text() for item in page.select(".cr-prose li")] == ["wacht", "bel"]
    writer.post("/campaigns/activities/1/submit")
    page = judge.get("/campaigns/activities/1")
    seen = page.select_one('input[name="judge-seen"]')["value"]
    assert seen == plans.activity(1).digest
    judge.get("/campaigns/list")
    judge.post("/campaigns/activities/1/approve", {"judge-seen": seen})
    assert "Akkoord van" in text(judge.follow())
    page = writer.get("/campaigns/activities/1/edit")
    assert "vervalt het akkoord" in text(page)
    assert (page.select_one("#at")["value"], page.select_one("#version")["value"]) == ("10:00", "1")
    writer.post("/campaigns/activities/1/edit", ACTIVITY | {"version": "1", "title": "Betere tip"})
    page = writer.follow()
    assert "Het akkoord is vervallen" in text(page)
    assert plans.activity(1).state == State.DRAFT


@pytest.mark.parametrize("missing", ["kind", "audience", "title", "day", "at"])
def test_an_activity_with_a_missing_field_keeps_what_was_typed(writer, plans, missing):
    page = writer.post("/campaigns/1/activities/new", ACTIVITY | {missing: ""}, status=422)
    assert page.select_one(".cr-error-summary a")
    assert "- bel" in page.select_one("#body").get_text()
    assert count(plans, Activity) == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"body": ""}, "tekst die de doelgroep leest"),
        ({"kind": "poster"}, "met de hand"),
        ({"day": "2026-11-01"}, "in het verleden"),
        ({"day": "2027-03-28", "at": "02:30"}, "de klok gaat vooruit"),
        ({"day": "9999-12-31"}, "tussen 2020 en 2099"),
        ({"audience": ["raad"]}, ""),
        ({"kind": "fax"}, ""),
        ({"title": "x" * 151}, "150 tekens"),
        ({"title": "a\tb"}, ""),
        ({"version": "-1"}, None),
    ],
)
def test_a_wrong_activity_is_a_sentence(writer, plans, changed, words):
    if words is None:
        writer.post("/campaigns/1/activities/new", ACTIVITY)
        writer.post("/campaigns/activities/1/edit", ACTIVITY | changed, status=409)
        return
    page = writer.post("/campaigns/1/activities/new", ACTIVITY | changed, status=422)
    assert words in text(page)
    assert count(plans, Activity) == 0


def test_markup_in_a_text_stays_text(writer, judge, plans):
    evil = ACTIVITY | {"title": "<b>x</b>", "body": "<script>alert(1)</script> [klik](javascript:alert(1))"}
    writer.post("/campaigns/1/activities/new", evil)
    page = writer.follow()
    assert page.select_one("h1").get_text() == "<b>x</b>"
    assert not page.select(".cr-prose script, .cr-prose a")


def test_one_does_not_approve_what_one_wrote(app, plans):
    both = account(plans.database, plans.town.home, "communications", "security_officer", name="Alles Zelf")
    browser = Browser(app).sign_in(both, plans.town.home)
    browser.post("/campaigns/1/activities/new", ACTIVITY)
    browser.post("/campaigns/activities/1/submit")
    page = browser.get("/campaigns/activities/1")
    assert "Vraag iemand anders" in text(page)
    assert not page.select('[formaction$="approve"]')
    page = browser.post(
        "/campaigns/activities/1/approve", {"judge-seen": plans.activity(1).digest}, status=403
    )
    assert "Vraag iemand anders" in text(page)
    assert plans.activity(1).state == State.SUBMITTED


def test_sending_back_needs_a_reason(judge, writer, plans):
    waiting = plans.submitted()
    judge.get(f"/campaigns/activities/{waiting.id}")
    sent = {"judge-seen": waiting.digest, "judge-reason": " "}
    page = judge.post(f"/campaigns/activities/{waiting.id}/reject", sent, status=422)
    assert page.select_one("#judge-reason-error")
    judge.post(f"/campaigns/activities/{waiting.id}/reject", sent | {"judge-reason": "Te moeilijk."})
    assert "Te moeilijk." in text(writer.get(f"/campaigns/activities/{waiting.id}"))


def test_the_second_judge_hears_that_it_was_decided(judge, plans):
    approved = plans.approved()
    page = judge.post(
        f"/campaigns/activities/{approved.id}/approve", {"judge-seen": approved.digest}, status=409
    )
    assert "wacht niet op akkoord" in text(page)


def test_withdrawing_and_finishing(writer, plans):
    poster = plans.approved(kind=ActivityKind.POSTER, owner_task="Hang op")
    page = writer.post(f"/campaigns/activities/{poster.id}/withdraw", {"withdraw-reason": ""}, status=422)
    assert page.select_one("details[open] #withdraw-reason-error")
    page = writer.post(f"/campaigns/activities/{poster.id}/finish", {"finish-result": "x" * 1001}, status=422)
    assert page.select_one("#finish-result-error")
    writer.post(f"/campaigns/activities/{poster.id}/finish", {"finish-result": "12 posters"})
    assert "12 posters" in text(writer.follow())
    mail = plans.approved()
    writer.post(f"/campaigns/activities/{mail.id}/withdraw", {"withdraw-reason": "Uitgesteld"})
    assert "Uitgesteld" in text(writer.follow())
    writer.post(f"/campaigns/activities/{mail.id}/withdraw", {"withdraw-reason": "Nogmaals"}, status=409)


def test_published_texts_are_for_everyone(app, writer, plans):
    reader = Browser(app)
    assert "geen nieuws" in text(reader.get("/public/waterveld/"))
    web = plans.approved(kind=ActivityKind.WEB, title="Zo herkent u het", body="# Let op\n\nKlik **niet**.")
    plans.approved(kind=ActivityKind.WEB, title="Nog geheim", due_at=DUE + timedelta(days=1))
    wake(plans)
    page = reader.get("/public/waterveld/")
    assert [link.get_text() for link in page.select("main .cr-agenda a")] == ["Zo herkent u het"]
    page = reader.get("/public/waterveld/zo-herkent-u-het")
    assert [part.get_text() for part in page.select(".cr-prose h2")] == ["Let op"]
    assert reader.get("/public/waterveld/zo-herkent-u-het", htmx=True).select_one(".cr-prose")
    reader.speak("en")
    assert reader.get("/public/waterveld/").html["lang"] == "en"
    page = writer.get(f"/campaigns/activities/{web.id}")
    assert page.select_one('a[href="/public/waterveld/zo-herkent-u-het"]')
    writer.post(f"/campaigns/activities/{web.id}/withdraw", {"withdraw-reason": "Fout nummer"})
    for gone in ("/public/waterveld/zo-herkent-u-het", "/public/waterveld/nog-geheim", "/public/nergens/"):
        reader.get(gone, status=404)


def test_the_feed_follows_every_change(app, writer, plans):
    summer = DUE.replace(year=2027, month=7, day=1, hour=8)
    plans.approved(title="Winter; tijd, \\ en meer")
    plans.draft(title="Zomer", due_at=summer, kind=ActivityKind.EVENING, owner_task="Open de zaal")
    assert "nog geen adres" in text(writer.get("/campaigns/feed"))
    writer.post("/campaigns/feed/renew")
    address = writer.follow().select_one("code").get_text()
    path = "/" + address.split("/", 3)[3]
    reader = Browser(app)
    reader.get(path)
    assert reader.response.mimetype == "text/calendar"
    first = Calendar.from_ical(reader.response.data)
    events = {str(one["summary"]): one for one in first.walk("VEVENT")}
    assert set(events) == {"Winter; tijd, \\ en meer", "Zomer"}
    assert [zone["tzid"] for zone in first.walk("VTIMEZONE")] == ["Europe/Amsterdam"]
    winter, zomer = events["Winter; tijd, \\ en meer"], events["Zomer"]
    assert (winter.decoded("dtstart"), zomer.decoded("dtstart")) == (DUE, summer)
    assert winter["dtstart"].params["TZID"] == "Europe/Amsterdam"
    assert b"DTSTART;TZID=Europe/Amsterdam:20261124T100000" in reader.response.data
    assert b"DTSTART;TZID=Europe/Amsterdam:20270701T100000" in reader.response.data
    assert (winter["status"], zomer["status"]) == ("CONFIRMED", "TENTATIVE")
    assert winter["sequence"] == 0
    plans.do(actions.edit, 1, content(title="Anders"), version=1, actor=plans.writer, now=START)
    plans.do(actions.withdraw, 2, reason="Niet nu", actor=plans.writer, now=START)
    reader.get(path)
    again = {str(one["uid"]): one for one in Calendar.from_ical(reader.response.data).walk("VEVENT")}
    assert again[winter["uid"]]["sequence"] == 1
    assert (again[zomer["uid"]]["status"], again[zomer["uid"]]["sequence"]) == ("CANCELLED", 1)
    writer.post("/campaigns/feed/renew")
    reader.get(path, status=404)
    assert writer.follow().select_one("code").get_text() != address


def test_a_feed_shows_only_its_own_organisation(app, plans, database):
    elsewhere = town(database, "elders")
    plans.draft(title="Van ons")
    stranger = Browser(app).sign_in(elsewhere["communications"], elsewhere.home)
    stranger.post("/campaigns/feed/renew")
    path = "/" + stranger.follow().select_one("code").get_text().split("/", 3)[3]
    stranger.get(path)
    assert "Van ons" not in stranger.response.text


def test_addresses_are_added_and_removed(writer, plans):
    assert "nog geen adressen" in text(writer.get("/campaigns/addresses"))
    sent = {"audience": "inwoners", "addresses": "an@waterveld.example\r\n\r\njan@waterveld.example"}
    writer.post("/campaigns/addresses", sent)
    page = writer.follow()
    assert "2 adressen zijn toegevoegd" in text(page)
    page = writer.post("/campaigns/addresses", sent | {"addresses": "piet\nan@b.nl"}, status=422)
    assert "piet is geen e-mailadres" in text(page.select_one(".cr-error-summary"))
    assert page.select_one("#addresses").get_text().strip() == "piet\nan@b.nl"
    writer.post("/campaigns/addresses", {"audience": "", "addresses": ""}, status=422)
    writer.post("/campaigns/addresses/1/remove")
    assert [one.address for one in plans.ask(queries.addresses)] == ["jan@waterveld.example"]
    writer.post("/campaigns/addresses/1/remove", status=404)


def mail(plans, state, key="k", error="550 no such mailbox"):
    def put(session):
        outbox.enqueue(
            session,
            organisation_id=plans.realm.organisation_id,
            key=key,
            to="an@waterveld.example",
            subject="Tip van de week",
            text="Regel een\n\nRegel twee",
            now=START,
        )
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.key == key)).one()
        row.state, row.attempts, row.last_error = state, 1, error
        return row.id

    return plans.database.transact(put)


def test_the_outbox_shows_what_needs_a_decision(writer, plans):
    assert "Er wachten geen berichten" in text(writer.get("/campaigns/outbox"))
    dead, unknown = mail(plans, MailState.DEAD), mail(plans, MailState.UNKNOWN, "k2", outbox.LOST)
    mail(plans, MailState.QUEUED, "k3", "")
    page = writer.get("/campaigns/outbox")
    assert "550 no such mailbox" in text(page)
    assert "niemand kan zeggen of het weg is" in text(page)
    assert "1 bericht wacht" in text(page)
    writer.get(f"/campaigns/outbox/{dead}")
    page = writer.post(f"/campaigns/outbox/{dead}/requeue", {"reason": ""}, status=422)
    assert page.select_one("#reason-error")
    writer.post(f"/campaigns/outbox/{dead}/requeue", {"reason": "Adres bestaat weer"})
    writer.post(f"/campaigns/outbox/{unknown}/discard", {"reason": "Ontvanger heeft het al"})
    assert plans.ask(outbox.message, dead).state == MailState.QUEUED
    assert plans.ask(outbox.message, unknown).state == MailState.DISCARDED
    page = writer.post(f"/campaigns/outbox/{unknown}/discard", {"reason": "Nog eens"}, status=409)
    assert "intussen verder" in text(page)
    writer.get("/campaigns/outbox/99", status=404)


def test_an_exercise_message_is_marked_on_its_page(writer, plans):
    def put(session):
        outbox.enqueue(
            session,
            organisation_id=plans.realm.organisation_id,
            key="x",
            to="an@waterveld.example",
            subject="Alarm",
            text="Kom.",
            now=START,
            exercise_id=4,
            confirmed=frozenset({"an@waterveld.example"}),
        )

    plans.database.transact(put)
    assert writer.get("/campaigns/outbox/1").select_one(".cr-exercise-band")


GETS = [
    "/campaigns/1",
    "/campaigns/1/edit",
    "/campaigns/1/activities/new",
    "/campaigns/activities/1",
    "/campaigns/activities/1/edit",
    "/campaigns/outbox/1",
]
POSTS = [
    ("/campaigns/1/edit", CAMPAIGN),
    ("/campaigns/1/activities/new", ACTIVITY),
    ("/campaigns/activities/1/edit", ACTIVITY),
    ("/campaigns/activities/1/submit", {}),
    ("/campaigns/activities/1/approve", {}),
    ("/campaigns/activities/1/reject", {"judge-reason": "x"}),
    ("/campaigns/activities/1/withdraw", {"withdraw-reason": "x"}),
    ("/campaigns/activities/1/finish", {}),
    ("/campaigns/addresses/1/remove", {}),
    ("/campaigns/outbox/1/requeue", {"reason": "x"}),
    ("/campaigns/outbox/1/discard", {"reason": "x"}),
]


def test_another_organisation_finds_nothing(app, plans, database):
    plans.submitted()
    plans.addresses("an@waterveld.example")
    mail(plans, MailState.DEAD)
    elsewhere = town(database, "elders")
    both = account(database, elsewhere.home, "communications", "security_officer", name="Vreemde")
    stranger = Browser(app).sign_in(both, elsewhere.home)
    for address in GETS:
        stranger.get(address, status=404)
    for address, sent in POSTS:
        stranger.post(address, sent, status=404)
    for address in (
        "/campaigns?month=2026-11",
        "/campaigns/list",
        "/campaigns/outbox",
        "/campaigns/addresses",
    ):
        page = stranger.get(address)
        assert "Tip van de week" not in text(page)
        assert "an@waterveld.example" not in text(page)


def test_readers_may_read_and_not_write(judge, plans):
    plans.draft()
    page = judge.get("/campaigns/1")
    assert not page.select('a[href$="/edit"]')
    for address in (
        "/campaigns/new",
        "/campaigns/1/edit",
        "/campaigns/activities/1/edit",
        "/campaigns/addresses",
    ):
        judge.get(address, status=403)
    judge.post("/campaigns/activities/1/submit", status=403)
    judge.post("/campaigns/feed/renew", status=403)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries_allowed"),
    [
        ("/campaigns?month=2026-11", 2),
        ("/campaigns/list", 4),
        ("/campaigns/1", 5),
        ("/campaigns/activities/1", 6),
        ("/campaigns/outbox", 6),
        ("/campaigns/addresses", 4),
        ("/public/waterveld/", 3),
    ],
)
def test_a_page_costs_the_same_for_one_row_and_for_three(app, writer, plans, rows, address, queries_allowed):
    for number in range(rows):
        plans.approved(kind=ActivityKind.WEB, title=f"Pagina {number}")
        plans.addresses(f"an{number}@waterveld.example")
        mail(plans, MailState.DEAD, f"k{number}")
    wake(plans)
    writer.get(address)
    seen = []
    engine = app.extensions["cyberready"].database.engine

    def note(_connection, _cursor, statement, *_rest):
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    writer.client.get(address)
    event.remove(engine, "before_cursor_execute", note)
    assert len(seen) == queries_allowed, "\n".join(seen)


def test_english_is_complete(writer, plans):
    plans.submitted()
    mail(plans, MailState.DEAD)
    writer.speak("en")
    for address in ("/campaigns", "/campaigns/list", "/campaigns/feed", "/campaigns/outbox", *GETS):
        assert writer.get(address).html["lang"] == "en"
