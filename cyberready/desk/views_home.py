"""The home page: what is going on, what is coming, who is on duty."""

from datetime import timedelta

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from cyberready.campaigns import queries as campaigns
from cyberready.exercises import queries as exercises
from cyberready.exercises.rules import State
from cyberready.incidents import queries as incidents
from cyberready.people import queries as people
from cyberready.platform.context import context, now, read
from cyberready.platform.gate import may, principal, public, realm
from cyberready.platform.web import page

blueprint = Blueprint("desk", __name__)
SOON = timedelta(days=30)


@blueprint.get("/")
@public
def front() -> ResponseReturnValue:
    """Where everybody arrives: the home page, the exercise room, or the sign-in page."""
    if not current_user.is_authenticated:
        return redirect(url_for("people.sign_in_page"))
    if current_user.exercise_id is not None:
        return redirect(url_for("exercises.room", exercise_id=current_user.exercise_id))
    return redirect(url_for("desk.home"))


@blueprint.get("/overview")
@may("desk.view")
def home() -> ResponseReturnValue:
    """What is going on now, what is coming, and who is on duty tonight."""
    person, here, moment = principal(), realm(), now()
    found = read(lambda session: exercises.exercises(session, here)) if person.may("exercises.view") else []
    opened = (
        read(lambda session: incidents.open_incidents(session, here)) if person.may("incidents.view") else []
    )
    offered = read(lambda session: incidents.inbox(session, here)) if person.may("handover.receive") else []
    coming = (
        read(lambda session: campaigns.activities(session, here, moment, moment + SOON))
        if person.may("campaigns.view")
        else []
    )
    duties = read(lambda session: people.on_duty(session, here, moment))
    return page(
        "desk/home",
        live=[one for one in found if one.state in {State.RUNNING, State.PAUSED}],
        planned=[one for one in found if one.state == State.PLANNED],
        incidents=opened,
        offered=offered,
        activities=coming,
        duties=duties,
    )


@blueprint.get("/health")
@public
def health() -> ResponseReturnValue:
    """Whether the database answers; for monitoring, without secrets."""
    context().database.read(lambda session: session.connection().exec_driver_sql("SELECT 1"))
    return {"status": "ok"}
