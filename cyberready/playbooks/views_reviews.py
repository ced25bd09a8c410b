"""Pages of looking after a playbook: owner and readers, the review, and who has read which version."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.kernel.refusals import NotFound, Refused
from cyberready.people import queries as people
from cyberready.people.rules import ROLE_NAMES
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.texts import language
from cyberready.platform.web import done, page
from cyberready.playbooks import actions_reviews, queries, queries_readings, queries_reviews, screens
from cyberready.playbooks.forms_reviews import CareForm, ConfirmForm
from cyberready.playbooks.views_blueprint import blueprint


@blueprint.get("/readings")
@may("playbooks.publish")
def readings() -> ResponseReturnValue:
    """Who must know what, and who has read it: by role and person."""
    found = read(lambda session: queries_readings.by_role(session, realm()))
    return page("playbooks/readings", duties=found, role_names=ROLE_NAMES)


@blueprint.get("/<slug>/care")
@may("desk.view")
def care(slug: str) -> ResponseReturnValue:
    """Who looks after a playbook, when it is reviewed, and who has read it."""
    return _page(slug)


@blueprint.post("/<slug>/care")
@may("playbooks.publish")
def set_care(slug: str) -> ResponseReturnValue:
    """Say who looks after a playbook and which roles must have read it."""
    form = CareForm()
    form.offer(read(_people))
    read(lambda session: queries.current(session, realm(), slug))
    if not form.validate_on_submit():
        return _page(slug, form, 422)
    try:
        transact(
            lambda session: actions_reviews.set_care(
                session,
                realm(),
                slug,
                owner_id=form.owner.data or None,
                deputy_id=form.deputy.data or None,
                readers=form.readers.data or [],
                actor=who(),
                now=now(),
            )
        )
    except Refused as refusal:
        if isinstance(refusal, NotFound):
            raise
        form.form_errors.append(_(refusal.sentence, **refusal.values))
        return _page(slug, form, refusal.status)
    return done(_("Owner and readers are saved."), "playbooks.care", slug=slug)


@blueprint.post("/<slug>/confirm")
@may("desk.view")
def confirm_unchanged(slug: str) -> ResponseReturnValue:
    """Record that the playbook was looked at and left as it is."""
    given = request.form.get("release_id", "")
    transact(
        lambda session: actions_reviews.confirm_unchanged(
            session,
            realm(),
            slug,
            int(given) if given.isdecimal() else 0,
            request.form.get("note", "")[:2000],
            publisher=principal().may("playbooks.publish"),
            actor=who(),
            now=now(),
        )
    )
    return done(_("The review is recorded."), "playbooks.care", slug=slug)


@blueprint.post("/<slug>/versions/<int:release_id>/read")
@may("playbooks.read")
def confirm_read(slug: str, release_id: int) -> ResponseReturnValue:
    """Record that the reader has read and understood this version."""
    made = transact(
        lambda session: actions_reviews.confirm_read(
            session, realm(), slug, release_id, actor=who(), now=now()
        )
    )
    sentence = _("It is recorded that you have read and understood this version.")
    return done(sentence, "playbooks.old_reading", slug=slug, release_id=made.release_id)


def _people(session: Session) -> dict[int, str]:
    return {one.id: one.name for one in people.accounts(session, realm())}


def _page(slug: str, form: CareForm | None = None, status: int = 200) -> ResponseReturnValue:
    moment = now()
    release, title, review, known, readers, confirmed, names = read(
        lambda session: (
            found := queries.current(session, realm(), slug),
            screens.called(session, realm(), found.playbook_id, language()),
            queries_reviews.review(session, realm(), slug, moment),
            queries_reviews.care(session, found.playbook_id),
            queries_readings.readers(session, realm(), found),
            queries_reviews.confirmations(session, found.playbook_id),
            _people(session),
        )
    )
    if form is None:
        stored = {"owner": known.owner_id or 0, "deputy": known.deputy_id or 0, "readers": known.readers}
        form = CareForm(formdata=None, data=stored)
        form.offer(names)
    return page(
        "playbooks/care",
        status,
        release=release,
        title=title,
        review=review,
        care=known,
        form=form,
        confirm=ConfirmForm(formdata=None, data={"release_id": release.id}),
        confirms=principal().may("playbooks.publish")
        or principal().account_id in {known.owner_id, known.deputy_id} - {None},
        readers=readers,
        confirmed=confirmed,
        names=names,
        role_names=ROLE_NAMES,
    )
