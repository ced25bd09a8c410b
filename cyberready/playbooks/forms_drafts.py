"""The forms of the life cycle: bringing in a file, describing, sending back, mandate, delegation, withdrawal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    DateTimeLocalField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from cyberready.kernel.refusals import Refused
from cyberready.people.rules import instant
from cyberready.platform.sources import name_of
from cyberready.platform.texts import LANGUAGES, gettext
from cyberready.platform.texts import lazy_gettext as _
from cyberready.platform.web import AMSTERDAM
from cyberready.playbooks.actions_approval import LONGEST_FUNCTION, MOST_APPROVERS, Remark
from cyberready.playbooks.actions_drafts import LONGEST_NAME, LONGEST_TITLE
from cyberready.playbooks.lifecycle import CHANGE_NAMES, Change
from cyberready.playbooks.rules import Step

FILL_IN = _("Fill this in.")
SPELLED = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
STEP = "step-"  # what the name of a remark's field begins with


class Kept(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A form that knows the page it stands on, and shows a refusal above its fields."""

    back = HiddenField()

    def refuse(self, refusal: Refused) -> int:
        """Show *refusal*; gives its status."""
        self.form_errors.append(gettext(refusal.sentence, **refusal.values))
        return refusal.status


class WritersField(SelectMultipleField):  # type: ignore[misc]  # WTForms is not typed
    """Colleagues who wrote part of a text, as boxes to tick, by the numbers of their accounts."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, **named: Any) -> None:
        says = _("Who wrote part of a text can never approve it. You count as a writer already.")
        super().__init__(_("Who else wrote it?"), description=says, coerce=int, **named)


class BringInForm(Kept):
    """A playbook file, chosen or pasted; a chosen file goes before pasted text."""

    file = FileField(_("Playbook file"))
    source = TextAreaField(_("Or the text of the file"))
    writers = WritersField()

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Offer these colleagues as writers."""
        self.writers.choices = [SelectChoice(number, name) for number, name in people]

    @property
    def given(self) -> tuple[str, bytes | str]:
        """What was given with the name of its file; empty when nothing was."""
        chosen: bytes = self.file.data.read() if self.file.data else b""
        if chosen:
            return name_of(self.file.data.filename or ""), chosen
        return "", self.source.data or ""

    def keep(self, given: bytes | str) -> None:
        """Put what was given in the text field, so that nothing is lost; bytes that are no text are marked."""
        self.source.data = given.decode("utf-8", "replace") if isinstance(given, bytes) else given


class NewPlaybookForm(Kept):
    """What a playbook is called that is not there yet; without a short name it is made of the title."""

    title = StringField(_("Title"), [InputRequired(FILL_IN), Length(max=LONGEST_TITLE)])
    slug = StringField(_("Short name"), [Length(max=LONGEST_NAME)])
    language = SelectField(_("Language"), [InputRequired(FILL_IN)])

    def offer(self) -> None:
        """Offer the languages."""
        names = {"nl": _("Dutch"), "en": _("English")}
        self.language.choices = [SelectChoice(code, str(names[code])) for code in LANGUAGES]


class DescriptionForm(Kept):
    """What a new version asks of its readers, and why it is made."""

    change = RadioField(_("What do readers have to do?"), [InputRequired(FILL_IN)])
    note = TextAreaField(_("What changes, and why?"), [InputRequired(FILL_IN), Length(max=4000)])

    def offer(self) -> None:
        """Offer both kinds of change."""
        said = {
            Change.MINOR: _("Nothing: a minor change, nobody has to read it again"),
            Change.MAJOR: _("Read it again: a major change, everybody confirms the new version"),
        }
        self.change.choices = [SelectChoice(kind.value, str(said[kind])) for kind in CHANGE_NAMES]


class RefusalForm(Kept):
    """What an approver wants changed, for the whole playbook and at steps (``step-<id>`` fields)."""

    digest = HiddenField()
    remark = TextAreaField(_("For the whole playbook"))

    def remarks(self, sent: Mapping[str, str]) -> list[Remark]:
        """Every remark that was typed."""
        steps = [
            Remark(name.removeprefix(STEP), said) for name, said in sent.items() if name.startswith(STEP)
        ]
        return [Remark("", self.remark.data or ""), *steps]


class ReasonForm(Kept):
    """Why something is done that cannot be undone."""

    reason = TextAreaField(_("Reason"), [InputRequired(FILL_IN), Length(max=4000)])


class ApproverForm(PlainForm):  # type: ignore[misc]  # WTForms is not followed
    """One approver; an empty row counts for nothing, and without a function that of the account is signed with."""

    account = SelectField(_("Who"), coerce=lambda value: int(value) if value else None)
    function = StringField(_("Signs as"), [Length(max=LONGEST_FUNCTION)])
    known: Mapping[int, str] = {}

    def validate_function(self, _field: Field) -> None:
        """Refuse an approver of whom nobody says under which function he or she signs."""
        if self.account.data and not self.signs_as:
            raise ValidationError(gettext("Fill in a function: none stands with this account."))

    @property
    def signs_as(self) -> str:
        """The function that was typed, else that of the account."""
        return (self.function.data or "").strip() or self.known.get(self.account.data or 0, "")


class MandateForm(Kept):
    """Who approves a playbook."""

    order = RadioField(_("Order"), [InputRequired(FILL_IN)], default="in-order")
    approvers = FieldList(FormField(ApproverForm), min_entries=4, max_entries=MOST_APPROVERS)

    def offer(self, people: Sequence[tuple[int, str, str]]) -> None:
        """Offer these accounts (number, name, function) in each row."""
        self.order.choices = [
            SelectChoice("in-order", gettext("One after the other, in this order")),
            SelectChoice("any", gettext("In any order")),
        ]
        nobody = SelectChoice("", gettext("Nobody"))
        known = [
            SelectChoice(str(number), f"{name}, {function}" if function else name)
            for number, name, function in people
        ]
        functions = {number: function for number, _name, function in people}
        for row in self.approvers:
            row.form.account.choices = [nobody, *known]
            row.form.known = functions

    @property
    def given(self) -> list[tuple[int, str]]:
        """The rows that were filled in."""
        rows = [row.form for row in self.approvers]
        return [(row.account.data, row.signs_as) for row in rows if row.account.data]


class DelegationForm(Kept):
    """Who approves in one's place, from and until, by Dutch clocks."""

    deputy = SelectField(_("Deputy"), [InputRequired(FILL_IN)], coerce=int)
    starts = DateTimeLocalField(_("From"), [InputRequired(FILL_IN)], format=SPELLED)
    ends = DateTimeLocalField(_("Until"), [InputRequired(FILL_IN)], format=SPELLED)

    def offer(self, people: Iterable[tuple[int, str]], now: datetime) -> None:
        """Offer these colleagues, and a week from now when nothing was typed."""
        self.deputy.choices = [SelectChoice(str(number), name) for number, name in people]
        if not self.is_submitted():
            wall = now.astimezone(AMSTERDAM).replace(minute=0, second=0, microsecond=0, tzinfo=None)
            self.starts.data = wall
            self.ends.data = wall + timedelta(days=7)

    def validate_starts(self, field: Field) -> None:
        """Refuse a moment that no clock shows."""
        _instant(field.data)

    def validate_ends(self, field: Field) -> None:
        """Refuse a moment that no clock shows."""
        _instant(field.data)

    @property
    def stretch(self) -> tuple[datetime, datetime]:
        """Begin and end as instants."""
        return _instant(self.starts.data), _instant(self.ends.data)


def remark_field(step: Step) -> str:
    """The name of the field for a remark on a step."""
    return f"{STEP}{step.id}"


def _instant(wall: datetime | None) -> datetime:
    moment = instant(wall, AMSTERDAM) if wall else None
    if moment is None:
        raise ValidationError(str(FILL_IN))
    return moment
