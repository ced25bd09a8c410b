"""Pages of playbooks: the library, and the file of one."""

from flask.typing import ResponseReturnValue

from cyberready.improvements import queries as improvements
from cyberready.platform.context import now, read
from cyberready.platform.gate import may, principal, realm
from cyberready.platform.texts import language
from cyberready.platform.web import attachment, page
from cyberready.playbooks import (
    queries,
    queries_reviews,
    queries_templates,
    views_approval,
    views_comments,
    views_compare,
    views_drafts,
    views_editor,
    views_images,
    views_new,
    views_placeholders,
    views_reading,
    views_reviews,
    views_sections,
    views_templates,
    views_versions,
)
from cyberready.playbooks.views_blueprint import blueprint
from cyberready.playbooks.views_parts import Book

__all__ = [
    "blueprint",
    "views_approval",
    "views_comments",
    "views_compare",
    "views_drafts",
    "views_editor",
    "views_images",
    "views_new",
    "views_placeholders",
    "views_reading",
    "views_reviews",
    "views_sections",
    "views_templates",
    "views_versions",
]


@blueprint.get("/")
@may("playbooks.read")
def library() -> ResponseReturnValue:
    """Every playbook of the organisation."""
    present = now()
    found, shown, offers, without, open_findings = read(
        lambda session: (
            queries_reviews.reviews(session, realm(), present),
            {one.playbook_id: one for one in queries.current_releases(session, realm(), language())},
            queries_templates.offers(session, realm()),
            queries.without_current(session, realm()),
            improvements.open_by_playbook(session, realm()) if principal().may("improvements.view") else {},
        )
    )
    books = [
        Book(one.release, one.due, one.due <= present, one.occasions, open_findings.get(one.release.slug, 0))
        for one in sorted(found, key=lambda one: (shown[one.release.playbook_id].title, one.release.id))
    ]
    news = [offer for offer in offers if offer.base is None or offer.newer]
    return page("playbooks/library", books=books, shown=shown, offers=news, without=without)


@blueprint.get("/<slug>/versions/<int:release_id>/file")
@may("playbooks.read")
def file(slug: str, release_id: int) -> ResponseReturnValue:
    """The file of a release, as it was published."""
    release = read(lambda session: queries.release(session, realm(), release_id, slug))
    return attachment(release.source.encode(), f"{slug}.md", "text/markdown; charset=utf-8")
