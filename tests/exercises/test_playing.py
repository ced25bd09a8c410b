"""An exercise as it is played: injects fire once, in order, for those they are for."""

import threading
from datetime import timedelta
from fractions import Fraction

import pytest

from cyberready.exercises import actions, actions_injects, jobs, queries
from cyberready.exercises.rules import InjectState
from cyberready.kernel.refusals import Conflict, Forbidden, NotFound, Refused
from cyberready.platform.mail.models import OutboxMessage
from cyberready.platform.realm import Realm
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.world import START


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def exercise(database, town):
    return world.exercise(database, town.home, town["exercise_leader"])


@pytest.fixture
def act(database, town, exercise, hand):
    """Call a verb on the exercise as its leader, at the hand's time."""

    def call(verb, *args, **kwargs):
        leader = world.actor(town["exercise_leader"], town.home)
        return database.transact(
            lambda session: verb(
                session, Realm(town.home.id), exercise.id, *args, actor=leader, now=hand(), **kwargs
            )
        )

    return call


def fired(database, exercise):
    lines = database.read(lambda session: trails.lines(session, exercise.trail_id))
    return [line.body["key"] for line in lines if line.kind in {Kind.INJECT_FIRED, Kind.DECISION_POINT_ASKED}]


def by_key(database, exercise, key):
    return next(
        one for one in database.read(lambda session: queries.injects(session, exercise.id)) if one.key == key
    )


def test_injects_fire_at_their_moment_and_once(database, exercise, act, hand):
    act(actions.start)
    jobs.fire_due(database, hand())
    assert fired(database, exercise) == ["eerste"]
    jobs.fire_due(database, hand.forward(minutes=4, seconds=59))
    assert fired(database, exercise) == ["eerste"]
    jobs.fire_due(database, hand.forward(seconds=1))
    jobs.fire_due(database, hand())
    assert fired(database, exercise) == ["eerste", "tweede"]


def test_after_a_standstill_everything_due_fires_in_script_order_and_is_marked_late(
    database, exercise, act, hand
):
    act(actions.start)
    jobs.fire_due(database, hand.forward(minutes=16))
    assert fired(database, exercise) == ["eerste", "tweede", "derde", "noodplan"]
    lines = database.read(lambda session: trails.of_kinds(session, exercise.trail_id, Kind.INJECT_FIRED))
    assert [line.body["late"] for line in lines] == [True, True, True]
    assert lines[0].body["late_ms"] == 16 * 60 * 1000


def test_nothing_fires_while_paused_and_pace_counts(database, exercise, act, hand):
    act(actions.start)
    jobs.fire_due(database, hand())
    act(actions.pause)
    jobs.fire_due(database, hand.forward(hours=2))
    assert fired(database, exercise) == ["eerste"]
    act(actions.resume)
    act(actions.change_pace, Fraction(10))
    jobs.fire_due(database, hand.forward(seconds=30))
    assert fired(database, exercise) == ["eerste", "tweede"]
    assert database.read(queries.next_due) == hand.at + timedelta(seconds=30)


def test_racing_wakers_fire_each_inject_once(database, exercise, act, hand):
    act(actions.start)
    hand.forward(minutes=16)
    rivals = [threading.Thread(target=jobs.fire_due, args=(database, hand())) for _ in range(6)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert fired(database, exercise) == ["eerste", "tweede", "derde", "noodplan"]


def test_two_leaders_pressing_pause_at_once_give_one_pause_and_one_sentence(database, exercise, act):
    act(actions.start)
    outcomes = []

    def press():
        try:
            act(actions.pause)
            outcomes.append("paused")
        except Conflict as refusal:
            outcomes.append(str(refusal))

    leaders = [threading.Thread(target=press) for _ in range(2)]
    for leader in leaders:
        leader.start()
    for leader in leaders:
        leader.join()
    assert outcomes.count("paused") == 1
    found = database.read(lambda session: trails.of_kinds(session, exercise.trail_id, Kind.EXERCISE_PAUSED))
    assert len(found) == 1


def test_the_branch_that_was_not_chosen_is_left_out(database, exercise, act, hand, town):
    seat = world.participant(database, exercise, "crisis", "voorzitter")
    act(actions.start)
    jobs.fire_due(database, hand.forward(minutes=15))
    point = by_key(database, exercise, "noodplan")

    def choose(option):
        def work(session):
            found = queries.exercise(session, Realm(town.home.id), exercise.id)
            actions_injects.choose(
                session,
                found,
                point.id,
                option,
                reason="te vroeg",
                seat=seat,
                actor=world.actor(town["crisis_team"], town.home),
                now=hand(),
            )

        return work

    database.transact(choose("nee"))
    with pytest.raises(Conflict):
        database.transact(choose("ja"))
    jobs.fire_due(database, hand.forward(minutes=5))
    assert by_key(database, exercise, "vierde").state == InjectState.SKIPPED
    assert "vierde" not in fired(database, exercise)


def test_firing_now_and_skipping_claim_the_inject(database, exercise, act):
    act(actions.start)
    inject = by_key(database, exercise, "vierde")
    act(actions_injects.fire_now, inject.id)
    with pytest.raises(Conflict, match="fired or skipped already"):
        act(actions_injects.fire_now, inject.id)
    with pytest.raises(Conflict, match="fired or skipped already"):
        act(actions_injects.skip, inject.id, reason="te laat")
    with pytest.raises(NotFound):
        act(actions_injects.fire_now, 999_999)


def test_an_inject_that_was_left_out_can_still_be_fired_by_the_leader(database, exercise, act):
    act(actions.start)
    inject = by_key(database, exercise, "vierde")
    act(actions_injects.skip, inject.id, reason="eerst niet")
    act(actions_injects.fire_now, inject.id)
    assert fired(database, exercise) == ["vierde"]
    with pytest.raises(Conflict):
        act(actions_injects.fire_now, inject.id)


def test_nobody_changes_team_once_the_exercise_runs(database, exercise, act, hand, town):
    home, person = Realm(town.home.id), town["crisis_team"]

    def sit(team):
        return database.transact(
            lambda session: actions.join(
                session,
                queries.exercise(session, home, exercise.id),
                name=person.name,
                team=team,
                role="",
                account_id=person.id,
                now=hand(),
            )
        )

    sit("ict")
    assert sit("crisis").team == "crisis"
    act(actions.start)
    with pytest.raises(Conflict):
        sit("ict")


def test_an_ad_hoc_inject_reaches_its_team_at_once(database, exercise, act):
    act(actions.start)
    act(
        actions_injects.add,
        channel="phone",
        sender="Pers",
        to=["ict"],
        title="Extra",
        body="Bel terug.",
        after=timedelta(),
    )
    assert fired(database, exercise) == ["ad-hoc-6"]
    with pytest.raises(Refused, match="for whom"):
        act(
            actions_injects.add,
            channel="phone",
            sender="x",
            to=["marine"],
            title="x",
            body="x",
            after=timedelta(),
        )


def test_mail_injects_only_go_to_addresses_confirmed_for_this_exercise(database, exercise, act, hand, town):
    home = Realm(town.home.id)
    confirmed, silent = town["crisis_team"], town["security_officer"]

    def sit(session, person):
        return actions.join(
            session,
            queries.exercise(session, home, exercise.id),
            name=person.name,
            team="ict",
            role="",
            account_id=person.id,
            now=hand(),
        )

    database.transact(lambda session: sit(session, confirmed))
    database.transact(lambda session: sit(session, silent))
    database.transact(
        lambda session: actions.confirm_address(
            session,
            queries.exercise(session, home, exercise.id),
            confirmed.id,
            confirmed.email,
            actor=world.actor(confirmed, town.home),
            now=hand(),
        )
    )
    act(actions.start)
    jobs.fire_due(database, hand.forward(minutes=5))
    sent = database.read(lambda session: session.query(OutboxMessage).all())
    assert [message.recipient for message in sent] == [confirmed.email]
    assert "OEFENING" in sent[0].subject
    assert sent[0].text.startswith("OEFENING OEFENING OEFENING")


def test_an_unfilled_variable_stops_the_start(database, town, act, exercise):
    source = world.SCENARIO.replace("gemeente: Waterveld", "gemeente: null").replace(
        "stroomstoring", "anders"
    )
    release = world.scenario(database, town.home, source)
    leader = world.actor(town["exercise_leader"], town.home)
    home = Realm(town.home.id)
    made = database.transact(
        lambda session: actions.plan(
            session,
            home,
            release.id,
            title="x",
            planned_at=START,
            leader_id=town["exercise_leader"].id,
            actor=leader,
            now=START,
        )
    )
    with pytest.raises(Refused, match="gemeente"):
        database.transact(lambda session: actions.start(session, home, made.id, actor=leader, now=START))
    database.transact(
        lambda session: actions.fill(
            session, home, made.id, {"gemeente": "Purmerbos"}, actor=leader, now=START
        )
    )
    database.transact(lambda session: actions.start(session, home, made.id, actor=leader, now=START))
    jobs.fire_due(database, START)
    lines = database.read(lambda session: trails.of_kinds(session, made.trail_id, Kind.INJECT_FIRED))
    assert "Purmerbos" in lines[0].body["text"]


@pytest.mark.parametrize("name", ["Purmer\r\nbos", "x" * 300, "Purmer\u200bbos"])
def test_a_name_that_makes_no_mail_subject_does_not_stop_the_exercise(database, town, hand, name):
    home, leader = Realm(town.home.id), world.actor(town["exercise_leader"], town.home)
    member = town["crisis_team"]
    source = world.SCENARIO.replace("title: Tweede bericht", 'title: "Bericht uit {{ gemeente }}"')
    world.scenario(database, town.home, source)

    def prepare(session):
        release = queries.releases(session, home)[0]
        made = actions.plan(
            session,
            home,
            release.id,
            title="x",
            planned_at=START,
            leader_id=town["exercise_leader"].id,
            actor=leader,
            now=START,
        )
        actions.join(session, made, name="Kim", team="ict", role="", account_id=member.id, now=START)
        actor = world.actor(member, town.home)
        actions.confirm_address(session, made, member.id, member.email, actor=actor, now=START)
        return made

    made = database.transact(prepare)
    filling = {"gemeente": name}
    database.transact(lambda session: actions.fill(session, home, made.id, filling, actor=leader, now=START))
    database.transact(lambda session: actions.start(session, home, made.id, actor=leader, now=START))
    jobs.fire_due(database, hand.forward(minutes=10))
    assert fired(database, made) == ["eerste", "tweede", "derde"]
    (sent,) = database.read(lambda session: session.query(OutboxMessage).all())
    assert "Bericht uit" in sent.subject
    assert len(sent.subject.splitlines()) == 1


def test_a_change_of_team_ends_the_streams_of_the_old_one(database, exercise, town):
    member, bells = town["crisis_team"], []
    database.listeners.append(bells.append)

    def sit(team):
        def work(session):
            found = queries.exercise(session, Realm(town.home.id), exercise.id)
            actions.join(session, found, name="Kim", team=team, role="", account_id=member.id, now=START)

        bells.clear()
        database.transact(work)
        return any(f"gone:account:{member.id}" in rung for rung in bells)

    assert not sit("crisis")
    assert not sit("crisis")
    assert sit("ict")


def test_what_hangs_on_a_decision_that_nobody_took_is_left_out_and_says_so(database, exercise, act, hand):
    act(actions.start)
    jobs.fire_due(database, hand.forward(minutes=20))
    (line,) = database.read(lambda session: trails.of_kinds(session, exercise.trail_id, Kind.INJECT_SKIPPED))
    assert line.text("reason") == "not decided"


def test_nothing_lands_after_the_end_even_when_both_happen_at_once(database, exercise, act, hand, town):
    if database.sqlite:
        pytest.skip("SQLite lets one writer at a time")
    seat = world.participant(database, exercise, "crisis")
    act(actions.start)

    def decide_while_it_ends(session):
        found = queries.exercise(session, Realm(town.home.id), exercise.id)
        leader = threading.Thread(target=act, args=(actions.end,))
        leader.start()
        leader.join()
        actions_injects.decide(
            session,
            found,
            decision="Te laat",
            reason="x",
            owner="x",
            seat=seat,
            actor=world.actor(town["crisis_team"], town.home),
            now=hand(),
        )

    with pytest.raises(Forbidden):
        database.transact(decide_while_it_ends)
    kinds = [line.kind for line in database.read(lambda session: trails.lines(session, exercise.trail_id))]
    assert kinds[-1] is Kind.EXERCISE_ENDED
