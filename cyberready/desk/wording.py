"""How a person is told what waits for him or her, on a page and in a mail."""

from cyberready.desk.rules import Cause, Task
from cyberready.platform.texts import lazy_gettext as _
from cyberready.platform.web import day

SENTENCES = {
    Cause.APPROVE: _("%(about)s, draft %(more)s: waits for your approval"),
    Cause.PUBLISH: _("%(about)s, draft %(more)s: approved by everybody, can be published"),
    Cause.READ: _("%(about)s, version %(more)s: read it and confirm that you have"),
    Cause.READ_AGAIN: _("%(about)s, version %(more)s: has changed since you read it, read it again"),
    Cause.REVIEW: _("%(about)s: review it by %(on)s"),
    Cause.REVIEW_LATE: _("%(about)s: should have been reviewed by %(on)s"),
    Cause.REVIEW_ASKED: _("%(about)s: was used in “%(more)s”, look whether it still holds"),
    Cause.IMPROVE: _("%(about)s: improvement to be finished by %(on)s"),
    Cause.IMPROVE_LATE: _("%(about)s: improvement should have been finished by %(on)s"),
}


def say(task: Task) -> str:
    """What waits, in one sentence, in the language that is spoken here."""
    values = {"about": task.about, "more": task.more, "on": day(task.on) if task.on else ""}
    return str(SENTENCES[task.cause]) % values
