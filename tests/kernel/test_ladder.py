from datetime import date
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cyberready.kernel.ladder import (
    LADDER,
    Answer,
    Direction,
    Outcome,
    Position,
    Question,
    effect_test,
    escalate,
    parse_grip,
    rung,
)
from cyberready.kernel.refusals import Conflict, NotFound, Refused

FILE = Path(__file__).parents[2] / "templates" / "law" / "grip.yaml"
LEVELS = parse_grip(yaml.safe_load(FILE.read_text()))

positions = st.one_of(
    st.sampled_from([step.key for step in LADDER if step.key != "grip"]).map(Position),
    st.builds(
        Position, st.sampled_from(["grip", "national"]), st.sampled_from([level.key for level in LEVELS])
    ),
)


def go(before, after, reason="effecten op inwoners", ordered_by="A. de Boer, AOV"):
    return escalate(before, after, reason=reason, ordered_by=ordered_by, levels=LEVELS)


def test_the_steps_in_order():
    assert [step.key for step in LADDER] == [
        "reported",
        "ict_incident",
        "digital_calamity",
        "municipal_crisis_team",
        "safety_region",
        "grip",
        "national",
        "scaled_down",
    ]
    assert all(step.owner and step.question for step in LADDER)


def test_steps_may_be_skipped_and_the_change_says_who_and_why():
    change = go(Position("reported"), Position("grip", "grip-3"), reason=" brug open ")
    assert change.direction is Direction.UP
    assert (change.before, change.after) == (Position("reported"), Position("grip", "grip-3"))
    assert (change.reason, change.ordered_by) == ("brug open", "A. de Boer, AOV")


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (Position("grip", "grip-2"), Position("grip", "grip-3"), "up"),
        (Position("grip", "grip-3"), Position("grip", "grip-1"), "down"),
        (Position("grip", "grip-4"), Position("safety_region"), "down"),
        (Position("national"), Position("national", "grip-5"), "up"),
        (Position("national", "grip-5"), Position("national"), "down"),
        (Position("reported"), Position("scaled_down"), "down"),
        (Position("scaled_down"), Position("reported"), "up"),
        (Position("grip", "no longer configured"), Position("grip", "grip-1"), "up"),
    ],
)
def test_directions(before, after, direction):
    assert go(before, after).direction == direction


@given(positions, positions)
def test_there_and_back_are_opposite_and_standing_still_is_refused(before, after):
    if before == after:
        with pytest.raises(Conflict, match="already stands"):
            go(before, after)
    else:
        assert {go(before, after).direction, go(after, before).direction} == set(Direction)


@pytest.mark.parametrize(
    ("after", "kind", "sentence"),
    [
        (Position("grip"), Refused, "Choose the GRIP level."),
        (Position("ict_incident", "grip-1"), Refused, "A GRIP level does not belong to this step."),
        (Position("grip", "grip-9"), NotFound, "GRIP level grip-9 is not configured."),
        (Position("moon"), NotFound, "The escalation ladder has no step moon."),
    ],
)
def test_positions_that_do_not_exist(after, kind, sentence):
    with pytest.raises(kind) as refused:
        go(Position("reported"), after)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("after", [Position("grip", "grip-1"), Position("scaled_down")])
def test_up_and_down_both_need_a_reason_and_an_orderer(after):
    with pytest.raises(Refused, match="Give the reason"):
        go(Position("safety_region"), after, reason="  ")
    with pytest.raises(Refused, match="who ordered"):
        go(Position("safety_region"), after, ordered_by="")


def test_a_rung_is_found_by_key():
    assert rung("safety_region").owner == "AOV"


def test_the_shipped_grip_levels():
    assert [level.key for level in LEVELS] == ["grip-1", "grip-2", "grip-3", "grip-4", "grip-5", "grip-rijk"]
    assert [level.rank for level in LEVELS] == [1, 2, 3, 4, 5, 6]
    assert LEVELS[2].leader == "Burgemeester"
    assert LEVELS[0].checked_on == date(2026, 11, 22)


@pytest.mark.parametrize("rank", [0, -1, True, "1", 1.0])
def test_a_rank_is_a_whole_number(rank):
    rows = yaml.safe_load(FILE.read_text())
    rows[1]["rank"] = rank
    with pytest.raises(Refused, match=r"Row 2 \(grip-2\): rank must be a whole number"):
        parse_grip(rows)


@pytest.mark.parametrize("given_answers", list(product(Answer, repeat=4)))
def test_every_combination_of_answers(given_answers):
    effect = effect_test(dict(zip(Question, given_answers, strict=True)))
    if "yes" in given_answers:
        assert effect.outcome is Outcome.CONTACT
    elif "unknown" in given_answers:
        assert effect.outcome is Outcome.ASK_AGAIN
    else:
        assert effect.outcome is Outcome.NO_EFFECT
    assert len(effect.yes) == given_answers.count("yes")
    assert len(effect.ask_again) == given_answers.count("unknown")


def test_which_questions_to_ask_again():
    effect = effect_test(
        {"residents": "yes", "companies": "unknown", "public_order": "no", "safety": "unknown"}
    )
    assert effect.yes == (Question.RESIDENTS,)
    assert effect.ask_again == (Question.COMPANIES, Question.SAFETY)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"residents": "yes", "companies": "no", "public_order": "no"},
        {"residents": "yes", "companies": "no", "public_order": "no", "safety": "maybe"},
        {"residents": "yes", "companies": "no", "public_order": "no", "safety": "no", "weather": "no"},
    ],
)
def test_all_four_must_be_answered(answers):
    with pytest.raises(Refused, match="all four"):
        effect_test(answers)
