"""Reminding people of what waits for them: one mail with all of it, when something has come up."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cyberready.desk import queries, rules
from cyberready.desk.models import Reminder, ReminderRound
from cyberready.desk.rules import Task
from cyberready.desk.wording import say
from cyberready.kernel.actor import SYSTEM
from cyberready.people import queries as people
from cyberready.people.actions_access import note
from cyberready.platform.mail import outbox
from cyberready.platform.realm import Realm
from cyberready.platform.texts import ngettext, speaking, translate
from cyberready.platform.web import AMSTERDAM
from cyberready.trail.rules import Kind

TEXT = (
    "Hello %(name)s,\n\n"
    "This waits for you in cyberready, at %(organisation)s:\n\n"
    "%(tasks)s\n\n"
    "All of it on one page: %(page)s\n\n"
    "You get this mail when something has come up, and at most once on a working day."
)


def remind(session: Session, organisation_id: int, site: str, *, now: datetime) -> int:
    """Send everybody of an organisation for whom something new waits one mail with all that waits; gives how many.

    A day's round is done once, whoever wakes: a second one on that day sends nothing.
    """
    day = now.astimezone(AMSTERDAM).date()
    if not _begun(session, organisation_id, day, now):
        return 0
    realm = Realm(organisation_id)
    home = people.organisation(session, organisation_id).name
    known, accounts = queries.reminded(session, realm), people.accounts(session, realm)
    waiting, told = queries.tasks(session, realm, now), 0
    for one in accounts:
        marks = rules.news(waiting.get(one.id, ()), known[one.id])
        if marks:
            session.add_all(
                Reminder(account_id=one.id, organisation_id=organisation_id, mark=mark, at=now)
                for mark in marks
            )
            key = f"reminder:{organisation_id}:{one.id}:{day.isoformat()}"
            subject, text = letter(one.name, home, waiting[one.id], site, one.language)
            outbox.enqueue_each(
                session,
                {key: one.email},
                organisation_id=organisation_id,
                subject=subject,
                text=text,
                now=now,
            )
            told += 1
    if told:
        note(
            session,
            organisation_id,
            Kind.REMINDERS_SENT,
            actor=SYSTEM,
            now=now,
            about="reminders",
            count=told,
        )
    return told


def _begun(session: Session, organisation_id: int, day: date, now: datetime) -> bool:
    """Begin the round of a day, unless it was begun before."""
    done = select(ReminderRound.id).where(
        ReminderRound.organisation_id == organisation_id, ReminderRound.day == day
    )
    if session.scalar(done) is not None:
        return False
    session.add(ReminderRound(organisation_id=organisation_id, day=day, at=now))
    session.flush()  # a second round at the same instant meets the constraint here
    return True


def letter(name: str, home: str, tasks: Sequence[Task], site: str, language: str) -> tuple[str, str]:
    """Subject and text of the mail to one person, in his or her language."""
    with speaking(language):
        lines = "\n".join(f"- {say(task)}\n  {site}{task.path}" for task in tasks)
        subject = ngettext("%(num)s thing waits for you", "%(num)s things wait for you", len(tasks))
    values = {"name": name, "organisation": home, "tasks": lines, "page": f"{site}/overview/tasks"}
    return subject, translate(language, TEXT, **values)
