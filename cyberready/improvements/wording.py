"""What origins, themes, priorities and statuses are called."""

from cyberready.improvements.rules import Origin, Outcome, Priority, Status, Theme
from cyberready.platform.texts import lazy_gettext as _

ORIGINS = {
    Origin.EXERCISE: _("Exercise"),
    Origin.INCIDENT: _("Incident"),
    Origin.COMMENT: _("Comment of a reader"),
    Origin.SCAN: _("Scan"),
    Origin.AUDIT: _("Audit"),
}
THEMES = {
    Theme.ALARM: _("Reporting and alerting"),
    Theme.PICTURE: _("Situational picture and log"),
    Theme.DECISION: _("Decisions and mandate"),
    Theme.ESCALATION: _("Escalation and handover"),
    Theme.TECHNOLOGY: _("Technology and containment"),
    Theme.CONTINUITY: _("Continuity of services"),
    Theme.COMMUNICATION: _("Communication"),
    Theme.PEOPLE: _("People, roles and relief"),
    Theme.LAW: _("Law and duties to notify"),
    Theme.SUPPLIER: _("Suppliers and partners"),
}
PRIORITIES = {
    Priority.HIGH: _("High"),
    Priority.NORMAL: _("Normal"),
    Priority.LOW: _("Low"),
}
STATUSES = {
    Status.OPEN: _("Not begun"),
    Status.IN_PROGRESS: _("Being worked on"),
    Status.DONE: _("Done"),
    Status.DECLINED: _("Not going to be done"),
}
OUTCOMES = {
    Outcome.BETTER: _("It went well this time"),
    Outcome.AGAIN: _("It went wrong again"),
    Outcome.NOT_SEEN: _("It did not come up"),
}
