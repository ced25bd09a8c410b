"""Pages of who follows a playbook: reading it, by role, as a checklist, on cards, as a flow chart, its messages."""

from datetime import date
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
    queries_placeholders,
    queries_reading,
    queries_reviews,
    sheets,
)
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.queries_reading import Text
from cyberready.playbooks.queries_reviews import Unread
from cyberready.playbooks.views_blueprint import blueprint
from cyberready.playbooks.views_flow import chart, chart_words
from cyberready.playbooks.views_parts import References, Shown, Voice, book, parts, places


@blueprint.get("/<slug>")
@may("playbooks.read")
def reading(slug: str) -> ResponseReturnValue:
    """A playbook as it is now, in the reader's language if there is one; its versions when all were withdrawn."""

    def shown(session: Session) -> ResponseReturnValue:
        release = _current_if_any(session, slug)
        if release is None:
            queries.releases(session, realm(), slug, limit=1)  # raises NotFound for a playbook that never was
            return redirect(url_for("playbooks.versions", slug=slug), code=303)
        return _reading(session, release, release)

    return read(shown)


@blueprint.get("/<slug>/versions/<int:release_id>")
@may("playbooks.read")
def old_reading(slug: str, release_id: int) -> ResponseReturnValue:
    """One release at its own address, which never shows another text."""

    def shown(session: Session) -> ResponseReturnValue:
        release = queries.release(session, realm(), release_id, slug)
        return _reading(session, release, _newest(session, release))

    return read(shown)


@blueprint.get("/<slug>/by-role")
@may("playbooks.read")
def by_role(slug: str) -> ResponseReturnValue:
    """What one role does, in the order of time."""
    text = read(lambda session: _text(session, slug))
    role = request.args.get("role", "")
    if role not in text.playbook.roles:
        role = next(iter(text.playbook.roles))
    return page("playbooks/by_role", **_shown(text), role=role, steps=text.playbook.duties(role))


@blueprint.get("/<slug>/checklist")
@may("playbooks.read")
def checklist(slug: str) -> ResponseReturnValue:
    """Everything that is to be ticked off, on paper; ``?role=`` for what one role does."""
    text = read(lambda session: _text(session, slug))
    role = request.args.get("role", "")
    role = role if role in text.playbook.roles else ""
    return page("playbooks/checklist", **_shown(text), role=role, parts=sheets.checklist(text.playbook, role))


@blueprint.get("/<slug>/cards")
@may("playbooks.read")
def cards(slug: str) -> ResponseReturnValue:
    """An action card for each role, on A5."""
    text = read(lambda session: _text(session, slug))
    return page("playbooks/cards", **_shown(text), cards=sheets.cards(text.playbook))


@blueprint.get("/<slug>/flow")
@may("playbooks.read")
def flow_chart(slug: str) -> ResponseReturnValue:
    """The steps and branches as a drawing, and the same as a list."""
    text = read(lambda session: _text(session, slug))
    address = url_for("playbooks.reading", slug=slug, language=text.release.language)
    graph, drawing, on_paper = chart(text.playbook, address)
    return page(
        "playbooks/flow",
        **_shown(text),
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


def _current(session: Session, slug: str) -> PlaybookRelease:
    """The release to follow, in the language that was asked for or the reader's, else in another."""
    return queries.current(session, realm(), slug, request.args.get("language") or language())


def _current_if_any(session: Session, slug: str) -> PlaybookRelease | None:
    """As ``_current``, but None when there is nothing to follow."""
    return queries.current_if_any(session, realm(), slug, request.args.get("language") or language())


def _text(session: Session, slug: str) -> Text:
    return queries_reading.text(session, realm(), _current(session, slug))


def _shown(text: Text) -> dict[str, Any]:
    """What every page about a release needs."""
    voice = Voice(text.playbook.placeholders)
    return {
        "release": text.release,
        "playbook": text.playbook,
        "missing": text.missing,
        "voice": voice,
        "prose": voice.prose,
    }


def _reading(
    session: Session, release: PlaybookRelease, current: PlaybookRelease | None
) -> ResponseReturnValue:
    text = queries_reading.text(session, realm(), release)
    spoken = queries.current_in_each_language(session, realm(), release.slug)
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
        **_shown(text),
        book=book(release, now(), queries_reviews.confirmed_at(session, release.playbook_id)),
        unread=_unread(session, release, current),
        findings=_findings(session, release.slug),
        current=current,
        refs=refs,
        parts=parts(Shown(key, text.playbook, Voice(text.playbook.placeholders), refs)),
        translations=[one for one in spoken if one.language != release.language],
        newer_original=queries.ahead(release, spoken),
        comments=queries_comments.on_release(session, realm(), release.id),
    )


def _unread(session: Session, release: PlaybookRelease, current: PlaybookRelease | None) -> Unread | None:
    """What the reader must still confirm here: only the version to follow asks for it."""
    kind, _colon, number = principal().ref.partition(":")
    if kind != "account" or current is None or current.id != release.id:
        return None
    return queries_reviews.still_to_read(session, release, int(number), principal().roles)


def _findings(session: Session, slug: str) -> list[tuple[int, str, str]]:
    """The open findings on the playbook as number, step and text; none for who may not see them."""
    if not principal().may("improvements.view"):
        return []
    return [(one.id, one.step_id, one.text) for one in improvements.open_findings(session, realm(), slug)]


def _newest(session: Session, release: PlaybookRelease) -> PlaybookRelease | None:
    """The release to follow in place of an old one, in the same language if possible; None when all were withdrawn."""
    try:
        return queries.current(session, realm(), release.slug, release.language)
    except NotFound:
        return None


def _today() -> date:
    """The day in the Netherlands, by which a legal clock counts."""
    return now().astimezone(AMSTERDAM).date()
