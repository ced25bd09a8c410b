"""What the live pages of an exercise share: the stream's address, the join code, the audiences."""

from io import BytesIO

import segno
from flask import url_for
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice

from cyberready.exercises.formats import Scenario
from cyberready.exercises.models import Exercise
from cyberready.exercises.rules import ALL
from cyberready.platform.context import context
from cyberready.platform.streams import stream
from cyberready.platform.texts import gettext as _


def address(exercise: Exercise, screen: str, tokens: frozenset[str], position: int) -> str:
    """The address of the live stream for the signed-in person's screen, going on after *position*."""
    return stream(exercise.trail_id, f"exercise.{screen}", tokens, position)


def join_url(exercise: Exercise) -> str:
    """The address that a participant opens, or scans."""
    return context().settings.base_url.rstrip("/") + url_for("exercises.join_page", code=exercise.join_code)


def join_qr(exercise: Exercise) -> Markup:
    """The join address as an inline SVG without styles."""
    out = BytesIO()
    segno.make(join_url(exercise), error="m").save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        svgclass="cr-qr",
        lineclass=None,
        omitsize=True,
        title=_("QR code to join"),
    )
    return Markup(out.getvalue().decode())  # noqa: S704 -- made by segno from our own address


def audiences(scenario: Scenario) -> list[SelectChoice]:
    """For whom an inject can be: everyone, a team, or one role in a team."""
    choices = [SelectChoice(ALL, _("Everyone"))]
    for key, team in scenario.teams.items():
        choices.append(SelectChoice(key, _("whole team"), optgroup=team.name))
        choices += [
            SelectChoice(f"{key}/{role}", name, optgroup=team.name) for role, name in team.roles.items()
        ]
    return choices
