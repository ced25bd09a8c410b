"""Pages of approving: agreeing, sending back, publishing, who approves what, who does so for whom, withdrawing."""

from flask import request
from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import Conflict, Refused
from cyberready.people import queries as people
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language
from cyberready.platform.web import done, page
from cyberready.playbooks import (
    actions,
    actions_approval,
    lifecycle,
    queries,
    queries_drafts,
    queries_visibility,
    screens,
)
from cyberready.playbooks.forms_drafts import DelegationForm, MandateForm, ReasonForm, RefusalForm
from cyberready.playbooks.models import Playbook, PlaybookRelease
from cyberready.playbooks.views_blueprint import blueprint, draft_reader
from cyberready.playbooks.views_drafts import judged_page, sheet_of


@blueprint.post("/drafts/<int:draft_id>/approve")
@may("playbooks.approve")
def approve(draft_id: int) -> ResponseReturnValue:
    """Agree to the very text that was shown."""
    digest, reader = request.form.get("digest", ""), draft_reader()
    read(lambda session: queries_visibility.draft(session, realm(), reader, draft_id))
    kept = transact(
        lambda session: actions_approval.approve(
            session, realm(), draft_id, digest=digest, actor=who(), now=now()
        )
    )
    said = (
        _("Your approval is recorded. Everybody has approved: the draft can be published.")
        if kept.state == lifecycle.State.APPROVED
        else _("Your approval is recorded.")
    )
    return done(said, "playbooks.draft", draft_id=draft_id)


@blueprint.post("/drafts/<int:draft_id>/refuse")
@may("playbooks.approve")
def refuse(draft_id: int) -> ResponseReturnValue:
    """Send the draft back with remarks."""
    form = RefusalForm()
    remarks = form.remarks(request.form)
    digest, reader = form.digest.data or "", draft_reader()
    read(lambda session: queries_visibility.draft(session, realm(), reader, draft_id))
    try:
        transact(
            lambda session: actions_approval.refuse(
                session, realm(), draft_id, remarks, digest=digest, actor=who(), now=now()
            )
        )
    except Refused as refused:
        return judged_page(draft_id, refused, form)
    return done(_("The draft is sent back to its writers with your remarks."), "playbooks.drafts")


@blueprint.get("/drafts/<int:draft_id>/publish")
@may("playbooks.publish")
def publish_page(draft_id: int) -> ResponseReturnValue:
    """What publishing this draft does, before it is done."""
    sheet = sheet_of(draft_id)
    return page(
        "playbooks/publish",
        sheet=sheet,
        draft=sheet.draft,
        differences=screens.differences(sheet),
        lifecycle=lifecycle,
    )


@blueprint.post("/drafts/<int:draft_id>/publish")
@may("playbooks.publish")
def publish(draft_id: int) -> ResponseReturnValue:
    """Publish an approved draft; published twice it is published once."""
    made = transact(
        lambda session: actions_approval.publish_draft(session, realm(), draft_id, actor=who(), now=now())
    )
    return done(
        _("Version %(version)s is published.", version=made.version),
        "playbooks.old_reading",
        slug=made.slug,
        release_id=made.id,
    )


@blueprint.get("/<slug>/mandate")
@may("playbooks.publish")
def mandate_page(slug: str) -> ResponseReturnValue:
    """Who approves this playbook."""
    playbook, title, form = _mandate_form(slug)
    return page("playbooks/mandate", playbook=playbook, title=title, form=form)


@blueprint.post("/<slug>/mandate")
@may("playbooks.publish")
def set_mandate(slug: str) -> ResponseReturnValue:
    """Say who approves this playbook from now on."""
    playbook, title, form = _mandate_form(slug)
    if not form.validate_on_submit():
        return page("playbooks/mandate", 422, playbook=playbook, title=title, form=form)
    given, in_order = form.given, form.order.data == "in-order"
    try:
        transact(
            lambda session: actions_approval.set_mandate(
                session, realm(), playbook.id, given, in_order=in_order, actor=who(), now=now()
            )
        )
    except Refused as refused:
        return page("playbooks/mandate", form.refuse(refused), playbook=playbook, title=title, form=form)
    return done(
        _("The mandate is set. It holds for drafts that are submitted from now on."), "playbooks.drafts"
    )


@blueprint.get("/delegations")
@may("playbooks.approve")
def delegations() -> ResponseReturnValue:
    """Who approves in whose place."""
    return _delegations(_delegation_form())


@blueprint.post("/delegations")
@may("playbooks.approve")
def delegate() -> ResponseReturnValue:
    """Let a colleague approve while the reader is absent."""
    form = _delegation_form()
    if not form.validate_on_submit():
        return _delegations(form, 422)
    starts_at, ends_at = form.stretch
    deputy_id = form.deputy.data
    try:
        transact(
            lambda session: actions_approval.delegate(
                session, realm(), deputy_id, starts_at=starts_at, ends_at=ends_at, actor=who(), now=now()
            )
        )
    except Refused as refused:
        return _delegations(form, form.refuse(refused))
    return done(_("Your deputy can approve in that time."), "playbooks.delegations")


@blueprint.post("/delegations/<int:delegation_id>/end")
@may("playbooks.approve")
def end_delegation(delegation_id: int) -> ResponseReturnValue:
    """End one's own delegation."""
    transact(
        lambda session: actions_approval.end_delegation(
            session, realm(), delegation_id, actor=who(), now=now()
        )
    )
    return done(_("The delegation is over."), "playbooks.delegations")


@blueprint.get("/<slug>/versions/<int:release_id>/withdraw")
@may("playbooks.publish")
def withdraw_page(slug: str, release_id: int) -> ResponseReturnValue:
    """What withdrawing a version does, before it is done."""
    release = read(lambda session: queries.release(session, realm(), release_id, slug))
    return _withdrawing(release, ReasonForm())


@blueprint.post("/<slug>/versions/<int:release_id>/withdraw")
@may("playbooks.publish")
def withdraw(slug: str, release_id: int) -> ResponseReturnValue:
    """Withdraw a version, with the reason that its readers see from then on."""
    release = read(lambda session: queries.release(session, realm(), release_id, slug))
    form = ReasonForm()
    if not form.validate_on_submit():
        return _withdrawing(release, form, 422)
    reason = form.reason.data or ""
    try:
        transact(
            lambda session: actions.withdraw(session, realm(), release_id, reason, actor=who(), now=now())
        )
    except Conflict:
        raise
    except Refused as refused:
        return _withdrawing(release, form, form.refuse(refused))
    return done(
        _("Version %(version)s is withdrawn.", version=release.version),
        "playbooks.old_reading",
        slug=slug,
        release_id=release_id,
    )


def _withdrawing(release: PlaybookRelease, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    title = read(lambda session: screens.called(session, realm(), release.playbook_id, language()))
    return page("playbooks/withdraw", status, release=release, title=title, form=form)


def _mandate_form(slug: str) -> tuple[Playbook, str, MandateForm]:
    playbook, title, known, accounts = read(
        lambda session: (
            found := queries_drafts.playbook(session, realm(), slug),
            screens.called(session, realm(), found.id, language()),
            queries_drafts.mandate(session, realm(), found.id),
            people.accounts(session, realm()),
        )
    )
    approvers = known.approvers if known else []
    stored = {
        "order": "in-order" if known is None or known.in_order else "any",
        "approvers": [{"account": one.account_id, "function": one.function} for one in approvers],
    }
    form = MandateForm(data=stored)
    form.offer([(found.id, found.name, found.memberships[0].function) for found in accounts])
    return playbook, title, form


def _delegation_form() -> DelegationForm:
    me = principal().number
    accounts = read(lambda session: people.accounts(session, realm()))
    form = DelegationForm()
    form.offer(((found.id, found.name) for found in accounts if found.id != me), now())
    return form


def _delegations(form: DelegationForm, status: int = 200) -> ResponseReturnValue:
    present, me = now(), principal().number
    found = read(lambda session: queries_drafts.delegations(session, realm(), present))
    called = read(
        lambda session: screens.names(
            session, realm(), {number for one in found for number in (one.account_id, one.deputy_id)}
        )
    )
    return page("playbooks/delegations", status, found=found, names=called, form=form, me=me, present=present)
