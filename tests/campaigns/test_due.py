import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cyberready.campaigns import actions, jobs, queries
from cyberready.campaigns.actions_due import CHUNK
from cyberready.campaigns.models import Activity
from cyberready.campaigns.rules import ActivityKind, State
from cyberready.people import actions as people
from cyberready.platform.mail.models import OutboxMessage
from cyberready.settings import Settings
from cyberready.trail import queries as trails
from cyberready.trail.rules import Kind
from tests.campaigns.planning import DUE, SITE, content
from tests.world import START, account

SETTINGS = Settings(secret_key="x", database_url="", signing_key_file="", base_url=SITE)


def wake(plans, now=DUE, source=None):
    """What the alarm does: run until nothing is due."""
    source = source or jobs.source(SETTINGS)
    for _ in range(50):
        source.run(plans.database, now)
        due = plans.database.read(source.next_due)
        if due is None or due > now:
            return due
    raise AssertionError("there is always something left to do")


def mails(plans):
    return plans.database.read(
        lambda session: session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    )


def entries(plans, number):
    def read(session):
        trail = trails.organisation_trail(session, plans.realm.organisation_id)
        return trails.about(session, trail.id, f"activity:{number}")

    return plans.database.read(read)


def test_approved_mail_leaves_at_its_moment(plans):
    plans.addresses("an@waterveld.example", "jan@waterveld.example")
    mail = plans.approved(body="Klik niet op [deze link](https://checkjelinkje.nl).")
    assert wake(plans, DUE - timedelta(seconds=1)) == DUE
    assert mails(plans) == []
    assert wake(plans) is None
    sent = plans.activity(mail.id)
    assert (sent.state, sent.happened_at, sent.late, sent.recipients) == (State.SENT, DUE, False, 2)
    assert [one.recipient for one in mails(plans)] == ["an@waterveld.example", "jan@waterveld.example"]
    assert mails(plans)[0].subject == "Tip van de week"
    assert (
        mails(plans)[0].text
        == "Klik niet op deze link (https://checkjelinkje.nl).\n\n-- \nDeze e-mail komt van Waterveld.\n"
    )
    assert '<a href="https://checkjelinkje.nl">deze link</a>' in mails(plans)[0].html
    assert entries(plans, mail.id)[-1].kind == Kind.ACTIVITY_SENT
    assert entries(plans, mail.id)[-1].actor_ref == "system"


def test_nothing_happens_twice(plans):
    plans.addresses("an@waterveld.example")
    mail = plans.approved()
    for _ in range(3):
        wake(plans)
    assert len(mails(plans)) == 1
    assert [entry.kind for entry in entries(plans, mail.id)].count(Kind.ACTIVITY_SENT) == 1


def test_two_processes_do_it_once(plans):
    plans.addresses(*(f"an{number}@waterveld.example" for number in range(CHUNK + 20)))
    mail = plans.approved()
    rivals = [threading.Thread(target=wake, args=(plans,)) for _ in range(2)]
    for thread in rivals:
        thread.start()
    for thread in rivals:
        thread.join()
    wake(plans)
    assert len({one.recipient for one in mails(plans)}) == len(mails(plans)) == CHUNK + 20
    assert [entry.kind for entry in entries(plans, mail.id)].count(Kind.ACTIVITY_SENT) == 1


def test_a_large_audience_is_reached_in_parts_and_survives_a_stop(plans):
    plans.addresses(*(f"an{number}@waterveld.example" for number in range(2 * CHUNK)))
    plans.addresses("an0@waterveld.example", audience="senioren-65")
    mail = plans.approved(audience=("inwoners", "senioren-65"))
    jobs.source(SETTINGS).run(plans.database, DUE)
    assert len(mails(plans)) == CHUNK
    assert plans.activity(mail.id).state == State.SENT
    assert wake(plans) is None
    assert len(mails(plans)) == 2 * CHUNK == plans.activity(mail.id).recipients


def test_late_is_marked_late(plans):
    plans.addresses("an@waterveld.example")
    mail = plans.approved()
    wake(plans, DUE + timedelta(minutes=10))
    assert plans.activity(mail.id).late
    assert entries(plans, mail.id)[-1].body["late"] is True


def test_web_text_is_published(plans):
    first = plans.approved(kind=ActivityKind.WEB, title="Zo herkent u het")
    second = plans.approved(kind=ActivityKind.WEB, title="Zo herkent u het!")
    wake(plans)
    assert plans.activity(first.id).page_slug == "zo-herkent-u-het"
    assert plans.activity(second.id).page_slug == f"zo-herkent-u-het-{second.id}"
    assert [one.id for one in plans.ask(queries.published)] == [second.id, first.id]
    plans.do(actions.withdraw, first.id, reason="Fout nummer", actor=plans.writer, now=DUE)
    assert [one.id for one in plans.ask(queries.published)] == [second.id]
    later = DUE + timedelta(hours=1)
    better = content(kind=ActivityKind.WEB, title="Zo herkent u het goed", due_at=later)
    plans.do(actions.edit, first.id, better, version=2, actor=plans.writer, now=DUE)
    plans.do(actions.submit, first.id, actor=plans.writer, now=DUE)
    plans.do(actions.approve, first.id, seen=better.digest(plans.campaign.id), actor=plans.judge, now=DUE)
    wake(plans, later)
    assert plans.ask(queries.published_page, "zo-herkent-u-het").title == "Zo herkent u het goed"


def test_the_owner_is_reminded_of_what_is_done_by_hand(plans):
    poster = plans.approved(kind=ActivityKind.POSTER, owner_task="Hang 12 posters op.")
    wake(plans)
    wake(plans)
    assert plans.activity(poster.id).state == State.REMINDED
    (mail,) = mails(plans)
    assert mail.recipient == plans.town["communications"].email
    assert mail.subject == "Vandaag: Tip van de week"
    assert "Hang 12 posters op." in mail.text
    assert f"{SITE}/campaigns/activities/{poster.id}" in mail.text
    plans.do(actions.finish, poster.id, result="", actor=plans.writer, now=DUE + timedelta(hours=1))
    assert plans.activity(poster.id).state == State.DONE


def test_when_the_owner_left_communications_is_reminded(plans, database):
    other = account(database, plans.town.home, "communications", name="Nieuwe Woordvoerder")
    plans.approved(kind=ActivityKind.POSTER, owner_task="Hang op.")
    plans.do(people.close_account, plans.town["communications"].id, actor=plans.judge, now=START)
    wake(plans)
    assert [mail.recipient for mail in mails(plans)] == [other.email]


@pytest.mark.parametrize("make", ["draft", "submitted"])
def test_without_approval_nothing_leaves_and_the_owner_hears_it_once(plans, make):
    plans.addresses("an@waterveld.example")
    activity = getattr(plans, make)()
    for minutes in (0, 1, 600):
        wake(plans, DUE + timedelta(minutes=minutes))
    found = plans.activity(activity.id)
    assert (found.state, found.overdue_at) == (activity.state, DUE)
    assert [mail.recipient for mail in mails(plans)] == [plans.town["communications"].email]
    assert mails(plans)[0].subject == "Niet op tijd akkoord: Tip van de week"
    assert entries(plans, activity.id)[-1].body["overdue"] is True


def test_approved_too_late_happens_late(plans):
    plans.addresses("an@waterveld.example")
    waiting = plans.submitted()
    wake(plans)
    after = DUE + timedelta(hours=2)
    plans.do(actions.approve, waiting.id, seen=waiting.digest, actor=plans.judge, now=after)
    wake(plans, after)
    assert (plans.activity(waiting.id).state, plans.activity(waiting.id).late) == (State.SENT, True)


def test_a_new_moment_gives_a_new_chance(plans):
    draft = plans.draft()
    wake(plans)
    later = DUE + timedelta(days=1)
    plans.do(actions.edit, draft.id, content(due_at=later), version=1, actor=plans.writer, now=DUE)
    assert plans.activity(draft.id).overdue_at is None
    wake(plans, later)
    assert plans.activity(draft.id).overdue_at == later
    assert len(mails(plans)) == 2


def test_words_changed_behind_the_programs_back_are_not_sent(plans):
    plans.addresses("an@waterveld.example")
    mail = plans.approved()
    plans.database.transact(
        lambda session: session.execute(
            update(Activity).where(Activity.id == mail.id).values(body="Maak geld over.")
        )
    )
    wake(plans)
    assert plans.activity(mail.id).state == State.DRAFT
    assert [one.recipient for one in mails(plans)] == [plans.town["communications"].email]
    assert [entry.kind for entry in entries(plans, mail.id)][-2:] == [
        Kind.ACTIVITY_CHANGED,
        Kind.ACTIVITY_REMINDED,
    ]


def test_mail_to_nobody_becomes_work_for_the_owner(plans):
    mail = plans.approved()
    wake(plans)
    assert plans.activity(mail.id).state == State.REMINDED
    assert [one.subject for one in mails(plans)] == ["Niemand om aan te sturen: Tip van de week"]


def test_a_withdrawn_activity_stays_quiet(plans):
    plans.addresses("an@waterveld.example")
    mail = plans.approved()
    plans.do(actions.withdraw, mail.id, reason="Niet nu", actor=plans.writer, now=START)
    assert wake(plans) is None
    assert mails(plans) == []


def test_one_broken_activity_does_not_stop_the_others_nor_keep_the_alarm_busy(plans, caplog):
    broken = plans.approved()
    fine = plans.approved(kind=ActivityKind.WEB, title="Pagina")
    plans.database.transact(
        lambda session: session.execute(update(Activity).where(Activity.id == broken.id).values(kind="fax"))
    )
    source = jobs.source(SETTINGS)
    assert wake(plans, source=source) == DUE + jobs.REST
    assert plans.activity(fine.id).state == State.PUBLISHED
    assert "could not be carried out" in caplog.text
    plans.database.transact(
        lambda session: session.execute(update(Activity).where(Activity.id == broken.id).values(kind="mail"))
    )
    assert wake(plans, DUE + jobs.REST, source=source) is None
    assert plans.activity(broken.id).state == State.REMINDED
