"""The pages on which a playbook is begun that is not there yet."""

from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import Refused
from cyberready.platform.context import now, transact
from cyberready.platform.gate import may, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language
from cyberready.platform.web import done, page
from cyberready.playbooks import actions_drafts
from cyberready.playbooks.forms_drafts import NewPlaybookForm
from cyberready.playbooks.views_blueprint import blueprint


@blueprint.get("/new")
@may("playbooks.write")
def new_page() -> ResponseReturnValue:
    """The form for a new playbook, in the reader's language unless another is chosen."""
    form = NewPlaybookForm(formdata=None, language=language())
    form.offer()
    return page("playbooks/new", form=form)


@blueprint.post("/new")
@may("playbooks.write")
def new() -> ResponseReturnValue:
    """Begin a playbook and open it to be written."""
    form = NewPlaybookForm()
    form.offer()
    if not form.validate():
        return page("playbooks/new", 422, form=form)
    title, slug, spoken = form.title.data or "", form.slug.data or "", form.language.data
    try:
        made = transact(
            lambda session: actions_drafts.begin_new(
                session, realm(), title, slug, spoken, actor=who(), now=now()
            )
        )
    except Refused as refused:
        return page("playbooks/new", form.refuse(refused), form=form)
    return done(_("Draft %(version)s is begun.", version=made.version), "playbooks.edit", draft_id=made.id)
