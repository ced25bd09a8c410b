"""Pages of findings: filing one on an exercise, an incident, a comment, a scan or an audit; reading it; putting it aside."""

from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.desk.views_home import blueprint
from cyberready.exercises import queries as exercises
from cyberready.improvements import actions, queries, wording
from cyberready.improvements.actions import Aim
from cyberready.improvements.forms import FindingForm, ReasonForm
from cyberready.improvements.rules import BY_HAND, Origin
from cyberready.incidents import queries as incidents
from cyberready.kernel.refusals import Conflict, NotFound, Refused
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import done, page
from cyberready.playbooks import actions_comments as comments
from cyberready.playbooks import queries as playbooks
from cyberready.playbooks import queries_comments
from cyberready.playbooks.rules import Playbook

LONGEST_NUMBER = 9
NOTHING = "There is nothing here to file a finding on."


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on a release, of which a finding is made."""

    id: int
    slug: str
    release_id: int
    step_id: str
    text: str

    @property
    def address(self) -> str:
        """Where it is read."""
        return url_for(
            "playbooks.release_comments",
            slug=self.slug,
            release_id=self.release_id,
            step=self.step_id or None,
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where something was seen: its origin, its reference, its name, and the playbook that was used or commented on.

    ``followed`` are the numbers of the releases that were followed there.
    """

    origin: Origin
    ref: str
    title: str
    slug: str = ""
    remark: Remark | None = None
    followed: tuple[int, ...] = ()


@blueprint.get("/improvements/findings/new")
@may("improvements.file")
def file_finding_page() -> ResponseReturnValue:
    """The form to file a finding; ``?of=exercise:4`` says where it was seen, ``?playbook=`` and ``?step=`` where it points.

    With ``?of=comment:9`` text, playbook and step are those of the comment.
    """
    form = FindingForm()
    occasion, filed = read(
        lambda session: (
            found := _occasion(session),
            queries.filed_on(session, realm(), [found.ref]) if found.remark else {},
        )
    )
    if filed:
        said = _("A finding was made of this comment already.")
        return done(said, "desk.finding", finding_id=filed[occasion.ref])
    _offer(form, occasion)
    if occasion.remark:
        form.text.data = occasion.remark.text
        form.step.data = f"{occasion.slug}#{occasion.remark.step_id}"
    elif step := request.args.get("step"):
        form.step.data = f"{request.args.get('playbook', '')}#{step}"
    return page("improvements/file", form=form, occasion=occasion)


@blueprint.post("/improvements/findings/new")
@may("improvements.file")
def file_finding() -> ResponseReturnValue:
    """File a finding; who may not see the exercise, incident or comment cannot file on it."""
    form = FindingForm()
    occasion = read(_occasion)
    aims = _offer(form, occasion)
    if not form.validate_on_submit():
        return page("improvements/file", 422, form=form, occasion=occasion)
    if not occasion.ref:
        name = form.occasion.data.strip()
        occasion = Occasion(Origin(form.origin.data), f"{form.origin.data}:{name.casefold()}", name)
    aim = aims.get(form.step.data, Aim())
    try:
        transact(lambda session: _file(session, form, occasion, aim))
    except Conflict as refusal:
        form.form_errors.append(_(refusal.sentence, **refusal.values))
        return page("improvements/file", refusal.status, form=form, occasion=occasion)
    if remark := occasion.remark:
        place = {"slug": remark.slug, "release_id": remark.release_id, "step": remark.step_id or None}
        return done(_("The finding is filed."), "playbooks.release_comments", **place)
    return done(_("The finding is filed."), "desk.improvements")


@blueprint.get("/improvements/findings/<int:finding_id>")
@may("improvements.view")
def finding(finding_id: int) -> ResponseReturnValue:
    """One finding, and what is done with it."""
    return _finding(finding_id, ReasonForm())


@blueprint.post("/improvements/findings/<int:finding_id>/dismiss")
@may("improvements.manage")
def dismiss_finding(finding_id: int) -> ResponseReturnValue:
    """Put a finding aside, with the reason."""
    form = ReasonForm()
    read(lambda session: queries.finding(session, realm(), finding_id))  # a foreign one is not there at all
    if not form.validate_on_submit():
        return _finding(finding_id, form, 422)
    transact(
        lambda session: actions.dismiss(
            session, realm(), finding_id, form.reason.data, actor=who(), now=now()
        )
    )
    return done(_("The finding is put aside."), "desk.improvements")


def _finding(finding_id: int, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    def work(session: Session) -> ResponseReturnValue:
        found = queries.finding(session, realm(), finding_id)
        kind, _colon, number = found.occasion.partition(":")
        commented = kind == Origin.COMMENT and principal().may("playbooks.comment")
        remark = _remark(session, int(number))[0] if commented else None
        return page("improvements/finding", status, finding=found, remark=remark, form=form, wording=wording)

    return read(work)


def _file(session: Session, form: FindingForm, occasion: Occasion, aim: Aim) -> None:
    theme, text = form.given_theme(), form.text.data
    if occasion.remark:
        comments.file_finding(
            session,
            realm(),
            occasion.remark.id,
            theme=theme,
            text=text,
            step_id=aim.step_id,
            actor=who(),
            now=now(),
        )
        return
    actions.file(
        session,
        realm(),
        origin=occasion.origin,
        occasion=occasion.ref,
        occasion_title=occasion.title,
        theme=theme,
        text=text,
        aim=aim,
        actor=who(),
        now=now(),
    )


def _occasion(session: Session) -> Occasion:
    """Where the finding was seen, from ``?of=``; a scan or audit that is named in the form when nothing says."""
    kind, _colon, digits = request.args.get("of", "").partition(":")
    if not digits.isdecimal():
        return Occasion(BY_HAND[0], "", "")
    number = int(digits) if len(digits) <= LONGEST_NUMBER else 0  # no row has that number
    if kind == Origin.EXERCISE and principal().may("exercises.view"):
        exercise = exercises.exercise(session, realm(), number)
        used = tuple(exercises.used(session, exercise))
        return Occasion(Origin.EXERCISE, f"exercise:{number}", exercise.title, followed=used)
    if kind == Origin.INCIDENT and principal().may("incidents.view"):
        incident = incidents.incident(session, realm(), number)
        used = tuple(one.release.id for one in incidents.followed(session, incident))
        return Occasion(Origin.INCIDENT, f"incident:{number}", incident.title, followed=used)
    if kind == Origin.COMMENT and principal().may("playbooks.comment"):
        remark, title = _remark(session, number)
        return Occasion(Origin.COMMENT, f"comment:{remark.id}", title, remark.slug, remark)
    raise NotFound(NOTHING)


def _remark(session: Session, comment_id: int) -> tuple[Remark, str]:
    """A comment on a release, and what to call the occasion; raises NotFound, and Refused for one on a draft."""
    found = queries_comments.comment(session, realm(), comment_id)
    if found.release_id is None:
        # Who may not see drafts is not told that this one is there.
        raise Refused(comments.ON_DRAFT) if principal().may("playbooks.write") else NotFound(NOTHING)
    of = playbooks.release(session, realm(), found.release_id)
    made = Remark(found.id, of.slug, of.id, found.step_id, found.text)
    return made, comments.occasion_title(found, of)


def _offer(form: FindingForm, occasion: Occasion) -> dict[str, Aim]:
    """Offer the steps that can be meant, and say what each choice points at.

    Those of the version that was commented on, of the playbook that was used, or of every playbook.
    """
    if occasion.ref:
        form.drop_by_hand()
    books = read(lambda session: _books(session, occasion))
    form.offer(
        {
            title: [
                (f"{book.slug}#", _("The whole playbook")),
                *((f"{book.slug}#{step.id}", f"{step.number} {step.title}") for step in book.steps),
            ]
            for title, book in books
        }
    )
    return {
        f"{book.slug}#{step_id}": Aim(book.slug, book.title, book.language, book.version, step_id, step_title)
        for _title, book in books
        for step_id, step_title in (("", ""), *((step.id, step.title) for step in book.steps))
    }


def _books(session: Session, occasion: Occasion) -> list[tuple[str, Playbook]]:
    """The playbooks that can be meant, with what each is called: first what was followed, in that very version.

    The others follow as they are now: what should be better may well be that nobody took one of them up. A comment is
    about the version that it stands at and nothing else.
    """
    if occasion.remark:
        used = [playbooks.release(session, realm(), occasion.remark.release_id)]
        others = []
    else:
        slug = request.args.get("playbook") or occasion.slug
        texts = playbooks.with_texts(session, realm(), occasion.followed)
        used = [one for one in texts if slug in {"", one.slug}]
        known = {one.slug for one in used}
        current = playbooks.current_with_texts(session, realm(), slug)
        others = [one for one in current if one.slug not in known]
    named = [
        *((_("%(title)s, version %(version)s", title=one.title, version=one.version), one) for one in used),
        *((one.title, one) for one in others),
    ]
    return [(title, playbooks.parsed(release.source)) for title, release in named]
