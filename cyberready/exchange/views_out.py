"""Pages that give a version out: which forms there are, and the files."""

from flask.typing import ResponseReturnValue

from cyberready.exchange import formats, queries
from cyberready.exchange.queries import Version
from cyberready.exchange.views_blueprint import blueprint
from cyberready.kernel.refusals import NotFound
from cyberready.platform.context import context, now, read
from cyberready.platform.gate import may, principal, realm
from cyberready.platform.paper import stationery
from cyberready.platform.web import attachment, page

OFFERED = ("docx", "html", "zip", "md", "json", "odt")


@blueprint.get("/<slug>/<int:release_id>")
@may("playbooks.read")
def give_page(slug: str, release_id: int) -> ResponseReturnValue:
    """The forms in which a release can be had."""
    return page("exchange/give", version=_version(slug, release_id), kinds=formats.read_here())


@blueprint.get("/<slug>/<int:release_id>/as/<kind>")
@may("playbooks.read")
def give(slug: str, release_id: int, kind: str) -> ResponseReturnValue:
    """A release as a file, with what the organisation filled in where the form shows that."""
    if kind not in OFFERED or (kind == "odt" and kind not in formats.read_here()):
        raise NotFound("A playbook cannot be had in this form.")
    found = _version(slug, release_id)
    template = stationery.chosen(context().settings.word_templates)
    data, _report = formats.write(found.source, kind, found.standing, template)
    name = f"{slug}.{kind}" if kind == "md" else f"{slug}-{found.version}.{kind}"
    return attachment(data, name, formats.MEDIA_TYPES[kind])


def _version(slug: str, release_id: int) -> Version:
    organisation = principal().organisation_name
    return read(lambda session: queries.version(session, realm(), slug, release_id, organisation, now()))
