"""What people type about findings and improvements."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from cyberready.improvements import wording
from cyberready.improvements.rules import BY_HAND, Outcome, Priority, Status, Theme
from cyberready.platform.texts import lazy_gettext as _

FILL_IN = DataRequired(_("Fill in this field."))
CHOOSE = InputRequired(_("Choose one."))
LONG = Length(max=5000)


def _choices(named: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(str(value), name) for value, name in named.items()]


class FindingForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Something that should be better, and where."""

    text = TextAreaField(_("What should be better?"), [FILL_IN, LONG])
    theme = SelectField(
        _("What is it about?"),
        [CHOOSE],
        choices=[SelectChoice("", _("Choose a subject")), *_choices(wording.THEMES)],
    )
    step = SelectField(_("Step of a playbook"), default="", validate_choice=True)
    origin = SelectField(
        _("Found by"), choices=_choices({origin: wording.ORIGINS[origin] for origin in BY_HAND})
    )
    occasion = StringField(_("Name and date of the scan or audit"), [FILL_IN, Length(max=200)])
    back = HiddenField()

    def offer(self, steps: Mapping[str, Iterable[tuple[str, str]]]) -> None:
        """Offer the steps of each playbook (by its title) as (value, label)."""
        self.step.choices = [
            SelectChoice("", _("None in particular")),
            *(
                SelectChoice(value, label, optgroup=title)
                for title, choices in steps.items()
                for value, label in choices
            ),
        ]

    def drop_by_hand(self) -> None:
        """Leave out who found it: the exercise or incident says so."""
        del self.origin, self.occasion

    def given_theme(self) -> Theme:
        """The theme that was chosen."""
        return Theme(self.theme.data)


class ImprovementForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """What is to become better, by whom and by when."""

    title = StringField(_("What becomes better"), [FILL_IN, Length(max=200)])
    text = TextAreaField(_("How"), [LONG])
    owner = SelectField(_("Who sees to it"), [CHOOSE], coerce=int)
    due_on = DateField(_("Finished by"), [CHOOSE])
    priority = SelectField(_("Priority"), choices=_choices(wording.PRIORITIES), default=Priority.NORMAL.value)
    back = HiddenField()

    def offer(self, people: Mapping[int, str]) -> None:
        """Offer people, by the numbers of their accounts, as owners."""
        self.owner.choices = [SelectChoice(number, name) for number, name in people.items()]


class ProgressForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """How far an improvement is."""

    owner = SelectField(_("Who sees to it"), [CHOOSE], coerce=int)
    due_on = DateField(_("Finished by"), [CHOOSE])
    priority = SelectField(_("Priority"), choices=_choices(wording.PRIORITIES))
    status = SelectField(_("How far is it?"), choices=_choices(wording.STATUSES), default=Status.OPEN.value)
    evidence = TextAreaField(_("What shows that it is done, or why it is not going to be"), [LONG])
    back = HiddenField()

    def offer(self, people: Mapping[int, str]) -> None:
        """Offer people, by the numbers of their accounts, as owners."""
        self.owner.choices = [SelectChoice(number, name) for number, name in people.items()]


class ReasonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Why nothing is done with a finding."""

    reason = TextAreaField(_("Why nothing is done with it"), [FILL_IN, LONG])
    back = HiddenField()


class RetestForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """How a step did this time."""

    outcome = RadioField(_("How did it go this time?"), [CHOOSE], choices=_choices(wording.OUTCOMES))
    remark = TextAreaField(_("What was seen"), [LONG])
    back = HiddenField()

    def given_outcome(self) -> Outcome:
        """The outcome that was chosen."""
        return Outcome(self.outcome.data)
