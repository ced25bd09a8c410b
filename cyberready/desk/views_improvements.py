"""Pages of the improvement circle: findings, improvements, what keeps coming back, and what is tested again."""

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.desk.views_home import blueprint
from cyberready.exercises import queries as exercises
from cyberready.improvements import actions, queries, wording
from cyberready.improvements.actions import Aim
from cyberready.improvements.forms import FindingForm, ImprovementForm, ProgressForm, ReasonForm
from cyberready.improvements.rules import BY_HAND, FindingState, Origin, Priority, Status, overdue
from cyberready.incidents import queries as incidents
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.people import queries as people
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import AMSTERDAM, done, page
from cyberready.playbooks import actions_drafts as drafts
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks.rules import Playbook


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where something was seen: its origin, its reference, its name, and the playbook that was used."""

    origin: Origin
    ref: str
    title: str
    slug: str = ""


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


@blueprint.get("/improvements/findings/new")
@may("improvements.file")
def file_finding_page() -> ResponseReturnValue:
    """The form to file a finding; ``?of=exercise:4`` says where it was seen, ``?playbook=`` and ``?step=`` where it points."""
    form = FindingForm()
    occasion = read(_occasion)
    if occasion.ref:
        form.drop_by_hand()
    _offer(form, request.args.get("playbook") or occasion.slug)
    if step := request.args.get("step"):
        form.step.data = f"{request.args.get('playbook', '')}#{step}"
    return page("improvements/file", form=form, occasion=occasion)


@blueprint.post("/improvements/findings/new")
@may("improvements.file")
def file_finding() -> ResponseReturnValue:
    """File a finding; who may not see the exercise or incident cannot file on it."""
    form = FindingForm()
    occasion = read(_occasion)
    if occasion.ref:
        form.drop_by_hand()
    aims = _offer(form, request.args.get("playbook") or occasion.slug)
    if not form.validate_on_submit():
        return page("improvements/file", 422, form=form, occasion=occasion)
    if not occasion.ref:
        name = form.occasion.data.strip()
        occasion = Occasion(Origin(form.origin.data), f"{form.origin.data}:{name.casefold()}", name)
    transact(
        lambda session: actions.file(
            session,
            realm(),
            origin=occasion.origin,
            occasion=occasion.ref,
            occasion_title=occasion.title,
            theme=form.given_theme(),
            text=form.text.data,
            aim=aims.get(form.step.data),
            actor=who(),
            now=now(),
        )
    )
    return done(_("The finding is filed."), "desk.improvements")


@blueprint.get("/improvements/findings/<int:finding_id>")
@may("improvements.view")
def finding(finding_id: int) -> ResponseReturnValue:
    """One finding, and what is done with it."""
    found = read(lambda session: queries.finding(session, realm(), finding_id))
    return page("improvements/finding", finding=found, form=ReasonForm(), wording=wording)


@blueprint.post("/improvements/findings/<int:finding_id>/dismiss")
@may("improvements.manage")
def dismiss_finding(finding_id: int) -> ResponseReturnValue:
    """Put a finding aside, with the reason."""
    form = ReasonForm()
    found = read(lambda session: queries.finding(session, realm(), finding_id))
    if not form.validate_on_submit():
        return page("improvements/finding", 422, finding=found, form=form, wording=wording)
    transact(
        lambda session: actions.dismiss(
            session, realm(), finding_id, form.reason.data, actor=who(), now=now()
        )
    )
    return done(_("The finding is put aside."), "desk.improvements")


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
    form.owner.data = form.owner.data or _own_account()
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
    """Begin a draft of the playbook that carries the improvement out, and go to its step."""

    def begin(session: Session) -> tuple[int, str]:
        found = queries.improvement(session, realm(), improvement_id)
        made = drafts.begin(session, realm(), found.slug, found.language, actor=who(), now=now())
        actions.carry_out(session, realm(), improvement_id, made.id, actor=who(), now=now())
        return made.id, found.step_id

    draft_id, step = transact(begin)
    sentence = _("A draft is begun for this improvement.")
    return done(sentence, "playbooks.draft", draft_id=draft_id, _anchor=step or None)


def _improvement(improvement_id: int, form: ProgressForm | None, status: int = 200) -> ResponseReturnValue:
    found, accounts = read(
        lambda session: (
            queries.improvement(session, realm(), improvement_id),
            _people(session),
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
    )


def _people(session: Session) -> dict[int, str]:
    """The names of the people of the organisation, by the numbers of their accounts."""
    return {account.id: account.name for account in people.accounts(session, realm())}


def _own_account() -> int | None:
    kind, _colon, number = principal().ref.partition(":")
    return int(number) if kind == "account" else None


def _chosen() -> list[int]:
    return [int(number) for number in request.values.getlist("finding") if number.isdecimal()]


def _occasion(session: Session) -> Occasion:
    """Where the finding was seen, from ``?of=``; a scan or audit that is named in the form when nothing says."""
    kind, _colon, number = request.args.get("of", "").partition(":")
    if not number.isdecimal():
        return Occasion(BY_HAND[0], "", "")
    if kind == Origin.EXERCISE and principal().may("exercises.view"):
        exercise = exercises.exercise(session, realm(), int(number))
        script = exercises.scenario(exercise.release)
        return Occasion(Origin.EXERCISE, f"exercise:{number}", exercise.title, script.playbook or "")
    if kind == Origin.INCIDENT and principal().may("incidents.view"):
        incident = incidents.incident(session, realm(), int(number))
        return Occasion(Origin.INCIDENT, f"incident:{number}", incident.title)
    raise NotFound("There is nothing here to file a finding on.")


def _offer(form: FindingForm, slug: str) -> dict[str, Aim]:
    """Offer the steps of the playbook (of every playbook when none is meant) and say what each choice points at."""
    found = read(lambda session: playbooks.current_with_texts(session, realm(), slug))
    books: list[Playbook] = [playbooks.parsed(release.source) for release in found]
    form.offer(
        {
            book.title: [(f"{book.slug}#{step.id}", f"{step.number} {step.title}") for step in book.steps]
            for book in books
        }
    )
    return {
        f"{book.slug}#{step.id}": Aim(
            slug=book.slug,
            playbook_title=book.title,
            language=book.language,
            version=book.version,
            step_id=step.id,
            step_title=step.title,
        )
        for book in books
        for step in book.steps
    }
