"""Pages of playbooks: the library, reading one, what a role does in it, its versions, publishing a new one."""

from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import Conflict
from cyberready.platform.context import now, read, transact
from cyberready.platform.faults import Fault, FaultsFound
from cyberready.platform.gate import may, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import attachment, done, page
from cyberready.playbooks import actions, queries
from cyberready.playbooks.forms import PublishForm
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.rules import review_due
from cyberready.playbooks.views_blueprint import blueprint, prose

__all__ = ["blueprint"]


@dataclass(frozen=True, slots=True)
class Book:
    """One line of the library: a release and when it is to be reviewed."""

    release: PlaybookRelease
    review_at: datetime | None
    overdue: bool


@blueprint.get("/")
@may("playbooks.read")
def library() -> ResponseReturnValue:
    """Every playbook of the organisation."""
    present = now()
    found = read(lambda session: queries.current_releases(session, realm()))
    books = [_book(release, present) for release in found]
    return page("playbooks/library", books=books)


@blueprint.get("/<slug>")
@may("playbooks.read")
def reading(slug: str) -> ResponseReturnValue:
    """A playbook as it is now."""
    release = read(lambda session: queries.current(session, realm(), slug))
    return _reading(release, release)


@blueprint.get("/<slug>/versions/<int:release_id>")
@may("playbooks.read")
def old_reading(slug: str, release_id: int) -> ResponseReturnValue:
    """One release at its own address, which never shows anything else."""
    release, current = read(
        lambda session: (
            queries.release(session, realm(), release_id, slug),
            queries.current(session, realm(), slug),
        )
    )
    return _reading(release, current)


@blueprint.get("/<slug>/by-role")
@may("playbooks.read")
def by_role(slug: str) -> ResponseReturnValue:
    """What one role does, in the order of time."""
    release = read(lambda session: queries.current(session, realm(), slug))
    playbook = queries.parsed(release.source)
    role = request.args.get("role", "")
    if role not in playbook.roles:
        role = next(iter(playbook.roles))
    return page(
        "playbooks/by_role", release=release, playbook=playbook, role=role, steps=playbook.duties(role)
    )


@blueprint.get("/<slug>/versions")
@may("playbooks.read")
def versions(slug: str) -> ResponseReturnValue:
    """Every release of a playbook, newest first."""
    found = read(lambda session: queries.releases(session, realm(), slug))
    return page("playbooks/versions", releases=found, current=found[0])


@blueprint.get("/<slug>/versions/<int:release_id>/file")
@may("playbooks.read")
def file(slug: str, release_id: int) -> ResponseReturnValue:
    """The file of a release, as it was published."""
    release = read(lambda session: queries.release(session, realm(), release_id, slug))
    return attachment(release.source.encode(), f"{slug}.md", "text/markdown; charset=utf-8")


@blueprint.get("/new/file")
@may("playbooks.publish")
def publish_page() -> ResponseReturnValue:
    """The form to publish a playbook; ``?from=`` begins with the text of the playbook of that name."""
    form = PublishForm()
    if slug := request.args.get("from"):
        form.keep(read(lambda session: queries.current(session, realm(), slug)).source)
    return page("playbooks/publish", form=form, faults=())


@blueprint.post("/new/file")
@may("playbooks.publish")
def publish() -> ResponseReturnValue:
    """Publish a playbook; every fault is named with its line, and the text stays in the form."""
    form = PublishForm()
    given = form.given()
    form.keep(given)
    if not form.validate() or not given.strip():
        form.file.errors = [*form.file.errors, _("Choose a file or paste its text.")]
        return page("playbooks/publish", 422, form=form, faults=())
    try:
        release = transact(lambda session: actions.publish(session, realm(), given, actor=who(), now=now()))
    except FaultsFound as found:
        return page("playbooks/publish", 422, form=form, faults=found.faults)
    except Conflict as conflict:
        faults = (Fault(_version_line(form.source.data), "version", conflict.sentence, conflict.values),)
        return page("playbooks/publish", conflict.status, form=form, faults=faults)
    return done(_("The playbook is published."), "playbooks.reading", slug=release.slug)


def _reading(release: PlaybookRelease, current: PlaybookRelease) -> ResponseReturnValue:
    book = _book(release, now())
    playbook = queries.parsed(release.source)
    return page(
        "playbooks/reading", book=book, release=release, current=current, playbook=playbook, prose=prose
    )


def _book(release: PlaybookRelease, present: datetime) -> Book:
    review_at = review_due(release.published_at, release.review_months)
    return Book(release, review_at, review_at is not None and review_at <= present)


def _version_line(source: str) -> int:
    """Line on which the version stands."""
    return next(
        (line for line, words in enumerate(source.splitlines(), 1) if words.startswith("version:")), 1
    )
