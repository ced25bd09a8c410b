"""Forms of exercises."""

from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from cyberready.exercises.wording import CHANNELS
from cyberready.platform.texts import lazy_gettext as _

REQUIRED = DataRequired(_("Fill in this field."))  # blanks say nothing
GIVEN = InputRequired(_("Fill in this field."))


class PlanForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Plan an exercise of a scenario."""

    title = StringField(_("Title"), validators=[REQUIRED, Length(max=120)])
    planned_at = DateTimeLocalField(_("Starts at (Dutch time)"), validators=[GIVEN])
    back = HiddenField()


class UploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Publish a scenario of one's own."""

    source = TextAreaField(_("Scenario (YAML)"), validators=[REQUIRED])
    back = HiddenField()


class CodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Open an exercise by its join code."""

    code = StringField(_("Join code"), validators=[REQUIRED, Length(max=20)])


class JoinForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Take a seat in a team."""

    name = StringField(_("Your name"), validators=[REQUIRED, Length(max=80)])
    seat = RadioField(_("Your team and role"), validators=[InputRequired(_("Choose a team."))])


class AnswerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """What a team does with an inject."""

    text = TextAreaField(_("What does your team do?"), validators=[REQUIRED, Length(max=5000)])


class DecisionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A decision of a team."""

    decision = StringField(_("What is decided?"), validators=[REQUIRED, Length(max=300)])
    reason = TextAreaField(_("Why?"), validators=[REQUIRED, Length(max=2000)])
    owner = StringField(_("Who carries it out?"), validators=[REQUIRED, Length(max=120)])


class AddForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """An inject added on the way."""

    title = StringField(_("Subject"), validators=[REQUIRED, Length(max=160)])
    body = TextAreaField(_("Message (Markdown)"), validators=[REQUIRED, Length(max=10_000)])
    sender = StringField(_("From"), validators=[REQUIRED, Length(max=120)])
    channel = SelectField(
        _("Channel"), choices=[SelectChoice(name, label) for name, label in CHANNELS.items()]
    )
    to = SelectMultipleField(_("For"), validators=[InputRequired(_("Choose for whom the inject is."))])
    minutes = IntegerField(
        _("Minutes from now (0 is at once)"),
        default=0,
        validators=[InputRequired(_("Fill in a whole number of minutes.")), NumberRange(0, 1440)],
    )
    back = HiddenField()
