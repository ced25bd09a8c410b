"""The page of search, over playbooks, scenarios and contacts: only what the reader may see."""

from flask import request
from flask.typing import ResponseReturnValue

from cyberready.desk.views_home import blueprint
from cyberready.platform.context import read
from cyberready.platform.gate import may, principal, realm
from cyberready.platform.search import index
from cyberready.platform.texts import language, lazy_gettext
from cyberready.platform.web import page

LONGEST_QUERY = 200
KINDS = {
    "playbook": (lazy_gettext("Playbook"), "book"),
    "step": (lazy_gettext("Step"), "list-check"),
    "scenario": (lazy_gettext("Scenario"), "target"),
    "contact": (lazy_gettext("Contact"), "phone"),
}


@blueprint.get("/search")
@may("playbooks.read")
def search() -> ResponseReturnValue:
    """What matches ``?q=``, in the reader's language and the best first; without a question only the field to ask in."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    permissions = principal().permissions
    found = read(lambda session: index.find(session, realm(), query, permissions, language=language()))
    return page("desk/search", query=query, found=found, kinds=KINDS)
