"""Forms of incidents; several stand on one page, so each field has an id of its own beside its name."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cyberready.incidents.documents import TOPICS
from cyberready.incidents.formats.dossier import Severity
from cyberready.incidents.rules import MEASURE, Judgement, Role, Surety
from cyberready.kernel.ladder import Answer, Question
from cyberready.platform.texts import lazy_gettext as _

REQUIRED = DataRequired(_("Fill in this field."))  # blanks say nothing
GIVEN = InputRequired(_("Fill in this field."))
CHOOSE = InputRequired(_("Choose one of these."))
SHORT, LONG = Length(max=200), Length(max=5000)
SURETIES = [
    (Surety.FACT, _("Fact: seen or confirmed")),
    (Surety.ASSUMPTION, _("Assumption")),
    (Surety.UNKNOWN, _("Unknown: to be found out")),
]
ROLES = [
    (Role.VICTIM, _("Victim: our own systems or data are hit")),
    (Role.INVOLVED, _("Involved: it happens elsewhere, with effects here")),
]
QUESTIONS = {
    Question.RESIDENTS: _("Are there effects on residents?"),
    Question.COMPANIES: _("Are there effects on companies?"),
    Question.PUBLIC_ORDER: _("Are there effects on public order?"),
    Question.SAFETY: _("Are there effects on safety?"),
}
ANSWERS = [(Answer.YES, _("Yes")), (Answer.NO, _("No")), (Answer.UNKNOWN, _("Unknown"))]
TRIGGERS = {
    "incident_known_at": _("The incident was known"),
    "significant_known_at": _("It was known that the incident is significant (Cbw)"),
    "report_requested_at": _("A report was requested (Cbw)"),
    "cbw72_submitted_at": _("The Cbw notification was submitted"),
    "incident_closed_at": _("The incident was dealt with"),
    "breach_known_at": _("It was known that personal data were breached"),
    "processor_known_at": _("The processor reported or discovered the breach"),
    "police_data_breach_known_at": _("It was known that police data were breached"),
    "crime_suspected_at": _("A crime was suspected"),
    "emergency_order_issued_at": _("An emergency order was issued"),
}
JUDGEMENTS = [
    (Judgement.APPLIES, _("Applies, must be reported")),
    (Judgement.REPORTED, _("Was reported")),
    (Judgement.NOT_APPLICABLE, _("Does not apply")),
]
SEVERITIES = [
    (Severity.UNKNOWN, _("Unknown")),
    (Severity.MINOR, _("Minor")),
    (Severity.MODERATE, _("Moderate")),
    (Severity.SEVERE, _("Severe")),
    (Severity.EXTREME, _("Extreme")),
]
TOPIC_CHOICES = [("", _("General")), (MEASURE, _("Measure taken")), *TOPICS.items()]


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Values and what they are called, as a field wants them."""
    return [SelectChoice(value, label) for value, label in pairs]


def _text(name: str, label: Any, *validators: Any, **more: Any) -> StringField:
    return StringField(label, validators=validators or [Optional(), SHORT], id=name, **more)


def _area(name: str, label: Any, *validators: Any, **more: Any) -> TextAreaField:
    return TextAreaField(label, validators=validators or [Optional(), LONG], id=name, **more)


def _playbook(name: str, label: Any, *validators: Any) -> SelectField:
    # A choice that is gone since the page was drawn is refused by the verb, which says why.
    return SelectField(label, validators=list(validators), default="", id=name, validate_choice=False)


def _moment(name: str, label: Any, *validators: Any) -> DateTimeLocalField:
    return DateTimeLocalField(label, validators=validators or [Optional()], id=name)


class DeclareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Declare an incident."""

    title = _text("title", _("What is going on, in a few words"), REQUIRED, Length(max=120))
    known = _area("known", _("What is known so far"), REQUIRED, LONG)
    since = _moment("since", _("Since when (Dutch time)"), GIVEN)
    role = RadioField(
        _("Role of the municipality"), choices=options(ROLES), default=Role.VICTIM, validators=[CHOOSE]
    )
    playbook = _playbook("declare-playbook", _("Playbook to follow"))
    exercise_id = HiddenField(id="exercise-id")


class FollowForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Follow a playbook."""

    playbook = _playbook("follow-playbook", _("Playbook"), CHOOSE)


class LogForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Log what happened."""

    text = _area("log-text", _("What happened?"), REQUIRED, LONG)
    surety = RadioField(
        _("How sure is this?"),
        choices=options(SURETIES),
        default=Surety.FACT,
        validators=[CHOOSE],
        id="log-surety",
    )
    source = _text("log-source", _("Source"))
    topic = SelectField(
        _("Subject of the picture"), choices=options(TOPIC_CHOICES), default="", id="log-topic"
    )
    happened_at = _moment("log-happened", _("Happened at, if not now (Dutch time)"))
    late_reason = _text("log-late", _("Why recorded only now, if more than 15 minutes later"))


class CorrectForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Correct an earlier entry."""

    corrects = IntegerField(_("Number of the entry"), validators=[GIVEN], id="correct-number")
    text = _area("correct-text", _("How it should read"), REQUIRED, LONG)
    reason = _text("correct-reason", _("Why it is corrected"), REQUIRED, SHORT)


class DecisionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A decision in BOB form."""

    question = _text("decide-question", _("Question"), REQUIRED, SHORT)
    picture = _area("decide-picture", _("Picture: what is going on?"), REQUIRED, LONG)
    judgement = _area("decide-judgement", _("Judgement: what does it mean?"), REQUIRED, LONG)
    decision = _area("decide-decision", _("Decision: what do we do?"), REQUIRED, LONG)
    owner = _text("decide-owner", _("Who carries it out?"), REQUIRED, SHORT)
    check_at = _moment("decide-check-at", _("Check moment (Dutch time)"))
    check = _text("decide-check", _("What is checked then?"))


class EffectForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """The four questions of the public-effect test."""

    residents = RadioField(
        QUESTIONS[Question.RESIDENTS], choices=options(ANSWERS), validators=[CHOOSE], id="residents"
    )
    residents_why = _text("residents-why", _("Explanation (residents)"))
    companies = RadioField(
        QUESTIONS[Question.COMPANIES], choices=options(ANSWERS), validators=[CHOOSE], id="companies"
    )
    companies_why = _text("companies-why", _("Explanation (companies)"))
    public_order = RadioField(
        QUESTIONS[Question.PUBLIC_ORDER], choices=options(ANSWERS), validators=[CHOOSE], id="public-order"
    )
    public_order_why = _text("public-order-why", _("Explanation (public order)"))
    safety = RadioField(
        QUESTIONS[Question.SAFETY], choices=options(ANSWERS), validators=[CHOOSE], id="safety"
    )
    safety_why = _text("safety-why", _("Explanation (safety)"))


class EscalateForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Go up or down the ladder."""

    to = SelectField(_("To step"), validators=[CHOOSE], id="escalate-to")
    grip = SelectField(_("GRIP level, if one was declared"), default="", id="escalate-grip")
    reason = _area("escalate-reason", _("Reason"), REQUIRED, LONG)
    ordered_by = _text("escalate-by", _("Ordered by (name and function)"), REQUIRED, SHORT)
    informed = _area("escalate-informed", _("Who was informed (one per line)"))


class KnowledgeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Establish a moment from which terms run."""

    trigger = SelectField(_("Moment"), validators=[CHOOSE], id="know-trigger")
    happened_at = _moment("know-at", _("When (Dutch time)"), GIVEN)
    basis = _area("know-basis", _("Who established this, and on what information?"), REQUIRED, LONG)


class JudgeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Judge a duty to notify."""

    clock = SelectField(_("Duty to notify"), validators=[CHOOSE], id="judge-clock")
    judgement = RadioField(
        _("Judgement"), choices=options(JUDGEMENTS), validators=[CHOOSE], id="judge-judgement"
    )
    receipt = _text("judge-receipt", _("Receipt number of the report"))
    reason = _area("judge-reason", _("Reason, or remark"))
    reported_at = _moment("judge-reported", _("Reported at, if not now (Dutch time)"))
    agreed = _moment("judge-agreed", _("Agreed end of the term, where the law names none (Dutch time)"))


class CloseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Close the incident."""

    reason = _area("close-reason", _("Why can the incident be closed?"), REQUIRED, LONG)


class OfferForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Offer the incident to a safety region."""

    receiver = SelectField(_("To"), validators=[CHOOSE], coerce=int, id="offer-receiver")
    summary = _area("offer-summary", _("Summary: what must the receiver know first?"), REQUIRED, LONG)
    requested = _area("offer-requests", _("Which decisions are asked? (one per line)"), REQUIRED, LONG)
    reason = _area("offer-reason", _("Reason for the handover"))
    area = _text("offer-area", _("Area of effect"))
    severity = SelectField(
        _("Severity"), choices=options(SEVERITIES), default=Severity.UNKNOWN, id="offer-severity"
    )
    next_report_at = _moment("offer-next", _("Next report (Dutch time)"))


class AcceptForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Take an incident over."""

    note = _area("accept-note", _("Note for the sender"))


class RefuseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Do not take an incident over."""

    reason = _area("refuse-reason", _("Why is the handover refused?"), REQUIRED, LONG)


class ReturnForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Return an incident."""

    reason = _area("return-reason", _("Why is the incident returned?"), REQUIRED, LONG)
