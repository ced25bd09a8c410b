"""What became of the file that a draft was made of, as long as that draft is worked on."""

from functools import partial

from flask.typing import ResponseReturnValue

from cyberready.exchange import queries
from cyberready.exchange.report import Report
from cyberready.exchange.views_blueprint import blueprint
from cyberready.platform.context import read
from cyberready.platform.gate import may, realm
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import page


@blueprint.get("/report/<int:draft_id>")
@may("playbooks.write")
def report(draft_id: int) -> ResponseReturnValue:
    """What was understood, guessed, left out and lost of the file that a draft was made of."""
    kept = read(partial(queries.import_report, realm=realm(), draft_id=draft_id))
    return page("exchange/report", kept=kept, report=Report.kept(kept.name, kept.remarks), say=_)


@blueprint.app_template_global("has_import_report")
def has_import_report(draft_id: int) -> bool:
    """Whether it is known what became of the file that a draft was made of."""
    return read(partial(queries.has_import_report, realm=realm(), draft_id=draft_id))
