"""Pages of incidents: list, declaration, and the live page on which an incident is run."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.exercises import queries as exercises
from cyberready.incidents import actions, actions_playbooks, forms, queries, views_handover, views_page
from cyberready.incidents.models import Incident
from cyberready.incidents.rules import Judgement, Role, Surety
from cyberready.incidents.views_page import act, at, instant, lines, said
from cyberready.kernel import ladder
from cyberready.kernel.ladder import Position, Question
from cyberready.kernel.refusals import Refused
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import AMSTERDAM, done, page

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")


@blueprint.get("/")
@may("incidents.view")
def list_page() -> ResponseReturnValue:
    """Every incident of the organisation, open ones first."""
    found = read(lambda session: queries.incidents(session, realm()))
    levels = {level.key: level for level in queries.levels(now())}
    waiting = (
        read(lambda session: queries.inbox(session, realm())) if principal().may("handover.receive") else []
    )
    return page("incidents/list", incidents=found, rung=ladder.rung, levels=levels, waiting=waiting)


@blueprint.get("/new")
@may("incidents.run")
def declare_page() -> ResponseReturnValue:
    """The form to declare an incident, real or in an exercise."""
    exercise_id = request.args.get("exercise_id", type=int)
    if exercise_id is not None and (known := _declared(exercise_id)):
        return _already(known)
    soon = now().astimezone(AMSTERDAM).replace(second=0, microsecond=0, tzinfo=None)
    return _declaring(forms.DeclareForm(since=soon, exercise_id=exercise_id or ""))


def _declaring(form: forms.DeclareForm, status: int = 200) -> ResponseReturnValue:
    played = bool(form.exercise_id.data)
    offered = read(views_page.to_follow)
    form.playbook.choices = forms.options([("", _("None yet, choose one later")), *offered])
    return page("incidents/declare", status, form=form, exercise_mode=played)


def _declared(exercise_id: int) -> Incident | None:
    def work(session: Session) -> Incident | None:
        exercises.exercise(session, realm(), exercise_id)
        return queries.of_exercise(session, realm(), exercise_id)

    return read(work)


def _already(incident: Incident) -> ResponseReturnValue:
    sentence = _("This exercise has an incident already. You work together on this page.")
    return done(sentence, "incidents.show", incident_id=incident.id)


@blueprint.post("/new")
@may("incidents.run")
def declare() -> ResponseReturnValue:
    """Declare the incident, with the playbook to follow if one was chosen, and open its page."""
    form = forms.DeclareForm()
    typed = str(form.exercise_id.data or "")
    if not form.validate():
        return _declaring(form, 422)
    exercise_id = int(typed) if typed.isdecimal() and len(typed) < 10 else None
    if exercise_id is not None and (known := _declared(exercise_id)):
        return _already(known)

    try:
        incident = transact(lambda session: _declare(session, form, exercise_id))
    except Refused as refusal:
        return _declaring(views_page.told(form, refusal), 422)
    return done(_("The incident is declared."), "incidents.show", incident_id=incident.id)


def _declare(session: Session, form: forms.DeclareForm, exercise_id: int | None) -> Incident:
    made = actions.declare(
        session,
        realm(),
        title=said(form.title),
        known=said(form.known),
        since=instant(form.since.data),
        role=Role(form.role.data),
        exercise_id=exercise_id,
        actor=who(),
        now=now(),
    )
    if form.playbook.data:
        actions_playbooks.follow(session, realm(), made.id, form.playbook.data, actor=who(), now=now())
    return made


@blueprint.get("/<int:incident_id>")
@may("incidents.view")
def show(incident_id: int) -> ResponseReturnValue:
    """The page of an incident, which keeps itself up to date."""
    return views_page.show_page(incident_id)


@blueprint.post("/<int:incident_id>/playbooks")
@may("incidents.run")
def follow(incident_id: int) -> ResponseReturnValue:
    """Follow a playbook, in its current version."""

    def work(session: Session, form: forms.FollowForm) -> None:
        slug = form.playbook.data
        actions_playbooks.follow(session, realm(), incident_id, slug, actor=who(), now=now())

    return act(incident_id, "follow", _("The incident follows this playbook."), "playbooks-head", work)


@blueprint.post("/<int:incident_id>/log")
@may("incidents.run")
def log(incident_id: int) -> ResponseReturnValue:
    """Log what happened."""

    def work(session: Session, form: forms.LogForm) -> None:
        actions.log(
            session,
            realm(),
            incident_id,
            text=said(form.text),
            surety=Surety(form.surety.data),
            source=said(form.source),
            topic=said(form.topic),
            happened_at=at(form.happened_at),
            late_reason=said(form.late_reason),
            actor=who(),
            now=now(),
        )

    return act(incident_id, "log", _("It is in the log."), "log-head", work)


@blueprint.post("/<int:incident_id>/corrections")
@may("incidents.run")
def correct(incident_id: int) -> ResponseReturnValue:
    """Correct an earlier entry by a new one."""

    def work(session: Session, form: forms.CorrectForm) -> None:
        typed = {"corrects": form.corrects.data, "text": said(form.text), "reason": said(form.reason)}
        actions.correct(session, realm(), incident_id, **typed, actor=who(), now=now())

    return act(
        incident_id, "correct", _("The correction is recorded; the old entry stays."), "log-head", work
    )


@blueprint.post("/<int:incident_id>/decisions")
@may("incidents.run")
def decide(incident_id: int) -> ResponseReturnValue:
    """Record a decision in BOB form."""

    def work(session: Session, form: forms.DecisionForm) -> None:
        names = ("question", "picture", "judgement", "decision", "owner", "check")
        typed = {name: said(form[name]) for name in names}
        actions.decide(
            session, realm(), incident_id, **typed, check_at=at(form.check_at), actor=who(), now=now()
        )

    return act(incident_id, "decide", _("The decision is recorded."), "decisions-head", work)


@blueprint.post("/<int:incident_id>/effect")
@may("incidents.run")
def test_effect(incident_id: int) -> ResponseReturnValue:
    """Answer the public-effect test."""

    def work(session: Session, form: forms.EffectForm) -> None:
        answers = {question.value: form[question].data for question in Question}
        why = {question.value: said(form[f"{question}_why"]) for question in Question}
        actions.test_effect(session, realm(), incident_id, answers, why, actor=who(), now=now())

    return act(incident_id, "effect", _("The public-effect test is recorded."), "effect", work)


@blueprint.post("/<int:incident_id>/escalation")
@may("incidents.run")
def escalate(incident_id: int) -> ResponseReturnValue:
    """Go up or down the ladder."""

    def work(session: Session, form: forms.EscalateForm) -> None:
        actions.escalate(
            session,
            realm(),
            incident_id,
            Position(form.to.data, form.grip.data or None),
            reason=said(form.reason),
            ordered_by=said(form.ordered_by),
            informed=lines(form.informed),
            actor=who(),
            now=now(),
        )

    return act(incident_id, "escalate", _("The escalation is recorded."), "main", work)


@blueprint.post("/<int:incident_id>/knowledge")
@may("incidents.run")
def establish(incident_id: int) -> ResponseReturnValue:
    """Establish a moment from which terms run."""

    def work(session: Session, form: forms.KnowledgeForm) -> None:
        actions.establish(
            session,
            realm(),
            incident_id,
            trigger=form.trigger.data,
            happened_at=instant(form.happened_at.data),
            basis=said(form.basis),
            actor=who(),
            now=now(),
        )

    return act(incident_id, "establish", _("The moment is recorded."), "deadlines-head", work)


@blueprint.post("/<int:incident_id>/notifications")
@may("incidents.run")
def judge(incident_id: int) -> ResponseReturnValue:
    """Judge a duty to notify."""

    def work(session: Session, form: forms.JudgeForm) -> None:
        actions.judge(
            session,
            realm(),
            incident_id,
            clock_id=form.clock.data,
            judgement=Judgement(form.judgement.data),
            receipt=said(form.receipt),
            reason=said(form.reason),
            reported_at=at(form.reported_at),
            agreed=at(form.agreed),
            actor=who(),
            now=now(),
        )

    return act(incident_id, "judge", _("The judgement is recorded."), "deadlines-head", work)


@blueprint.post("/<int:incident_id>/close")
@may("incidents.run")
def close(incident_id: int) -> ResponseReturnValue:
    """Close the incident."""

    def work(session: Session, form: forms.CloseForm) -> None:
        actions.close(session, realm(), incident_id, reason=said(form.reason), actor=who(), now=now())

    return act(incident_id, "close", _("The incident is closed."), "main", work)


views_handover.register(blueprint)
