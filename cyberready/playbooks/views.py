"""Pages of playbooks: the library, and the file of one."""

from flask.typing import ResponseReturnValue

from cyberready.platform.context import now, read
from cyberready.platform.gate import may, realm
from cyberready.platform.web import attachment, page
from cyberready.playbooks import (
    queries,
    queries_templates,
    views_approval,
    views_comments,
    views_compare,
    views_drafts,
    views_editor,
    views_images,
    views_placeholders,
    views_reading,
    views_sections,
    views_templates,
    views_versions,
)
from cyberready.playbooks.views_blueprint import blueprint
from cyberready.playbooks.views_parts import book

__all__ = [
    "blueprint",
    "views_approval",
    "views_comments",
    "views_compare",
    "views_drafts",
    "views_editor",
    "views_images",
    "views_placeholders",
    "views_reading",
    "views_sections",
    "views_templates",
    "views_versions",
]


@blueprint.get("/")
@may("playbooks.read")
def library() -> ResponseReturnValue:
    """Every playbook of the organisation."""
    present = now()
    found, offers = read(
        lambda session: (
            queries.current_releases(session, realm()),
            queries_templates.offers(session, realm()),
        )
    )
    books = [book(release, present) for release in found]
    news = [offer for offer in offers if offer.base is None or offer.newer]
    return page("playbooks/library", books=books, offers=news)


@blueprint.get("/<slug>/versions/<int:release_id>/file")
@may("playbooks.read")
def file(slug: str, release_id: int) -> ResponseReturnValue:
    """The file of a release, as it was published."""
    release = read(lambda session: queries.release(session, realm(), release_id, slug))
    return attachment(release.source.encode(), f"{slug}.md", "text/markdown; charset=utf-8")
