"""What people type: campaigns, activities, addresses, reasons."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from cyberready.campaigns import rules
from cyberready.campaigns.models import Activity, Campaign
from cyberready.campaigns.rules import AMSTERDAM, ActivityKind, Content, Outline
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.texts import gettext, lazy_gettext

FILL_IN = lazy_gettext("Fill this in.")
ONE_LINE = Length(max=rules.LONGEST_TITLE, message=lazy_gettext("At most 150 characters."))
LONG = Length(max=rules.LONGEST_TEXT, message=lazy_gettext("At most 50,000 characters."))
REASON = Length(max=1000, message=lazy_gettext("At most 1,000 characters."))


def typed(field: Field) -> str:
    r"""What was typed in a text field, with ``\n`` line ends and no spaces around it; empty when it was not sent."""
    return str(field.data or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class Typed(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A form of this slice; what is typed stays when it is refused."""

    def refuse(self, refusal: Refused) -> int:
        """Show *refusal* above the form and return its status; what does not exist has no form and is raised on."""
        if isinstance(refusal, NotFound):
            raise refusal
        self.form_errors.append(gettext(refusal.sentence, **refusal.values))
        return refusal.status


class Versioned(Typed):
    """A form that knows which version it shows, so that two writers do not overwrite each other."""

    version = HiddenField(default="0")

    @property
    def seen(self) -> int:
        """The version that the writer saw; raises Conflict when the form was tampered with."""
        number = typed(self.version)
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            raise Conflict("This form is not complete. Open it again.")
        return int(number)


def _printable(_form: object, field: Field) -> None:
    if not typed(field).isprintable():
        raise ValidationError(gettext("Use one line of ordinary text."))


class OwnedForm(Versioned):
    """Who answers for a campaign, and from which day it runs."""

    owner = SelectField(lazy_gettext("Campaign owner"), [InputRequired(FILL_IN)], coerce=int)
    starts_on = DateField(lazy_gettext("Start date"), [InputRequired(FILL_IN)])

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Offer these accounts (number and name) as owner."""
        self.owner.choices = [SelectChoice(str(number), name) for number, name in people]


class PlanForm(OwnedForm):
    """From which day a shipped campaign runs, and who owns it."""


class CampaignForm(OwnedForm):
    """What a campaign is for."""

    title = StringField(lazy_gettext("Title"), [InputRequired(FILL_IN), ONE_LINE, _printable])
    summary = TextAreaField(lazy_gettext("Summary"), [InputRequired(FILL_IN), LONG], render_kw={"rows": 3})
    goal = TextAreaField(lazy_gettext("Goal"), [InputRequired(FILL_IN), LONG], render_kw={"rows": 3})
    baseline = TextAreaField(lazy_gettext("Baseline"), [InputRequired(FILL_IN), LONG], render_kw={"rows": 3})
    indicator = TextAreaField(
        lazy_gettext("Indicator"), [InputRequired(FILL_IN), LONG], render_kw={"rows": 3}
    )
    audiences = TextAreaField(
        lazy_gettext("Audiences"), [InputRequired(FILL_IN), LONG], render_kw={"rows": 4}
    )

    @staticmethod
    def stored(campaign: Campaign) -> dict[str, object]:
        """The fields as they are."""
        return {
            "title": campaign.title,
            "summary": campaign.summary,
            "goal": campaign.goal,
            "baseline": campaign.baseline,
            "indicator": campaign.indicator,
            "audiences": "\n".join(campaign.audiences.values()),
            "owner": campaign.owner_id,
            "starts_on": campaign.starts_on,
            "version": campaign.version,
        }

    @property
    def outline(self) -> Outline:
        """What was typed."""
        return Outline(
            title=typed(self.title),
            summary=typed(self.summary),
            goal=typed(self.goal),
            baseline=typed(self.baseline),
            indicator=typed(self.indicator),
            audiences=tuple(typed(self.audiences).split("\n")),
            owner_id=self.owner.data,
            starts_on=_day(self.starts_on),
        )


def _day(field: Field) -> date:
    day: date = field.data
    return day


class ActivityForm(Versioned):
    """One dated activity, by Dutch clocks."""

    kind = SelectField(lazy_gettext("Kind"), [InputRequired(FILL_IN)])
    audience = SelectMultipleField(
        lazy_gettext("Audience"),
        [InputRequired(lazy_gettext("Choose at least one audience of this campaign."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    title = StringField(lazy_gettext("Title"), [InputRequired(FILL_IN), ONE_LINE, _printable])
    body = TextAreaField(lazy_gettext("Text"), [LONG], render_kw={"rows": 16})
    owner_task = TextAreaField(lazy_gettext("What the owner does by hand"), [LONG], render_kw={"rows": 4})
    day = DateField(lazy_gettext("Date"), [InputRequired(FILL_IN)])
    at = TimeField(lazy_gettext("Time"), [InputRequired(FILL_IN)])

    def __init__(self, audiences: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            SelectChoice(kind.value, gettext(rules.KIND_NAMES[kind])) for kind in ActivityKind
        ]
        self.audience.choices = [SelectChoice(key, name) for key, name in audiences.items()]

    @staticmethod
    def stored(activity: Activity) -> dict[str, object]:
        """The fields as they are."""
        local = activity.due_at.astimezone(AMSTERDAM)
        return {
            "kind": activity.kind,
            "audience": list(activity.audience),
            "title": activity.title,
            "body": activity.body,
            "owner_task": activity.owner_task,
            "day": local.date(),
            "at": local.time().replace(microsecond=0),
            "version": activity.version,
        }

    def validate_at(self, field: Field) -> None:
        """Refuse a moment that no clock shows."""
        if field.data and self.day.data:
            self._moment()

    def _moment(self) -> datetime:
        at: time = self.at.data
        try:
            return rules.local_moment(_day(self.day), at)
        except Refused as refusal:
            raise ValidationError(gettext(refusal.sentence, **refusal.values)) from refusal

    @property
    def content(self) -> Content:
        """What was typed."""
        return Content(
            kind=ActivityKind(self.kind.data),
            audience=tuple(self.audience.data),
            title=typed(self.title),
            body=typed(self.body),
            owner_task=typed(self.owner_task),
            due_at=self._moment(),
        )


class JudgementForm(Typed):
    """Why an activity is sent back, and which content was read."""

    reason = TextAreaField(lazy_gettext("What should change"), [REASON], render_kw={"rows": 3})
    seen = HiddenField()


class ReasonForm(Typed):
    """Why."""

    reason = TextAreaField(lazy_gettext("Reason"), [InputRequired(FILL_IN), REASON], render_kw={"rows": 2})


class ResultForm(Typed):
    """How it went."""

    result = TextAreaField(lazy_gettext("How it went"), [REASON], render_kw={"rows": 3})


class AddressesForm(Typed):
    """Addresses for one audience, one per line."""

    audience = SelectField(lazy_gettext("Audience"), [InputRequired(FILL_IN)])
    addresses = TextAreaField(
        lazy_gettext("E-mail addresses"),
        [InputRequired(FILL_IN)],
        render_kw={"rows": 8, "spellcheck": "false"},
    )

    def __init__(self, audiences: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.audience.choices = [SelectChoice(key, name) for key, name in audiences.items()]

    @property
    def lines(self) -> list[str]:
        """Each line that was typed."""
        return typed(self.addresses).split("\n")
