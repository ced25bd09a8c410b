"""Pages of what was published: the versions of a playbook with their approvals, and everything done to it."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.improvements import queries as improvements
from cyberready.platform.context import read
from cyberready.platform.gate import may, principal, realm
from cyberready.platform.texts import LANGUAGES, language
from cyberready.platform.web import page
from cyberready.playbooks import lifecycle, queries, queries_drafts, queries_visibility, screens
from cyberready.playbooks.views_blueprint import blueprint, draft_reader
from cyberready.trail import queries as trails
from cyberready.trail.rules import Line


@blueprint.get("/<slug>/versions")
@may("playbooks.read")
def versions(slug: str) -> ResponseReturnValue:
    """The versions of a playbook, newest first, with who approved them; ``?before=`` turns the page."""
    before = request.args.get("before", type=int)
    reader, sees_findings = draft_reader(), principal().may("improvements.view")
    shelf, answered = read(
        lambda session: (
            screens.shelf(session, realm(), slug, reader, language=language(), before=before),
            improvements.answered_by(session, realm(), slug) if sees_findings else {},
        )
    )
    return page(
        "playbooks/versions",
        slug=slug,
        shelf=shelf,
        answered=answered,
        before=before,
        lifecycle=lifecycle,
        languages=LANGUAGES,
    )


@blueprint.get("/<slug>/trail")
@may("playbooks.approve")
def playbook_trail(slug: str) -> ResponseReturnValue:
    """Everything that was done to a playbook and its drafts that the reader may see, newest first; ``?before=`` turns the page."""
    before = request.args.get("before", type=int)
    playbook, title = read(
        lambda session: (
            found := queries_drafts.playbook(session, realm(), slug),
            screens.called(session, realm(), found.id, language()),
        )
    )
    shown, older = read(lambda session: _told(session, playbook.id, before))
    return page("playbooks/trail", playbook=playbook, title=title, lines=shown, older=older, before=before)


def _told(session: Session, playbook_id: int, before: int | None) -> tuple[list[Line], int | None]:
    """A page of the trail below a position, and below which position the next begins; None for no next one.

    A page of which the reader may see nothing is passed over.
    """
    trail_id, reader = queries.trail_of(session, playbook_id), draft_reader()
    while True:
        lines = trails.latest(session, trail_id, screens.PAGE + 1, before=before)
        before = lines[screens.PAGE - 1].position if len(lines) > screens.PAGE else None
        shown = queries_visibility.lines(session, realm(), reader, lines[: screens.PAGE])
        if shown or before is None:
            return shown, before
