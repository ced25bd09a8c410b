"""What people do with campaigns and activities; approval, audiences and outbox have their own files, named here too."""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from cyberready.campaigns import queries, rules
from cyberready.campaigns.actions_approval import approve, claimed, finish, reject, submit, withdraw
from cyberready.campaigns.actions_audience import add_addresses, remove_address, renew_feed
from cyberready.campaigns.actions_due import carry_out, note, say
from cyberready.campaigns.actions_outbox import discard_mail, requeue_mail
from cyberready.campaigns.formats import Definition, PlannedActivity
from cyberready.campaigns.models import Activity, Campaign
from cyberready.campaigns.rules import ActivityKind, Content, Outline, State
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Conflict, Refused
from cyberready.people import queries as people
from cyberready.platform.db import ring
from cyberready.platform.realm import Realm
from cyberready.trail.rules import Kind

__all__ = [
    "add",
    "add_addresses",
    "approve",
    "carry_out",
    "change",
    "discard_mail",
    "edit",
    "finish",
    "plan",
    "plan_from",
    "reject",
    "remove_address",
    "renew_feed",
    "requeue_mail",
    "submit",
    "withdraw",
]


def plan(session: Session, realm: Realm, outline: Outline, *, actor: Actor, now: datetime) -> Campaign:
    """Plan a campaign without activities."""
    if fault := outline.fault():
        raise fault
    audiences = rules.audiences(outline.audiences, queries.audience_names(session, realm))
    return _planned(session, realm, outline, audiences, source="", actor=actor, now=now)


def plan_from(
    session: Session,
    realm: Realm,
    definition: Definition,
    starts_on: date,
    *,
    owner_id: int,
    actor: Actor,
    now: datetime,
) -> Campaign:
    """Plan a shipped campaign from *starts_on*; every activity begins as a draft.

    Raises Refused when the first activity would be in the past.
    """
    contents = [_content(activity, starts_on) for activity in definition.activities]
    if min(content.due_at for content in contents) <= now:
        raise Refused("The first activity of this campaign would be in the past. Choose a later start date.")
    outline = Outline(
        title=definition.title,
        summary=definition.summary,
        goal=definition.goal,
        baseline=definition.baseline,
        indicator=definition.indicator,
        audiences=tuple(definition.audiences.values()),
        owner_id=owner_id,
        starts_on=starts_on,
    )
    audiences = dict(definition.audiences)
    source = f"{definition.slug} {definition.version}"
    planned = _planned(session, realm, outline, audiences, source=source, actor=actor, now=now)
    for content in contents:
        session.add(_activity(planned, content, actor=actor, now=now))
    ring(session, "schedule")
    return planned


def _content(planned: PlannedActivity, starts_on: date) -> Content:
    return Content(
        kind=ActivityKind(planned.kind),
        audience=planned.audience,
        title=planned.title,
        body=planned.body or "",
        owner_task=planned.owner_task or "",
        due_at=rules.local_moment(starts_on + timedelta(days=planned.day), planned.time),
    )


def _planned(
    session: Session,
    realm: Realm,
    outline: Outline,
    audiences: dict[str, str],
    *,
    source: str,
    actor: Actor,
    now: datetime,
) -> Campaign:
    _owner(session, realm, outline.owner_id)
    if not audiences:
        raise Refused("Name at least one audience.")
    planned = Campaign(
        organisation_id=realm.organisation_id,
        source=source,
        title=outline.title,
        summary=outline.summary,
        goal=outline.goal,
        baseline=outline.baseline,
        indicator=outline.indicator,
        audiences=audiences,
        owner_id=outline.owner_id,
        starts_on=outline.starts_on,
        planned_at=now,
    )
    session.add(planned)
    session.flush()
    about = f"campaign:{planned.id}"
    body = {"title": outline.title, "starts_on": outline.starts_on.isoformat(), "source": source}
    note(session, realm, Kind.CAMPAIGN_PLANNED, actor=actor, now=now, about=about, **body)
    return planned


def change(
    session: Session,
    realm: Realm,
    campaign_id: int,
    outline: Outline,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> Campaign:
    """Change what a campaign is for; its activities stay as they are.

    Raises Conflict when somebody else changed it since *version*, and Refused for an audience that is still in use.
    """
    if fault := outline.fault():
        raise fault
    changed = queries.campaign(session, realm, campaign_id)
    _owner(session, realm, outline.owner_id)
    known = queries.audience_names(session, realm) | changed.audiences
    audiences = rules.audiences(outline.audiences, known)
    used = {key for activity in changed.activities for key in activity.audience}
    if lost := sorted(used - set(audiences)):
        name = changed.audiences.get(lost[0], lost[0])
        raise Refused(
            "An activity is still meant for %(audience)s. Change that activity first.", audience=name
        )
    values = {
        "title": outline.title,
        "summary": outline.summary,
        "goal": outline.goal,
        "baseline": outline.baseline,
        "indicator": outline.indicator,
        "audiences": audiences,
        "owner_id": outline.owner_id,
        "starts_on": outline.starts_on,
        "version": version + 1,
    }
    here = (Campaign.id == campaign_id) & (Campaign.version == version)
    if session.execute(update(Campaign).where(here).values(values).returning(Campaign.id)).first() is None:
        raise Conflict("Somebody else changed this campaign while you were writing. Compare the two first.")
    about = f"campaign:{campaign_id}"
    note(session, realm, Kind.CAMPAIGN_CHANGED, actor=actor, now=now, about=about, title=outline.title)
    return changed


def _owner(session: Session, realm: Realm, owner_id: int) -> None:
    if people.account(session, realm, owner_id).closed_at is not None:
        raise Refused("This account is closed. Choose another owner.")


def add(
    session: Session, realm: Realm, campaign_id: int, content: Content, *, actor: Actor, now: datetime
) -> Activity:
    """Add an activity as a draft; raises Refused when it is incomplete or in the past."""
    campaign = queries.campaign(session, realm, campaign_id)
    if fault := content.fault(campaign.audiences):
        raise fault
    _ahead(content, now)
    added = _activity(campaign, content, actor=actor, now=now)
    session.add(added)
    session.flush()
    say(session, added, Kind.ACTIVITY_CHANGED, actor=actor, now=now, digest=added.digest, new=True)
    ring(session, "schedule")
    return added


def _activity(campaign: Campaign, content: Content, *, actor: Actor, now: datetime) -> Activity:
    return Activity(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        uid=str(uuid.uuid4()),
        kind=content.kind,
        audience=list(content.audience),
        title=content.title,
        body=content.body,
        owner_task=content.owner_task,
        due_at=content.due_at,
        state=State.DRAFT,
        version=1,
        author_ref=actor.ref,
        author_name=actor.name,
        editor_ref=actor.ref,
        editor_name=actor.name,
        changed_at=now,
    )


def edit(
    session: Session,
    realm: Realm,
    activity_id: int,
    content: Content,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> bool:
    """Change an activity, which makes it a draft again; return whether an approval lapsed by that.

    Raises Conflict when somebody else changed it since *version* or it has already happened.
    """
    edited = queries.activity(session, realm, activity_id)
    if fault := content.fault(edited.campaign.audiences):
        raise fault
    if content == edited.content and edited.state != State.WITHDRAWN:
        raise Refused("Nothing was changed, so everything stays as it is.")
    if content.due_at != edited.due_at:
        _ahead(content, now)
    lapsed = edited.state == State.APPROVED
    values = {
        "kind": content.kind,
        "audience": list(content.audience),
        "title": content.title,
        "body": content.body,
        "owner_task": content.owner_task,
        "due_at": content.due_at,
        "state": State.DRAFT,
        "version": version + 1,
        "editor_ref": actor.ref,
        "editor_name": actor.name,
        "changed_at": now,
        "remark": "",
        "approved_digest": None,
        "approved_by": None,
        "approved_at": None,
        "overdue_at": edited.overdue_at if content.due_at == edited.due_at else None,
        "happened_at": None,
        "late": False,
        "recipients": None,
    }
    if not claimed(session, edited, rules.EDITABLE, Activity.version == version, values):
        raise Conflict(
            "This activity was changed while you were writing, or it has already happened. Compare first."
        )
    say(session, edited, Kind.ACTIVITY_CHANGED, actor=actor, now=now, digest=edited.digest, lapsed=lapsed)
    ring(session, "schedule")
    return lapsed


def _ahead(content: Content, now: datetime) -> None:
    if content.due_at <= now:
        raise Refused("This moment is in the past. Choose a later one.")
