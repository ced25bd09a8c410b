"""What happens when two people act on a playbook in the same instant: one defined outcome, on both engines."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cyberready.exercises import actions as exercises
from cyberready.exercises import queries as exercise_queries
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.playbooks import actions, actions_approval, actions_drafts, queries, queries_drafts
from cyberready.playbooks.lifecycle import Standing, State
from cyberready.trail.rules import Kind
from tests import world
from tests.playbooks.writing import SMALL, changed

ROUNDS = range(4)
BETTER = changed(("Bel aan.", "Bel twee keer aan."))
SCRIPT = world.SCENARIO.replace("slug: stroomstoring\n", "slug: stroomstoring\nplaybook: stroomstoring\n", 1)


def at_once(*works):
    """Run all of *works* in the same instant, each in its thread; gives what each returned or was refused with."""
    gate = threading.Barrier(len(works))

    def run(work):
        gate.wait(timeout=10)
        try:
            return work()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def refusals(results):
    return [one for one in results if isinstance(one, Refused)]


def doing(house, verb, *arguments, by, **named):
    """A verb as a transaction of its own, to be run in a thread."""
    actor, moment = house.actor(by), house.now
    return lambda: house.database.transact(
        lambda session: verb(session, house.realm, *arguments, actor=actor, now=moment, **named)
    )


def approving(house, made, by):
    return doing(house, actions_approval.approve, made.id, digest=house.draft(made.id).digest, by=by)


def valid_approvals(house, made):
    found = house.database.read(lambda session: queries_drafts.approvals(session, [made.id])).get(made.id, [])
    return [one for one in found if one.verdict == "approved" and one.lapsed_at is None]


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_approvers_agree_in_the_same_instant_and_both_count(house, _round):
    made = house.submitted(SMALL, (house.officer, "ISO"), (house.director, "directeur"), in_order=False)
    results = at_once(approving(house, made, house.officer), approving(house, made, house.director))
    assert refusals(results) == []
    assert house.draft(made.id).state == State.APPROVED
    assert {one.position for one in valid_approvals(house, made)} == {1, 2}
    assert house.entries(made.playbook_id).count(Kind.DRAFT_APPROVED) == 2


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_approver_who_agrees_twice_in_the_same_instant_counts_once(house, _round):
    made = house.submitted(SMALL, (house.officer, "ISO"), (house.director, "directeur"), in_order=False)
    results = at_once(*[approving(house, made, house.officer)] * 2)
    assert len(refusals(results)) == 1
    assert house.draft(made.id).state == State.IN_REVIEW
    assert len(valid_approvals(house, made)) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_in_order_the_second_approver_never_comes_first(house, _round):
    made = house.submitted(SMALL, (house.officer, "ISO"), (house.director, "directeur"))
    results = at_once(approving(house, made, house.director), approving(house, made, house.officer))
    first = valid_approvals(house, made)[0]
    assert first.position == 1
    expected = State.IN_REVIEW if refusals(results) else State.APPROVED
    assert house.draft(made.id).state == expected


@pytest.mark.parametrize("_round", ROUNDS)
def test_an_edit_and_an_approval_in_the_same_instant_never_approve_the_edited_text(house, _round):
    made = house.submitted()
    seen = house.draft(made.id)
    results = at_once(
        doing(house, actions_drafts.save, made.id, BETTER, revision=seen.revision, by=house.author),
        approving(house, made, house.director),
    )
    kept = house.draft(made.id)
    assert (kept.state, kept.source) == (State.DRAFT, BETTER)
    assert valid_approvals(house, made) == []
    assert all(isinstance(one, Conflict) for one in refusals(results))


@pytest.mark.parametrize("_round", ROUNDS)
def test_publishing_and_editing_in_the_same_instant(house, _round):
    """Either it is published as approved and the edit is refused, or it is edited and not published."""
    made = house.submitted()
    house.approve(made.id)
    seen = house.draft(made.id)
    results = at_once(
        doing(house, actions_approval.publish_draft, made.id, by=house.officer),
        doing(house, actions_drafts.save, made.id, BETTER, revision=seen.revision, by=house.author),
    )
    (refused,) = refusals(results)
    assert isinstance(refused, Conflict)
    published = house.database.read(lambda session: queries.newest(session, made.playbook_id, "nl"))
    if isinstance(results[0], Refused):
        assert published is None
        assert house.draft(made.id).state == State.DRAFT
    else:
        assert published.digest == seen.digest
        assert house.draft(made.id).state == State.PUBLISHED


@pytest.mark.parametrize("_round", ROUNDS)
def test_publishing_twice_in_the_same_instant_publishes_once(house, _round):
    made = house.submitted()
    house.approve(made.id)
    results = at_once(*[doing(house, actions_approval.publish_draft, made.id, by=house.officer)] * 3)
    assert refusals(results) == []
    assert len({one.id for one in results}) == 1
    assert house.entries(made.playbook_id).count(Kind.PLAYBOOK_PUBLISHED) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_publishing_while_the_last_approval_is_given(house, _round):
    """Published exactly when the approval came first; it never comes out without it."""
    made = house.submitted()
    results = at_once(
        doing(house, actions_approval.publish_draft, made.id, by=house.officer),
        approving(house, made, house.director),
    )
    assert not isinstance(results[1], Refused)
    came_out = not isinstance(results[0], Refused)
    assert house.draft(made.id).state == (State.PUBLISHED if came_out else State.APPROVED)
    kinds = house.entries(made.playbook_id)
    assert (Kind.PLAYBOOK_PUBLISHED in kinds) is came_out
    if came_out:
        assert kinds.index(Kind.DRAFT_APPROVED) < kinds.index(Kind.PLAYBOOK_PUBLISHED)


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_refusal_and_a_publication_in_the_same_instant(house, _round):
    made = house.submitted()
    house.approve(made.id)
    digest = house.draft(made.id).digest
    remarks = [actions_approval.Remark("", "Toch niet.")]
    results = at_once(
        doing(house, actions_approval.publish_draft, made.id, by=house.officer),
        doing(house, actions_approval.refuse, made.id, remarks, digest=digest, by=house.director),
    )
    (refused,) = refusals(results)
    assert isinstance(refused, Conflict)
    expected = State.DRAFT if isinstance(results[0], Refused) else State.PUBLISHED
    assert house.draft(made.id).state == expected


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_drafts_of_one_playbook_published_in_the_same_instant(house, _round):
    house.published()
    drafts = []
    for text in (BETTER, changed(("Bel aan.", "Fluit."))):
        made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
        house.save(made.id, text)
        house.described(made.id)
        drafts.append(made)
    for made in drafts:
        house.submit(made.id)
        house.approve(made.id)
    results = at_once(
        *[doing(house, actions_approval.publish_draft, made.id, by=house.officer) for made in drafts]
    )
    (refused,) = refusals(results)
    assert refused.sentence == actions_approval.MOVED
    assert [one.version for one in house.ask(queries.releases, "stroomstoring")] == ["1.1", "1.0"]


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_saves_on_the_same_text_in_the_same_instant_keep_one_and_tell_the_other(house, _round):
    made = house.bring_in()
    results = at_once(
        doing(house, actions_drafts.save, made.id, BETTER, revision=1, by=house.author),
        doing(house, actions_drafts.save, made.id, SMALL + "\nTot slot.\n", revision=1, by=house.officer),
    )
    (refused,) = refusals(results)
    assert isinstance(refused, Conflict)
    assert house.draft(made.id).revision == 2


@pytest.mark.parametrize("_round", ROUNDS)
def test_the_same_new_playbook_is_brought_in_twice_in_the_same_instant(house, _round):
    results = at_once(
        *[
            doing(house, actions_drafts.bring_in, SMALL, origin=f"{number}.md", by=house.author)
            for number in range(3)
        ]
    )
    assert refusals(results) == []
    assert len({one.playbook_id for one in results}) == 1
    assert sorted(one.version for one in results) == ["0.9", "0.91", "0.92"]


@pytest.mark.parametrize("_round", ROUNDS)
def test_withdrawing_twice_in_the_same_instant_is_done_once(house, _round):
    release = house.published()
    results = at_once(*[doing(house, actions.withdraw, release.id, "Fout.", by=house.officer)] * 2)
    (refused,) = refusals(results)
    assert isinstance(refused, Conflict)
    assert house.entries(release.playbook_id).count(Kind.PLAYBOOK_WITHDRAWN) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_withdrawing_while_an_exercise_is_planned_with_it(house, _round):
    """The exercise has the release that was current at that moment; the release stays what it is."""
    older = house.published()
    newer = house.next_version("stroomstoring", BETTER)
    leader = house.town["exercise_leader"]
    script = world.scenario(house.database, house.town.home, SCRIPT)
    results = at_once(
        doing(
            house,
            exercises.plan,
            script.id,
            title="Storing",
            planned_at=house.now,
            leader_id=leader.id,
            by=leader,
        ),
        doing(house, actions.withdraw, newer.id, "Fout.", by=house.officer),
    )
    assert refusals(results) == []
    planned = house.ask(exercise_queries.exercise, results[0].id)
    assert planned.playbook_release_id in {older.id, newer.id}
    found = house.ask(queries.release, planned.playbook_release_id)
    assert found.source == (SMALL if found.id == older.id else newer.source)


def test_an_exercise_keeps_its_release_when_that_is_withdrawn(house, browser):
    release = house.published()
    script = world.scenario(house.database, house.town.home, SCRIPT)
    leader = house.town["exercise_leader"]
    made = house.act(
        exercises.plan, script.id, title="Storing", planned_at=house.now, leader_id=leader.id, by=leader
    )
    assert made.playbook_release_id == release.id
    house.act(exercises.start, made.id, by=leader)
    house.withdraw(release.id)
    newer = house.next_version_from(release, BETTER)
    kept = house.ask(exercise_queries.exercise, made.id)
    assert kept.playbook_release_id == release.id
    found = house.ask(queries.release, release.id)
    assert found.withdrawal is not None
    assert found.source == SMALL
    assert house.ask(queries.standings, [found])[release.id] is Standing.WITHDRAWN
    assert house.ask(queries.current, "stroomstoring").id == newer.id
    page = browser.sign_in(leader, house.town.home).get(f"/exercises/{made.id}")
    assert page.select_one(".cr-subtitle a")["href"] == f"/playbooks/stroomstoring/versions/{release.id}"
    assert "deze versie is ingetrokken" in page.select_one(".cr-subtitle").get_text()
