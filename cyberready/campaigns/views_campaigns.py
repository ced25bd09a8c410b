"""Pages of one campaign: plan, write, change."""

from flask.typing import ResponseReturnValue

from cyberready.campaigns import actions, queries, rules
from cyberready.campaigns.formats import Definition
from cyberready.campaigns.forms import CampaignForm, OwnedForm, PlanForm
from cyberready.campaigns.models import Campaign
from cyberready.campaigns.views_calendar import blueprint, shipped
from cyberready.kernel.refusals import NotFound, Refused
from cyberready.people import queries as people
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext
from cyberready.platform.web import done, page


def _offer(form: OwnedForm) -> None:
    accounts = read(lambda db: people.accounts(db, realm()))
    form.offer((account.id, account.name) for account in accounts)
    if form.owner.data is None:
        form.owner.data = principal().number


@blueprint.get("/campaigns/<int:campaign_id>")
@may("campaigns.view")
def campaign(campaign_id: int) -> ResponseReturnValue:
    """Show one campaign with its activities in order."""
    found, accounts = read(
        lambda db: (queries.campaign(db, realm(), campaign_id), people.accounts(db, realm()))
    )
    owner = next((account.name for account in accounts if account.id == found.owner_id), "")
    return page("campaigns/campaign", campaign=found, owner=owner, moment=now(), rules=rules)


def _campaign_page(form: CampaignForm, campaign: Campaign | None, status: int = 200) -> ResponseReturnValue:
    return page("campaigns/campaign_form", status, form=form, campaign=campaign)


@blueprint.get("/campaigns/new")
@may("campaigns.write")
def new_campaign() -> ResponseReturnValue:
    """Show an empty campaign form."""
    form = CampaignForm()
    _offer(form)
    return _campaign_page(form, None)


@blueprint.post("/campaigns/new")
@may("campaigns.write")
def plan() -> ResponseReturnValue:
    """Plan a campaign by hand."""
    form = CampaignForm()
    _offer(form)
    if not form.validate_on_submit():
        return _campaign_page(form, None, 422)
    try:
        planned = transact(lambda db: actions.plan(db, realm(), form.outline, actor=who(), now=now()))
    except Refused as refusal:
        return _campaign_page(form, None, form.refuse(refusal))
    sentence = gettext("The campaign has been planned. Add its activities.")
    return done(sentence, "campaigns.campaign", campaign_id=planned.id)


@blueprint.get("/campaigns/<int:campaign_id>/edit")
@may("campaigns.write")
def edit_campaign(campaign_id: int) -> ResponseReturnValue:
    """Show the form of one campaign."""
    found = read(lambda db: queries.campaign(db, realm(), campaign_id))
    form = CampaignForm(data=CampaignForm.stored(found))
    _offer(form)
    return _campaign_page(form, found)


@blueprint.post("/campaigns/<int:campaign_id>/edit")
@may("campaigns.write")
def change_campaign(campaign_id: int) -> ResponseReturnValue:
    """Change what a campaign is for."""
    found = read(lambda db: queries.campaign(db, realm(), campaign_id))
    form = CampaignForm()
    _offer(form)
    if not form.validate_on_submit():
        return _campaign_page(form, found, 422)
    try:
        transact(
            lambda db: actions.change(
                db, realm(), campaign_id, form.outline, version=form.seen, actor=who(), now=now()
            )
        )
    except Refused as refusal:
        return _campaign_page(form, found, form.refuse(refusal))
    return done(gettext("The campaign has been saved."), "campaigns.campaign", campaign_id=campaign_id)


def _definition(slug: str) -> Definition:
    if slug not in shipped():
        raise NotFound("This campaign does not exist.")
    return shipped()[slug]


@blueprint.get("/campaigns/shipped/<slug>")
@may("campaigns.view")
def shipped_campaign(slug: str) -> ResponseReturnValue:
    """Show a campaign that comes with the program, and from which day it can run."""
    form = PlanForm()
    _offer(form)
    return page("campaigns/plan", definition=_definition(slug), form=form, rules=rules)


@blueprint.post("/campaigns/shipped/<slug>")
@may("campaigns.write")
def plan_shipped(slug: str) -> ResponseReturnValue:
    """Plan a shipped campaign from a day."""
    definition, form = _definition(slug), PlanForm()
    _offer(form)
    if not form.validate_on_submit():
        return page("campaigns/plan", 422, definition=definition, form=form, rules=rules)
    try:
        planned = transact(
            lambda db: actions.plan_from(
                db,
                realm(),
                definition,
                form.starts_on.data,
                owner_id=form.owner.data,
                actor=who(),
                now=now(),
            )
        )
    except Refused as refusal:
        status = form.refuse(refusal)
        return page("campaigns/plan", status, definition=definition, form=form, rules=rules)
    sentence = gettext(
        "The campaign has been planned. Read every activity, adapt it and submit it for approval."
    )
    return done(sentence, "campaigns.campaign", campaign_id=planned.id)
