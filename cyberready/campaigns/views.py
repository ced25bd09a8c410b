"""Every page of campaigns in one blueprint."""

from cyberready.campaigns import views_activities, views_campaigns, views_outbox, views_public
from cyberready.campaigns.views_calendar import blueprint

__all__ = ["blueprint", "views_activities", "views_campaigns", "views_outbox", "views_public"]
