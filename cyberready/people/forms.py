"""What people type: signing in, their own account, contacts, duties, accounts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    EmailField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    PasswordField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    ValidationError,
)
from wtforms.validators import EqualTo, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from cyberready.kernel.refusals import NotFound, Refused
from cyberready.people import rules
from cyberready.people.models import Account, Contact, Organisation
from cyberready.platform.texts import gettext, lazy_gettext
from cyberready.platform.web import AMSTERDAM

FILL_IN = lazy_gettext("Fill this in.")
LONGEST = Length(max=200, message=lazy_gettext("At most 200 characters."))
MOST_CHANNELS = 8
SPELLED = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


def typed(field: Field) -> str:
    """What was typed in a text field; empty when it was not sent."""
    return str(field.data or "")


class Typed(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A form of this slice; what is typed stays when it is refused."""

    def refuse(self, refusal: Refused) -> int:
        """Show *refusal* above the form and return its status; what does not exist has no form and is raised on."""
        if isinstance(refusal, NotFound):
            raise refusal
        self.form_errors.append(gettext(refusal.sentence, **refusal.values))
        return refusal.status


def _email(_form: Form, field: Field) -> None:
    if fault := rules.email_fault(field.data or ""):
        raise ValidationError(gettext(fault.sentence, **fault.values))


class SignInForm(Typed):
    """Mail address and password."""

    email = EmailField(lazy_gettext("E-mail address"), [InputRequired(FILL_IN), LONGEST])
    password = PasswordField(lazy_gettext("Password"), [InputRequired(FILL_IN)])
    next = HiddenField()


class LinkForm(Typed):
    """The mail address to which a sign-in link goes."""

    email = EmailField(lazy_gettext("E-mail address"), [InputRequired(FILL_IN), LONGEST, _email])
    next = HiddenField()


class ProfileForm(Typed):
    """One's own name and language."""

    name = StringField(lazy_gettext("Name"), [InputRequired(FILL_IN), LONGEST])
    language = SelectField(
        lazy_gettext("Language"),
        [InputRequired()],
        choices=[SelectChoice("nl", "Nederlands"), SelectChoice("en", "English")],
    )


class PasswordForm(Typed):
    """A new password, twice, with the present one where there is one."""

    current_password = PasswordField(lazy_gettext("Present password"))
    password = PasswordField(lazy_gettext("New password"), [InputRequired(FILL_IN)])
    password_again = PasswordField(
        lazy_gettext("New password again"),
        [InputRequired(FILL_IN), EqualTo("password", lazy_gettext("The two new passwords differ."))],
    )

    def demand_present(self) -> None:
        """Ask for the present password too."""
        self.current_password.flags.required = True


class OrganisationForm(Typed):
    """The organisation to go on with."""

    organisation = SelectField(lazy_gettext("Organisation"), [InputRequired()], coerce=int)

    def offer(self, organisations: Iterable[Organisation]) -> None:
        """Offer these organisations."""
        self.organisation.choices = [SelectChoice(str(found.id), found.name) for found in organisations]


class ChannelForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """One way to reach a contact; an empty address means that there is none."""

    class Meta:
        csrf = False  # the form around it has the token

    kind = SelectField(lazy_gettext("Reached by"), default=rules.ChannelKind.MOBILE.value)
    address = StringField(lazy_gettext("Number or address"), [LONGEST])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.flags.required = True  # something always is chosen
        self.kind.choices = [
            SelectChoice(kind.value, gettext(rules.CHANNEL_NAMES[kind])) for kind in rules.ChannelKind
        ]

    def validate_address(self, field: Field) -> None:
        """Refuse what cannot be called or written to."""
        if not field.data or not field.data.strip():
            return
        if fault := rules.address_fault(self.kind.data, field.data):
            raise ValidationError(gettext(fault.sentence, **fault.values))


def _number_or_none(value: object) -> int | None:
    return int(str(value)) if value not in {None, "", "None"} else None


def _people(contacts: Iterable[Contact]) -> list[SelectChoice]:
    return [SelectChoice(str(found.id), f"{found.name} ({found.function})") for found in contacts]


class ContactForm(Typed):
    """Someone who must be reachable."""

    name = StringField(lazy_gettext("Name"), [InputRequired(FILL_IN), LONGEST])
    function = StringField(lazy_gettext("Function"), [InputRequired(FILL_IN), LONGEST])
    channels = FieldList(FormField(ChannelForm), min_entries=3, max_entries=MOST_CHANNELS)
    deputy = SelectField(lazy_gettext("Deputy"), coerce=_number_or_none)
    account = SelectField(lazy_gettext("Account"), coerce=_number_or_none)
    more = SubmitField(lazy_gettext("One more channel"))

    def offer(self, contacts: Iterable[Contact], accounts: Iterable[Account], own_id: int | None) -> None:
        """Offer everyone else as deputy, and the accounts of the organisation."""
        nobody = SelectChoice("", gettext("None"))
        self.deputy.choices = [nobody, *_people(found for found in contacts if found.id != own_id)]
        known = [SelectChoice(str(found.id), f"{found.name} ({found.email})") for found in accounts]
        self.account.choices = [nobody, *known]

    @property
    def given_channels(self) -> list[tuple[str, str]]:
        """The channels that were filled in, in order."""
        rows = [(row.form.kind.data, (row.form.address.data or "").strip()) for row in self.channels]
        return [(kind, address) for kind, address in rows if address]


def _local(wall: datetime | None) -> datetime:
    if wall is None:
        raise ValidationError(FILL_IN)
    moment = rules.instant(wall, AMSTERDAM)
    if moment is None:
        raise ValidationError(gettext("The clocks skip this time: summer time begins. Choose another."))
    return moment


class DutyForm(Typed):
    """Who is on duty for which function, from and until, by Dutch clocks."""

    contact = SelectField(lazy_gettext("Who"), [InputRequired(FILL_IN)], coerce=int)
    function = StringField(lazy_gettext("On duty as"), [InputRequired(FILL_IN), LONGEST])
    starts = DateTimeLocalField(lazy_gettext("From"), [InputRequired(FILL_IN)], format=SPELLED)
    ends = DateTimeLocalField(lazy_gettext("Until"), [InputRequired(FILL_IN)], format=SPELLED)

    def offer(self, contacts: Iterable[Contact]) -> None:
        """Offer everyone on the contact list."""
        self.contact.choices = _people(contacts)

    def suggest(self, now: datetime) -> None:
        """Begin with a week from the coming whole hour."""
        wall = now.astimezone(AMSTERDAM).replace(minute=0, second=0, microsecond=0, tzinfo=None)
        self.starts.data = wall + timedelta(hours=1)
        self.ends.data = wall + timedelta(hours=1, days=7)

    def validate_starts(self, field: Field) -> None:
        """Refuse a moment that no clock shows."""
        if field.data:
            _local(field.data)

    def validate_ends(self, field: Field) -> None:
        """Refuse a moment that no clock shows, and an end that does not follow the start."""
        known = field.data and self.starts.data and not self.starts.errors
        if known and _local(field.data) <= _local(self.starts.data):
            raise ValidationError(gettext("A duty ends after it starts."))

    @property
    def starts_at(self) -> datetime:
        """The start as an instant."""
        return _local(self.starts.data)

    @property
    def ends_at(self) -> datetime:
        """The end as an instant."""
        return _local(self.ends.data)


class RolesForm(Typed):
    """What somebody is in the organisation."""

    function = StringField(lazy_gettext("Function"), [LONGEST])
    roles = SelectMultipleField(
        lazy_gettext("Roles"),
        [InputRequired(lazy_gettext("Choose at least one role."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = [
            SelectChoice(role.value, gettext(rules.ROLE_NAMES[role])) for role in rules.ACCOUNT_ROLES
        ]


class AccountForm(RolesForm):
    """A new account."""

    email = EmailField(lazy_gettext("E-mail address"), [InputRequired(FILL_IN), LONGEST, _email])
    name = StringField(lazy_gettext("Name"), [InputRequired(FILL_IN), LONGEST])
