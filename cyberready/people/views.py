"""Every page of people in one blueprint."""

from cyberready.people import views_accounts, views_own, views_roster
from cyberready.people.views_access import blueprint

__all__ = ["blueprint", "views_accounts", "views_own", "views_roster"]
