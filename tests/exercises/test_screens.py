"""What a participant's screen holds: cards newest first, with the answers of the own team and of nobody else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.exercises import jobs, queries, rules, screens
from cyberready.exercises.models import Inject
from cyberready.exercises.rules import InjectState
from cyberready.platform.realm import Realm
from cyberready.trail.rules import STAFF, Kind, Line
from tests import world
from tests.exercises.playing import answer, begin, choose, decide
from tests.world import START

CRISIS, ICT = rules.tokens("crisis", ""), rules.tokens("ict", "")
EVERYTHING = frozenset({STAFF})


def line(position, kind, *audience, **body):
    return Line(
        trail_id=1,
        position=position,
        kind=kind,
        actor_ref="clock",
        actor_role="",
        at=START + timedelta(minutes=position),
        happened_at=None,
        about=None,
        audience=audience or ("all",),
        body=body,
    )


PLAYED = [
    line(0, Kind.EXERCISE_PLANNED),
    line(1, Kind.EXERCISE_STARTED),
    line(2, Kind.INJECT_FIRED, inject=1, title="Eerste"),
    line(3, Kind.INJECT_FIRED, "team:ict", inject=2, title="Tweede"),
    line(4, Kind.INJECT_ANSWERED, "team:crisis", inject=1, team="crisis", text="Logboek open"),
    line(5, Kind.INJECT_ANSWERED, "team:ict", inject=1, team="ict", text="Aggregaat aan"),
    line(6, Kind.DECISION_POINT_ASKED, "team:crisis", inject=3, title="Noodplan?"),
    line(7, Kind.DECISION_POINT_CHOSEN, "team:crisis", inject=3, team="crisis", text="Ja"),
    line(8, Kind.DECISION_LOGGED, "team:crisis", team="crisis", decision="Balie dicht"),
    line(9, Kind.EXERCISE_NOTED, STAFF, text="Team overlegt lang"),
]


def test_cards_are_newest_first_with_the_answers_in_order():
    feed = screens.feed(PLAYED, EVERYTHING)
    assert [card.line.position for card in feed.cards] == [6, 3, 2]
    assert [one.text("text") for one in feed.cards[-1].answers] == ["Logboek open", "Aggregaat aan"]
    assert feed.cards[0].choice.text("text") == "Ja"
    assert [one.position for one in feed.decisions] == [8, 7]
    assert [one.position for one in feed.log] == [9, 1]
    assert feed.position == 9


@pytest.mark.parametrize(
    ("tokens", "cards", "answers", "decisions"),
    [
        (CRISIS, [6, 2], ["Logboek open"], [8, 7]),
        (ICT, [3, 2], ["Aggregaat aan"], []),
        (frozenset({"all"}), [2], [], []),
    ],
)
def test_a_team_sees_its_own_cards_answers_and_decisions(tokens, cards, answers, decisions):
    feed = screens.feed(PLAYED, tokens)
    assert [card.line.position for card in feed.cards] == cards
    first = next(card for card in feed.cards if card.line.position == 2)
    assert [one.text("text") for one in first.answers] == answers
    assert [one.position for one in feed.decisions] == decisions
    assert not [one for one in feed.log if one.kind is Kind.EXERCISE_NOTED]
    assert feed.position == 9, "what is hidden counts as seen, or the stream would send it again"


def test_an_answer_to_a_card_that_is_not_there_is_left_out():
    feed = screens.feed([line(0, Kind.INJECT_ANSWERED, inject=9, text="?")], EVERYTHING)
    assert not feed.cards
    assert feed.position == 0


def test_an_empty_trail_is_an_empty_screen_before_the_first_entry():
    feed = screens.feed([], CRISIS)
    assert (feed.cards, feed.decisions, feed.log, feed.position) == ([], [], [], -1)


def test_erased_entries_do_not_break_the_screen():
    erased = [
        Line(1, 0, kind, "x", "", START, None, None, ("all",), None)
        for kind in (Kind.INJECT_FIRED, Kind.INJECT_ANSWERED, Kind.DECISION_LOGGED, Kind.EXERCISE_NOTED)
    ]
    assert len(screens.feed(erased, CRISIS).cards) == 1


@given(st.permutations(PLAYED), st.sampled_from([CRISIS, ICT, frozenset({"all"})]))
def test_no_order_of_entries_shows_a_team_what_is_for_another(lines, tokens):
    feed = screens.feed(lines, tokens)
    shown = [*feed.decisions, *feed.log, *(card.line for card in feed.cards)]
    shown += [one for card in feed.cards for one in card.answers]
    assert all(not tokens.isdisjoint(one.audience) for one in shown)


# From the database


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def exercise(database, town):
    return world.exercise(database, town.home, town["exercise_leader"])


def control(database, exercise, now):
    return database.read(
        lambda session: screens.control(
            session, queries.exercise(session, Realm(exercise.organisation_id), exercise.id), now
        )
    )


def test_the_leaders_screen_before_the_start(database, exercise):
    shown = control(database, exercise, START)
    assert shown.fired == 0
    assert shown.next_inject.key == "eerste"
    assert shown.next_at is None
    assert shown.hand.text == timedelta()
    assert [row.name for row in shown.teams] == ["Crisisteam", "ICT-respons"]


def test_the_leaders_screen_counts_what_teams_did(database, town, exercise, hand):
    seat = world.participant(database, exercise, "crisis", "voorzitter")
    begin(database, town, exercise, hand)
    jobs.fire_due(database, hand.forward(minutes=15))
    answer(database, exercise, "eerste", "Logboek open", seat, hand)
    choose(database, exercise, "noodplan", "ja", "Het moet", seat, hand)
    decide(database, exercise, "Balie dicht", seat, hand)
    shown = control(database, exercise, hand())
    assert shown.fired == 4
    assert (shown.next_inject.key, shown.next_at) == ("vierde", START + timedelta(minutes=20))
    assert {row.key: (row.answers, len(row.seats)) for row in shown.teams} == {
        "crisis": (3, 1),
        "ict": (0, 0),
    }
    assert [one.kind for one in shown.decisions] == [Kind.DECISION_LOGGED, Kind.DECISION_POINT_CHOSEN]
    assert shown.hand.banked_us == 0
    assert shown.hand.text == timedelta(minutes=15)
    assert shown.log[0].position == shown.position


def test_each_teams_feed_of_a_played_exercise(database, town, exercise, hand):
    begin(database, town, exercise, hand)
    jobs.fire_due(database, hand.forward(minutes=15))
    titles = {}
    for team, role in (("crisis", "voorzitter"), ("crisis", ""), ("ict", "")):
        lines = database.read(lambda session: screens.trails.lines(session, exercise.trail_id))
        feed = screens.feed(lines, rules.tokens(team, role))
        titles[team, role] = [card.line.text("title") for card in feed.cards]
    assert titles == {
        ("crisis", "voorzitter"): ["Gaat het noodplan aan?", "Derde bericht", "Eerste bericht"],
        ("crisis", ""): ["Gaat het noodplan aan?", "Eerste bericht"],
        ("ict", ""): ["Tweede bericht", "Eerste bericht"],
    }


# The wall


def inject(number, state=InjectState.PENDING):
    fired = START + timedelta(minutes=number) if state is InjectState.FIRED else None
    return Inject(number=number, state=state, fired_at=fired)


@pytest.mark.parametrize(
    ("fired", "expected"), [(0, [1, 2, 3, 4, 5]), (1, [1, 2, 3, 4, 5]), (6, [4, 5, 6, 7, 8])]
)
def test_the_wall_shows_what_was_and_what_comes(fired, expected):
    script = [inject(n, InjectState.FIRED if n <= fired else InjectState.PENDING) for n in range(1, 11)]
    assert [one.number for one in screens.window(script)] == expected


def test_skipped_injects_are_not_on_the_wall():
    script = [inject(1, InjectState.SKIPPED), inject(2)]
    assert [one.number for one in screens.window(script)] == [2]
