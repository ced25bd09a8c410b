import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cyberready.campaigns import actions, formats, queries
from cyberready.campaigns.rules import ActivityKind, State
from cyberready.kernel.refusals import Conflict, Forbidden, NotFound, Refused
from cyberready.platform.realm import Realm
from cyberready.settings import content_root
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests.campaigns.planning import DUE, content, outline
from tests.world import START, account, actor, town

LATER = START + timedelta(minutes=5)


def kinds(plans):
    def read(session):
        trail = trails.organisation_trail(session, plans.realm.organisation_id)
        return [
            line.kind
            for line in trails.lines(session, trail.id)
            if line.kind.startswith(("activity", "campaign"))
        ]

    return plans.database.read(read)


def last(plans):
    def read(session):
        trail = trails.organisation_trail(session, plans.realm.organisation_id)
        return trails.latest(session, trail.id, 1)[0]

    return plans.database.read(read)


def test_the_shipped_campaign_is_planned_from_a_day(plans):
    definition = formats.shipped(content_root() / "templates" / "campaigns")["alert-online"]
    owner = plans.town["communications"].id
    made = plans.do(
        actions.plan_from, definition, date(2027, 3, 15), owner_id=owner, actor=plans.writer, now=START
    )
    found = plans.ask(queries.campaign, made.id)
    assert len(found.activities) == len(definition.activities)
    assert {one.state for one in found.activities} == {State.DRAFT}
    assert found.activities[0].due_at == datetime(2027, 3, 15, 8, 0, tzinfo=UTC)
    after_summer_time = [one for one in found.activities if one.title.startswith("Avond in de bibliotheek")]
    assert [one.due_at for one in after_summer_time] == [datetime(2027, 4, 3, 17, 30, tzinfo=UTC)]
    assert (found.source, last(plans).kind) == ("alert-online 1.0", Kind.CAMPAIGN_PLANNED)


def test_a_shipped_campaign_does_not_start_in_the_past(plans):
    definition = formats.shipped(content_root() / "templates" / "campaigns")["alert-online"]
    owner = plans.town["communications"].id
    with pytest.raises(Refused, match="in the past"):
        plans.do(actions.plan_from, definition, START.date(), owner_id=owner, actor=plans.writer, now=START)


def test_a_campaign_needs_an_owner_of_this_organisation(plans, database):
    other = town(database, "elders")
    with pytest.raises(NotFound):
        plans.do(actions.plan, outline(other["communications"].id), actor=plans.writer, now=START)


@pytest.mark.parametrize("changed", [{"title": ""}, {"audiences": ()}, {"goal": ""}])
def test_an_incomplete_campaign_is_refused(plans, changed):
    given = outline(plans.town["communications"].id, **changed)
    with pytest.raises(Refused):
        plans.do(actions.plan, given, actor=plans.writer, now=START)


def test_an_audience_in_use_stays(plans):
    plans.draft()
    fewer = outline(plans.town["communications"].id, audiences=("Senioren (65+)",))
    with pytest.raises(Refused, match="still meant for Inwoners"):
        plans.do(actions.change, plans.campaign.id, fewer, version=1, actor=plans.writer, now=START)


def test_two_people_who_change_a_campaign_do_not_overwrite_each_other(plans):
    given = outline(plans.town["communications"].id, title="Eerste")
    plans.do(actions.change, plans.campaign.id, given, version=1, actor=plans.writer, now=START)
    with pytest.raises(Conflict, match="Somebody else changed this campaign"):
        plans.do(
            actions.change,
            plans.campaign.id,
            replace(given, title="Tweede"),
            version=1,
            actor=plans.judge,
            now=START,
        )
    found = plans.ask(queries.campaign, plans.campaign.id)
    assert (found.title, found.version, found.audiences) == (
        "Eerste",
        2,
        {"inwoners": "Inwoners", "senioren-65": "Senioren (65+)"},
    )


def test_from_draft_to_approval(plans):
    approved = plans.approved()
    assert (approved.state, approved.approved_by, approved.approved_at) == (
        State.APPROVED,
        plans.judge.name,
        START,
    )
    assert approved.approved_digest == approved.digest
    assert kinds(plans) == [
        Kind.CAMPAIGN_PLANNED,
        Kind.ACTIVITY_CHANGED,
        Kind.ACTIVITY_SUBMITTED,
        Kind.ACTIVITY_APPROVED,
    ]
    assert last(plans).text("digest") == approved.digest


@pytest.mark.parametrize("changed", [{"title": ""}, {"body": ""}, {"audience": ("raad",)}, {"due_at": START}])
def test_an_incomplete_activity_is_refused(plans, changed):
    with pytest.raises(Refused):
        plans.draft(**changed)


def test_nobody_approves_what_he_wrote(plans):
    waiting = plans.submitted()
    with pytest.raises(Forbidden, match="yourself"):
        plans.do(actions.approve, waiting.id, seen=waiting.digest, actor=plans.writer, now=START)
    assert plans.activity(waiting.id).state == State.SUBMITTED


def test_nobody_approves_what_he_changed_last(plans):
    waiting = plans.submitted()
    plans.do(actions.edit, waiting.id, content(title="Beter"), version=1, actor=plans.judge, now=START)
    plans.do(actions.submit, waiting.id, actor=plans.writer, now=START)
    with pytest.raises(Forbidden, match="yourself"):
        plans.do(
            actions.approve, waiting.id, seen=content(title="Beter").digest(1), actor=plans.judge, now=START
        )


def test_only_what_was_read_is_approved(plans):
    waiting = plans.submitted()
    seen = waiting.digest
    plans.do(
        actions.edit, waiting.id, content(body="Andere tekst."), version=1, actor=plans.writer, now=START
    )
    plans.do(actions.submit, waiting.id, actor=plans.writer, now=START)
    with pytest.raises(Conflict, match="changed while you were reading"):
        plans.do(actions.approve, waiting.id, seen=seen, actor=plans.judge, now=START)


@pytest.mark.parametrize(
    "changed", [{"title": "Anders"}, {"body": "Anders."}, {"due_at": DUE + timedelta(hours=1)}]
)
def test_any_later_change_ends_the_approval(plans, changed):
    approved = plans.approved()
    lapsed = plans.do(actions.edit, approved.id, content(**changed), version=1, actor=plans.judge, now=LATER)
    found = plans.activity(approved.id)
    assert lapsed
    assert (found.state, found.approved_digest, found.approved_by, found.version) == (
        State.DRAFT,
        None,
        None,
        2,
    )
    assert last(plans).body["lapsed"] is True


def test_saving_without_a_change_leaves_the_approval(plans):
    approved = plans.approved()
    with pytest.raises(Refused, match="Nothing was changed"):
        plans.do(actions.edit, approved.id, content(), version=1, actor=plans.writer, now=LATER)
    assert plans.activity(approved.id).state == State.APPROVED


def test_two_people_who_change_an_activity_do_not_overwrite_each_other(plans):
    draft = plans.draft()
    plans.do(actions.edit, draft.id, content(title="Eerste"), version=1, actor=plans.writer, now=START)
    with pytest.raises(Conflict, match="while you were writing"):
        plans.do(actions.edit, draft.id, content(title="Tweede"), version=1, actor=plans.judge, now=START)
    assert plans.activity(draft.id).title == "Eerste"


def test_an_activity_is_not_moved_into_the_past(plans):
    draft = plans.draft()
    past = content(due_at=START - timedelta(hours=1))
    with pytest.raises(Refused, match="in the past"):
        plans.do(actions.edit, draft.id, past, version=1, actor=plans.writer, now=START)


def test_sent_back_with_a_reason_and_submitted_again(plans):
    waiting = plans.submitted()
    with pytest.raises(Refused, match="Say why"):
        plans.do(actions.reject, waiting.id, seen=waiting.digest, reason=" ", actor=plans.judge, now=START)
    plans.do(
        actions.reject, waiting.id, seen=waiting.digest, reason="Te moeilijk", actor=plans.judge, now=START
    )
    assert (plans.activity(waiting.id).state, plans.activity(waiting.id).remark) == (
        State.REJECTED,
        "Te moeilijk",
    )
    plans.do(actions.submit, waiting.id, actor=plans.writer, now=START)
    assert (plans.activity(waiting.id).state, plans.activity(waiting.id).remark) == (State.SUBMITTED, "")


def test_only_drafts_are_submitted(plans):
    approved = plans.approved()
    with pytest.raises(Conflict):
        plans.do(actions.submit, approved.id, actor=plans.writer, now=START)


def test_a_withdrawn_activity_can_be_written_again(plans):
    approved = plans.approved()
    plans.do(actions.withdraw, approved.id, reason="Uitgesteld", actor=plans.writer, now=START)
    assert plans.activity(approved.id).state == State.WITHDRAWN
    plans.do(actions.edit, approved.id, content(), version=2, actor=plans.writer, now=START)
    found = plans.activity(approved.id)
    assert (found.state, found.version, found.remark) == (State.DRAFT, 3, "")
    with pytest.raises(Refused, match="Say why"):
        plans.do(actions.withdraw, approved.id, reason="", actor=plans.writer, now=START)


def test_what_is_done_by_hand_is_finished_by_hand(plans):
    poster = plans.approved(kind=ActivityKind.POSTER, owner_task="Ophangen")
    plans.do(actions.finish, poster.id, result="12 posters", actor=plans.writer, now=LATER)
    found = plans.activity(poster.id)
    assert (found.state, found.remark, found.happened_at) == (State.DONE, "12 posters", LATER)
    mail = plans.approved()
    with pytest.raises(Conflict, match="by itself"):
        plans.do(actions.finish, mail.id, result="", actor=plans.writer, now=LATER)


@pytest.mark.parametrize("rival", ["approve", "reject"])
def test_two_judgements_at_once_have_one_outcome(plans, database, rival):
    second = account(database, plans.town.home, "security_officer", name="Tweede Beoordelaar")
    waiting = plans.submitted()
    gate, outcomes = threading.Barrier(2), []

    def judge(verb, who, **more):
        gate.wait()
        try:
            plans.do(verb, waiting.id, seen=waiting.digest, actor=who, now=START, **more)
            outcomes.append(verb.__name__)
        except Conflict:
            outcomes.append("conflict")

    more = {"reason": "Nee"} if rival == "reject" else {}
    rivals = [
        threading.Thread(target=judge, args=(actions.approve, plans.judge)),
        threading.Thread(
            target=judge, args=(getattr(actions, rival), actor(second, plans.town.home)), kwargs=more
        ),
    ]
    for thread in rivals:
        thread.start()
    for thread in rivals:
        thread.join()
    assert outcomes.count("conflict") == 1
    judged = [kind for kind in kinds(plans) if kind in {Kind.ACTIVITY_APPROVED, Kind.ACTIVITY_REJECTED}]
    assert len(judged) == 1


def test_another_organisation_sees_nothing_and_changes_nothing(plans, database):
    elsewhere = town(database, "elders")
    realm = Realm(elsewhere.home.id)
    stranger = actor(elsewhere["security_officer"], elsewhere.home)
    waiting = plans.submitted()
    plans.addresses("an@waterveld.example")
    assert plans.ask(queries.activities) != []
    tries = [
        lambda s: queries.campaign(s, realm, plans.campaign.id),
        lambda s: queries.activity(s, realm, waiting.id),
        lambda s: queries.address(s, realm, 1),
        lambda s: actions.approve(s, realm, waiting.id, seen=waiting.digest, actor=stranger, now=START),
        lambda s: actions.edit(s, realm, waiting.id, content(), version=1, actor=stranger, now=START),
        lambda s: actions.withdraw(s, realm, waiting.id, reason="x", actor=stranger, now=START),
        lambda s: actions.submit(s, realm, waiting.id, actor=stranger, now=START),
        lambda s: actions.finish(s, realm, waiting.id, result="", actor=stranger, now=START),
        lambda s: actions.add(s, realm, plans.campaign.id, content(), actor=stranger, now=START),
        lambda s: actions.remove_address(s, realm, 1, actor=stranger, now=START),
    ]
    for attempt in tries:
        with pytest.raises(NotFound):
            database.transact(attempt)
    for empty in (queries.activities, queries.campaigns, queries.waiting, queries.addresses):
        assert database.read(lambda s, empty=empty: empty(s, realm)) == []


def test_addresses_are_added_once(plans):
    assert plans.addresses(" an@waterveld.example ", "", "Jan@waterveld.example", "AN@waterveld.example") == 2
    assert plans.addresses("jan@waterveld.example", "piet@waterveld.example") == 1
    assert plans.addresses("an@waterveld.example", audience="senioren-65") == 1
    assert plans.ask(queries.reach, ["inwoners", "senioren-65"]) == 3
    assert (last(plans).kind, last(plans).body["added"]) == (Kind.AUDIENCE_CHANGED, 1)
    assert "an@waterveld.example" not in str(last(plans).body)


def test_one_wrong_address_adds_none(plans):
    with pytest.raises(Refused, match="niet-goed is not an e-mail address"):
        plans.addresses("an@waterveld.example", "niet-goed")
    assert plans.ask(queries.addresses) == []


@pytest.mark.parametrize(
    ("lines", "audience"), [([], "inwoners"), (["  "], "inwoners"), (["an@b.nl"], "raad")]
)
def test_addresses_need_an_audience_and_an_address(plans, lines, audience):
    with pytest.raises(Refused):
        plans.addresses(*lines, audience=audience)


def test_an_address_is_removed(plans):
    plans.addresses("an@waterveld.example")
    plans.do(actions.remove_address, 1, actor=plans.writer, now=START)
    assert plans.ask(queries.addresses) == []
    assert last(plans).body["removed"] == 1
