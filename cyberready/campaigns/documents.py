"""The calendar of an organisation's activities as iCalendar (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from icalendar import Calendar, Event

from cyberready.campaigns.models import Activity
from cyberready.campaigns.rules import AMSTERDAM, KIND_NAMES, STATE_NAMES, UNAPPROVED, ActivityKind, State
from cyberready.platform.texts import gettext

PRODUCT = "-//cyberready//campaigns//NL"
LENGTH = {ActivityKind.EVENING: timedelta(hours=2)}
SHORT = timedelta(minutes=30)
STATUS = {State.WITHDRAWN: "CANCELLED"} | dict.fromkeys(UNAPPROVED, "TENTATIVE")


def calendar_feed(name: str, activities: Iterable[Activity], *, site: str) -> bytes:
    """Every activity as an event in Europe/Amsterdam, in the language that is being spoken.

    An event keeps its UID for ever and its SEQUENCE rises with every change, so that calendars move it.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", str(AMSTERDAM))
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for activity in activities:
        made.add_component(_event(activity, site))
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _event(activity: Activity, site: str) -> Event:
    kind, state = ActivityKind(activity.kind), State(activity.state)
    starts = activity.due_at.astimezone(AMSTERDAM)
    url = f"{site}/campaigns/activities/{activity.id}"
    facts = (gettext(KIND_NAMES[kind]), gettext(STATE_NAMES[state]), activity.campaign.title, url)
    event = Event()
    event.add("uid", f"{activity.uid}@cyberready")
    event.add("sequence", activity.version - 1)
    event.add("dtstamp", activity.changed_at.astimezone(UTC))
    event.add("last-modified", activity.changed_at.astimezone(UTC))
    event.add("dtstart", starts)
    event.add("dtend", (activity.due_at + LENGTH.get(kind, SHORT)).astimezone(AMSTERDAM))
    event.add("summary", activity.title)
    event.add("description", "\n".join(facts))
    event.add("url", url)
    event.add("status", STATUS.get(state, "CONFIRMED"))
    event.add("transp", "OPAQUE" if kind is ActivityKind.EVENING else "TRANSPARENT")
    return event
