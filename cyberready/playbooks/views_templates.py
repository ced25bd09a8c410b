"""Pages of regional templates: what the region offers, one template, building on it, settling what changed in it."""

from collections.abc import Sequence

from flask import request
from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import NotFound
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, realm, who
from cyberready.platform.texts import LANGUAGES
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import done, page
from cyberready.playbooks import (
    actions_templates,
    documents_comparison,
    forms_templates,
    queries,
    queries_templates,
    sides,
)
from cyberready.playbooks.forms_templates import Choice, SettleForm
from cyberready.playbooks.lines import Line, LineStyle
from cyberready.playbooks.pieces import pieces
from cyberready.playbooks.queries_templates import Proposal
from cyberready.playbooks.views_blueprint import blueprint
from cyberready.playbooks.views_parts import Voice


@blueprint.get("/templates")
@may("playbooks.read")
def templates() -> ResponseReturnValue:
    """What one's own region offers; for a region which of its releases it offers."""
    offers, is_region = read(
        lambda session: (
            queries_templates.offers(session, realm()),
            queries_templates.is_region(session, realm()),
        )
    )
    own = read(lambda session: queries.current_releases(session, realm())) if is_region else []
    offered = read(lambda session: queries_templates.own_templates(session, realm())) if is_region else {}
    return page("playbooks/templates", offers=offers, is_region=is_region, own=own, offered=offered)


@blueprint.get("/templates/<int:template_id>")
@may("playbooks.read")
def template(template_id: int) -> ResponseReturnValue:
    """A template of one's own region, to read."""
    found, offers = read(
        lambda session: (
            queries_templates.template(session, realm(), template_id),
            queries_templates.offers(session, realm()),
        )
    )
    offer = next((one for one in offers if one.template.playbook_id == found.playbook_id), None)
    script = sides.side(found.release.source).playbook
    return page(
        "playbooks/template",
        offered=found,
        release=found.release,
        playbook=script,
        offer=offer,
        voice=Voice(None),
        refs=None,
    )


@blueprint.post("/templates/<int:template_id>/build")
@may("playbooks.write")
def build_on_template(template_id: int) -> ResponseReturnValue:
    """Begin a draft from a template."""
    made = transact(
        lambda session: actions_templates.build_on(session, realm(), template_id, actor=who(), now=now())
    )
    return done(_("Draft %(version)s is begun.", version=made.version), "playbooks.draft", draft_id=made.id)


@blueprint.post("/templates/<int:template_id>/end")
@may("playbooks.publish")
def end_template(template_id: int) -> ResponseReturnValue:
    """Offer a template no longer."""
    transact(lambda session: actions_templates.end(session, realm(), template_id, actor=who(), now=now()))
    return done(_("This version is no longer offered as a template."), "playbooks.templates")


@blueprint.post("/<slug>/versions/<int:release_id>/template")
@may("playbooks.publish")
def offer_template(slug: str, release_id: int) -> ResponseReturnValue:
    """Offer a release as a template to the municipalities of the region."""
    read(lambda session: queries.release(session, realm(), release_id, slug))
    transact(lambda session: actions_templates.offer(session, realm(), release_id, actor=who(), now=now()))
    return done(_("This version is offered to the municipalities of your region."), "playbooks.templates")


@blueprint.get("/<slug>/template")
@may("playbooks.write")
def template_changes(slug: str) -> ResponseReturnValue:
    """What changed in the template that a playbook builds on, beside the own text."""
    found = _proposal(slug)
    form = SettleForm(template_id=str(found.template.id), own_digest=found.own_digest)
    return _settling(slug, found, form, forms_templates.proposed(found.questions))


@blueprint.post("/<slug>/template")
@may("playbooks.write")
def settle_template(slug: str) -> ResponseReturnValue:
    """Take over, leave or write anew, change by change; what is typed stays when something is refused."""
    found, form = _proposal(slug), SettleForm()
    choices = forms_templates.chosen(found.questions)
    answers = forms_templates.answers(choices)
    if not form.validate() or not answers or any(one.error for one in choices):
        return _settling(slug, found, form, choices, 422)
    number = form.template_id.data or ""
    draft = transact(
        lambda session: actions_templates.settle(
            session,
            realm(),
            slug,
            found.base.language,
            answers,
            template_id=int(number) if number.isdecimal() else 0,
            own_digest=form.own_digest.data or "",
            actor=who(),
            now=now(),
        )
    )
    if draft is None:
        return done(_("Your own text stays. This is not asked again."), "playbooks.templates")
    said = _("What you took over stands in draft %(version)s.", version=draft.version)
    return done(said, "playbooks.draft", draft_id=draft.id)


def without_title(found: Sequence[Line]) -> Sequence[Line]:
    """The lines below a title that stayed the same: it stands above them."""
    same = found and found[0].style is LineStyle.HEADING and found[0].state == "same"
    return found[1:] if same else found


def _proposal(slug: str) -> Proposal:
    language = request.values.get("language", LANGUAGES[0])
    if language not in LANGUAGES:
        raise NotFound("This playbook does not build on a template.")
    return read(lambda session: queries_templates.proposal(session, realm(), slug, language))


def _settling(
    slug: str, found: Proposal, form: SettleForm, choices: list[Choice], status: int = 200
) -> ResponseReturnValue:
    compared = {
        one.question.key: {
            "template": pieces(one.question.base, one.question.theirs),
            "own": () if one.question.untouched else pieces(one.question.base, one.question.own),
        }
        for one in choices
    }
    return page(
        "playbooks/template_changes",
        status,
        slug=slug,
        proposal=found,
        release=found.template.release,
        form=form,
        choices=choices,
        compared=compared,
        nothing=status == 422 and not forms_templates.answers(choices),
        text_language=found.base.language,
        without_title=without_title,
        **documents_comparison.names(),
    )
