"""Pages of one activity: write, preview, submit, judge, withdraw, finish."""

from dataclasses import dataclass

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.campaigns import actions, queries, rules
from cyberready.campaigns.forms import ActivityForm, JudgementForm, ReasonForm, ResultForm, typed
from cyberready.campaigns.models import Activity, Campaign
from cyberready.campaigns.views_calendar import blueprint
from cyberready.kernel.refusals import Refused
from cyberready.people import queries as people
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext
from cyberready.platform.web import done, page
from cyberready.trail import queries as trails
from cyberready.trail.rules import Line


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What an activity's page shows: how many addresses it reaches, what happened to it, who sends it."""

    activity: Activity
    reach: int
    history: list[Line]
    home_name: str
    home_slug: str


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of an activity's page; each has its own prefix because they stand on one page."""

    judgement: JudgementForm
    withdrawal: ReasonForm
    result: ResultForm


def _forms() -> _Forms:
    return _Forms(JudgementForm(prefix="judge"), ReasonForm(prefix="withdraw"), ResultForm(prefix="finish"))


def _sheet(session: Session, activity_id: int) -> _Sheet:
    found = queries.activity(session, realm(), activity_id)
    trail = trails.organisation_trail(session, found.organisation_id)
    home = people.organisation(session, found.organisation_id)
    return _Sheet(
        activity=found,
        reach=queries.reach(session, realm(), found.audience),
        history=trails.about(session, trail.id, f"activity:{activity_id}"),
        home_name=home.name,
        home_slug=home.slug,
    )


def _activity_page(activity_id: int, forms: _Forms, status: int = 200) -> ResponseReturnValue:
    sheet = read(lambda db: _sheet(db, activity_id))
    found = sheet.activity
    forms.judgement.seen.data = found.digest
    second = rules.may_approve(principal().ref, author_ref=found.author_ref, editor_ref=found.editor_ref)
    return page(
        "campaigns/activity",
        status,
        sheet=sheet,
        activity=found,
        forms=forms,
        second=second,
        moment=now(),
        rules=rules,
    )


@blueprint.get("/campaigns/activities/<int:activity_id>")
@may("campaigns.view")
def activity(activity_id: int) -> ResponseReturnValue:
    """Show one activity as its audience will see it, and what can be done with it."""
    return _activity_page(activity_id, _forms())


def _form_page(
    form: ActivityForm, campaign: Campaign, activity: Activity | None, status: int = 200
) -> ResponseReturnValue:
    return page(
        "campaigns/activity_form", status, form=form, campaign=campaign, activity=activity, rules=rules
    )


@blueprint.get("/campaigns/<int:campaign_id>/activities/new")
@may("campaigns.write")
def new_activity(campaign_id: int) -> ResponseReturnValue:
    """Show an empty activity form."""
    found = read(lambda db: queries.campaign(db, realm(), campaign_id))
    return _form_page(ActivityForm(found.audiences), found, None)


@blueprint.post("/campaigns/<int:campaign_id>/activities/new")
@may("campaigns.write")
def add_activity(campaign_id: int) -> ResponseReturnValue:
    """Add an activity as a draft."""
    found = read(lambda db: queries.campaign(db, realm(), campaign_id))
    form = ActivityForm(found.audiences)
    if not form.validate_on_submit():
        return _form_page(form, found, None, 422)
    try:
        added = transact(
            lambda db: actions.add(db, realm(), campaign_id, form.content, actor=who(), now=now())
        )
    except Refused as refusal:
        return _form_page(form, found, None, form.refuse(refusal))
    return done(
        gettext("The activity has been saved as a draft."), "campaigns.activity", activity_id=added.id
    )


@blueprint.get("/campaigns/activities/<int:activity_id>/edit")
@may("campaigns.write")
def edit_activity(activity_id: int) -> ResponseReturnValue:
    """Show the form of one activity."""
    found = read(lambda db: queries.activity(db, realm(), activity_id))
    form = ActivityForm(found.campaign.audiences, data=ActivityForm.stored(found))
    return _form_page(form, found.campaign, found)


@blueprint.post("/campaigns/activities/<int:activity_id>/edit")
@may("campaigns.write")
def change_activity(activity_id: int) -> ResponseReturnValue:
    """Change an activity; an approval lapses by it."""
    found = read(lambda db: queries.activity(db, realm(), activity_id))
    form = ActivityForm(found.campaign.audiences)
    if not form.validate_on_submit():
        return _form_page(form, found.campaign, found, 422)
    try:
        lapsed = transact(
            lambda db: actions.edit(
                db, realm(), activity_id, form.content, version=form.seen, actor=who(), now=now()
            )
        )
    except Refused as refusal:
        return _form_page(form, found.campaign, found, form.refuse(refusal))
    sentence = (
        gettext("Saved. The approval has lapsed, because the content changed: submit it again.")
        if lapsed
        else gettext("The activity has been saved as a draft.")
    )
    return done(sentence, "campaigns.activity", activity_id=activity_id)


@blueprint.post("/campaigns/activities/<int:activity_id>/submit")
@may("campaigns.write")
def submit(activity_id: int) -> ResponseReturnValue:
    """Ask for approval."""
    transact(lambda db: actions.submit(db, realm(), activity_id, actor=who(), now=now()))
    sentence = gettext("Submitted. Somebody other than the author now approves it or sends it back.")
    return done(sentence, "campaigns.activity", activity_id=activity_id)


@blueprint.post("/campaigns/activities/<int:activity_id>/approve")
@may("campaigns.approve")
def approve(activity_id: int) -> ResponseReturnValue:
    """Agree to the content that was shown."""
    seen = typed(JudgementForm(prefix="judge").seen)
    transact(lambda db: actions.approve(db, realm(), activity_id, seen=seen, actor=who(), now=now()))
    sentence = gettext("Approved. It happens by itself at its moment.")
    return done(sentence, "campaigns.activity", activity_id=activity_id)


@blueprint.post("/campaigns/activities/<int:activity_id>/reject")
@may("campaigns.approve")
def reject(activity_id: int) -> ResponseReturnValue:
    """Send an activity back with a reason."""
    forms = _forms()
    form = forms.judgement
    reason, seen = typed(form.reason), typed(form.seen)
    if not form.validate_on_submit() or not reason:
        form.reason.errors = [
            *form.reason.errors,
            gettext("Say why, so that the author knows what to change."),
        ]
        return _activity_page(activity_id, forms, 422)
    transact(
        lambda db: actions.reject(db, realm(), activity_id, seen=seen, reason=reason, actor=who(), now=now())
    )
    return done(gettext("Sent back with your reason."), "campaigns.activity", activity_id=activity_id)


@blueprint.post("/campaigns/activities/<int:activity_id>/withdraw")
@may("campaigns.write")
def withdraw(activity_id: int) -> ResponseReturnValue:
    """Call an activity off, or take a published text offline."""
    forms = _forms()
    form = forms.withdrawal
    if not form.validate_on_submit():
        return _activity_page(activity_id, forms, 422)
    transact(
        lambda db: actions.withdraw(
            db, realm(), activity_id, reason=typed(form.reason), actor=who(), now=now()
        )
    )
    return done(gettext("The activity has been withdrawn."), "campaigns.activity", activity_id=activity_id)


@blueprint.post("/campaigns/activities/<int:activity_id>/finish")
@may("campaigns.write")
def finish(activity_id: int) -> ResponseReturnValue:
    """Record that what is done by hand was done."""
    forms = _forms()
    form = forms.result
    if not form.validate_on_submit():
        return _activity_page(activity_id, forms, 422)
    transact(
        lambda db: actions.finish(db, realm(), activity_id, result=typed(form.result), actor=who(), now=now())
    )
    return done(gettext("Recorded as done."), "campaigns.activity", activity_id=activity_id)
