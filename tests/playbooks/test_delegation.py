"""Deputies who approve for somebody who is absent."""

from datetime import timedelta

import pytest

from cyberready.kernel.refusals import NotFound, Refused
from cyberready.playbooks import actions_approval, queries_drafts
from cyberready.playbooks.lifecycle import State
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests.playbooks.writing import SMALL


def test_the_author_cannot_approve_as_deputy_of_an_absent_approver(house):
    made = house.submitted()
    house.delegate(house.author)
    with pytest.raises(Refused, match="You cannot approve this draft"):
        house.approve(made.id, by=house.author)
    assert house.draft(made.id).state == State.IN_REVIEW


def test_a_deputy_approves_in_the_name_of_who_is_absent(house):
    made = house.submitted()
    with pytest.raises(Refused):
        house.approve(made.id, by=house.deputy)
    given = house.delegate()
    assert house.ask(queries_drafts.waiting_for, house.deputy.id, now=house.now)[0].id == made.id
    assert house.approve(made.id, by=house.deputy).state == State.APPROVED
    (approval,) = house.database.read(lambda session: queries_drafts.approvals(session, [made.id]))[made.id]
    assert (approval.name, approval.on_behalf_name) == (house.deputy.name, house.director.name)
    house.act(actions_approval.end_delegation, given.id, by=house.director)
    with pytest.raises(NotFound):
        house.act(actions_approval.end_delegation, given.id, by=house.director)
    with pytest.raises(NotFound):
        house.act(actions_approval.end_delegation, given.id, by=house.deputy)


def test_a_delegation_that_is_over_gives_nothing(house):
    made = house.submitted()
    house.delegate(lasting=timedelta(hours=1))
    house.now += timedelta(hours=2)
    with pytest.raises(Refused):
        house.approve(made.id, by=house.deputy)
    assert house.ask(queries_drafts.waiting_for, house.deputy.id, now=house.now) == []


@pytest.mark.parametrize(
    ("deputy", "start", "end", "words"),
    [
        ("director", 0, 1, "a colleague"),
        ("deputy", 2, 1, "an end after"),
        ("deputy", -3, -1, "an end after"),
        ("deputy", 0, 800, "at most a year"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(house, deputy, start, end, words):
    with pytest.raises(Refused, match=words):
        house.act(
            actions_approval.delegate,
            getattr(house, deputy).id,
            starts_at=house.now + timedelta(days=start),
            ends_at=house.now + timedelta(days=end),
            by=house.director,
        )


def test_one_person_agrees_once_also_as_deputy(house):
    made = house.submitted(SMALL, (house.officer, "ISO"), (house.director, "directeur"))
    house.delegate(house.officer)
    house.approve(made.id, by=house.officer)
    with pytest.raises(Refused, match="agreed already"):
        house.approve(made.id, by=house.officer)


def test_delegations_stand_in_the_trail_of_the_organisation(house):
    house.delegate()
    head = house.database.read(lambda session: trails.organisation_trail(session, house.town.home.id).id)
    (line,) = house.database.read(lambda session: trails.of_kinds(session, head, Kind.DELEGATION_SET))
    assert (line.body["deputy"], line.body["principal"]) == (house.deputy.name, house.director.name)
