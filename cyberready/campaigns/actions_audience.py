"""What people do with the addresses of audiences and with the calendar feed."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cyberready.campaigns import queries
from cyberready.campaigns.actions_due import note
from cyberready.campaigns.models import AudienceAddress, CalendarFeed
from cyberready.kernel.actor import Actor
from cyberready.kernel.refusals import Refused
from cyberready.platform.mail import outbox
from cyberready.platform.realm import Realm
from cyberready.trail.rules import Kind

MOST_AT_ONCE = 20_000


def add_addresses(
    session: Session, realm: Realm, audience: str, lines: Iterable[str], *, actor: Actor, now: datetime
) -> int:
    """Add addresses to an audience and return how many are new; empty lines and known addresses are passed over.

    Raises Refused for the first line that is not an address, and then adds none. The trail holds only the number.
    """
    names = queries.audience_names(session, realm)
    if audience not in names:
        raise Refused("Choose an audience of one of your campaigns.")
    given = {bare.casefold(): bare for line in lines if (bare := line.strip())}
    if not given:
        raise Refused("Type at least one e-mail address.")
    if len(given) > MOST_AT_ONCE:
        raise Refused("Add at most %(limit)s addresses at a time.", limit=MOST_AT_ONCE)
    chosen = select(func.lower(AudienceAddress.address)).where(
        AudienceAddress.organisation_id == realm.organisation_id, AudienceAddress.audience == audience
    )
    known = set(session.scalars(chosen))
    new = [outbox.address(bare) for low, bare in given.items() if low not in known]
    session.add_all(
        AudienceAddress(
            organisation_id=realm.organisation_id, audience=audience, address=address, added_at=now
        )
        for address in new
    )
    _say(session, realm, names[audience], actor=actor, now=now, added=len(new))
    return len(new)


def remove_address(
    session: Session, realm: Realm, address_id: int, *, actor: Actor, now: datetime
) -> AudienceAddress:
    """Take one address off the list; raises NotFound. The trail holds no address."""
    removed = queries.address(session, realm, address_id)
    name = queries.audience_names(session, realm).get(removed.audience, removed.audience)
    session.delete(removed)
    _say(session, realm, name, actor=actor, now=now, removed=1)
    return removed


def renew_feed(session: Session, realm: Realm, *, actor: Actor, now: datetime) -> CalendarFeed:
    """Give the calendar a new secret address; the old one stops working at once."""
    feed = queries.feed(session, realm)
    if feed is None:
        feed = CalendarFeed(organisation_id=realm.organisation_id)
        session.add(feed)
    feed.secret, feed.renewed_at = secrets.token_urlsafe(32), now
    about = f"feed:{realm.organisation_id}"
    note(session, realm, Kind.FEED_RENEWED, actor=actor, now=now, about=about)
    return feed


def _say(session: Session, realm: Realm, audience: str, *, actor: Actor, now: datetime, **body: int) -> None:
    about = "audience"
    note(session, realm, Kind.AUDIENCE_CHANGED, actor=actor, now=now, about=about, group=audience, **body)
