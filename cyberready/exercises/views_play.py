"""Pages for participants: joining by code, the room, answers and decisions, and the wall."""

from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from cyberready.exercises import actions, actions_injects, forms, live_pages, queries, rules, screens
from cyberready.exercises.formats import Scenario
from cyberready.exercises.models import Exercise, Participant
from cyberready.kernel.refusals import Forbidden, NotFound, Refused
from cyberready.people import queries as people
from cyberready.platform import gate
from cyberready.platform.context import context, now, read, transact
from cyberready.platform.gate import RateLimit, may, principal, public, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import PARTIAL, done, page
from cyberready.trail import queries as trails

WRONG_CODES = RateLimit(count=60, window=timedelta(minutes=5))


def register(blueprint: Blueprint) -> None:
    """Add the participants' pages to the slice's blueprint."""
    blueprint.add_url_rule("/join", view_func=code_page)
    blueprint.add_url_rule("/join", view_func=find_code, methods=["POST"])
    blueprint.add_url_rule("/join/<code>", view_func=join_page)
    blueprint.add_url_rule("/join/<code>", view_func=join, methods=["POST"])
    blueprint.add_url_rule("/<int:exercise_id>/room", view_func=room)
    blueprint.add_url_rule("/<int:exercise_id>/seat", view_func=take_seat, methods=["POST"])
    blueprint.add_url_rule("/<int:exercise_id>/address", view_func=confirm_address, methods=["POST"])
    blueprint.add_url_rule(
        "/<int:exercise_id>/injects/<int:inject_id>/answer", view_func=answer, methods=["POST"]
    )
    blueprint.add_url_rule(
        "/<int:exercise_id>/injects/<int:inject_id>/choice", view_func=choose, methods=["POST"]
    )
    blueprint.add_url_rule("/<int:exercise_id>/decisions", view_func=decide, methods=["POST"])
    blueprint.add_url_rule("/<int:exercise_id>/wall", view_func=wall)


@public
def code_page() -> ResponseReturnValue:
    """Where a participant types the join code."""
    return page("exercises/code", form=forms.CodeForm(), exercise_mode=True)


@public
def find_code() -> ResponseReturnValue:
    """Go to the exercise of a join code; an unknown code is said at the field."""
    form = forms.CodeForm()
    if not form.validate():
        return page("exercises/code", 422, form=form, exercise_mode=True)
    try:
        exercise = _opened_by(form.code.data)
    except NotFound as refusal:
        form.code.errors = [_(refusal.sentence)]
        return page("exercises/code", 422, form=form, exercise_mode=True)
    return redirect(url_for("exercises.join_page", code=exercise.join_code), code=303)


@public
def join_page(code: str) -> ResponseReturnValue:
    """Choose a name, a team and a role; who is signed in here already takes a seat with that account."""
    exercise = _opened_by(code)
    if current_user.is_authenticated and current_user.exercise_id is None and _plays_here(exercise):
        return redirect(url_for("exercises.room", exercise_id=exercise.id), code=303)
    scenario = queries.scenario(exercise.release)
    form = forms.JoinForm(formdata=None)
    form.seat.choices = seats(scenario)
    return page("exercises/join", exercise=exercise, scenario=scenario, form=form, exercise_mode=True)


@public
def join(code: str) -> ResponseReturnValue:
    """Take a seat without an account and open the room."""
    exercise = _opened_by(code)
    scenario = queries.scenario(exercise.release)
    form = forms.JoinForm()
    form.seat.choices = seats(scenario)
    if not form.validate():
        return page(
            "exercises/join", 422, exercise=exercise, scenario=scenario, form=form, exercise_mode=True
        )
    team, _slash, role = form.seat.data.partition("/")

    def sit(session: Session) -> Participant:
        open_exercise = queries.by_code(session, code)
        return actions.join(
            session,
            open_exercise,
            name=form.name.data.strip(),
            team=team,
            role=role,
            account_id=None,
            now=now(),
        )

    seat = transact(sit)
    person = read(lambda session: queries.principal_of(session, seat.id, exercise.organisation_id))
    if person is None:
        raise NotFound("This exercise does not exist.")
    hours = int(context().settings.session_hours)
    gate.sign_in(person, keep_until=now() + timedelta(hours=hours))
    return done(
        _("You are in. Injects appear here by themselves."), "exercises.room", exercise_id=exercise.id
    )


def _plays_here(exercise: Exercise) -> bool:
    here = principal().organisation_id == exercise.organisation_id
    return here and principal().may("exercises.play")


def _opened_by(code: str) -> Exercise:
    """The exercise of a code; only wrong codes count for the limit, as a whole crisis room shares one address."""
    WRONG_CODES.look(str(request.remote_addr), now())
    try:
        return read(lambda session: queries.by_code(session, code))
    except NotFound:
        WRONG_CODES.take(str(request.remote_addr), now())
        raise


def seats(scenario: Scenario) -> list[SelectChoice]:
    """Every seat that can be taken: a team, or a role in it."""
    choices: list[SelectChoice] = []
    for key, team in scenario.teams.items():
        choices += [
            SelectChoice(f"{key}/{role}", f"{team.name}: {name}") for role, name in team.roles.items()
        ]
        choices.append(SelectChoice(key, _("%(team)s: member", team=team.name)))
    return choices


@may("exercises.play")
def room(exercise_id: int) -> ResponseReturnValue:
    """A participant's screen: injects for the team, newest first, and what was decided."""
    return room_page(exercise_id)


def room_page(
    exercise_id: int,
    status: int = 200,
    *,
    form: forms.DecisionForm | None = None,
    refused: screens.Typed | None = None,
) -> ResponseReturnValue:
    """Show the room, with what was typed when something was wrong: the decision's *form*, or what an inject got."""
    exercise, seat = read(lambda session: _seated(session, exercise_id))
    scenario = queries.scenario(exercise.release)
    if seat is None:
        return page(
            "exercises/seat", exercise=exercise, scenario=scenario, seats=seats(scenario), exercise_mode=True
        )
    tokens = rules.tokens(seat.team, seat.role)
    lines, playbook = read(
        lambda session: (trails.lines(session, exercise.trail_id), queries.playbook(session, exercise))
    )
    shown = screens.feed(lines, tokens)
    hand = screens.Hand(exercise.clock, exercise.clock.elapsed(now()))
    return page(
        "exercises/room",
        status,
        exercise=exercise,
        playbook=playbook,
        scenario=scenario,
        seat=seat,
        feed=shown,
        hand=hand,
        form=form or forms.DecisionForm(formdata=None),
        refused=refused,
        csrf=None,
        live_url=live_pages.address(exercise, "room", tokens, shown.position),
        exercise_mode=True,
    )


def _seated(session: Session, exercise_id: int) -> tuple[Exercise, Participant | None]:
    exercise = queries.exercise(session, realm(), exercise_id)
    if principal().exercise_id not in {None, exercise_id}:
        raise NotFound("This exercise does not exist.")
    return exercise, queries.participant_of(session, exercise_id, principal())


def _seat(session: Session, exercise_id: int) -> tuple[Exercise, Participant]:
    exercise, seat = _seated(session, exercise_id)
    if seat is None:
        raise Forbidden("Join a team of this exercise first.")
    return exercise, seat


@may("exercises.play")
def take_seat(exercise_id: int) -> ResponseReturnValue:
    """Take a seat with the signed-in account."""
    person = principal()
    if person.exercise_id is not None:
        raise Refused("You have a seat in this exercise already.")
    team, _slash, role = request.form.get("seat", "").partition("/")

    def sit(session: Session) -> None:
        exercise = queries.exercise(session, realm(), exercise_id)
        actions.join(
            session, exercise, name=person.name, team=team, role=role, account_id=person.number, now=now()
        )

    transact(sit)
    return done(
        _("You are in. Injects appear here by themselves."), "exercises.room", exercise_id=exercise_id
    )


@may("exercises.play")
def confirm_address(exercise_id: int) -> ResponseReturnValue:
    """Let mail injects of this exercise come to the account's own address."""
    person = principal()
    if person.exercise_id is not None:
        raise Refused("Mail injects go to people with an account only; yours appear on this screen.")

    def confirm(session: Session) -> None:
        exercise = queries.exercise(session, realm(), exercise_id)
        address = people.account(session, realm(), person.number).email
        actions.confirm_address(session, exercise, person.number, address, actor=who(), now=now())

    transact(confirm)
    return done(
        _("Mail injects of this exercise now also come to your address."),
        "exercises.room",
        exercise_id=exercise_id,
    )


def _played(exercise_id: int, anchor: str) -> ResponseReturnValue:
    if request.headers.get(PARTIAL) == "partial":
        return "", 204
    return redirect(url_for("exercises.room", exercise_id=exercise_id, _anchor=anchor), code=303)


@may("exercises.play")
def answer(exercise_id: int, inject_id: int) -> ResponseReturnValue:
    """Record what the team does with an inject."""
    form = forms.AnswerForm()
    if not form.validate():
        why = " ".join(str(error) for error in form.text.errors) or _("Write down what your team does.")
        return room_page(exercise_id, 422, refused=screens.Typed(inject_id, why, form.text.data or ""))

    def record(session: Session) -> None:
        exercise, seat = _seat(session, exercise_id)
        actions_injects.answer(
            session, exercise, inject_id, form.text.data, seat=seat, actor=who(), now=now()
        )

    transact(record)
    return _played(exercise_id, f"m-{inject_id}")


@may("exercises.play")
def choose(exercise_id: int, inject_id: int) -> ResponseReturnValue:
    """Take a decision at a decision point."""
    option, reason = request.form.get("option", ""), request.form.get("reason", "")
    if not option or not reason.strip():
        why = _("Choose one of the options and say why.")
        return room_page(exercise_id, 422, refused=screens.Typed(inject_id, why, reason, option))

    def record(session: Session) -> None:
        exercise, seat = _seat(session, exercise_id)
        actions_injects.choose(
            session, exercise, inject_id, option, reason=reason, seat=seat, actor=who(), now=now()
        )

    transact(record)
    return _played(exercise_id, f"m-{inject_id}")


@may("exercises.play")
def decide(exercise_id: int) -> ResponseReturnValue:
    """Log a decision of the team."""
    form = forms.DecisionForm()
    if not form.validate():
        return room_page(exercise_id, 422, form=form)

    def record(session: Session) -> None:
        exercise, seat = _seat(session, exercise_id)
        said = {"decision": form.decision.data, "reason": form.reason.data, "owner": form.owner.data}
        actions_injects.decide(session, exercise, **said, seat=seat, actor=who(), now=now())

    transact(record)
    return _played(exercise_id, "decisions")


@may("exercises.lead")
def wall(exercise_id: int) -> ResponseReturnValue:
    """The wall screen: clock, injects around now, latest decisions; for staff, as it shows every team's injects."""
    exercise = read(lambda session: queries.exercise(session, realm(), exercise_id))
    shown = read(lambda session: screens.control(session, exercise, now()))
    return page(
        "exercises/wall",
        exercise=exercise,
        shown=shown,
        around=screens.window(shown.script),
        live_url=live_pages.address(exercise, "wall", frozenset({"staff"}), shown.position),
        exercise_mode=True,
    )
