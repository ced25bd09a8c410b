"""The page of an incident: every form, what is refused and kept, exercise or real."""

import threading
from datetime import timedelta

import pytest

from cyberready.exercises import actions as exercises
from cyberready.incidents import queries, screens
from cyberready.people import actions_roster
from cyberready.platform.realm import Realm
from cyberready.trail.rules import Kind
from tests import world
from tests.incidents import incident_world
from tests.world import START

DECLARED = {"title": "Storing", "known": "Niets werkt.", "since": "2026-11-23T08:30", "role": "victim"}
DECISION = {
    "question": "Koppelen we los?",
    "picture": "Versleuteling gaat door.",
    "judgement": "Uitstel vergroot de schade.",
    "decision": "Alle koppelingen los.",
    "owner": "CISO",
    "check_at": "2026-11-23T10:00",
    "check": "Is alles los?",
}


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def player(browser, town):
    return browser.sign_in(town["crisis_team"], town.home)


@pytest.fixture
def incident(database, town):
    return incident_world.incident(database, town)


@pytest.fixture
def exercise(database, town):
    return world.exercise(database, town.home, town["exercise_leader"])


@pytest.fixture
def played(database, town, exercise):
    return incident_world.incident(database, town, exercise_id=exercise.id)


def lines(database, incident):
    return database.read(lambda session: queries.lines(session, incident))


def test_an_incident_is_declared_and_opens_its_own_trail(player, database, town):
    player.get("/incidents/new")
    player.post("/incidents/new", DECLARED)
    page = player.follow()
    assert "Storing" in page.h1.get_text()
    assert not page.select("[data-exercise]")
    found = database.read(lambda session: queries.open_incidents(session, Realm(town.home.id)))
    assert [one.title for one in found] == ["Storing"]
    first = lines(database, found[0])[0]
    assert (first.kind, first.position, first.text("known")) == (Kind.INCIDENT_DECLARED, 0, "Niets werkt.")
    assert first.audience == ("all", "region")


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": " \t "},
        {"since": "2026-11-24T08:30"},
        {"since": "0001-01-01T00:00"},
        {"since": "niets"},
        {"role": "bystander"},
    ],
)
def test_a_faulty_declaration_keeps_what_was_typed(player, wrong):
    page = player.post("/incidents/new", DECLARED | wrong, status=422)
    assert page.select_one(".cr-error-summary")
    assert "Niets werkt." in page.select_one("#known").get_text()


def test_an_exercise_has_one_incident_that_says_so_everywhere(player, database, town, exercise):
    page = player.get(f"/incidents/new?exercise_id={exercise.id}")
    assert page.select_one("[data-exercise]")
    hidden = page.select_one("#exercise-id")["value"]
    player.post("/incidents/new", DECLARED | {"exercise_id": hidden})
    page = player.follow()
    assert page.select_one("[data-exercise]")
    first = player.response.request.path
    player.post("/incidents/new", DECLARED | {"exercise_id": hidden, "title": "Nog een"})
    assert player.response.headers["Location"].startswith(first)
    player.get(f"/incidents/new?exercise_id={exercise.id}", status=303)
    found = database.read(lambda session: queries.incidents(session, Realm(town.home.id)))
    assert [(one.title, one.trail_id) for one in found] == [("Storing", exercise.trail_id)]
    assert isinstance(lines(database, found[0])[0].body["elapsed_us"], int)


def test_a_foreign_exercise_is_not_found(player, database):
    elsewhere = world.town(database, "elders")
    foreign = world.exercise(database, elsewhere.home, elsewhere["exercise_leader"])
    player.get(f"/incidents/new?exercise_id={foreign.id}", status=404)
    player.post("/incidents/new", DECLARED | {"exercise_id": str(foreign.id)}, status=404)


def test_an_exercise_never_starts_a_legal_clock(player, database, played, town, exercise):
    url = f"/incidents/{played.id}"
    form = {"trigger": "breach_known_at", "happened_at": "2026-11-23T08:45", "basis": "Melding van de FG."}
    player.post(f"{url}/knowledge", form)
    page = player.get(url)
    part = page.select_one("#deadlines")
    assert "er loopt geen wettelijke termijn" in part.get_text()
    assert not page.select("[data-until]")
    found = database.read(lambda session: screens.deadlines(played, lines(database, played), START))
    assert found
    assert all(one.practice for one in found)


def test_a_real_breach_runs_for_72_hours_until_it_is_reported(player, database, incident, hand):
    url = f"/incidents/{incident.id}"
    form = {"trigger": "breach_known_at", "happened_at": "2026-11-23T08:45", "basis": "Melding van de FG."}
    player.post(f"{url}/knowledge", form)
    page = player.get(url)
    assert page.select_one('#deadlines [data-until="2026-11-26T07:45:00+00:00"]')
    hand.forward(hours=1)
    reported = {"clock": "AVG-33", "judgement": "reported", "receipt": "", "reason": ""}
    page = player.post(f"{url}/notifications", reported, status=422)
    assert "ontvangstnummer" in page.select_one(".cr-error-summary").get_text()
    player.post(f"{url}/notifications", reported | {"receipt": "2026-AP-17"})
    part = player.follow().select_one("#deadlines").get_text()
    assert "2026-AP-17" in part
    assert "Gemeld" in part


def test_a_duty_that_does_not_apply_needs_a_reason(player, incident):
    url = f"/incidents/{incident.id}"
    form = {"clock": "AVG-33", "judgement": "not_applicable", "reason": " "}
    player.post(f"{url}/notifications", form, status=422)
    player.post(f"{url}/notifications", form | {"reason": "Geen persoonsgegevens geraakt."})
    assert "Geen persoonsgegevens geraakt." in player.follow().select_one("#deadlines").get_text()


def test_what_happened_earlier_needs_a_reason(player, incident):
    url = f"/incidents/{incident.id}"
    form = {"text": "Schermen op zwart.", "surety": "assumption", "happened_at": "2026-11-23T08:00"}
    page = player.post(f"{url}/log", form, status=422)
    assert "15 minuten" in page.select_one(".cr-error-summary").get_text()
    assert "Schermen op zwart." in page.select_one("#log-text").get_text()
    player.post(f"{url}/log", form | {"late_reason": "Het netwerk lag eruit.", "source": "Servicedesk"})
    entry = player.follow().select_one("#log li").get_text(" ")
    assert "Schermen op zwart." in entry
    assert "Aanname" in entry
    assert "Het netwerk lag eruit." in entry
    player.post(f"{url}/log", form | {"happened_at": "2026-11-23T23:00"}, status=422)


def test_a_correction_strikes_the_old_entry_which_stays_readable(player, database, town, incident):
    incident_world.logged(database, town, incident, "Tien servers geraakt.")
    url = f"/incidents/{incident.id}"
    old = lines(database, incident)[-1].position
    form = {"corrects": str(old), "text": "Twaalf servers geraakt.", "reason": "Hertelling."}
    player.post(f"{url}/corrections", form)
    page = player.follow()
    struck = page.select_one(f"#entry-{old}")
    assert "Tien servers geraakt." in struck.select_one("del").get_text()
    assert f"nr. {old + 1}" in struck.get_text()
    assert "Twaalf servers geraakt." in page.select_one(f"#entry-{old + 1}").get_text()
    player.post(f"{url}/corrections", form | {"corrects": "999"}, status=404)
    player.post(f"{url}/corrections", form | {"corrects": "x"}, status=422)


def test_decisions_are_numbered(player, database, incident):
    url = f"/incidents/{incident.id}"
    player.post(f"{url}/decisions", DECISION)
    player.post(f"{url}/decisions", DECISION | {"decision": "Website uit."})
    page = player.follow()
    heads = [head.get_text(strip=True) for head in page.select("#decisions .cr-decision-head strong")]
    assert heads == ["2. Website uit.", "1. Alle koppelingen los."]
    assert "10:00" in page.select_one("#decisions").get_text()
    page = player.post(f"{url}/decisions", DECISION | {"owner": ""}, status=422)
    assert "Versleuteling gaat door." in page.select_one("#decide-picture").get_text()


def test_an_effect_on_the_public_names_who_to_call(player, database, town, incident):
    who = world.actor(town["administrator"], town.home)

    def roster(session):
        contact = actions_roster.save_contact(
            session,
            Realm(town.home.id),
            name="Sam Bakker",
            function="AOV",
            channels=[("mobile", "0612345678")],
            actor=who,
            now=START,
        )
        actions_roster.assign_duty(
            session,
            Realm(town.home.id),
            contact_id=contact.id,
            function="AOV",
            starts_at=START - timedelta(hours=1),
            ends_at=START + timedelta(hours=1),
            actor=who,
            now=START,
        )

    database.transact(roster)
    url = f"/incidents/{incident.id}"
    player.post(f"{url}/effect", incident_world.EFFECT | {"residents_why": "Geen paspoorten."})
    part = player.follow().select_one("#effect")
    assert "veiligheidsregio" in part.get_text()
    assert "Sam Bakker" in part.get_text()
    assert part.select_one('a[href="tel:0612345678"]')
    assert "Geen paspoorten." in part.get_text()


def test_an_incomplete_effect_test_keeps_the_answers(player, incident):
    form = {"residents": "yes", "companies_why": "Blijft staan"}
    page = player.post(f"/incidents/{incident.id}/effect", form, status=422)
    assert page.select_one("#residents input[checked][value=yes]")
    assert page.select_one("#companies-why")["value"] == "Blijft staan"


def test_an_escalation_needs_reason_orderer_and_a_level_with_grip(player, database, incident):
    url = f"/incidents/{incident.id}"
    form = {
        "to": "grip",
        "grip": "",
        "reason": "Onrust",
        "ordered_by": "Burgemeester",
        "informed": "AOV\r\nOM",
    }
    page = player.post(f"{url}/escalation", form, status=422)
    assert "GRIP-niveau" in page.select_one(".cr-error-summary").get_text()
    player.post(f"{url}/escalation", form | {"grip": "grip-2"})
    ladder = player.follow().select_one(".cr-ladder")
    assert ladder["data-level"] == "2"
    assert "GRIP 2" in ladder.select_one("strong").get_text()
    body = lines(database, incident)[-1].body
    assert (body["from"], body["to"], body["to_name"], body["grip"]) == (
        "reported",
        "grip",
        "GRIP 2",
        "GRIP 2",
    )
    assert body["informed"] == ["AOV", "OM"]
    player.post(f"{url}/escalation", form | {"grip": "grip-2"}, status=409)


def test_a_closed_incident_takes_no_more_entries(player, incident):
    url = f"/incidents/{incident.id}"
    player.post(f"{url}/close", {"reason": " "}, status=422)
    player.post(f"{url}/close", {"reason": "Alles is hersteld."})
    assert not player.follow().select("form.cr-form")
    player.post(f"{url}/log", {"text": "Nog iets.", "surety": "fact"}, status=409)
    assert "Gesloten" in player.get("/incidents/").get_text()


def test_an_ended_exercise_takes_its_incident_along(player, database, town, exercise, played):
    leader = world.actor(town["exercise_leader"], town.home)
    for verb in (exercises.start, exercises.end):
        database.transact(
            lambda session, verb=verb: verb(
                session, Realm(town.home.id), exercise.id, actor=leader, now=START
            )
        )
    player.post(f"/incidents/{played.id}/log", {"text": "Te laat.", "surety": "fact"}, status=409)


def test_reading_roles_see_the_incident_but_no_forms(browser, town, incident):
    reader = browser.sign_in(town["communications"], town.home)
    page = reader.get(f"/incidents/{incident.id}")
    assert not page.select("form.cr-form")
    reader.post(f"/incidents/{incident.id}/log", {"text": "x", "surety": "fact"}, status=403)


def test_a_foreign_organisation_finds_nothing(browser, database, incident):
    other = world.town(database, "elders")
    stranger = browser.sign_in(other["crisis_team"], other.home)
    url = f"/incidents/{incident.id}"
    stranger.get(url, status=404)
    for path in (
        "log",
        "corrections",
        "decisions",
        "effect",
        "escalation",
        "knowledge",
        "notifications",
        "close",
    ):
        stranger.post(f"{url}/{path}", {}, status=404)
    stranger.post(f"{url}/handovers", {}, status=404)


def test_pages_speak_english_and_come_in_parts(player, incident):
    player.speak("en")
    assert "Reported" in player.get(f"/incidents/{incident.id}").select_one(".cr-ladder").get_text()
    fragment = player.get(f"/incidents/{incident.id}", htmx=True)
    assert fragment.select_one("#log")
    assert not fragment.select("h1")


def test_the_list_takes_as_many_queries_for_three_as_for_one(player, database, town, incident, statements):
    player.get("/incidents/")
    with statements() as one:
        player.get("/incidents/")
    for title in ("Tweede", "Derde"):
        incident_world.incident(database, town, title=title)
    with statements() as three:
        player.get("/incidents/")
    assert len(one) == len(three)
    assert len(three) <= 5


def test_the_page_takes_at_most_twelve_queries(player, database, town, incident, statements):
    for number in range(20):
        incident_world.logged(database, town, incident, f"Regel {number}")
    with statements() as asked:
        player.get(f"/incidents/{incident.id}")
    assert len(asked) <= 12, asked


def test_declaring_twice_at_once_in_one_exercise_gives_one_incident(database, town, exercise):
    made, start = [], threading.Barrier(2)

    def declare():
        start.wait()
        made.append(incident_world.incident(database, town, exercise_id=exercise.id))

    threads = [threading.Thread(target=declare) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made[0].id == made[1].id
    assert [line.kind for line in lines(database, made[0])] == [Kind.INCIDENT_DECLARED]
