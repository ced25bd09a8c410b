"""The after-action report is read from the trail of an exercise that was played, and all of it stands in the Word file."""

from datetime import date, timedelta

import pytest

from cyberready.exercises import actions, actions_injects, jobs, reports
from cyberready.exercises.documents import InjectOutcome
from cyberready.exercises.views_report import typeset
from cyberready.improvements import actions as improvements
from cyberready.improvements.rules import Origin, Outcome, Priority, Theme
from cyberready.incidents import actions as incidents
from cyberready.incidents.rules import Role
from cyberready.kernel.checkpoint import SigningKey
from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.exercises.playing import answer, begin, choose, decide, finish, lead, number_of
from tests.platform.paper.reading import opened
from tests.world import START


@pytest.fixture
def key():
    return SigningKey.generate("waterveld.invalid")


@pytest.fixture
def town(database):
    return world.town(database)


@pytest.fixture
def exercise(database, town):
    return world.exercise(database, town.home, town["exercise_leader"])


@pytest.fixture
def played(database, town, exercise, hand):
    """An exercise of 21 minutes: one inject late, one skipped with a reason, a branch taken, two decisions."""
    noor = world.participant(database, exercise, "crisis", "voorzitter", "Noor")
    begin(database, town, exercise, hand)
    jobs.fire_due(database, hand())
    answer(database, exercise, "eerste", "Wij openen het logboek.", noor, hand)
    third = number_of(database, exercise, "derde")
    lead(database, town, exercise, hand, actions_injects.skip, third, reason="Krant belde al")
    jobs.fire_due(database, hand.forward(minutes=5, seconds=30))
    lead(database, town, exercise, hand, actions.pause)
    hand.forward(hours=1)
    lead(database, town, exercise, hand, actions.resume)
    jobs.fire_due(database, hand.forward(minutes=10))
    choose(database, exercise, "noodplan", "ja", "De balie staat stil", noor, hand)
    decide(database, exercise, "Balie dicht", noor, hand, reason="Geen stroom", owner="Kim van Beheer")
    lead(database, town, exercise, hand, actions_injects.note, "Team overlegt lang.")
    jobs.fire_due(database, hand.forward(minutes=5, seconds=30))
    finish(database, town, exercise, hand)
    return exercise


@pytest.fixture
def read(database, town, key, hand):
    def reading(exercise, language="nl", home=None):
        return database.read(
            lambda session: reports.after_action(
                session, Realm(home or town.home.id), exercise.id, key=key, language=language, now=hand()
            )
        )

    return reading


def test_the_figures_of_what_was_played(read, played):
    report = read(played)
    assert report.organisation == "Waterveld"
    assert (report.title, report.scenario) == ("Stroomstoring", "Stroomstoring 1.0")
    assert report.leader == "Test exercise_leader"
    assert report.started_at == START
    assert report.played == timedelta(minutes=21)
    assert report.ended_at == START + timedelta(hours=1, minutes=21)
    assert report.first_decision == timedelta(minutes=15, seconds=30)
    assert [goal.text for goal in report.goals] == ["Op tijd opschalen"]
    assert report.questions == ("Wat ging goed?",)


def test_each_inject_with_what_became_of_it(read, played):
    found = {one.number: one for one in read(played).injects}
    assert [found[number].outcome for number in "12345"] == [
        InjectOutcome.FIRED,
        InjectOutcome.FIRED,
        InjectOutcome.SKIPPED,
        InjectOutcome.FIRED,
        InjectOutcome.FIRED,
    ]
    assert [found[number].late for number in "12"] == [timedelta(), timedelta(seconds=30)]
    assert found["3"].note == "Krant belde al"
    assert found["1"].goal == "opschalen"
    assert found["1"].expected == "Het team opent een logboek."
    said = found["1"].answers[0]
    assert (said.team, said.by, said.at, said.text) == (
        "Crisisteam",
        "Noor",
        timedelta(),
        "Wij openen het logboek.",
    )
    assert found["1"].recipients == ("iedereen",)
    assert found["2"].recipients == ("ICT-respons",)
    assert found["3"].recipients == ("Crisisteam: Voorzitter",)


def test_decisions_are_numbered_as_taken(read, played):
    first, second = read(played).decisions
    assert (first.number, first.question, first.decision) == ("1", "Gaat het noodplan aan?", "Ja, nu")
    assert first.judgement == "De balie staat stil"
    assert (second.number, second.decision, second.judgement) == ("2", "Balie dicht", "Geen stroom")
    assert (second.owner, second.by) == ("Kim van Beheer", "Noor")


def test_the_teams_with_who_sat_in_them(read, played):
    teams = {team.name: [(one.name, one.role) for one in team.members] for team in read(played).teams}
    assert teams == {"Crisisteam": [("Noor", "Voorzitter")], "ICT-respons": []}


def test_every_entry_of_the_trail_is_in_the_annex_and_the_timeline_leaves_out_seats(database, read, played):
    report = read(played)
    lines = database.read(lambda session: trails.lines(session, played.trail_id))
    assert [one.number for one in report.entries] == [line.position for line in lines]
    seats = [line for line in lines if line.kind is Kind.PARTICIPANT_JOINED]
    assert len(report.timeline) == len(lines) - len(seats)
    assert any("Team overlegt lang." in one.text for one in report.timeline)
    assert report.standing.size == len(lines)
    assert report.standing.fault is None


def test_an_erased_entry_keeps_its_place_without_its_words(database, town, read, played):
    lines = database.read(lambda session: trails.lines(session, played.trail_id))
    place = next(line.position for line in lines if line.kind is Kind.EXERCISE_NOTED)
    operator = world.actor(town["administrator"], town.home)
    database.transact(
        lambda session: trail.erase(
            session, played.trail_id, place, reason="Verzoek", actor=operator, now=START
        )
    )
    report = read(played)
    assert report.entries[place].text is None
    assert "Team overlegt lang." not in repr(report)
    assert report.standing.fault is None


def all_words(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    heads = [
        paragraph.text
        for section in document.sections
        for part in (section.header, section.first_page_header, section.footer)
        for paragraph in part.paragraphs
    ]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells + heads)


def test_the_word_file_holds_it_all(read, played, key):
    document = opened(typeset(read(played), ""))
    words = all_words(document)
    for said in (
        *("Gaat het noodplan aan?", "Ja, nu", "De balie staat stil", "Balie dicht", "Kim van Beheer"),
        *("Wij openen het logboek.", "Krant belde al", "Team overlegt lang.", "Wat ging goed?", "Noor"),
    ):
        assert said in words, said
    assert "".join(key.fingerprint.split()) in "".join(words.split())
    assert "OEFENING" in words
    assert document.core_properties.language == "nl-NL"


def test_the_report_speaks_english_to_who_reads_english(read, played):
    words = all_words(opened(typeset(read(played, "en"), "")))
    assert "everyone" in words
    assert "iedereen" not in words
    assert "EXERCISE" in words
    assert "OEFENING" not in words


def test_an_exercise_that_only_just_began_has_a_report_as_well(database, town, exercise, read, hand):
    report = read(exercise)
    assert report.started_at is None
    assert report.played == timedelta()
    assert report.first_decision is None
    assert {one.outcome for one in report.injects} == {InjectOutcome.WAITING}
    assert typeset(report, "")[:2] == b"PK"
    begin(database, town, exercise, hand)
    hand.forward(minutes=2)
    assert read(exercise).played == timedelta(minutes=2)


def test_an_incident_in_the_exercise_stands_in_its_report(database, town, exercise, read, hand):
    begin(database, town, exercise, hand)
    chair, home = world.actor(town["crisis_team"], town.home), Realm(town.home.id)
    database.transact(
        lambda session: incidents.declare(
            session,
            home,
            title="Stroom weg",
            known="Het licht is uit",
            since=hand(),
            role=Role.VICTIM,
            exercise_id=exercise.id,
            actor=chair,
            now=hand(),
        )
    )
    assert any("Stroom weg" in one.text for one in read(exercise).timeline)


def test_an_escalation_names_who_ordered_it_and_who_was_told(database, exercise, town, read):
    body = {
        "from": "ict_incident",
        "from_name": "ICT-incident",
        "to": "calamity",
        "to_name": "Digitale calamiteit",
        "ordered_by": "Burgemeester",
        "reason": "Kritiek proces",
        "grip": "GRIP 1",
        "informed": ["AOV", "Pers"],
    }
    chair = world.actor(town["crisis_team"], town.home)

    def write(session, kind, **said):
        trail.write(session, exercise.trail_id, kind, actor=chair, at=START, **said)

    database.transact(lambda session: write(session, Kind.INCIDENT_ESCALATED, **body))
    database.transact(
        lambda session: write(session, Kind.HANDOVER_OFFERED, receiver="Regio", summary="Licht uit")
    )
    report = read(exercise)
    (up,) = report.escalations
    assert (up.came_from, up.to, up.grip) == ("ICT-incident", "Digitale calamiteit", "GRIP 1")
    assert (up.ordered_by, up.reason, up.informed) == ("Burgemeester", "Kritiek proces", ("AOV", "Pers"))
    (step,) = report.handover
    assert (step.step, step.note, step.by) == ("Aangeboden", "Licht uit", "Test crisis_team")


def test_a_broken_trail_is_said_in_the_report(database, exercise, read):
    with database.alone() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER trail_payloads_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE trail_payloads DISABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE trail_payloads SET body = '{}'")
    assert read(exercise).standing.fault


def test_another_organisation_gets_no_report(database, read, played):
    stranger = world.organisation(database, "elders")
    with pytest.raises(NotFound):
        read(played, home=stranger.id)


def test_earlier_findings_are_asked_about_and_new_ones_are_to_improve(database, town, exercise, read):
    realm, actor = Realm(town.home.id), world.actor(town["exercise_leader"], town.home)
    aim = improvements.Aim("stroomstoring", "Stroomstoring", "nl", "1.0", "kijk", "Kijk")

    def work(session):
        def file(text, occasion):
            return improvements.file(
                session,
                realm,
                origin=Origin.EXERCISE,
                occasion=occasion,
                occasion_title="Lente",
                theme=Theme.ALARM,
                text=text,
                aim=aim,
                actor=actor,
                now=START,
            ).id

        earlier = file("De belboom klopte niet.", "exercise:999")
        taken = improvements.test_again(
            session, realm, exercise.id, "stroomstoring", earlier, actor=actor, now=START
        )
        improvements.judge(
            session,
            realm,
            exercise.id,
            taken.id,
            outcome=Outcome.BETTER,
            remark="Iedereen was er in tien minuten.",
            exercise_title=exercise.title,
            actor=actor,
            now=START,
        )
        found = file("Niemand hield het logboek bij.", f"exercise:{exercise.id}")
        improvements.improve(
            session,
            realm,
            [found],
            title="Loghouder",
            text="",
            owner_id=town["crisis_team"].id,
            due_on=date(2027, 2, 1),
            priority=Priority.HIGH,
            actor=actor,
            now=START,
        )

    database.transact(work)
    report = read(exercise)
    assert report.questions[-1] == (
        "Opnieuw getoetst: De belboom klopte niet. Het ging deze keer goed. Iedereen was er in tien minuten."
    )
    (point,) = report.improvements
    assert (point.text, point.owner, point.due) == (
        "Niemand hield het logboek bij.",
        "Test crisis_team",
        "1 feb 2027",
    )
