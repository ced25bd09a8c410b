"""Pages of the improvement circle: everything that should become better, improvements, and the draft of one."""

from functools import partial
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.desk import actions as desk
from cyberready.desk.actions import Carrying, Outcome
from cyberready.desk.views_home import blueprint
from cyberready.improvements import actions, queries, wording
from cyberready.improvements.forms import ImprovementForm, ProgressForm
from cyberready.improvements.rules import FindingState, Priority, Status, overdue
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people import queries as people
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import AMSTERDAM, done, page
from cyberready.playbooks import lifecycle, queries_drafts, queries_editing
from cyberready.playbooks.sections import STEP


@blueprint.get("/improvements")
@may("improvements.view")
def improvements() -> ResponseReturnValue:
    """Everything that should become better: what is being done, what nobody has taken up, what comes back."""
    here, today = realm(), now().astimezone(AMSTERDAM).date()
    made, found, problems, accounts = read(
        lambda session: (
            queries.improvements(session, here),
            queries.findings(session, here, state=FindingState.OPEN),
            queries.problems(session, here),
            _people(session),
        )
    )
    return page(
        "improvements/list",
        improvements=made,
        late={one.id for one in made if overdue(one.due_on, Status(one.status), today)},
        findings=[one for one in found if one.improvement_id is None],
        problems=problems,
        owners=accounts,
        wording=wording,
    )


@blueprint.get("/improvements/new")
@may("improvements.manage")
def improve_page() -> ResponseReturnValue:
    """The form to make an improvement of the findings in ``?finding=``."""
    form, numbers = ImprovementForm(), _chosen()
    chosen = read(lambda session: queries.chosen(session, realm(), numbers))
    form.offer(read(_people))
    if not chosen:
        return done(_("Choose at least one finding."), "desk.improvements")
    form.title.data = form.title.data or chosen[0].text[:120]
    form.owner.data = form.owner.data or principal().account_id
    return page("improvements/new", form=form, findings=chosen)


@blueprint.post("/improvements/new")
@may("improvements.manage")
def improve() -> ResponseReturnValue:
    """Make an improvement of the findings that were chosen."""
    form, numbers = ImprovementForm(), _chosen()
    chosen = read(lambda session: queries.chosen(session, realm(), numbers))
    form.offer(read(_people))
    if not form.validate_on_submit():
        return page("improvements/new", 422, form=form, findings=chosen)
    try:
        made = transact(
            lambda session: actions.improve(
                session,
                realm(),
                numbers,
                title=form.title.data,
                text=form.text.data or "",
                owner_id=form.owner.data,
                due_on=form.due_on.data,
                priority=Priority(form.priority.data),
                actor=who(),
                now=now(),
            )
        )
    except (Conflict, Refused) as refusal:
        if isinstance(refusal, NotFound):
            raise
        form.form_errors.append(_(refusal.sentence, **refusal.values))
        return page("improvements/new", refusal.status, form=form, findings=chosen)
    return done(_("The improvement is opened."), "desk.improvement", improvement_id=made.id)


@blueprint.get("/improvements/<int:improvement_id>")
@may("improvements.view")
def improvement(improvement_id: int) -> ResponseReturnValue:
    """One improvement: its findings, how far it is, and the draft that carries it out."""
    return _improvement(improvement_id, None)


@blueprint.post("/improvements/<int:improvement_id>")
@may("improvements.manage")
def change_improvement(improvement_id: int) -> ResponseReturnValue:
    """Change who sees to it, by when, and how far it is."""
    form = ProgressForm()
    form.offer(read(_people))
    if not form.validate_on_submit():
        return _improvement(improvement_id, form, 422)
    try:
        transact(
            lambda session: actions.change(
                session,
                realm(),
                improvement_id,
                owner_id=form.owner.data,
                due_on=form.due_on.data,
                priority=Priority(form.priority.data),
                status=Status(form.status.data),
                evidence=form.evidence.data or "",
                actor=who(),
                now=now(),
            )
        )
    except Refused as refusal:
        if isinstance(refusal, NotFound):
            raise
        form.evidence.errors = [_(refusal.sentence, **refusal.values)]
        return _improvement(improvement_id, form, refusal.status)
    return done(_("The improvement is saved."), "desk.improvement", improvement_id=improvement_id)


@blueprint.post("/improvements/<int:improvement_id>/draft")
@may("playbooks.write")
def draft_improvement(improvement_id: int) -> ResponseReturnValue:
    """Let a draft of the playbook carry the improvement out, and go to its step.

    The draft with the number in ``draft``; a new one when there is none, or ``new`` when others are open.
    """
    chosen = request.form.get("draft", "")
    begin = partial(
        desk.begin_draft,
        draft_id=int(chosen) if chosen.isdecimal() and len(chosen) < 10 else None,
        beside=chosen == "new",
        actor=who(),
        now=now(),
    )
    try:
        made = transact(lambda session: begin(session, realm(), improvement_id))
    except Conflict as refusal:
        return _improvement(improvement_id, None, refusal.status, refusal=refusal)
    endpoint, section = read(lambda session: _place(session, made.draft_id, made.step_id))
    if made.step_id and not section:
        gone = _("The step of this improvement is no longer in the playbook. Choose where it belongs now.")
        flash(gone, "warn")
    return done(_said(made), endpoint, draft_id=made.draft_id, **section)


def _said(made: Carrying) -> str:
    if made.outcome is Outcome.BEGUN:
        return _("A draft is begun for this improvement.")
    if made.outcome is Outcome.CONTINUED:
        return _("Draft %(version)s carries this improvement out from now on.", version=made.version)
    return _("Draft %(version)s carries this improvement out already.", version=made.version)


def _place(session: Session, draft_id: int, step_id: str) -> tuple[str, dict[str, Any]]:
    """Where a step of a draft is written, as endpoint and values; where one begins to write when it is not there."""
    kind = queries_editing.kind_of(session, realm(), draft_id, step_id) if step_id else ""
    if not kind:
        return "playbooks.edit", {}
    return "playbooks.step_form" if kind == STEP else "playbooks.section", {"section_key": step_id}


def _improvement(
    improvement_id: int,
    form: ProgressForm | None,
    status: int = 200,
    refusal: Conflict | None = None,
) -> ResponseReturnValue:
    found, accounts, opened, address = read(
        lambda session: (
            one := queries.improvement(session, realm(), improvement_id),
            _people(session),
            opened := queries_drafts.open_in(session, realm(), one.slug, one.language) if one.slug else [],
            _address(session, one.step_id, {draft.id for draft in opened} & {one.draft_id}),
        )
    )
    if form is None:
        stored = {name: getattr(found, name) for name in ("due_on", "priority", "status", "evidence")}
        form = ProgressForm(data={**stored, "owner": found.owner_id})
    form.offer(accounts)
    today = now().astimezone(AMSTERDAM).date()
    return page(
        "improvements/improvement",
        status,
        improvement=found,
        form=form,
        owner=accounts.get(found.owner_id, ""),
        late=overdue(found.due_on, Status(found.status), today),
        wording=wording,
        drafts=opened,
        address=address,
        refusal=_(refusal.sentence, **refusal.values) if refusal else "",
        lifecycle=lifecycle,
    )


def _address(session: Session, step_id: str, carrying: set[int]) -> str:
    """Where the open draft that carries an improvement out is written; empty for none, and for who does not write."""
    for number in carrying if principal().may("playbooks.write") else ():
        endpoint, section = _place(session, number, step_id)
        return url_for(endpoint, draft_id=number, **section)
    return ""


def _people(session: Session) -> dict[int, str]:
    """The names of the people of the organisation, by the numbers of their accounts."""
    return {account.id: account.name for account in people.accounts(session, realm())}


def _chosen() -> list[int]:
    return [int(number) for number in request.values.getlist("finding") if number.isdecimal()]
