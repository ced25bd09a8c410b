"""Playbooks as PDF: the whole text, the checklist, the action cards."""

from collections.abc import Callable

from flask import Response, request
from flask.typing import ResponseReturnValue

from cyberready.exchange import queries
from cyberready.exchange.pdf import writer
from cyberready.exchange.standing import Standing
from cyberready.exchange.views_blueprint import blueprint
from cyberready.platform.context import now, read
from cyberready.platform.gate import may, principal, realm
from cyberready.platform.web import attachment
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks.rules import Playbook

Write = Callable[[Playbook, Standing], bytes]


@blueprint.get("/<slug>/<int:release_id>/playbook.pdf")
@may("playbooks.read")
def pdf(slug: str, release_id: int) -> ResponseReturnValue:
    """A release as PDF."""
    return _sheet(slug, release_id, "", writer.playbook_pdf)


@blueprint.get("/<slug>/<int:release_id>/checklist.pdf")
@may("playbooks.read")
def checklist_pdf(slug: str, release_id: int) -> ResponseReturnValue:
    """The checklist of a release; ``?role=`` for what one role does."""
    role = request.args.get("role", "")
    return _sheet(
        slug, release_id, "checklist", lambda one, standing: writer.checklist_pdf(one, standing, role)
    )


@blueprint.get("/<slug>/<int:release_id>/cards.pdf")
@may("playbooks.read")
def cards_pdf(slug: str, release_id: int) -> ResponseReturnValue:
    """The action cards of a release, A5; ``?role=`` for that of one role."""
    role = request.args.get("role", "")
    return _sheet(slug, release_id, "cards", lambda one, standing: writer.cards_pdf(one, standing, role))


def _sheet(slug: str, release_id: int, name: str, write: Write) -> Response:
    """One sheet of a release, with what the organisation filled in."""
    organisation = principal().organisation_name
    found = read(lambda session: queries.version(session, realm(), slug, release_id, organisation, now()))
    called = "-".join(part for part in (slug, found.version, name) if part)
    made = write(playbooks.parsed(found.source), found.standing)
    return attachment(made, f"{called}.pdf", "application/pdf")
