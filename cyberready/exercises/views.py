"""Pages for the exercise leader: scenarios, planning, pre-flight check, the clock and the script."""

import re
from datetime import timedelta
from fractions import Fraction
from functools import partial

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from cyberready.exercises import (
    actions,
    actions_injects,
    forms,
    live_pages,
    queries,
    screens,
    views_play,
    views_report,
)
from cyberready.exercises.models import Exercise
from cyberready.exercises.rules import State
from cyberready.kernel.refusals import Refused
from cyberready.people.rules import instant
from cyberready.platform.context import now, read, transact
from cyberready.platform.faults import FaultsFound
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import AMSTERDAM, done, page
from cyberready.trail import queries as trails

PACE = re.compile(r"\d{1,4}(\.\d{1,3})?|\d{1,4}/[1-9]\d{0,3}", re.ASCII)
JUMP = re.compile(r"\d{1,3}:[0-5]?\d", re.ASCII)
blueprint = Blueprint("exercises", __name__, url_prefix="/exercises")
views_play.register(blueprint)
views_report.register(blueprint)


@blueprint.get("/")
@may("exercises.view")
def list_page() -> ResponseReturnValue:
    """Every exercise, and the scenarios to choose from for a leader."""
    found = read(lambda session: queries.exercises(session, realm()))
    scenarios = (
        read(lambda session: queries.releases(session, realm())) if principal().may("exercises.lead") else []
    )
    return page("exercises/list", exercises=found, scenarios=scenarios, State=State)


@blueprint.get("/scenarios/<int:release_id>")
@may("exercises.lead")
def scenario_page(release_id: int) -> ResponseReturnValue:
    """A scenario with its whole script; for leaders only, as it spoils the exercise."""
    release = read(lambda session: queries.release(session, realm(), release_id))
    return page("exercises/scenario", release=release, scenario=queries.scenario(release), exercise_mode=True)


@blueprint.get("/scenarios/new")
@may("exercises.lead")
def upload_page() -> ResponseReturnValue:
    """The form to publish a scenario of one's own."""
    return page("exercises/upload", form=forms.UploadForm(), faults=())


@blueprint.post("/scenarios/new")
@may("exercises.lead")
def upload() -> ResponseReturnValue:
    """Publish a scenario; every fault is named with its line, and the text stays in the form."""
    form = forms.UploadForm()
    if not form.validate():
        return page("exercises/upload", 422, form=form, faults=())
    publish = partial(actions.publish, realm=realm(), source=form.source.data, actor=who(), now=now())
    try:
        release = transact(publish)
    except FaultsFound as found:
        return page("exercises/upload", 422, form=form, faults=found.faults)
    return done(_("The scenario is published."), "exercises.scenario_page", release_id=release.id)


@blueprint.get("/scenarios/<int:release_id>/plan")
@may("exercises.lead")
def plan_page(release_id: int) -> ResponseReturnValue:
    """The form to plan an exercise of a scenario."""
    release = read(lambda session: queries.release(session, realm(), release_id))
    soon = now().astimezone(AMSTERDAM).replace(second=0, microsecond=0, tzinfo=None)
    return page("exercises/plan", release=release, form=forms.PlanForm(title=release.title, planned_at=soon))


@blueprint.post("/scenarios/<int:release_id>/plan")
@may("exercises.lead")
def plan(release_id: int) -> ResponseReturnValue:
    """Plan the exercise and go to its pre-flight check."""
    form = forms.PlanForm()
    good = form.validate()
    planned_at = instant(form.planned_at.data, AMSTERDAM) if good else None
    if good and planned_at is None:
        form.planned_at.errors = [
            _("This time does not exist: the clocks went forward. Check date and time.")
        ]
    if planned_at is None:
        release = read(lambda session: queries.release(session, realm(), release_id))
        return page("exercises/plan", 422, release=release, form=form)
    exercise = transact(
        lambda session: actions.plan(
            session,
            realm(),
            release_id,
            title=form.title.data,
            planned_at=planned_at,
            leader_id=principal().number,
            actor=who(),
            now=now(),
        )
    )
    return done(
        _("The exercise is planned. Invite the teams with the join code."),
        "exercises.lead",
        exercise_id=exercise.id,
    )


@blueprint.get("/<int:exercise_id>")
@may("exercises.lead")
def lead(exercise_id: int) -> ResponseReturnValue:
    """The leader's page: pre-flight check before the start, control panel afterwards."""
    exercise = read(lambda session: queries.exercise(session, realm(), exercise_id))
    if exercise.state == State.PLANNED:
        return preflight_page(exercise)
    return control_page(exercise, forms.AddForm(formdata=None))


def preflight_page(exercise: Exercise, status: int = 200) -> ResponseReturnValue:
    """Who is in which team, who cannot be reached, which names are missing; start when nothing blocks."""
    shown, playbook, points = read(
        lambda session: (
            screens.ready(session, exercise),
            queries.playbook(session, exercise),
            queries.points(session, realm(), exercise),
        )
    )
    position = read(lambda session: trails.trail(session, exercise.trail_id)).size - 1
    return page(
        "exercises/preflight",
        status,
        exercise=exercise,
        playbook=playbook,
        scenario=shown.scenario,
        teams=shown.teams,
        check=shown.check,
        empty_teams=shown.empty_teams,
        points=points,
        csrf=None,
        qr=live_pages.join_qr(exercise),
        join_url=live_pages.join_url(exercise),
        live_url=live_pages.address(exercise, "preflight", frozenset({"staff"}), position),
        exercise_mode=True,
    )


def control_page(exercise: Exercise, form: forms.AddForm, status: int = 200) -> ResponseReturnValue:
    """The control panel of a running, paused or ended exercise."""
    scenario = queries.scenario(exercise.release)
    shown, playbook = read(
        lambda session: (screens.control(session, exercise, now()), queries.playbook(session, exercise))
    )
    form.to.choices = live_pages.audiences(scenario)
    return page(
        "exercises/control",
        status,
        exercise=exercise,
        playbook=playbook,
        scenario=scenario,
        shown=shown,
        form=form,
        csrf=None,
        live_url=live_pages.address(exercise, "control", frozenset({"staff"}), shown.position),
        paces=actions.PACES,
        exercise_mode=True,
    )


@blueprint.post("/<int:exercise_id>/variables")
@may("exercises.lead")
def fill(exercise_id: int) -> ResponseReturnValue:
    """Fill in the scenario's variables."""
    values = {
        key.removeprefix("var-"): value for key, value in request.form.items() if key.startswith("var-")
    }
    transact(lambda session: actions.fill(session, realm(), exercise_id, values, actor=who(), now=now()))
    return done(_("The names are filled in."), "exercises.lead", exercise_id=exercise_id)


@blueprint.post("/<int:exercise_id>/clock/<verb>")
@may("exercises.lead")
def turn(exercise_id: int, verb: str) -> ResponseReturnValue:
    """Start, pause, resume or end; a second leader who is too late reads who was first."""
    verbs = {"start": actions.start, "pause": actions.pause, "resume": actions.resume, "end": actions.end}
    if verb not in verbs:
        raise Refused("Choose start, pause, resume or end.")
    transact(lambda session: verbs[verb](session, realm(), exercise_id, actor=who(), now=now()))
    said = {
        "start": _("The exercise has started."),
        "pause": _("The exercise is paused."),
        "resume": _("The exercise goes on."),
        "end": _("The exercise has ended. Hold the hot wash now and download the report."),
    }
    return done(said[verb], "exercises.lead", exercise_id=exercise_id)


@blueprint.post("/<int:exercise_id>/pace")
@may("exercises.lead")
def change_pace(exercise_id: int) -> ResponseReturnValue:
    """Change the pace of the exercise clock."""
    read(lambda session: queries.exercise(session, realm(), exercise_id))
    pace = _fraction(request.form.get("pace", ""))
    transact(lambda session: actions.change_pace(session, realm(), exercise_id, pace, actor=who(), now=now()))
    return done(_("The pace is changed."), "exercises.lead", exercise_id=exercise_id)


@blueprint.post("/<int:exercise_id>/jump")
@may("exercises.lead")
def jump(exercise_id: int) -> ResponseReturnValue:
    """Move exercise time."""
    read(lambda session: queries.exercise(session, realm(), exercise_id))
    to = _offset(request.form.get("to", ""))
    transact(lambda session: actions.jump(session, realm(), exercise_id, to, actor=who(), now=now()))
    return done(_("Exercise time is moved."), "exercises.lead", exercise_id=exercise_id)


@blueprint.post("/<int:exercise_id>/injects/<int:inject_id>/fire")
@may("exercises.lead")
def fire(exercise_id: int, inject_id: int) -> ResponseReturnValue:
    """Fire one inject now."""
    transact(
        lambda session: actions_injects.fire_now(
            session, realm(), exercise_id, inject_id, actor=who(), now=now()
        )
    )
    return done(_("The inject is fired."), "exercises.lead", exercise_id=exercise_id)


@blueprint.post("/<int:exercise_id>/injects/<int:inject_id>/skip")
@may("exercises.lead")
def skip(exercise_id: int, inject_id: int) -> ResponseReturnValue:
    """Leave one inject out."""
    reason = request.form.get("reason", "").strip() or _("left out by the exercise leader")
    transact(
        lambda session: actions_injects.skip(
            session, realm(), exercise_id, inject_id, reason=reason, actor=who(), now=now()
        )
    )
    return done(_("The inject is left out."), "exercises.lead", exercise_id=exercise_id)


@blueprint.post("/<int:exercise_id>/injects")
@may("exercises.lead")
def add(exercise_id: int) -> ResponseReturnValue:
    """Add an inject on the way."""
    exercise = read(lambda session: queries.exercise(session, realm(), exercise_id))
    form = forms.AddForm()
    form.to.choices = live_pages.audiences(queries.scenario(exercise.release))
    if not form.validate():
        return control_page(exercise, form, 422)
    transact(
        lambda session: actions_injects.add(
            session,
            realm(),
            exercise_id,
            channel=form.channel.data,
            sender=form.sender.data,
            to=form.to.data,
            title=form.title.data,
            body=form.body.data,
            after=timedelta(minutes=form.minutes.data),
            actor=who(),
            now=now(),
        )
    )
    return done(_("The inject is added."), "exercises.lead", exercise_id=exercise_id)


@blueprint.post("/<int:exercise_id>/notes")
@may("exercises.lead")
def note(exercise_id: int) -> ResponseReturnValue:
    """Record an observation of the exercise staff."""
    text = request.form.get("text", "")
    transact(
        lambda session: actions_injects.note(session, realm(), exercise_id, text, actor=who(), now=now())
    )
    return done(_("The observation is recorded."), "exercises.lead", exercise_id=exercise_id)


def _fraction(typed: str) -> Fraction:
    number = typed.replace(",", ".").strip()
    if not PACE.fullmatch(number):  # Fraction would compute for minutes on "1e99999999"
        raise Refused("Write the pace as a number, such as 1, 2.5 or 1/2.")
    return Fraction(number)


def _offset(typed: str) -> timedelta:
    hours, _colon, minutes = typed.strip().partition(":")
    if not JUMP.fullmatch(typed.strip()):
        raise Refused("Write the moment to jump to as h:mm, such as 0:45.")
    return timedelta(hours=int(hours), minutes=int(minutes))
