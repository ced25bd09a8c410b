"""The form to fill in what playbooks leave open: one field for each placeholder."""

from collections.abc import Iterable
from typing import Self

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import Length, Regexp

from cyberready.kernel.refusals import Refused
from cyberready.platform.texts import gettext
from cyberready.platform.texts import lazy_gettext as _
from cyberready.playbooks.placeholders import LONGEST
from cyberready.playbooks.queries_placeholders import Need

FIT = (
    Length(max=LONGEST, message=_("At most %(limit)s characters.", limit=LONGEST)),
    Regexp(r"^(?!.*\{\{).*$", message=_("Write plain text, without {{.")),
)


class PlaceholdersForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A text field for each need; what is typed stays when it is refused."""

    back = HiddenField()

    @classmethod
    def of(cls, needs: Iterable[Need]) -> Self:
        """The form for these needs, with what was filled in."""
        needs = list(needs)
        fields = {cls.name(need.key): StringField(need.description, FIT) for need in needs}
        made: Self = type("Filled", (cls,), fields)(data={cls.name(need.key): need.value for need in needs})
        return made

    @staticmethod
    def name(key: str) -> str:
        """What the field of a placeholder is called in the form."""
        return f"fill-{key}"

    def of_need(self, need: Need) -> Field:
        """The field of a need."""
        return self[self.name(need.key)]

    def given(self, needs: Iterable[Need]) -> dict[str, str]:
        """What was typed, by placeholder."""
        return {need.key: str(self.of_need(need).data or "") for need in needs}

    def refuse(self, refusal: Refused) -> int:
        """Show *refusal* above the form and return its status."""
        self.form_errors.append(gettext(refusal.sentence, **refusal.values))
        return refusal.status
