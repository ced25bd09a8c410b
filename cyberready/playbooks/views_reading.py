"""Pages of who follows a playbook: reading it, by role, as a checklist, on cards, as a flow chart, its messages."""

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.improvements import queries as improvements
from cyberready.kernel.refusals import NotFound
from cyberready.platform import markdown
from cyberready.platform.context import now, read
from cyberready.platform.gate import may, principal, realm
from cyberready.platform.texts import language
from cyberready.platform.web import AMSTERDAM, page
from cyberready.playbooks import messages as message_texts
from cyberready.playbooks import (
    placeholders,
    queries,
    queries_comments,
    queries_drafts,
    queries_placeholders,
    queries_reading,
    queries_readings,
    queries_reviews,
    sheets,
)
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.queries_reading import Text
from cyberready.playbooks.queries_readings import Unread
from cyberready.playbooks.views_blueprint import blueprint
from cyberready.playbooks.views_flow import chart, chart_words
from cyberready.playbooks.views_parts import References, Shown, Voice, book, parts, places


@blueprint.get("/<slug>")
@may("playbooks.read")
def reading(slug: str) -> ResponseReturnValue:
    """A playbook as it is now, in the reader's language if there is one; its versions when all were withdrawn."""

    def shown(session: Session) -> ResponseReturnValue:
        spoken = queries.current_in_each_language(session, realm(), slug)
        if not spoken:
            queries.releases(session, realm(), slug, limit=1)  # raises NotFound for a playbook that never was
            return redirect(url_for("playbooks.versions", slug=slug), code=303)
        return _reading(session, queries.one_of_each(spoken, _wanted())[0], spoken)

    return read(shown)


@blueprint.get("/<slug>/versions/<int:release_id>")
@may("playbooks.read")
def old_reading(slug: str, release_id: int) -> ResponseReturnValue:
    """One release at its own address, which never shows another text."""

    def shown(session: Session) -> ResponseReturnValue:
        release = queries.release(session, realm(), release_id, slug)
        spoken = queries.current_in_each_language(session, realm(), slug)
        return _reading(session, release, spoken, release_id)

    return read(shown)


@blueprint.get("/<slug>/versions/<any(nl,en):language>/<version>")
@may("playbooks.read")
def version_reading(slug: str, language: str, version: str) -> ResponseReturnValue:
    """Lead to a version by what it is called, as it is in findings."""

    def named(session: Session) -> PlaybookRelease | None:
        book = queries_drafts.playbook(session, realm(), slug)
        return queries.numbered(session, book.id, language, version)

    found = read(named)
    if found is None:
        raise NotFound("This version of the playbook does not exist.")
    return redirect(url_for("playbooks.old_reading", slug=slug, release_id=found.id), code=303)


@blueprint.get("/<slug>/by-role")
@blueprint.get("/<slug>/versions/<int:release_id>/by-role", endpoint="old_by_role")
@may("playbooks.read")
def by_role(slug: str, release_id: int | None = None) -> ResponseReturnValue:
    """What one role does, in the order of time: as it is now, or in one release at its own address."""
    found, text = read(lambda session: _text(session, slug, release_id))
    role = request.args.get("role", "")
    if role not in text.playbook.roles:
        role = next(iter(text.playbook.roles))
    return page("playbooks/by_role", **found, role=role, steps=text.playbook.duties(role))


@blueprint.get("/<slug>/checklist")
@blueprint.get("/<slug>/versions/<int:release_id>/checklist", endpoint="old_checklist")
@may("playbooks.read")
def checklist(slug: str, release_id: int | None = None) -> ResponseReturnValue:
    """Everything that is to be ticked off, on paper; ``?role=`` for what one role does."""
    found, text = read(lambda session: _text(session, slug, release_id))
    role = request.args.get("role", "")
    role = role if role in text.playbook.roles else ""
    return page("playbooks/checklist", **found, role=role, parts=sheets.checklist(text.playbook, role))


@blueprint.get("/<slug>/cards")
@blueprint.get("/<slug>/versions/<int:release_id>/cards", endpoint="old_cards")
@may("playbooks.read")
def cards(slug: str, release_id: int | None = None) -> ResponseReturnValue:
    """An action card for each role, on A5."""
    found, text = read(lambda session: _text(session, slug, release_id))
    return page("playbooks/cards", **found, cards=sheets.cards(text.playbook))


@blueprint.get("/<slug>/flow")
@blueprint.get("/<slug>/versions/<int:release_id>/flow", endpoint="old_flow_chart")
@may("playbooks.read")
def flow_chart(slug: str, release_id: int | None = None) -> ResponseReturnValue:
    """The steps and branches as a drawing, and the same as a list."""
    found, text = read(lambda session: _text(session, slug, release_id))
    graph, drawing, on_paper = chart(text.playbook, _place(text.release, "reading", release_id))
    return page(
        "playbooks/flow",
        **found,
        graph=graph,
        drawing=drawing,
        on_paper=on_paper,
        words=chart_words(text.release.language),
    )


@blueprint.get("/messages")
@may("playbooks.read")
def messages() -> ResponseReturnValue:
    """Every message template."""
    found = message_texts.library(language())
    return page("playbooks/messages", listed=sorted(found, key=lambda one: (one.title, one.key)))


@blueprint.get("/messages/<key>")
@may("playbooks.read")
def message(key: str) -> ResponseReturnValue:
    """One message template with what is filled in; ``?playbook=`` with what is filled in for that playbook."""
    found = message_texts.template(key, request.args.get("language", language()))
    if found is None:
        raise NotFound("This message template does not exist.")
    slug = request.args.get("playbook", "")
    given = read(lambda session: queries_placeholders.values(session, realm(), slug))
    text = placeholders.text_filled(found.body, given)
    return page(
        "playbooks/message",
        message=found,
        voice=Voice(found.placeholders),
        text=text,
        copied=placeholders.worded(markdown.plain(text), found.placeholders),
        missing=placeholders.unfilled(found.body, found.placeholders, given),
    )


def _wanted() -> str:
    """The language that was asked for, or the reader's."""
    return request.args.get("language") or language()


def _text(session: Session, slug: str, release_id: int | None) -> tuple[dict[str, Any], Text]:
    """What a page shows of the release to follow, or of the one that is asked for by its number."""
    spoken = queries.current_in_each_language(session, realm(), slug)
    if release_id is not None:
        release = queries.release(session, realm(), release_id, slug)
    elif spoken:
        release = queries.one_of_each(spoken, _wanted())[0]
    else:
        raise NotFound("This playbook does not exist, or every version of it was withdrawn.")
    text = queries_reading.text(session, realm(), release)
    return _shown(text, release_id, spoken), text


def _place(release: PlaybookRelease, endpoint: str, release_id: int | None) -> str:
    """The address of a view of a release: its own when it was asked for by its number, so that the text stays the same."""
    if release_id is not None:
        return url_for(f"playbooks.old_{endpoint}", slug=release.slug, release_id=release_id)
    spoken = None if release.language == language() else release.language
    return url_for(f"playbooks.{endpoint}", slug=release.slug, language=spoken)


def _shown(text: Text, release_id: int | None, spoken: Collection[PlaybookRelease]) -> dict[str, Any]:
    """What every page about a release needs; ``place`` is where each view of it stands."""
    bearing = queries.bearing(text.release, spoken)
    return {
        "place": partial(_place, text.release, release_id=release_id),
        "release": text.release,
        "current": bearing.current,
        "newer_original": bearing.newer_original,
        "playbook": text.playbook,
        "missing": text.missing,
        "voice": Voice(text.playbook.placeholders),
    }


def _reading(
    session: Session,
    release: PlaybookRelease,
    spoken: Collection[PlaybookRelease],
    release_id: int | None = None,
) -> ResponseReturnValue:
    text = queries_reading.text(session, realm(), release)
    shown = _shown(text, release_id, spoken)
    found = queries_reading.links(
        session,
        realm(),
        text.playbook,
        language=release.language,
        on=_today(),
        may_call=principal().may("people.view"),
    )
    refs = References(release.slug, language(), found, places(text.playbook))
    key = (release.digest, release.slug, tuple(sorted(text.given.items())), language(), _today(), found.key)
    return page(
        "playbooks/reading",
        **shown,
        book=book(release, now(), queries_reviews.confirmed_at(session, release.playbook_id)),
        unread=_unread(session, release, shown["current"], spoken),
        findings=_findings(session, release.slug),
        refs=refs,
        parts=parts(Shown(key, text.playbook, Voice(text.playbook.placeholders), refs)),
        translations=[one for one in spoken if one.language != release.language],
        comments=queries_comments.on_release(session, realm(), release.id),
    )


def _unread(
    session: Session,
    release: PlaybookRelease,
    current: PlaybookRelease | None,
    spoken: Collection[PlaybookRelease],
) -> Unread | None:
    """What the reader must still confirm: only the version to follow asks for it, for itself or for its original."""
    mine = principal().account_id
    if mine is None or current is None or current.id != release.id:
        return None
    return queries_readings.still_to_read(session, release, spoken, mine, principal().roles)


def _findings(session: Session, slug: str) -> list[tuple[int, str, str]]:
    """The open findings on the playbook as number, step and text; none for who may not see them."""
    if not principal().may("improvements.view"):
        return []
    return [(one.id, one.step_id, one.text) for one in improvements.open_findings(session, realm(), slug)]


def _today() -> date:
    """The day in the Netherlands, by which a legal clock counts."""
    return now().astimezone(AMSTERDAM).date()
