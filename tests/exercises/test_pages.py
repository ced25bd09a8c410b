"""Every page of exercises, as a leader, a participant and a stranger see it."""

import pytest

from cyberready.exercises import jobs, queries
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.browsing import Browser


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def exercise(database, town):
    return world.exercise(database, town.home, town["exercise_leader"])


@pytest.fixture
def leader(browser, town) -> Browser:
    return browser.sign_in(town["exercise_leader"], town.home)


def player(browser, database, exercise, team="crisis", role="", name="Noor") -> Browser:
    seat = world.participant(database, exercise, team, role, name)
    person = database.read(lambda session: queries.principal_of(session, seat.id, exercise.organisation_id))
    return browser.another().be(person)


def test_from_scenario_to_running_exercise(leader, database, town):
    world.scenario(database, town.home)
    page = leader.get("/exercises/")
    assert "Stroomstoring" in page.text
    leader.get(page.select_one(".cr-tile")["href"])
    leader.get("/exercises/scenarios/1/plan")
    leader.post("/exercises/scenarios/1/plan", {"title": "", "planned_at": "2026-11-24T10:00"}, status=422)
    assert leader.page.select_one("[aria-invalid=true]")
    leader.post("/exercises/scenarios/1/plan", {"title": "Najaar", "planned_at": "2026-11-24T10:00"})
    page = leader.follow()
    assert page.select_one(".cr-code").text.strip()
    leader.post("/exercises/1/clock/start")
    page = leader.follow()
    assert page.select_one("[data-clock]")["data-running-since"]
    leader.post("/exercises/1/clock/start", status=409)
    assert "al" in leader.page.select_one("[data-refusal]").text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_in_both_languages(leader, browser, database, exercise, hand, language):
    leader.speak(language)
    leader.get("/exercises/")
    leader.get("/exercises/scenarios/1")
    leader.get("/exercises/scenarios/new")
    leader.get("/exercises/1")
    leader.post("/exercises/1/clock/start")
    noor = player(browser, database, exercise, "crisis", "voorzitter").speak(language)
    noor.get("/exercises/1/room")
    jobs.fire_due(database, hand.forward(minutes=16))
    page = noor.get("/exercises/1/room")
    assert page.html["lang"] == language
    assert len(page.select(".cr-message")) == 3
    leader.get("/exercises/1")
    leader.get("/exercises/1/wall")
    browser.another().speak(language).get("/exercises/join")
    browser.another().speak(language).get(f"/exercises/join/{exercise.join_code}")


def test_the_leader_steers(leader, database, exercise, hand):
    leader.post("/exercises/1/clock/start")
    leader.post("/exercises/1/clock/pause")
    leader.post("/exercises/1/clock/pause", status=409)
    leader.post("/exercises/1/clock/resume")
    leader.post("/exercises/1/pace", {"pace": "snel"}, status=422)
    leader.post("/exercises/1/pace", {"pace": "2"})
    leader.post("/exercises/1/jump", {"to": "een uur"}, status=422)
    leader.post("/exercises/1/jump", {"to": "0:05"})
    inject = database.read(lambda session: queries.injects(session, 1))[1]
    leader.post(f"/exercises/1/injects/{inject.id}/fire")
    leader.post(f"/exercises/1/injects/{inject.id}/fire", status=409)
    leader.post(f"/exercises/1/injects/{inject.id + 1}/skip")
    typed = {"title": "Extra", "body": "Tekst", "sender": "Pers", "channel": "mail", "minutes": "0"}
    page = leader.post("/exercises/1/injects", typed, status=422)
    assert page.select_one("#title")["value"] == "Extra"
    leader.post("/exercises/1/injects", {**typed, "to": "ict"})
    leader.post("/exercises/1/notes", {"text": "Team overlegt lang."})
    leader.post("/exercises/1/clock/end")
    page = leader.follow()
    assert "Team overlegt lang." in page.text
    leader.get("/exercises/1/evaluatie.docx")
    assert leader.response.data[:2] == b"PK"
    leader.get("/exercises/1/verloop.jsonl")
    assert leader.response.data.count(b"\n") == len(
        database.read(lambda session: trails.lines(session, exercise.trail_id))
    )


def test_a_participant_joins_by_code_answers_and_decides(leader, browser, database, exercise, hand):
    noor = browser.another()
    noor.get("/exercises/join")
    noor.post("/exercises/join", {"code": "zzzzzz"}, status=422)
    assert "zzzzzz" in str(noor.page.select_one("#code"))
    code = exercise.join_code.lower()
    noor.post("/exercises/join", {"code": f"{code[:3]} {code[3:]}"})
    noor.follow()
    page = noor.post(noor.response.request.path, {"name": "Noor"}, status=422)
    assert page.select_one("#name")["value"] == "Noor"
    noor.post(f"/exercises/join/{exercise.join_code}", {"name": "Noor", "seat": "crisis/voorzitter"})
    page = noor.follow()
    assert "Welkom" in page.text
    noor.post("/exercises/1/decisions", {"decision": "x", "reason": "y", "owner": "z"}, status=403)
    leader.post("/exercises/1/clock/start")
    jobs.fire_due(database, hand.forward(minutes=16))
    page = noor.get("/exercises/1/room")
    cards = {
        card.select_one("h3").text.strip(): card["id"].removeprefix("m-") for card in page.select("article")
    }
    assert set(cards) == {"Eerste bericht", "Derde bericht", "Gaat het noodplan aan?"}
    answer = f"/exercises/1/injects/{cards['Eerste bericht']}/answer"
    noor.post(answer, {"text": ""}, status=422)
    page = noor.post(answer, {"text": "Te lang. " * 600}, status=422)
    assert page.select_one("[aria-invalid=true]").text.startswith("Te lang. Te lang.")
    noor.post(answer, {"text": "Wij openen het logboek."})
    assert "Wij openen het logboek." in noor.follow().text
    noor.post(answer, {"text": "Nogmaals."}, status=204, htmx=True)
    choice = f"/exercises/1/injects/{cards['Gaat het noodplan aan?']}/choice"
    page = noor.post(choice, {"option": "", "reason": "daarom"}, status=422)
    assert page.select_one("textarea[aria-invalid=true]").text == "daarom"
    page = noor.post(choice, {"option": "ja", "reason": ""}, status=422)
    assert page.select_one("input[checked]")["value"] == "ja"
    noor.post(choice, {"option": "ja", "reason": "daarom"})
    noor.post(choice, {"option": "nee", "reason": "toch niet"}, status=409)
    noor.post("/exercises/1/decisions", {"decision": "Balie dicht", "reason": "", "owner": "Kim"}, status=422)
    assert noor.page.select_one("#decision")["value"] == "Balie dicht"
    noor.post("/exercises/1/decisions", {"decision": "Balie dicht", "reason": "Geen stroom", "owner": "Kim"})
    assert "Balie dicht" in noor.follow().text
    kinds = {line.kind for line in database.read(lambda session: trails.lines(session, exercise.trail_id))}
    assert {Kind.INJECT_ANSWERED, Kind.DECISION_POINT_CHOSEN, Kind.DECISION_LOGGED} <= kinds


def test_a_participant_sees_only_what_is_for_the_team(leader, browser, database, exercise, hand):
    leader.post("/exercises/1/clock/start")
    jobs.fire_due(database, hand.forward(minutes=16))
    ict = player(browser, database, exercise, "ict")
    page = ict.get("/exercises/1/room")
    assert [card.text.strip() for card in page.select("article h3")] == ["Tweede bericht", "Eerste bericht"]
    hidden = next(
        one for one in database.read(lambda session: queries.injects(session, 1)) if one.key == "derde"
    )
    ict.post(f"/exercises/1/injects/{hidden.id}/answer", {"text": "gluren"}, status=404)
    for path in ("/exercises/1", "/exercises/1/wall", "/exercises/scenarios/1", "/overview"):
        ict.get(path, status=403)


def test_a_foreign_organisation_finds_nothing(browser, database, exercise):
    other = world.town(database, "elders")
    stranger = browser.another().sign_in(other["exercise_leader"], other.home)
    for path in ("", "/wall", "/evaluatie.docx", "/verloop.jsonl"):
        stranger.get(f"/exercises/1{path}", status=404)
    stranger.get("/exercises/scenarios/1", status=404)
    stranger.post("/exercises/1/clock/start", status=404)
    stranger.get("/exercises/999999", status=404)


def test_a_faulty_scenario_is_refused_with_its_lines_and_kept(leader):
    page = leader.post("/exercises/scenarios/new", {"source": "format: x\nslug: [1,\n"}, status=422)
    assert "slug" in page.select_one("textarea").text
    assert page.select(".cr-notice li")
    leader.post("/exercises/scenarios/new", {"source": world.SCENARIO})
    leader.follow()


def test_an_expired_session_keeps_what_was_typed(browser, database, exercise):
    stranger = browser.another()
    page = stranger.post("/exercises/1/decisions", {"decision": "Balie dicht"}, status=401)
    assert "Balie dicht" in page.text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_more_rows(leader, database, town, rows, queries_counted):
    for number in range(rows):
        world.exercise(database, town.home, town["exercise_leader"], title=f"Oefening {number}")
    with queries_counted() as count:
        leader.get("/exercises/")
    assert count.statements == 3


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("pace", {"pace": "1e99999999"}),
        ("pace", {"pace": "1/33333333333333333333"}),
        ("pace", {"pace": "0.0000000000000000000001"}),
        ("pace", {"pace": "1/0"}),
        ("pace", {"pace": ""}),
        ("jump", {"to": "1:" + "0" * 5000}),
        ("jump", {"to": "1:60"}),
        ("jump", {"to": "-1:00"}),
        ("notes", {"text": "x" * 2001}),
        ("notes", {"text": " "}),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(leader, exercise, path, typed):
    leader.post(f"/exercises/{exercise.id}/clock/start")
    leader.post(f"/exercises/{exercise.id}/{path}", typed, status=422)
    assert leader.page.select_one("[data-refusal]")


@pytest.mark.parametrize(("typed", "pace"), [("2,5", "5/2"), ("1/2", "1/2"), ("120", "120")])
def test_a_pace_is_a_number_or_a_fraction(leader, database, exercise, typed, pace):
    leader.post(f"/exercises/{exercise.id}/clock/start")
    leader.post(f"/exercises/{exercise.id}/pace", {"pace": typed})
    (line,) = database.read(
        lambda session: trails.of_kinds(session, exercise.trail_id, Kind.EXERCISE_PACE_CHANGED)
    )
    assert line.text("pace") == pace


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "2027-03-28T02:30"])
def test_a_moment_that_does_not_exist_is_refused_at_its_field(leader, database, town, moment):
    world.scenario(database, town.home)
    leader.post("/exercises/scenarios/1/plan", {"title": "Najaar", "planned_at": moment}, status=422)
    assert leader.page.select_one("#planned_at[aria-invalid=true]")


def test_blanks_are_no_answer_no_name_and_no_title(leader, database, exercise):
    leader.post("/exercises/scenarios/1/plan", {"title": " ", "planned_at": "2026-11-24T10:00"}, status=422)
    leader.another().post(f"/exercises/join/{exercise.join_code}", {"name": "  ", "seat": "ict"}, status=422)
    assert database.read(lambda session: queries.participants(session, exercise.id)) == []


def test_who_is_signed_in_joins_with_that_account_and_stays_signed_in(browser, database, town, exercise):
    chair = browser.another().sign_in(town["crisis_team"], town.home)
    chair.get(f"/exercises/join/{exercise.join_code}", status=303)
    assert chair.response.headers["Location"] == "/exercises/1/room"
    chair.post("/exercises/1/seat", {"seat": "crisis/voorzitter"})
    chair.follow()
    chair.get("/overview")
    other = world.town(database, "elders")
    stranger = browser.another().sign_in(other["crisis_team"], other.home)
    stranger.get(f"/exercises/join/{exercise.join_code}")
