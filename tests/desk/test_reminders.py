"""What waits for whom, and the one mail that says so."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from cyberready.desk import actions_reminders, queries
from cyberready.desk.jobs import source
from cyberready.desk.rules import Cause
from cyberready.improvements import actions as improvements
from cyberready.improvements.rules import Origin, Priority, Theme
from cyberready.people import actions as people
from cyberready.platform.mail import outbox
from cyberready.platform.mail.outbox import State
from cyberready.playbooks import actions_drafts, actions_reviews
from cyberready.playbooks.lifecycle import Change
from cyberready.settings import Settings
from cyberready.trail import queries as trails
from cyberready.trail.models import Trail
from cyberready.trail.rules import Kind
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.writing import changed
from tests.world import START

SLUG = "stroomstoring"
SITE = "https://cyber.waterveld.example"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def house(database):
    return House(database, world.town(database))


@pytest.fixture
def published(house):
    house.first = house.published()
    return house


def care(house, owner=None, deputy=None, readers=()):
    house.act(
        actions_reviews.set_care,
        SLUG,
        by=house.officer,
        owner_id=owner and owner.id,
        deputy_id=deputy and deputy.id,
        readers=readers,
    )


def waiting(house, who, at=None):
    return house.ask(queries.waiting_for, who.id, at or house.now)


def causes(house, who, at=None):
    return [task.cause for task in waiting(house, who, at)]


def remind(house, at):
    return house.database.transact(
        lambda session: actions_reminders.remind(session, house.town.home.id, SITE, now=at)
    )


def mails(house):
    return house.ask(outbox.messages, State.QUEUED)


def test_nothing_waits_and_nobody_is_reminded_at_first(house):
    assert house.ask(queries.tasks, house.now) == {}
    assert remind(house, house.now) == 0
    assert mails(house) == []


def test_a_review_waits_for_owner_and_deputy_six_and_two_weeks_before_and_when_it_is_late(published):
    house = published
    care(house, house.director, house.deputy)
    due = house.first.published_at.replace(year=house.first.published_at.year + 1)
    assert causes(house, house.director, due - timedelta(weeks=7)) == []
    moments = [due + timedelta(days=days) for days in (-42, -35, -14, 1, 8)]
    assert [remind(house, at) for at in moments] == [2, 0, 2, 2, 0]
    assert causes(house, house.director, due + timedelta(days=1)) == [Cause.REVIEW_LATE]
    assert {one.recipient for one in mails(house)} == {house.director.email, house.deputy.email}
    assert causes(house, house.officer, due + timedelta(days=1)) == []


def test_a_review_that_nobody_looks_after_waits_for_who_publishes(published):
    later = published.now + timedelta(days=360)
    assert causes(published, published.officer, later) == [Cause.REVIEW]
    assert causes(published, published.deputy, later) == []


def test_a_closed_account_is_not_reminded_but_its_deputy_is(published):
    house = published
    care(house, house.director, house.deputy)
    house.act(people.close_account, house.director.id, by=house.officer)
    later = house.now + timedelta(days=360)
    assert causes(house, house.deputy, later) == [Cause.REVIEW]
    assert remind(house, later) == 1


def test_what_was_used_is_to_be_looked_at(published):
    house = published
    care(house, house.director)
    house.act(actions_reviews.ask_review, house.first.id, "exercise:4", "Oefening van mei", by=house.officer)
    (task,) = waiting(house, house.director)
    assert (task.cause, task.more, task.path) == (
        Cause.REVIEW_ASKED,
        "Oefening van mei",
        f"/playbooks/{SLUG}/care",
    )


def test_two_occasions_of_one_name_are_both_reminded_of(published):
    house = published
    care(house, house.director)
    for number in (4, 5):
        occasion = f"exercise:{number}"
        house.act(actions_reviews.ask_review, house.first.id, occasion, "Maandoefening", by=house.officer)
        assert remind(house, house.now + timedelta(days=number)) == 1


def test_what_must_be_read_is_named_in_the_language_of_its_reader(published):
    house = published
    begun = house.act(actions_drafts.begin, SLUG, "en", by=house.author)
    english = house.finish(begun, ("title: Stroomstoring", "title: Power cut"))
    care(house, readers=("crisis_team",))
    (task,) = waiting(house, house.deputy)
    assert task.about == "Stroomstoring"
    house.act(people.change_profile, house.deputy.id, name=house.deputy.name, language="en", by=house.deputy)
    (task,) = waiting(house, house.deputy)
    assert (task.about, task.path) == ("Power cut", f"/playbooks/{SLUG}/versions/{english.id}")


def test_a_version_waits_until_it_is_read_and_again_when_a_major_one_comes(published):
    house = published
    care(house, readers=("crisis_team",))
    (task,) = waiting(house, house.deputy)
    assert (task.cause, task.more) == (Cause.READ, "1.0")
    house.act(actions_reviews.confirm_read, SLUG, house.first.id, by=house.deputy)
    assert waiting(house, house.deputy) == []
    major = house.next_version(SLUG, changed(("Bel aan.", "Bel ze.")), Change.MAJOR)
    (task,) = waiting(house, house.deputy)
    assert (task.cause, task.more) == (Cause.READ_AGAIN, major.version)


def test_who_has_not_read_is_reminded_at_once_after_two_weeks_and_when_on_duty(published):
    house = published
    care(house, readers=("crisis_team",))
    first = house.now
    assert remind(house, first) == 1
    assert remind(house, first + timedelta(days=3)) == 0
    house.on_duty(first + timedelta(days=5), days=3)
    assert remind(house, first + timedelta(days=5)) == 1
    assert remind(house, first + timedelta(days=6)) == 0
    assert remind(house, first + timedelta(days=15)) == 1
    assert remind(house, first + timedelta(days=60)) == 0


def test_a_draft_waits_for_its_approver_then_for_who_publishes(house):
    made = house.submitted()
    assert causes(house, house.director) == [Cause.APPROVE]
    assert causes(house, house.author) == []
    house.approve(made.id)
    assert causes(house, house.director) == []
    assert causes(house, house.officer) == [Cause.PUBLISH]
    house.publish(made.id)
    assert causes(house, house.officer) == []


def test_a_draft_waits_for_the_deputy_while_the_approver_is_away(house):
    house.submitted()
    house.delegate()
    assert Cause.APPROVE in causes(house, house.deputy, house.now + timedelta(days=1))


def improvement(house, due_on):
    filed = house.act(
        improvements.file,
        by=house.officer,
        origin=Origin.AUDIT,
        occasion="audit:x",
        occasion_title="Audit",
        theme=Theme.LAW,
        text="Te laat gemeld.",
    )
    return house.act(
        improvements.improve,
        [filed.id],
        by=house.officer,
        title="Meld op tijd",
        text="",
        owner_id=house.deputy.id,
        due_on=due_on,
        priority=Priority.HIGH,
    )


def test_an_improvement_waits_for_its_owner_who_is_told_thrice(house):
    due = START.date() + timedelta(days=60)
    improvement(house, due)
    at = [START + timedelta(days=days) for days in (1, 2, 46, 59, 61, 80)]
    assert [remind(house, one) for one in at] == [1, 0, 1, 0, 1, 0]
    assert causes(house, house.deputy, at[-1]) == [Cause.IMPROVE_LATE]


def test_one_mail_holds_all_that_waits_in_the_language_of_its_reader(published):
    house = published
    care(house, readers=("crisis_team",))
    improvement(house, date(2026, 12, 1))
    assert remind(house, house.now) == 1
    (mail,) = mails(house)
    assert mail.subject == "Er staan 2 punten voor u open"
    assert f"{SITE}/playbooks/{SLUG}/versions/{house.first.id}" in mail.text
    assert "Meld op tijd: verbetering, klaar op 1 dec 2026" in mail.text
    subject, text = actions_reminders.letter("Kim", "Waterveld", waiting(house, house.deputy), SITE, "en")
    assert subject == "2 things wait for you"
    assert "Meld op tijd: improvement to be finished by 1 Dec 2026" in text


def test_a_round_is_written_in_the_trail_of_the_organisation_with_nothing_personal_in_it(published):
    house = published
    care(house, readers=("crisis_team",))
    remind(house, house.now)

    def last(session):
        trail = trails.organisation_trail(session, house.town.home.id)
        return trails.lines(session, trail.id)[-1]

    line = house.database.read(last)
    assert (line.kind, line.body["count"]) == (Kind.REMINDERS_SENT, 1)
    assert house.deputy.name not in str(line.body)


def test_another_organisation_is_not_reminded_of_what_waits_here(published):
    house = published
    care(house, readers=("crisis_team",))
    elsewhere = world.town(house.database, "elders")
    sent = house.database.transact(
        lambda session: actions_reminders.remind(session, elsewhere.home.id, SITE, now=house.now)
    )
    assert sent == 0


def test_two_rounds_at_the_same_instant_send_one_mail(published):
    house = published
    care(house, readers=("crisis_team",))
    ready, sent = Barrier(2), []

    def one():
        ready.wait()
        sent.append(remind(house, house.now))

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [0, 1]
    assert len(mails(house)) == 1


def work():
    return source(Settings(secret_key="x", database_url="x", signing_key_file="x", base_url=f"{SITE}/"))


def test_the_alarm_wakes_for_the_round_of_the_next_working_day_and_once(published):
    house = published
    care(house, readers=("crisis_team",))
    rounds = work()
    due = house.database.read(rounds.next_due)
    opened = house.database.read(lambda session: session.scalars(select(Trail.opened_at)).first())
    assert due > opened
    assert due.astimezone(AMSTERDAM).hour == 8
    rounds.run(house.database, due - timedelta(minutes=1))
    assert mails(house) == []
    rounds.run(house.database, due)
    rounds.run(house.database, due)
    assert len(mails(house)) == 1
    assert house.database.read(rounds.next_due) == due + timedelta(days=1)


def test_after_a_long_stop_the_round_is_done_late_and_only_once(published):
    house = published
    care(house, readers=("crisis_team",))
    rounds = work()
    late = datetime(2026, 12, 10, 14, 30, tzinfo=AMSTERDAM)
    rounds.run(house.database, late)
    assert len(mails(house)) == 1
    assert house.database.read(rounds.next_due) == datetime(2026, 12, 11, 8, 0, tzinfo=AMSTERDAM)


def test_the_page_shows_what_waits_and_each_line_leads_to_where_it_is_done(published, browser, hand):
    house = published
    care(house, house.deputy, readers=("crisis_team",))
    improvement(house, date(2026, 12, 1))
    hand.at = house.now + timedelta(days=400)
    reader = browser.sign_in(house.deputy, house.town.home)
    page = reader.get("/overview/tasks")
    links = [link["href"] for link in page.select("#tasks li a")]
    assert len(links) == 3
    assert "Te laat" in page.select_one("#tasks").text
    for address in links:
        reader.get(address)
    part = reader.get("/overview").select_one("[hx-get]")
    assert part.select_one('a[href="/overview/tasks"]'), "without JavaScript a link is there"
    assert reader.get(part["hx-get"], htmx=True).select_one('#waiting a[href="/overview/tasks"]')
    assert (
        "Nothing waits for you"
        in browser.another()
        .sign_in(house.author, house.town.home)
        .speak("en")
        .get("/overview/tasks")
        .select_one("main")
        .text
    )


def test_the_home_page_warns_of_who_is_on_duty_tonight_without_having_read(published, browser, hand):
    house = published
    care(house, readers=("crisis_team",))
    house.on_duty(START)
    hand.at = START + timedelta(hours=2)
    officer = browser.sign_in(house.officer, house.town.home)
    assert "Test crisis_team: Stroomstoring" in officer.get("/overview/waiting").select_one(".cr-notice").text
    reader = browser.another().sign_in(house.author, house.town.home)
    assert "Vanavond dienst" not in reader.get("/overview/waiting").select_one("main").text
    house.act(actions_reviews.confirm_read, SLUG, house.first.id, by=house.deputy)
    assert "Vanavond dienst" not in officer.get("/overview/waiting").select_one("main").text


def test_the_overview_of_readings_shows_roles_and_persons(published, browser):
    house = published
    officer = browser.sign_in(house.officer, house.town.home)
    assert "Nog geen enkele rol" in officer.get("/playbooks/readings").select_one("main").text
    care(house, readers=("crisis_team", "communications"))
    house.act(actions_reviews.confirm_read, SLUG, house.first.id, by=house.deputy)
    page = officer.get("/playbooks/readings")
    cards = {
        card.select_one("h2").get_text(strip=True): card.get_text(" ", strip=True)
        for card in page.select(".cr-card")
    }
    assert "moeten kennen: 1 van 1" in cards["Lid crisisteam"]
    assert "moeten kennen: 0 van 1" in cards["Communicatie"]
    assert "Stroomstoring 1.0" in cards["Communicatie"]


@pytest.mark.parametrize("people", [1, 3])
def test_the_overview_of_readings_costs_the_same_with_more_people(
    published, browser, queries_counted, people
):
    house = published
    care(house, readers=("crisis_team",))
    for number in range(people):
        world.account(house.database, house.town.home, "crisis_team", name=f"Lezer {number}")
    officer = browser.sign_in(house.officer, house.town.home)
    with queries_counted() as count:
        officer.get("/playbooks/readings")
    assert count.statements == 7
