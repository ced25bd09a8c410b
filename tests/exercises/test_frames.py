"""Live frames: each entry of a played exercise as each screen draws it, with the same templates as the pages."""

import pytest

from cyberready.exercises import frames, jobs
from cyberready.platform.texts import speaking
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.browsing import review
from tests.exercises.playing import answer, begin, choose, decide, finish


@pytest.fixture
def played(database, hand):
    town = world.town(database)
    exercise = world.exercise(database, town.home, town["exercise_leader"])
    seat = world.participant(database, exercise, "crisis", "voorzitter")
    begin(database, town, exercise, hand)
    jobs.fire_due(database, hand.forward(minutes=15))
    answer(database, exercise, "eerste", "Wij openen het logboek.", seat, hand)
    choose(database, exercise, "noodplan", "ja", "Het moet", seat, hand)
    decide(database, exercise, "Balie dicht", seat, hand)
    finish(database, town, exercise, hand)
    return exercise


@pytest.fixture
def drawn(app, database, played, hand):
    def drawing(screen, language="nl"):
        with app.test_request_context(), speaking(language):
            lines = database.read(lambda session: trails.lines(session, played.trail_id))
            shown = [
                (
                    line.kind,
                    database.read(lambda session, one=line: frames.frame(session, screen, one, hand())),
                )
                for line in lines
            ]
        return [(kind, html) for kind, html in shown if html is not None]

    return drawing


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("screen", ["room", "control", "wall", "preflight"])
def test_every_frame_is_good_html_without_anything_inline(drawn, screen, language):
    for _kind, html in drawn(screen, language):
        review(html, fragment=True)


@pytest.mark.parametrize("screen", ["room", "control", "wall"])
def test_every_screen_hears_of_an_inject_and_of_the_clock(drawn, screen):
    kinds = {kind for kind, _html in drawn(screen)}
    assert {Kind.INJECT_FIRED, Kind.DECISION_POINT_ASKED, Kind.EXERCISE_STARTED, Kind.EXERCISE_ENDED} <= kinds
