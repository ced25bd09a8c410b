"""Pages to fill in what the texts of playbooks leave open."""

from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import Refused
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language
from cyberready.platform.web import done, page
from cyberready.playbooks import actions_placeholders, queries, queries_placeholders
from cyberready.playbooks.forms_placeholders import PlaceholdersForm
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.queries_placeholders import Need
from cyberready.playbooks.views_blueprint import blueprint


@blueprint.get("/placeholders")
@may("desk.view")
def placeholders() -> ResponseReturnValue:
    """Everything that is to be filled in, over all playbooks; what is missing first."""
    needs = read(lambda session: queries_placeholders.needs(session, realm(), language=language()))
    return _page(PlaceholdersForm.of(needs), needs, None)


@blueprint.post("/placeholders")
@may("playbooks.write")
def fill_placeholders() -> ResponseReturnValue:
    """Fill in for all playbooks."""
    needs = read(lambda session: queries_placeholders.needs(session, realm(), language=language()))
    return _fill(needs, None)


@blueprint.get("/<slug>/placeholders")
@may("desk.view")
def own_placeholders(slug: str) -> ResponseReturnValue:
    """What is to be filled in in one playbook: its own values, which go before those of all playbooks."""
    release, needs = read(
        lambda session: (
            queries.current(session, realm(), slug),
            queries_placeholders.needs(session, realm(), slug, language()),
        )
    )
    return _page(PlaceholdersForm.of(needs), needs, release)


@blueprint.post("/<slug>/placeholders")
@may("playbooks.write")
def fill_own_placeholders(slug: str) -> ResponseReturnValue:
    """Fill in for one playbook."""
    release, needs = read(
        lambda session: (
            queries.current(session, realm(), slug),
            queries_placeholders.needs(session, realm(), slug, language()),
        )
    )
    return _fill(needs, release)


def _fill(needs: list[Need], release: PlaybookRelease | None) -> ResponseReturnValue:
    form = PlaceholdersForm.of(needs)
    slug = release.slug if release else ""
    if not form.validate_on_submit():
        return _page(form, needs, release, 422)
    given = form.given(needs)
    try:
        changed = transact(
            lambda session: actions_placeholders.fill(
                session, realm(), given, slug=slug, actor=who(), now=now()
            )
        )
    except Refused as refusal:
        return _page(form, needs, release, form.refuse(refusal))
    said = _("What you filled in is kept.") if changed else _("Nothing changed.")
    if release:
        return done(said, "playbooks.own_placeholders", slug=slug)
    return done(said, "playbooks.placeholders")


def _page(
    form: PlaceholdersForm, needs: list[Need], release: PlaybookRelease | None, status: int = 200
) -> ResponseReturnValue:
    missing = sum(not (need.value or need.general) for need in needs)
    return page("playbooks/placeholders", status, form=form, needs=needs, release=release, missing=missing)
