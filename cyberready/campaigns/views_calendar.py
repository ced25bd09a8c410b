"""The calendar of activities, the list of campaigns, and the feed for other calendars."""

from babel.dates import format_date, get_day_names
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from cyberready.campaigns import actions, documents, formats, queries, rules
from cyberready.people import queries as people
from cyberready.platform.context import context, now, read, transact
from cyberready.platform.gate import may, public, realm, who
from cyberready.platform.texts import gettext, language, speaking
from cyberready.platform.web import done, page
from cyberready.settings import content_root

blueprint = Blueprint("campaigns", __name__)


def shipped() -> dict[str, formats.Definition]:
    """The campaigns that come with the program."""
    return formats.shipped(content_root() / "templates" / "campaigns")


@blueprint.get("/campaigns")
@may("campaigns.view")
def calendar() -> ResponseReturnValue:
    """Show one month as a grid and as a list."""
    today = now().astimezone(rules.AMSTERDAM).date()
    month = rules.month(request.args.get("month") or f"{today:%Y-%m}")
    found = read(lambda db: queries.activities(db, realm(), *month.span))
    by_day: dict[object, list[object]] = {}
    for activity in found:
        by_day.setdefault(activity.due_at.astimezone(rules.AMSTERDAM).date(), []).append(activity)
    return page(
        "campaigns/calendar",
        month=month,
        caption=format_date(month.first, "MMMM y", locale=language()),
        weekdays=_weekdays(),
        today=today,
        by_day=by_day,
        activities=found,
        moment=now(),
        rules=rules,
    )


def _weekdays() -> list[tuple[str, str]]:
    """Short and full name of each day from Monday."""
    short, full = (get_day_names(width, locale=language()) for width in ("abbreviated", "wide"))
    return [(short[number], full[number]) for number in range(7)]


@blueprint.get("/campaigns/list")
@may("campaigns.view")
def list_page() -> ResponseReturnValue:
    """Show every campaign, what waits for approval, and the campaigns that can be planned."""
    campaigns, waiting = read(lambda db: (queries.campaigns(db, realm()), queries.waiting(db, realm())))
    return page(
        "campaigns/list", campaigns=campaigns, waiting=waiting, shipped=shipped(), moment=now(), rules=rules
    )


@blueprint.get("/campaigns/feed")
@may("campaigns.view")
def feed_page() -> ResponseReturnValue:
    """Show the secret address of the calendar, if there is one."""
    found = read(lambda db: queries.feed(db, realm()))
    site = context().settings.base_url.rstrip("/")
    address = f"{site}/campaigns/feed/{found.secret}.ics" if found else None
    return page("campaigns/feed", feed=found, address=address)


@blueprint.post("/campaigns/feed/renew")
@may("campaigns.write")
def renew_feed() -> ResponseReturnValue:
    """Make a new secret address; the old one stops."""
    transact(lambda db: actions.renew_feed(db, realm(), actor=who(), now=now()))
    return done(
        gettext("The calendar has a new address. The old one no longer works."), "campaigns.feed_page"
    )


@blueprint.get("/campaigns/feed/<secret>.ics")
@public
def feed(secret: str) -> ResponseReturnValue:
    """Give the calendar to whoever knows its secret address."""
    site = context().settings.base_url.rstrip("/")

    def answer() -> bytes:
        owner = read(lambda db: queries.feed_realm(db, secret))
        home, found = read(
            lambda db: (people.organisation(db, owner.organisation_id), queries.activities(db, owner))
        )
        name = gettext("Campaigns of %(organisation)s", organisation=home.name)
        return documents.calendar_feed(name, found, site=site)

    with speaking("nl"):
        return Response(answer(), content_type="text/calendar; charset=utf-8")
