"""From a finding to an improvement to a published version, and back to the next exercise."""

from datetime import date

import pytest

from cyberready.improvements import actions, queries
from cyberready.improvements.actions import Aim
from cyberready.improvements.rules import FindingState, Origin, Outcome, Priority, Status, Theme
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_drafts
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests import world
from tests.playbooks.drafting import House
from tests.playbooks.writing import changed

STEP = Aim("stroomstoring", "Stroomstoring", "nl", "1.0", "kijk", "Kijk wat er aan de hand is")
DUE = date(2027, 1, 15)


@pytest.fixture
def house(database):
    return House(database, world.town(database))


def file(house, text="Niemand keek naar buiten.", occasion="exercise:1", aim=STEP, theme=Theme.PICTURE):
    return house.act(
        actions.file,
        by=house.officer,
        origin=Origin(occasion.partition(":")[0]),
        occasion=occasion,
        occasion_title=f"Bij {occasion}",
        theme=theme,
        text=text,
        aim=aim,
    )


def improve(house, *findings, owner=None):
    return house.act(
        actions.improve,
        [one.id for one in findings],
        by=house.officer,
        title="Kijk eerder naar buiten",
        text="De stap noemt het raam.",
        owner_id=(owner or house.officer).id,
        due_on=DUE,
        priority=Priority.HIGH,
    )


def change(house, improvement, status, evidence=""):
    return house.act(
        actions.change,
        improvement.id,
        by=house.officer,
        owner_id=improvement.owner_id,
        due_on=improvement.due_on,
        priority=Priority.LOW,
        status=status,
        evidence=evidence,
    )


def kinds(house):
    def question(session):
        head = trails.organisation_trail(session, house.realm.organisation_id)
        return [line.kind for line in trails.lines(session, head.id)]

    return house.database.read(question)


def test_a_finding_is_open_on_the_playbook_until_it_is_answered(house):
    filed = file(house)
    assert [one.id for one in house.ask(queries.open_findings, "stroomstoring")] == [filed.id]
    made = improve(house, filed)
    assert [one.id for one in house.ask(queries.open_findings, "stroomstoring")] == [filed.id]
    change(house, made, Status.DONE, "De directie zag het raam open staan.")
    assert house.ask(queries.open_findings, "stroomstoring") == []
    assert house.ask(queries.finding, filed.id).state == FindingState.ANSWERED
    change(house, made, Status.OPEN)
    assert house.ask(queries.finding, filed.id).state == FindingState.OPEN
    assert kinds(house)[-4:] == [
        Kind.FINDING_FILED,
        Kind.IMPROVEMENT_OPENED,
        Kind.IMPROVEMENT_CHANGED,
        Kind.IMPROVEMENT_CHANGED,
    ]


def test_publishing_the_draft_of_an_improvement_closes_it_and_says_what_it_answers(house):
    house.published()
    first, second = file(house), file(house, "Ook nu keek niemand.", "incident:1")
    made = improve(house, first, second)
    draft = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.act(actions.carry_out, made.id, draft.id, by=house.author)
    assert house.ask(queries.improvement, made.id).status == Status.IN_PROGRESS
    house.save(draft.id, changed(("Kijk naar buiten.", "Kijk uit het raam.")))
    house.described(draft.id)
    house.submit(draft.id)
    house.approve(draft.id)
    release = house.publish(draft.id)
    closed = house.ask(queries.improvement, made.id)
    assert (closed.status, closed.version, closed.closed_at) == (Status.DONE, release.version, house.now)
    answered = house.ask(queries.answered_by, "stroomstoring")
    assert {version: [one.id for one in found] for version, found in answered.items()} == {
        release.version: [first.id, second.id]
    }


def carried_out(house, improvement, old, new):
    """The release that carries an improvement out."""
    draft = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.act(actions.carry_out, improvement.id, draft.id, by=house.author)
    house.save(draft.id, house.draft(draft.id).source.replace(old, new))
    house.described(draft.id)
    house.submit(draft.id)
    house.approve(draft.id)
    return house.publish(draft.id)


def test_withdrawing_the_version_that_answered_a_finding_opens_it_again(house):
    house.published()
    one = improve(house, file(house))
    first = carried_out(house, one, "Kijk naar buiten.", "Kijk uit het raam.")
    other = improve(house, file(house, "Niemand belde.", "incident:1"))
    second = carried_out(house, other, "Bel aan.", "Bel twee keer aan.")
    assert house.ask(queries.open_findings, "stroomstoring") == []
    house.withdraw(first.id)
    assert house.ask(queries.open_findings, "stroomstoring") == []
    house.withdraw(second.id)
    assert [found.text for found in house.ask(queries.open_findings, "stroomstoring")] == [
        "Niemand keek naar buiten.",
        "Niemand belde.",
    ]
    for made in (one, other):
        opened = house.ask(queries.improvement, made.id)
        assert (opened.status, opened.version, opened.draft_id) == (Status.OPEN, "", None)
        assert opened.closed_at is None
    assert house.ask(queries.answered_by, "stroomstoring") == {}
    assert kinds(house)[-2:] == [Kind.IMPROVEMENT_REOPENED] * 2


def test_withdrawing_a_version_leaves_what_was_closed_by_hand(house):
    release = house.published()
    made = improve(house, file(house))
    change(house, made, Status.DONE, "De directie zag het raam open staan.")
    house.withdraw(release.id)
    assert house.ask(queries.improvement, made.id).status == Status.DONE


def test_an_abandoned_draft_lets_the_improvement_go(house):
    house.published()
    made = improve(house, file(house))
    draft = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.act(actions.carry_out, made.id, draft.id, by=house.author)
    house.act(actions_drafts.abandon, draft.id, "Toch niet.", by=house.author)
    freed = house.ask(queries.improvement, made.id)
    assert (freed.status, freed.draft_id) == (Status.OPEN, None)


def test_closing_needs_something_that_shows_it(house):
    made = improve(house, file(house))
    for status in (Status.DONE, Status.DECLINED):
        with pytest.raises(Refused, match="Say what shows"):
            change(house, made, status, "  ")


def test_a_finding_is_dealt_with_once(house):
    filed = file(house)
    improve(house, filed)
    with pytest.raises(Conflict):
        improve(house, filed)
    with pytest.raises(Conflict):
        house.act(actions.dismiss, filed.id, "Dubbel.", by=house.officer)


def test_a_finding_is_put_aside_for_a_reason_only(house):
    filed = file(house)
    with pytest.raises(Refused):
        house.act(actions.dismiss, filed.id, " ", by=house.officer)
    house.act(actions.dismiss, filed.id, "Hoort bij een ander draaiboek.", by=house.officer)
    assert house.ask(queries.finding, filed.id).state == FindingState.DISMISSED
    assert house.ask(queries.open_findings, "stroomstoring") == []


def test_a_finding_says_something_and_an_improvement_answers_something(house):
    with pytest.raises(Refused):
        file(house, "  ")
    with pytest.raises(Refused):
        improve(house)


def test_findings_and_owners_of_others_do_not_exist(house):
    filed = file(house)
    other = world.organisation(house.database, "elders")
    stranger = world.account(house.database, other, "security_officer", name="Vreemde")
    with pytest.raises(NotFound):
        house.database.read(lambda session: queries.finding(session, Realm(other.id), filed.id))
    with pytest.raises(NotFound):
        improve(house, filed, owner=stranger)


def test_the_next_exercise_proposes_what_was_not_shown_to_be_better(house):
    filed = file(house, occasion="exercise:1")
    file(house, "Ander draaiboek", aim=Aim("ddos", "DDoS", "nl", "1.0", "bel", "Bel"))
    assert house.ask(queries.proposed, 1, "stroomstoring") == []  # it was seen in this very exercise
    assert [one.id for one in house.ask(queries.proposed, 2, "stroomstoring")] == [filed.id]
    taken = house.act(actions.test_again, 2, "stroomstoring", filed.id, by=house.officer)
    again = house.act(actions.test_again, 2, "stroomstoring", filed.id, by=house.officer)
    assert taken.id == again.id
    assert house.ask(queries.proposed, 2, "stroomstoring") == []
    judge(house, 2, taken.id, Outcome.BETTER)
    assert house.ask(queries.proposed, 3, "stroomstoring") == []


def judge(house, exercise, retest, outcome, remark="", aim=None):
    return house.act(
        actions.judge,
        exercise,
        retest,
        by=house.officer,
        outcome=outcome,
        remark=remark,
        exercise_title=f"Oefening {exercise}",
        aim=aim,
    )


def test_what_goes_wrong_again_is_counted_as_coming_back(house):
    filed = file(house, occasion="exercise:1")
    taken = house.act(actions.test_again, 2, "stroomstoring", filed.id, by=house.officer)
    assert house.ask(queries.problems) == []
    judge(house, 2, taken.id, Outcome.AGAIN, "Weer keek niemand.")
    judge(
        house, 2, taken.id, Outcome.AGAIN, "Weer keek niemand, echt."
    )  # a second thought is no second finding
    (step, _), (theme, _) = house.ask(queries.problems)
    assert (step.step_id, step.occasions, len(step.findings)) == ("kijk", 2, 2)
    assert theme.theme == Theme.PICTURE
    (again,) = house.ask(queries.proposed, 3, "stroomstoring")  # the later finding stands for the earlier one
    assert again.id == step.findings[-1]
    assert (again.version, again.text) == (filed.version, "Weer keek niemand.")


def test_a_finding_seen_again_points_at_the_version_that_was_practised(house):
    filed = file(house, occasion="exercise:1")
    taken = house.act(actions.test_again, 2, "stroomstoring", filed.id, by=house.officer)
    practised = Aim("stroomstoring", "Stroomstoring", "nl", "1.4", "kijk", "Kijk rond")
    judge(house, 2, taken.id, Outcome.AGAIN, aim=practised)
    (again,) = house.ask(queries.seen_at, "exercise:2")
    assert (again.version, again.step_title, again.text) == ("1.4", "Kijk rond", filed.text)


def test_who_judges_otherwise_after_all_withdraws_the_finding_and_who_then_returns_brings_it_back(house):
    filed = file(house, occasion="exercise:1")
    taken = house.act(actions.test_again, 2, "stroomstoring", filed.id, by=house.officer)
    judge(house, 2, taken.id, Outcome.AGAIN, "Weer keek niemand.")
    (again,) = house.ask(queries.seen_at, "exercise:2")
    judge(house, 2, taken.id, Outcome.BETTER, "Toch gekeken.")
    withdrawn = house.ask(queries.finding, again.id)
    assert (withdrawn.state, withdrawn.dismissed_because) == (FindingState.DISMISSED, "")
    assert house.ask(queries.proposed, 3, "stroomstoring") == []
    judge(house, 2, taken.id, Outcome.NOT_SEEN)
    judge(house, 2, taken.id, Outcome.AGAIN)
    assert [(one.id, one.state) for one in house.ask(queries.seen_at, "exercise:2")] == [
        (again.id, FindingState.OPEN)
    ]
    assert [one.id for one in house.ask(queries.proposed, 3, "stroomstoring")] == [again.id]


def test_a_finding_that_somebody_put_aside_stays_so_however_it_is_judged(house):
    filed = file(house, occasion="exercise:1")
    taken = house.act(actions.test_again, 2, "stroomstoring", filed.id, by=house.officer)
    judge(house, 2, taken.id, Outcome.AGAIN)
    (again,) = house.ask(queries.seen_at, "exercise:2")
    house.act(actions.dismiss, again.id, "Hoort bij een ander draaiboek.", by=house.officer)
    for outcome in (Outcome.BETTER, Outcome.AGAIN):
        judge(house, 2, taken.id, outcome)
        kept = house.ask(queries.finding, again.id)
        assert (kept.state, kept.dismissed_because) == (
            FindingState.DISMISSED,
            "Hoort bij een ander draaiboek.",
        )


def test_a_finding_that_is_being_improved_is_not_withdrawn_by_another_judgement(house):
    filed = file(house, occasion="exercise:1")
    taken = house.act(actions.test_again, 2, "stroomstoring", filed.id, by=house.officer)
    judge(house, 2, taken.id, Outcome.AGAIN)
    (again,) = house.ask(queries.seen_at, "exercise:2")
    improve(house, again)
    judge(house, 2, taken.id, Outcome.BETTER)
    assert house.ask(queries.finding, again.id).state == FindingState.OPEN


def test_only_findings_on_its_playbook_can_be_tested_in_an_exercise(house):
    filed = file(house)
    with pytest.raises(Conflict):
        house.act(actions.test_again, 2, "ddos", filed.id, by=house.officer)
    with pytest.raises(NotFound):
        judge(house, 2, 99, Outcome.BETTER)
