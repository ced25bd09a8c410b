"""What people say about looking after a playbook."""

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from cyberready.people.rules import ACCOUNT_ROLES, ROLE_NAMES
from cyberready.platform.texts import lazy_gettext as _


class CareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Who looks after a playbook and who must have read it; 0 stands for nobody."""

    owner = SelectField(_("Owner, who is reminded of reviews"), coerce=int, default=0)
    deputy = SelectField(_("Deputy of the owner"), coerce=int, default=0)
    readers = SelectMultipleField(
        _("Roles that must have read it"),
        choices=[SelectChoice(role.value, _(ROLE_NAMES[role])) for role in ACCOUNT_ROLES],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    back = HiddenField()

    def offer(self, people: Mapping[int, str]) -> None:
        """Offer people, by the numbers of their accounts."""
        choices = [SelectChoice(0, _("Nobody")), *(SelectChoice(one, name) for one, name in people.items())]
        self.owner.choices = choices
        self.deputy.choices = choices


class ConfirmForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """That a playbook still holds."""

    release_id = HiddenField()
    note = TextAreaField(_("What was looked at"), [Length(max=2000)])
    back = HiddenField()
