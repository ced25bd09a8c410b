"""What an organisation publishes for everyone, without signing in."""

from flask.typing import ResponseReturnValue

from cyberready.campaigns import queries
from cyberready.campaigns.views_calendar import blueprint
from cyberready.people import queries as people
from cyberready.platform.context import read
from cyberready.platform.gate import public
from cyberready.platform.realm import Realm
from cyberready.platform.web import page


@blueprint.get("/public/<slug>/")
@public
def public_index(slug: str) -> ResponseReturnValue:
    """List what this organisation has published, the newest first."""
    home = read(lambda db: people.organisation_by_slug(db, slug))
    found = read(lambda db: queries.published(db, Realm(home.id)))
    return page("campaigns/public_index", home=home, pages=found)


@blueprint.get("/public/<slug>/<page_slug>")
@public
def public_page(slug: str, page_slug: str) -> ResponseReturnValue:
    """Show one published text."""
    home = read(lambda db: people.organisation_by_slug(db, slug))
    found = read(lambda db: queries.published_page(db, Realm(home.id), page_slug))
    return page("campaigns/public_page", home=home, text=found)
