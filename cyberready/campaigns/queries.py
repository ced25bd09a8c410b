"""Questions about campaigns, their activities, audiences and calendar feeds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from cyberready.campaigns.models import Activity, AudienceAddress, CalendarFeed, Campaign
from cyberready.campaigns.rules import UNAPPROVED, State
from cyberready.kernel.refusals import NotFound
from cyberready.platform.realm import Realm


def campaigns(session: Session, realm: Realm) -> Sequence[Campaign]:
    """The organisation's campaigns with their activities, the latest start first."""
    chosen = (
        select(Campaign)
        .where(Campaign.organisation_id == realm.organisation_id)
        .options(selectinload(Campaign.activities))
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
    )
    return session.scalars(chosen).all()


def campaign(session: Session, realm: Realm, campaign_id: int) -> Campaign:
    """One campaign with its activities; raises NotFound."""
    chosen = (
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.organisation_id == realm.organisation_id)
        .options(selectinload(Campaign.activities))
    )
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This campaign does not exist.")
    return found


def activities(
    session: Session, realm: Realm, since: datetime | None = None, until: datetime | None = None
) -> Sequence[Activity]:
    """The organisation's activities from *since* up to but not including *until*, in order."""
    chosen = (
        select(Activity)
        .where(Activity.organisation_id == realm.organisation_id)
        .options(joinedload(Activity.campaign))
        .order_by(Activity.due_at, Activity.id)
    )
    if since is not None:
        chosen = chosen.where(Activity.due_at >= since)
    if until is not None:
        chosen = chosen.where(Activity.due_at < until)
    return session.scalars(chosen).all()


def waiting(session: Session, realm: Realm) -> Sequence[Activity]:
    """The activities that wait for an approval, the first due first."""
    chosen = (
        select(Activity)
        .where(Activity.organisation_id == realm.organisation_id, Activity.state == State.SUBMITTED)
        .options(joinedload(Activity.campaign))
        .order_by(Activity.due_at, Activity.id)
    )
    return session.scalars(chosen).all()


def activity(session: Session, realm: Realm, activity_id: int) -> Activity:
    """One activity with its campaign; raises NotFound."""
    chosen = (
        select(Activity)
        .where(Activity.id == activity_id, Activity.organisation_id == realm.organisation_id)
        .options(joinedload(Activity.campaign))
    )
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This activity does not exist.")
    return found


def next_due(session: Session, without: Sequence[int] = ()) -> datetime | None:
    """When the next activity of any organisation comes due; the past when something is left to do."""
    chosen = select(func.min(Activity.due_at)).where(_unsettled(), Activity.id.not_in(without))
    return session.scalar(chosen)


def due(session: Session, now: datetime, without: Sequence[int] = (), limit: int = 50) -> list[int]:
    """The numbers of the activities of any organisation for which something is due, the longest due first."""
    chosen = (
        select(Activity.id)
        .where(_unsettled(), Activity.due_at <= now, Activity.id.not_in(without))
        .order_by(Activity.due_at, Activity.id)
        .limit(limit)
    )
    return list(session.scalars(chosen))


def _unsettled() -> ColumnElement[bool]:
    return or_(
        Activity.state == State.APPROVED,
        and_(Activity.state.in_(UNAPPROVED), Activity.overdue_at.is_(None)),
        Activity.fan_out_after.is_not(None),
    )


def addresses(session: Session, realm: Realm) -> Sequence[AudienceAddress]:
    """Every address of every audience of the organisation, by audience and address."""
    chosen = (
        select(AudienceAddress)
        .where(AudienceAddress.organisation_id == realm.organisation_id)
        .order_by(AudienceAddress.audience, AudienceAddress.address)
    )
    return session.scalars(chosen).all()


def address(session: Session, realm: Realm, address_id: int) -> AudienceAddress:
    """One address; raises NotFound."""
    found = session.get(AudienceAddress, address_id)
    if found is None or found.organisation_id != realm.organisation_id:
        raise NotFound("This address is not on the list.")
    return found


def reach(session: Session, realm: Realm, audience: Sequence[str]) -> int:
    """How many different addresses these audiences have together."""
    chosen = select(func.count(func.distinct(func.lower(AudienceAddress.address)))).where(
        AudienceAddress.organisation_id == realm.organisation_id, AudienceAddress.audience.in_(audience)
    )
    return session.scalar(chosen) or 0


def audience_names(session: Session, realm: Realm) -> dict[str, str]:
    """The names of all audiences of the organisation's campaigns by their keys; the newest campaign names them."""
    chosen = (
        select(Campaign.audiences)
        .where(Campaign.organisation_id == realm.organisation_id)
        .order_by(Campaign.id)
    )
    return {key: name for named in session.scalars(chosen) for key, name in named.items()}


def feed(session: Session, realm: Realm) -> CalendarFeed | None:
    """The organisation's calendar feed; None when it has none yet."""
    return session.get(CalendarFeed, realm.organisation_id)


def feed_realm(session: Session, secret: str) -> Realm:
    """Whose calendar this secret opens; raises NotFound."""
    found = session.scalars(select(CalendarFeed).where(CalendarFeed.secret == secret)).first()
    if found is None:
        raise NotFound(
            "This calendar address does not exist or was renewed. Ask your organisation for the new one."
        )
    return Realm(found.organisation_id)


def published(session: Session, realm: Realm) -> Sequence[Activity]:
    """The web texts that everyone may read, the newest first."""
    chosen = (
        select(Activity)
        .where(Activity.organisation_id == realm.organisation_id, Activity.state == State.PUBLISHED)
        .order_by(Activity.happened_at.desc(), Activity.id.desc())
    )
    return session.scalars(chosen).all()


def published_page(session: Session, realm: Realm, page_slug: str) -> Activity:
    """One published web text; raises NotFound."""
    chosen = select(Activity).where(
        Activity.organisation_id == realm.organisation_id,
        Activity.page_slug == page_slug,
        Activity.state == State.PUBLISHED,
    )
    found = session.scalars(chosen).first()
    if found is None:
        raise NotFound("This page does not exist or was taken offline.")
    return found
