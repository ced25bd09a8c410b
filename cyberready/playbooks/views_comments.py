"""Comments on the steps of drafts and releases: reading them, saying something, resolving."""

from dataclasses import dataclass
from functools import partial

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.utils import redirect

from cyberready.improvements import queries as improvements
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import done, local_path, page
from cyberready.playbooks import (
    actions_comments,
    editing,
    queries,
    queries_comments,
    queries_visibility,
)
from cyberready.playbooks.forms_editor import CommentForm
from cyberready.playbooks.models import PlaybookRelease
from cyberready.playbooks.models_drafts import Draft
from cyberready.playbooks.models_editing import StepComment
from cyberready.playbooks.views_blueprint import blueprint, draft_reader


@dataclass(frozen=True, slots=True)
class Step:
    """A step with comments: how many there are, and how many wait for an answer."""

    id: str
    title: str
    count: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said about one step of a text, or about the whole; then ``steps`` are those that have comments.

    ``filed`` are the findings that were made of comments; ``may_file`` says whether one can be made.
    """

    title: str
    version: str
    step_id: str
    step_title: str
    comments: list[StepComment]
    steps: tuple[Step, ...]
    filed: dict[str, int]
    may_file: bool = False


@blueprint.get("/drafts/<int:draft_id>/comments")
@may("playbooks.comment")
def draft_comments(draft_id: int) -> ResponseReturnValue:
    """What was said about a step (``?step=``) of a draft."""
    return _on_draft(draft_id, request.args.get("step", ""), CommentForm())


@blueprint.post("/drafts/<int:draft_id>/comments")
@may("playbooks.comment")
def comment_on_draft(draft_id: int) -> ResponseReturnValue:
    """Say something about a step of a draft."""
    form, step = CommentForm(), request.args.get("step", "")
    if not form.validate():
        return _on_draft(draft_id, step, form, 422)
    reader = draft_reader()
    read(lambda session: queries_visibility.draft(session, realm(), reader, draft_id))
    say = partial(actions_comments.on_draft, text=form.text.data, actor=who(), now=now())
    transact(lambda session: say(session, realm(), draft_id, step))
    return done(_("Your comment is there."), "playbooks.draft_comments", draft_id=draft_id, step=step or None)


@blueprint.get("/<slug>/versions/<int:release_id>/comments")
@may("playbooks.comment")
def release_comments(slug: str, release_id: int) -> ResponseReturnValue:
    """What was said about a step (``?step=``) of a release."""
    return _on_release(slug, release_id, request.args.get("step", ""), CommentForm())


@blueprint.post("/<slug>/versions/<int:release_id>/comments")
@may("playbooks.comment")
def comment_on_release(slug: str, release_id: int) -> ResponseReturnValue:
    """Say something about a step of a release."""
    form, step = CommentForm(), request.args.get("step", "")
    if not form.validate():
        return _on_release(slug, release_id, step, form, 422)
    say = partial(actions_comments.on_release, text=form.text.data, actor=who(), now=now())
    transact(lambda session: say(session, realm(), release_id, step))
    said = _("Your comment is there.")
    return done(said, "playbooks.release_comments", slug=slug, release_id=release_id, step=step or None)


@blueprint.post("/comments/<int:comment_id>/resolve")
@may("playbooks.comment")
def resolve_comment(comment_id: int) -> ResponseReturnValue:
    """Mark a comment as dealt with."""
    writes = principal().may("playbooks.write")
    resolve = partial(actions_comments.resolve, as_writer=writes, actor=who(), now=now())
    transact(lambda session: resolve(session, realm(), comment_id))
    return redirect(local_path(request.form.get("back", "/playbooks/")), code=303)


def _on_draft(draft_id: int, step: str, form: CommentForm, status: int = 200) -> ResponseReturnValue:
    reader = draft_reader()

    def work(session: Session) -> tuple[Draft, dict[str, list[StepComment]]]:
        draft = queries_visibility.draft(session, realm(), reader, draft_id)
        return draft, queries_comments.on_draft(session, realm(), draft_id)

    draft, comments = read(work)
    if principal().may("playbooks.write"):
        back = url_for("playbooks.edit", draft_id=draft_id, _anchor=f"at-{step}" if step else None)
    else:
        back = url_for("playbooks.draft", draft_id=draft_id)
    return _page(_talk(draft, step, comments, {}), form, back, status)


def _on_release(
    slug: str, release_id: int, step: str, form: CommentForm, status: int = 200
) -> ResponseReturnValue:
    def work(session: Session) -> Talk:
        release = queries.release(session, realm(), release_id, slug)
        comments = queries_comments.on_release(session, realm(), release_id)
        dealt_with = [one.ref for one in comments.get(step, []) if not one.is_open]
        filed = improvements.filed_on(session, realm(), dealt_with) if dealt_with else {}
        return _talk(release, step, comments, filed)

    back = url_for("playbooks.old_reading", slug=slug, release_id=release_id, _anchor=step or None)
    return _page(read(work), form, back, status)


def _talk(
    of: Draft | PlaybookRelease, step: str, comments: dict[str, list[StepComment]], filed: dict[str, int]
) -> Talk:
    titles = {found.key: found.title for found in editing.sections(of.source)}
    others = tuple(
        Step(key, titles.get(key, key), len(said), sum(one.is_open for one in said))
        for key, said in comments.items()
        if key and not step
    )
    may_file = isinstance(of, PlaybookRelease) and principal().may("improvements.file")
    said, called = comments.get(step, []), titles.get(step, step)
    return Talk(of.title, of.version, step, called, said, others, filed, may_file)


def _page(talk: Talk, form: CommentForm, back: str, status: int) -> ResponseReturnValue:
    mine, writes = who().ref, principal().may("playbooks.write")
    return page("playbooks/comments", status, talk=talk, form=form, back=back, mine=mine, writes=writes)
