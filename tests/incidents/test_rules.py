"""Rules of incidents: late entries, corrections, and where duties to notify stand."""

from datetime import UTC, datetime, timedelta

import pytest

from cyberready.incidents import queries, rules
from cyberready.kernel.canonical import moment
from cyberready.kernel.deadlines import State
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.trail.rules import STAFF, Kind, Line

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CLOCKS = queries.clocks(NOW)


def line(kind, position=0, *, at=NOW, happened_at=None, **body):
    return Line(1, position, kind, "account:1", "", at, happened_at, "incident:1", ("all",), body)


def known(trigger, at=NOW):
    return line(Kind.KNOWLEDGE_ESTABLISHED, happened_at=at, trigger=trigger)


def judged(clock, judgement, **said):
    return line(Kind.NOTIFICATION_JUDGED, 1, clock=clock, judgement=judgement, **said)


def stand(clock, *lines, at=NOW, exercise=False):
    found = rules.standing(CLOCKS, lines, at, exercise=exercise)
    return next(one for one in found if one.clock.id == clock)


@pytest.mark.parametrize("minutes", [0, 14, 15])
def test_up_to_fifteen_minutes_back_needs_no_reason(minutes):
    at = NOW - timedelta(minutes=minutes)
    assert rules.when(at, "", NOW) == at


def test_longer_back_needs_one_and_the_future_has_none():
    with pytest.raises(Refused, match="15 minutes"):
        rules.when(NOW - timedelta(minutes=16), " ", NOW)
    with pytest.raises(Refused, match="future"):
        rules.when(NOW + timedelta(minutes=1), "x", NOW)
    assert rules.when(None, "", NOW) is None


def test_the_newest_correction_of_an_entry_counts():
    first = line(Kind.INCIDENT_CORRECTED, 5, corrects=2)
    second = line(Kind.INCIDENT_CORRECTED, 6, corrects=2)
    erased = Line(1, 7, Kind.INCIDENT_CORRECTED, "a", "", NOW, None, "incident:1", ("all",), None)
    assert rules.corrections([first, second, erased]) == {2: second}


def test_nothing_is_known_until_somebody_establishes_it():
    assert not any(one.known for one in rules.standing(CLOCKS, [], NOW, exercise=False))


def test_a_moment_that_is_established_again_counts_from_then():
    later = NOW + timedelta(hours=1)
    found = stand("AVG-33", known("breach_known_at"), known("breach_known_at", later))
    assert found.due == later + timedelta(hours=72)
    assert (found.state, found.known, found.open) == (State.TO_JUDGE, True, True)


def test_a_term_that_applies_runs_and_gets_late():
    lines = [known("breach_known_at"), judged("AVG-33", "applies")]
    assert stand("AVG-33", *lines).state is State.RUNNING
    assert stand("AVG-33", *lines, at=NOW + timedelta(hours=73)).state is State.LATE


def test_the_final_report_runs_from_the_notification():
    reported = NOW + timedelta(hours=3)
    told = judged("CBW-72", "reported", reported_at=moment(reported), receipt="R-1")
    found = stand("CBW-30", known("significant_known_at"), told)
    assert found.progress.started_at == reported
    assert stand("CBW-72", known("significant_known_at"), told).state is State.MET
    closed = line(Kind.INCIDENT_CLOSED, 4, at=NOW + timedelta(days=2), reason="Klaar")
    assert stand("CBW-30B", closed).progress.started_at == closed.at


def test_in_an_exercise_every_deadline_is_practice():
    lines = [known("breach_known_at"), known("significant_known_at")]
    assert all(one.practice for one in rules.standing(CLOCKS, lines, NOW, exercise=True))
    assert not any(one.practice for one in rules.standing(CLOCKS, lines, NOW, exercise=False))


def test_what_does_not_apply_is_not_open():
    found = stand(
        "AVG-33", known("breach_known_at"), judged("AVG-33", "not_applicable", reason="Geen gegevens.")
    )
    assert (found.state, found.reason, found.open) == (State.NOT_APPLICABLE, "Geen gegevens.", False)


def test_a_report_without_its_moment_starts_no_further_term():
    derived, follows = next(iter(rules.DERIVED.items()))
    assert derived not in rules.moments([judged(follows, "done")])
    told = judged(follows, "done", reported_at=moment(NOW))
    assert rules.moments([told])[derived] == NOW


@pytest.mark.parametrize(("said", "read"), [(["AOV", 7], ("AOV", "7")), ("AOV", ()), (None, ()), ([], ())])
def test_a_list_of_an_entry_is_read_as_texts(said, read):
    assert rules.texts_in(line(Kind.INCIDENT_ESCALATED, informed=said), "informed") == read
    assert rules.texts_in(line(Kind.INCIDENT_ESCALATED), "informed") == ()


@pytest.mark.parametrize(("said", "read"), [(7, 7), (True, None), ("7", None), (None, None)])
def test_a_number_of_an_entry_is_a_whole_number(said, read):
    assert rules.number_in(line(Kind.INCIDENT_CORRECTED, corrects=said), "corrects") == read


def test_a_region_follows_the_incident_only_while_the_handover_is_under_way():
    own = rules.region(7)
    for state in rules.HandoverState:
        seen = rules.following(7, state)
        assert own in seen
        assert rules.region(8) not in seen
        assert ("region" in seen) == (state in rules.UNDER_WAY)
    assert isinstance(rules.too_late(rules.HandoverState.RETURNED), Conflict)


def test_players_of_an_exercise_see_what_is_for_all_and_the_house_everything():
    assert rules.watching(exercise=True, leads=False) == {"all"}
    assert rules.watching(exercise=True, leads=True) == rules.watching(exercise=False, leads=False) == {STAFF}
    assert rules.subject(3) == "incident:3"
