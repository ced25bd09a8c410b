"""Live frames: what the sender's page, the receiver's page and its inbox get for each entry."""

import pytest
from bs4 import BeautifulSoup

from cyberready.app import frame_source
from cyberready.incidents import actions, actions_handover, actions_playbooks, queries
from cyberready.incidents.rules import AUDIENCE, HandoverState, following, region, watching
from cyberready.kernel.ladder import Position
from cyberready.platform.live.tickets import View
from cyberready.platform.realm import Realm
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind, visible
from tests import world
from tests.incidents import incident_world
from tests.playbooks.drafting import House
from tests.world import START


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def incident(database, town):
    return incident_world.incident(database, town)


@pytest.fixture
def handover(database, town, incident):
    given = actions_handover.Offer(
        incident_id=incident.id,
        receiver_id=town.region.id,
        number=1,
        identifier="waterveld-1",
        summary="Neem het over.",
        reason="",
        requests=["Voorlichten"],
        step="Gemeld",
        content=b"zip",
        sha256="00",
        checkpoint="origin\n1\nroot\n",
        broken=False,
    )
    who = world.actor(town["crisis_team"], town.home)
    return database.transact(
        lambda session: actions_handover.offer(session, Realm(town.home.id), given, actor=who, now=START)
    )


@pytest.fixture
def draw(app, database):
    """What a screen gets for the last entry of a trail: the targets of its parts and the whole text."""
    source = frame_source(app)

    def last(trail_id, screen, language="nl"):
        line = database.read(lambda session: trails.lines(session, trail_id))[-1]
        view = View(f"incident.{screen}", language, ())
        html = source.render(view, line)
        if html is None:
            return None
        page = BeautifulSoup(html, "html.parser")
        assert not page.select("form"), "a frame has no session, so it cannot carry a form"
        return {part["hx-target"]: part.get_text(" ", strip=True) for part in page.select("hx-partial")}

    return last


def do(database, town, verb, *given, **said):
    who = world.actor(town["crisis_team"], town.home)
    here = Realm(town.home.id)
    return database.transact(lambda session: verb(session, here, *given, **said, actor=who, now=START))


def test_a_log_line_comes_on_top(database, town, incident, draw):
    incident_world.logged(database, town, incident, "Mail ligt eruit.")
    drawn = draw(incident.trail_id, "show")
    assert set(drawn) == {"#log"}
    assert "Mail ligt eruit." in drawn["#log"]


def test_a_correction_also_draws_the_old_entry_struck(database, town, incident, draw):
    incident_world.logged(database, town, incident, "Mail ligt eruit.")
    do(database, town, actions.correct, incident.id, corrects=1, text="Alleen intern.", reason="Nagevraagd.")
    drawn = draw(incident.trail_id, "show")
    assert set(drawn) == {"#log", "#entry-1"}
    assert "Gecorrigeerd door nr. 2" in drawn["#entry-1"]


def test_a_playbook_that_is_taken_up_shows_on_the_page_and_with_the_receiver(
    database, town, incident, handover, draw
):
    House(database, town).published()
    do(database, town, actions_playbooks.follow, incident.id, "stroomstoring")
    shown = draw(incident.trail_id, "show")
    assert set(shown) == {"#log", "#playbooks"}
    assert "Draaiboek wordt gevolgd: Stroomstoring, versie 1.0" in shown["#log"]
    assert "Stroomstoring versie 1.0" in shown["#playbooks"]
    assert "Checklist" in shown["#playbooks"]
    assert "3 stappen" in shown["#playbooks"]
    theirs = draw(incident.trail_id, "handover", "en")
    assert set(theirs) == {"#log", "#playbooks"}
    assert "Stroomstoring version 1.0 3 steps" in theirs["#playbooks"]
    assert "Checklist" not in theirs["#playbooks"]


def test_an_escalation_draws_the_ladder_and_a_test_its_result(database, town, incident, draw):
    to = Position("safety_region")
    do(database, town, actions.escalate, incident.id, to, reason="x", ordered_by="y", informed=[])
    assert "In contact met de veiligheidsregio" in draw(incident.trail_id, "show")["#ladder"]
    do(
        database,
        town,
        actions.test_effect,
        incident.id,
        incident_world.EFFECT,
        dict.fromkeys(incident_world.EFFECT, ""),
    )
    assert "maatschappelijke gevolgen" in draw(incident.trail_id, "show")["#effect"]


def test_a_step_of_the_handover_shows_on_all_three_screens(database, town, incident, handover, draw):
    assert "Regio-waterveld" in draw(incident.trail_id, "show")["#handovers"]
    theirs = database.read(lambda session: trails.organisation_trail(session, town.region.id)).id
    assert "Ransomware" in draw(theirs, "inbox")["#inbox"]
    officer = world.actor(town["public_safety"], town.region)
    database.transact(
        lambda session: actions_handover.confirm_receipt(
            session, Realm(town.region.id), handover.id, actor=officer, now=START
        )
    )
    assert "Ontvangen" in draw(incident.trail_id, "handover")["#steps"]
    assert "Received" in draw(incident.trail_id, "handover", "en")["#steps"]
    assert "Ontvangen" in draw(theirs, "inbox")["#inbox"]
    assert "Test public_safety" in draw(incident.trail_id, "show")["#handovers"]


def test_entries_about_something_else_show_nothing(database, town, draw):
    exercise = world.exercise(database, town.home, town["exercise_leader"])
    assert draw(exercise.trail_id, "show") is None
    incident_world.incident(database, town, exercise_id=exercise.id)
    who = world.actor(town["exercise_leader"], town.home)
    database.transact(
        lambda session: trail.write(
            session, exercise.trail_id, Kind.EXERCISE_NOTED, actor=who, at=START, text="Stil."
        )
    )
    assert draw(exercise.trail_id, "show") is None
    assert draw(exercise.trail_id, "handover") is None
    other = database.read(lambda session: trails.organisation_trail(session, town.home.id)).id
    assert draw(other, "inbox") is None


def test_a_region_sees_its_own_steps_only_and_the_incident_while_it_takes_part(database, incident, handover):
    steps = database.read(lambda session: queries.lines(session, incident))[-1].audience
    own, other = handover.receiver_organisation_id, handover.receiver_organisation_id + 1
    assert visible(steps, following(own, HandoverState.REFUSED))
    assert not visible(steps, following(other, HandoverState.ACCEPTED))
    assert visible(AUDIENCE, following(own, HandoverState.ACCEPTED))
    assert not visible(AUDIENCE, following(own, HandoverState.RETURNED))
    assert visible(steps, watching(exercise=True, leads=False))
    assert not visible(("staff",), watching(exercise=True, leads=False))
    assert region(own) in steps
