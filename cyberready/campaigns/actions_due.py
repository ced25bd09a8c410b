"""What happens to an activity when its moment comes, without anyone pressing a button."""

from datetime import datetime

from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from cyberready.campaigns import queries, rules
from cyberready.campaigns.models import Activity, AudienceAddress
from cyberready.campaigns.rules import ActivityKind, State
from cyberready.kernel.actor import SYSTEM, Actor
from cyberready.kernel.refusals import Refused
from cyberready.people import queries as people
from cyberready.people.rules import Role
from cyberready.platform import markdown
from cyberready.platform.db import ring
from cyberready.platform.mail import outbox
from cyberready.platform.realm import Realm
from cyberready.platform.texts import translate
from cyberready.trail import actions as trail
from cyberready.trail import queries as trails
from cyberready.trail.rules import EVERYONE, Kind, Plain

CHUNK = 100
REMINDER = "Today: %(title)s"
REMINDER_TEXT = (
    "%(task)s\n\nThis belongs to the campaign %(campaign)s. Record afterwards that it was done:\n%(url)s"
)
OVERDUE = "Not approved in time: %(title)s"
OVERDUE_TEXT = (
    "The moment of this activity has come, but nobody has approved it, so nothing was done.\n\n"
    "Have it approved, or change the moment:\n%(url)s"
)
NO_ADDRESSES = "Nobody to send to: %(title)s"
NO_ADDRESSES_TEXT = (
    "This mail was approved, but its audience has no addresses, so nothing was sent.\n\n"
    "Spread the text in another way, or withdraw the activity, add addresses and plan it again:\n%(url)s"
)
FROM_WHOM = "This mail comes from %(organisation)s."


def note(
    session: Session, realm: Realm, kind: Kind, *, actor: Actor, now: datetime, about: str, **body: Plain
) -> None:
    """Write one entry to the organisation's trail."""
    trail_id = trails.organisation_trail(session, realm.organisation_id).id
    trail.write(
        session,
        trail_id,
        kind,
        actor=actor,
        at=now,
        about=about,
        audience=(EVERYONE,),
        happened_at=None,
        **body,
    )


def say(
    session: Session, activity: Activity, kind: Kind, *, actor: Actor, now: datetime, **body: Plain
) -> None:
    """Write one entry about an activity to its organisation's trail."""
    about, realm = f"activity:{activity.id}", Realm(activity.organisation_id)
    note(session, realm, kind, actor=actor, now=now, about=about, title=activity.title, **body)


def carry_out(session: Session, activity_id: int, *, site: str, now: datetime) -> None:
    """Do what is due for one activity, or nothing when another process is at it or nothing is due.

    *site* is the address of this installation, for links in mails.
    """
    due = session.scalars(
        select(Activity)
        .where(Activity.id == activity_id, Activity.due_at <= now)
        .options(joinedload(Activity.campaign, innerjoin=True))
        .with_for_update(of=Activity, skip_locked=True)
    ).first()
    if due is None:
        return
    if due.fan_out_after is not None:
        _fan_out(session, due, due.fan_out_after, now=now)
    elif due.state == State.APPROVED and due.approved_digest != due.digest:
        _lapse(session, due, now=now)
    elif due.state == State.APPROVED:
        _happen(session, due, site=site, now=now)
    elif due.state in rules.UNAPPROVED and due.overdue_at is None:
        due.overdue_at = now
        reminded = _mail_owner(session, due, OVERDUE, OVERDUE_TEXT, site=site, now=now)
        say(session, due, Kind.ACTIVITY_REMINDED, actor=SYSTEM, now=now, overdue=True, reminded=reminded)


def _lapse(session: Session, due: Activity, *, now: datetime) -> None:
    """The content is not what was approved, so somebody changed it past the program: back to a draft."""
    due.state, due.approved_digest, due.approved_by, due.approved_at = State.DRAFT, None, None, None
    due.version, due.changed_at = due.version + 1, now
    say(session, due, Kind.ACTIVITY_CHANGED, actor=SYSTEM, now=now, digest=due.digest, lapsed=True)


def _happen(session: Session, due: Activity, *, site: str, now: datetime) -> None:
    due.state, due.happened_at, due.changed_at = rules.AT_THE_MOMENT[ActivityKind(due.kind)], now, now
    due.late = rules.late(due.due_at, now)
    if due.kind == ActivityKind.MAIL:
        _send(session, due, site=site, now=now)
    elif due.kind == ActivityKind.WEB:
        due.page_slug = due.page_slug or _page_slug(session, due)
        say(session, due, Kind.ACTIVITY_PUBLISHED, actor=SYSTEM, now=now, page=due.page_slug, late=due.late)
    else:
        text = {"task": due.owner_task, "campaign": due.campaign.title}
        reminded = _mail_owner(session, due, REMINDER, REMINDER_TEXT, site=site, now=now, **text)
        say(session, due, Kind.ACTIVITY_REMINDED, actor=SYSTEM, now=now, late=due.late, reminded=reminded)


def _send(session: Session, due: Activity, *, site: str, now: datetime) -> None:
    due.recipients = queries.reach(session, Realm(due.organisation_id), due.audience)
    if due.recipients:
        due.fan_out_after = 0
        say(session, due, Kind.ACTIVITY_SENT, actor=SYSTEM, now=now, recipients=due.recipients, late=due.late)
        _fan_out(session, due, 0, now=now)
        return
    due.state = State.REMINDED
    reminded = _mail_owner(session, due, NO_ADDRESSES, NO_ADDRESSES_TEXT, site=site, now=now)
    say(session, due, Kind.ACTIVITY_REMINDED, actor=SYSTEM, now=now, recipients=0, reminded=reminded)


def _fan_out(session: Session, due: Activity, after: int, *, now: datetime) -> None:
    """Put the next hundred mails in the outbox; few at a time, so that other due work is never late by this."""
    chosen = (
        select(AudienceAddress.id, AudienceAddress.address)
        .where(
            AudienceAddress.organisation_id == due.organisation_id,
            AudienceAddress.audience.in_(due.audience),
            AudienceAddress.id > after,
        )
        .order_by(AudienceAddress.id)
        .limit(CHUNK)
    )
    rows = session.execute(chosen).all()
    sender = people.organisation(session, due.organisation_id).name
    foot = translate("nl", FROM_WHOM, organisation=sender)
    text, html = (
        f"{markdown.plain(due.body)}\n\n-- \n{foot}\n",
        f"{markdown.render(due.body, heading_from=2)}<p>{escape(foot)}</p>",
    )
    keys = {f"activity:{due.id}:{due.approved_digest}:{row.address.casefold()}": row.address for row in rows}
    outbox.enqueue_each(
        session,
        keys,
        organisation_id=due.organisation_id,
        subject=due.title,
        text=text,
        html=html,
        now=now,
    )
    due.fan_out_after = rows[-1].id if len(rows) == CHUNK else None
    ring(session, "schedule")


def _page_slug(session: Session, due: Activity) -> str:
    chosen = select(Activity.page_slug, Activity.id).where(
        Activity.organisation_id == due.organisation_id, Activity.page_slug.is_not(None)
    )
    taken = {str(slug): number for slug, number in session.execute(chosen)}
    return rules.page_slug(due.title, taken, due.id)


def _mail_owner(
    session: Session, due: Activity, subject: str, text: str, *, site: str, now: datetime, **values: str
) -> int:
    """Write to the campaign's owner, or to communications when that account was closed; return to how many."""
    url = f"{site}/campaigns/activities/{due.id}"
    reminded = 0
    for number, email, language in _owners(session, due):
        try:
            outbox.enqueue(
                session,
                organisation_id=due.organisation_id,
                key=f"remind:{due.id}:{due.version}:{subject}:{number}",
                to=email,
                subject=translate(language, subject, title=due.title),
                text=translate(language, text, url=url, **values),
                now=now,
            )
        except Refused:
            continue  # an address that cannot be written to: the entry says that nobody was reminded
        reminded += 1
    return reminded


def _owners(session: Session, due: Activity) -> list[tuple[int, str, str]]:
    """Number, address and language of whom to write to."""
    realm = Realm(due.organisation_id)
    owner = [account for account in people.accounts(session, realm) if account.id == due.campaign.owner_id]
    chosen = owner or people.holders(session, realm, Role.COMMUNICATIONS)
    return [(account.id, account.email, account.language) for account in chosen]
