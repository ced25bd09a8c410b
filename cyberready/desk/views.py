"""Every page of the desk in one blueprint."""

from cyberready.desk import views_findings, views_improvements, views_retests, views_search, views_tasks
from cyberready.desk.views_home import blueprint

__all__ = [
    "blueprint",
    "views_findings",
    "views_improvements",
    "views_retests",
    "views_search",
    "views_tasks",
]
