"""What waits for the reader: a page of its own, and the part of the home page that comes after the rest."""

from flask.typing import ResponseReturnValue

from cyberready.desk import queries
from cyberready.desk.rules import Task
from cyberready.desk.views_home import blueprint
from cyberready.desk.wording import say
from cyberready.people.rules import tonight
from cyberready.platform.context import now, read
from cyberready.platform.gate import may, principal, realm
from cyberready.platform.web import AMSTERDAM, page
from cyberready.playbooks import queries_readings as readings


@blueprint.get("/overview/tasks")
@may("desk.view")
def tasks() -> ResponseReturnValue:
    """All that waits for the reader: to approve, read, review and improve."""
    return page("desk/tasks", tasks=_mine(), say=say)


@blueprint.get("/overview/waiting")
@may("desk.view")
def waiting() -> ResponseReturnValue:
    """What waits for the reader in short, and for who can do something about it who is on duty without having read."""
    person, moment = principal(), now()
    unread = (
        read(lambda session: readings.unread_on_duty(session, realm(), *tonight(moment, AMSTERDAM)))
        if person.may("playbooks.publish") or person.may("people.manage")
        else []
    )
    return page("desk/waiting", tasks=_mine(), say=say, unread=unread)


def _mine() -> list[Task]:
    mine, moment = principal().account_id, now()
    return read(lambda session: queries.waiting_for(session, realm(), mine, moment))
