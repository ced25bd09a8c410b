"""Every page of the desk in one blueprint."""

from cyberready.desk import views_improvements, views_retests, views_search
from cyberready.desk.views_home import blueprint

__all__ = ["blueprint", "views_improvements", "views_retests", "views_search"]
