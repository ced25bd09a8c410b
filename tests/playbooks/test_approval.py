"""Who may approve a draft, what an approval is bound to, and how it is refused."""

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_approval, actions_drafts, queries, queries_drafts
from cyberready.playbooks.lifecycle import Change, State
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from cyberready.trail.wording import say
from tests import world
from tests.playbooks.writing import SMALL, changed

BETTER = changed(("Bel aan.", "Bel twee keer aan."))


def test_an_approval_says_name_function_and_moment(house):
    release = house.published()
    found = house.database.read(
        lambda session: queries_drafts.release_approvals(session, [release.id])[release.id]
    )
    (approval,) = found
    assert (approval.name, approval.function, approval.on_behalf_name) == (
        house.director.name,
        "directeur",
        "",
    )
    assert approval.digest == release.digest
    assert approval.at < release.published_at


@pytest.mark.parametrize("who", ["author", "editor", "describer"])
def test_who_wrote_any_of_it_cannot_approve(house, who):
    made = house.bring_in()
    wrote = house.author
    if who == "editor":
        wrote = house.director
        house.save(made.id, BETTER, by=wrote)
        house.save(made.id, SMALL)
    if who == "describer":
        wrote = house.director
        house.described(made.id, note="x", by=wrote)
    else:
        house.described(made.id)
    house.mandate(made.playbook_id, (wrote, "directeur"))
    with pytest.raises(Refused, match="wrote part of this draft and can never approve it"):
        house.submit(made.id)


def named(house, *who):
    """A draft of a file of which the author says that these wrote it as well."""
    wrote = [one.id for one in who]
    return house.act(actions_drafts.bring_in, SMALL, origin="oud.docx", writers=wrote, by=house.author)


def test_who_is_named_as_a_writer_of_a_file_cannot_approve_it(house):
    made = named(house, house.director, house.author)
    house.described(made.id)
    house.mandate(made.playbook_id, (house.director, "directeur"))
    with pytest.raises(Refused, match="wrote part of this draft and can never approve it"):
        house.submit(made.id)
    house.mandate(made.playbook_id, (house.deputy, "loco"))
    house.submit(made.id)
    with pytest.raises(Refused, match="You cannot approve this draft"):
        house.approve(made.id, by=house.director)
    with pytest.raises(Refused, match="or you wrote part of it"):
        house.refuse(made.id, ("", "Anders."), by=house.director)
    assert house.approve(made.id, by=house.deputy).state == State.APPROVED


def test_the_entry_of_a_file_says_who_else_wrote_it(house):
    made = named(house, house.director, house.author)
    assert house.ask(queries_drafts.named_writers, made.id) == [house.director.name]
    (entry,) = house.database.read(
        lambda session: trails.lines(session, queries.trail_of(session, made.playbook_id))
    )
    assert entry.body["written_by"] == house.director.name
    assert house.director.name in say(entry)


def test_somebody_of_another_organisation_is_no_writer(house):
    stranger = world.account(house.database, house.town.region, "administrator", name="Vreemde")
    with pytest.raises(NotFound):
        named(house, stranger)


def test_a_writer_who_was_named_stays_one(house):
    made = named(house, house.director)
    for statement in ("UPDATE draft_writers SET writer = 'account:0'", "DELETE FROM draft_writers"):
        with pytest.raises(IntegrityError):
            house.database.transact(lambda session, said=statement: session.execute(sql(said)), attempts=1)
    assert house.director.id in house.database.read(
        lambda session: queries_drafts.editors(session, [made])[made.id]
    )


def test_an_earlier_description_by_another_is_forgotten_with_its_words(house):
    made = house.bring_in()
    house.described(made.id, note="Eerste versie.", by=house.director)
    house.described(made.id)
    house.mandate(made.playbook_id, (house.director, "directeur"))
    assert house.submit(made.id).state == State.IN_REVIEW


def test_who_wrote_the_words_stays_a_writer_when_another_changes_minor_to_major(house):
    house.published()
    made = house.act(actions_drafts.begin, "stroomstoring", by=house.author)
    house.save(made.id, BETTER)
    house.described(made.id, Change.MINOR, by=house.director)
    house.described(made.id, Change.MAJOR)
    with pytest.raises(Refused, match="wrote part of this draft and can never approve it"):
        house.submit(made.id)


def test_two_approvers_in_order(house):
    made = house.submitted(SMALL, (house.officer, "ISO"), (house.director, "directeur"))
    with pytest.raises(Refused, match="not next"):
        house.approve(made.id, by=house.director)
    assert house.approve(made.id, by=house.officer).state == State.IN_REVIEW
    with pytest.raises(Refused):
        house.approve(made.id, by=house.officer)
    assert house.approve(made.id, by=house.director).state == State.APPROVED


def test_two_approvers_in_any_order(house):
    made = house.submitted(SMALL, (house.officer, "ISO"), (house.director, "directeur"), in_order=False)
    assert house.approve(made.id, by=house.director).state == State.IN_REVIEW
    assert house.approve(made.id, by=house.officer).state == State.APPROVED


@pytest.mark.parametrize("moment", ["in review", "approved"])
def test_an_edit_lets_approvals_lapse_and_says_so(house, moment):
    made = house.submitted(SMALL, (house.officer, "ISO"), (house.director, "directeur"))
    house.approve(made.id, by=house.officer)
    if moment == "approved":
        house.approve(made.id)
    kept = house.save(made.id, BETTER)
    assert (kept.state, kept.version) == (State.DRAFT, "0.91")
    said = house.database.read(lambda session: queries_drafts.approvals(session, [made.id]))[made.id]
    assert all(one.lapsed_at == house.now for one in said)
    assert all(one.lapsed_by == f"account:{house.author.id}" for one in said)
    assert house.entries(made.playbook_id)[-2:] == [Kind.APPROVALS_LAPSED, Kind.DRAFT_SAVED]
    with pytest.raises(Conflict, match="not under review"):
        house.publish(made.id)


def test_an_edit_and_its_undoing_do_not_bring_the_approval_back(house):
    made = house.submitted()
    house.approve(made.id)
    house.save(made.id, BETTER)
    house.save(made.id, SMALL)
    house.submit(made.id)
    with pytest.raises(Conflict, match="everybody who must"):
        house.publish(made.id)
    house.approve(made.id)
    assert house.publish(made.id).version == "1.0"


def test_another_description_also_takes_it_back(house):
    made = house.submitted()
    house.approve(made.id)
    assert house.described(made.id).state == State.APPROVED
    assert house.described(made.id, note="Iets anders.").state == State.DRAFT


def test_a_refusal_sends_the_draft_back_with_remarks_on_steps(house):
    made = house.submitted(SMALL, (house.officer, "ISO"), (house.director, "directeur"))
    house.approve(made.id, by=house.officer)
    kept = house.refuse(made.id, ("waarschuw", "Wie belt aan?"), ("", "Te lang."), ("kijk", "  "))
    assert (kept.state, kept.version) == (State.DRAFT, "0.91")
    said = house.database.read(lambda session: queries_drafts.approvals(session, [made.id]))[made.id]
    assert [(one.verdict, one.lapsed_at is None) for one in said] == [("approved", False), ("refused", True)]
    assert [(one.step_id, one.text) for one in said[1].remarks] == [
        ("waarschuw", "Wie belt aan?"),
        ("", "Te lang."),
    ]
    assert house.entries(made.playbook_id)[-2:] == [Kind.APPROVALS_LAPSED, Kind.DRAFT_REFUSED]


def test_an_approved_draft_can_still_be_sent_back_by_who_approved_it(house):
    made = house.submitted()
    house.approve(made.id)
    assert house.refuse(made.id, ("", "Toch niet.")).state == State.DRAFT


@pytest.mark.parametrize(
    ("remarks", "who", "words"),
    [
        ([("", " ")], "director", "Write what must change"),
        ([("nergens", "x")], "director", "does not exist"),
        ([("", "x")], "deputy", "not in its mandate"),
        ([("", "x")], "author", "not in its mandate"),
    ],
)
def test_a_refusal_is_refused(house, remarks, who, words):
    made = house.submitted()
    with pytest.raises(Refused, match=words):
        house.refuse(made.id, *remarks, by=getattr(house, who))
    assert house.draft(made.id).state == State.IN_REVIEW


def test_who_approves_must_have_read_this_very_text(house):
    made = house.submitted()
    seen = house.draft(made.id).digest
    house.save(made.id, BETTER)
    house.submit(made.id)
    with pytest.raises(Conflict, match="changed while you were reading"):
        house.approve(made.id, digest=seen)
    house.approve(made.id)


def test_the_mandate_of_a_review_is_the_one_it_was_submitted_under(house):
    made = house.submitted()
    house.mandate(made.playbook_id, (house.deputy, "voorzitter"))
    with pytest.raises(Refused):
        house.approve(made.id, by=house.deputy)
    house.approve(made.id)
    assert house.publish(made.id).version == "1.0"


@pytest.mark.parametrize(
    ("approvers", "words"),
    [
        ([], "at least one approver"),
        ([("director", "directeur")] * 2, "each approver once"),
        ([("director", " ")], "the function under which"),
    ],
)
def test_a_mandate_that_cannot_be_is_refused(house, approvers, words):
    made = house.bring_in()
    with pytest.raises(Refused, match=words):
        house.mandate(made.playbook_id, *((getattr(house, who), function) for who, function in approvers))


def test_a_process_approves_nothing(house):
    made = house.submitted()
    robot = Actor("system", "cyberready", "system")

    def work(session):
        actions_approval.approve(
            session, Realm(house.town.home.id), made.id, digest=made.digest, actor=robot, now=house.now
        )

    with pytest.raises(Refused, match="your own account"):
        house.database.transact(work)
