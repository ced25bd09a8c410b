"""What waits for whom, over all that must be read, reviewed, approved and improved."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cyberready.desk.models import Reminder, ReminderRound
from cyberready.desk.rules import Cause, Task, ordered
from cyberready.improvements import queries as improvements
from cyberready.improvements.rules import Status, overdue
from cyberready.people import queries as people
from cyberready.people.rules import PERMISSIONS, tonight
from cyberready.platform.realm import Realm
from cyberready.platform.web import AMSTERDAM
from cyberready.playbooks import queries_drafts as drafts
from cyberready.playbooks import queries_readings as readings
from cyberready.playbooks import queries_reviews as reviews
from cyberready.playbooks.lifecycle import State
from cyberready.playbooks.queries_readings import Unread
from cyberready.trail import queries as trails

AGAIN = timedelta(weeks=2)
WAITED = timedelta(weeks=1)

Found = dict[int, list[Task]]


def tasks(session: Session, realm: Realm, now: datetime, account_id: int | None = None) -> Found:
    """What waits for each person of an organisation (or only for one), in order; who has nothing is not among them."""
    accounts = [one for one in people.accounts(session, realm) if account_id in {None, one.id}]
    everybody = {one.id: one.memberships[0].roles for one in accounts}
    found: Found = defaultdict(list)
    speaks = {one.id: one.language for one in accounts}
    _readings(session, realm, everybody, speaks, found, now)
    _reviews(session, realm, everybody, found, now)
    _drafts(session, realm, everybody, found, now)
    _improvements(session, realm, everybody, found, now)
    return {number: ordered(waiting) for number, waiting in found.items()}


def waiting_for(session: Session, realm: Realm, account_id: int | None, now: datetime) -> list[Task]:
    """What waits for one person, in order; nothing for a participant, who has no account."""
    return [] if account_id is None else tasks(session, realm, now, account_id).get(account_id, [])


def rounds(session: Session) -> dict[int, datetime]:
    """When the reminders of each organisation were last looked at, or else when it began."""
    chosen = select(ReminderRound.organisation_id, func.max(ReminderRound.at))
    looked = dict(session.execute(chosen.group_by(ReminderRound.organisation_id)).all())
    return trails.opened(session) | looked


def reminded(session: Session, realm: Realm) -> dict[int, set[str]]:
    """Of what each person of an organisation was reminded before."""
    found: dict[int, set[str]] = defaultdict(set)
    chosen = select(Reminder.account_id, Reminder.mark)
    for number, mark in session.execute(chosen.where(Reminder.organisation_id == realm.organisation_id)):
        found[number].add(mark)
    return found


def _readings(
    session: Session,
    realm: Realm,
    everybody: dict[int, list[str]],
    speaks: dict[int, str],
    found: Found,
    now: datetime,
) -> None:
    on_duty = readings.duty_starts(session, realm, *tonight(now, AMSTERDAM))
    shelf = readings.shelf(session, realm, next(iter(everybody)) if len(everybody) == 1 else None)
    for number, roles in everybody.items():
        for one in shelf.unread(number, roles, speaks[number]):
            found[number].append(_to_read(one, on_duty.get(number), now))


def _to_read(one: Unread, on_duty: datetime | None, now: datetime) -> Task:
    mark = f"read:{one.release.playbook_id}:{one.since}"
    marks = [mark]
    if now >= one.asked_at + AGAIN:
        marks.append(f"{mark}:again")
    if on_duty:
        marks.append(f"{mark}:duty:{on_duty.date().isoformat()}")
    return Task(
        Cause.READ if one.last is None else Cause.READ_AGAIN,
        about=one.release.title,
        more=one.release.version,
        path=f"/playbooks/{one.release.slug}/versions/{one.release.id}",
        marks=tuple(marks),
    )


def _reviews(
    session: Session, realm: Realm, everybody: dict[int, list[str]], found: Found, now: datetime
) -> None:
    for one in reviews.reviews(session, realm, now):
        carers = [number for number in (one.owner_id, one.deputy_id) if number in everybody]
        named = {one.owner_id, one.deputy_id} - {None}
        for number in carers if named else _who_may(everybody, "playbooks.publish"):
            found[number] += _to_review(one, now)


def _to_review(one: reviews.Review, now: datetime) -> Iterable[Task]:
    path, on = f"/playbooks/{one.release.slug}/care", one.due.astimezone(AMSTERDAM).date()
    mark = f"review:{one.release.playbook_id}"
    if one.stage:
        cause = Cause.REVIEW_LATE if now >= one.due else Cause.REVIEW
        yield Task(cause, one.release.title, path, on=on, marks=(f"{mark}:{on.isoformat()}:{one.stage}",))
    for occasion in one.occasions:
        marks = (f"{mark}:after:{occasion.id}",)
        yield Task(Cause.REVIEW_ASKED, one.release.title, path, more=occasion.title, marks=marks)


def _drafts(
    session: Session, realm: Realm, everybody: dict[int, list[str]], found: Found, now: datetime
) -> None:
    waiting = [one for one in drafts.open_drafts(session, realm) if one.state != State.DRAFT]
    if not waiting:
        return
    known, away = drafts.reviews(session, waiting), drafts.absences(session, realm, now)
    for one in waiting:
        path, mark = f"/playbooks/drafts/{one.id}", f"draft:{one.id}:{one.digest[:16]}:{one.state}"
        if one.state == State.APPROVED:
            ready = Task(Cause.PUBLISH, one.title, path, more=one.version, marks=(mark,))
            for number in _who_may(everybody, "playbooks.publish"):
                found[number].append(ready)
            continue
        marks = (mark, f"{mark}:waiting") if now >= one.updated_at + WAITED else (mark,)
        asked = Task(Cause.APPROVE, one.title, path, more=one.version, marks=marks)
        for number in everybody:
            if drafts.place(known[one.id], away, number, now) is not None:
                found[number].append(asked)


def _improvements(
    session: Session, realm: Realm, everybody: dict[int, list[str]], found: Found, now: datetime
) -> None:
    today = now.astimezone(AMSTERDAM).date()
    for one in improvements.unfinished(session, realm):
        if one.owner_id not in everybody:
            continue
        late = overdue(one.due_on, Status(one.status), today)
        mark = f"improve:{one.id}"
        marks = [mark]
        if late or one.due_on <= today + AGAIN:
            marks.append(f"{mark}:{one.due_on.isoformat()}:{'late' if late else 'ahead'}")
        cause, path = Cause.IMPROVE_LATE if late else Cause.IMPROVE, f"/improvements/{one.id}"
        found[one.owner_id].append(Task(cause, one.title, path, on=one.due_on, marks=tuple(marks)))


def _who_may(everybody: dict[int, list[str]], permission: str) -> Collection[int]:
    return [
        number
        for number, roles in everybody.items()
        if any(permission in PERMISSIONS.get(role, frozenset()) for role in roles)
    ]
