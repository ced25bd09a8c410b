"""What an exercise tests again: earlier findings on its playbook, proposed, taken up and judged."""

from collections.abc import Collection

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.desk.views_home import blueprint
from cyberready.exercises import queries as exercises
from cyberready.improvements import actions, queries, wording
from cyberready.improvements.actions import Aim
from cyberready.improvements.forms import RetestForm
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, realm, who
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import done, page
from cyberready.playbooks import actions_comments as comments
from cyberready.playbooks import queries as playbooks


@blueprint.get("/improvements/exercises/<int:exercise_id>")
@may("exercises.lead")
def retests(exercise_id: int) -> ResponseReturnValue:
    """The evaluation points of an exercise: proposed, taken up, judged; and what was found in it."""
    return _retests(exercise_id, None, None)


@blueprint.post("/improvements/exercises/<int:exercise_id>/take/<int:finding_id>")
@may("exercises.lead")
def take_retest(exercise_id: int, finding_id: int) -> ResponseReturnValue:
    """Look at a finding again in this exercise."""

    def take(session: Session) -> None:
        slug = _slug(session, exercise_id)
        actions.test_again(session, realm(), exercise_id, slug, finding_id, actor=who(), now=now())

    transact(take)
    return done(
        _("The step is an evaluation point of this exercise."), "desk.retests", exercise_id=exercise_id
    )


@blueprint.post("/improvements/exercises/<int:exercise_id>/judge/<int:retest_id>")
@may("exercises.lead")
def judge_retest(exercise_id: int, retest_id: int) -> ResponseReturnValue:
    """Record how it went this time."""
    form = RetestForm()
    if not form.validate_on_submit():
        return _retests(exercise_id, retest_id, form, 422)

    def judge(session: Session) -> None:
        exercise = exercises.exercise(session, realm(), exercise_id)
        earlier = queries.retest(session, realm(), exercise_id, retest_id).finding
        actions.judge(
            session,
            realm(),
            exercise_id,
            retest_id,
            outcome=form.given_outcome(),
            remark=form.remark.data or "",
            exercise_title=exercise.title,
            aim=_aim(session, exercises.used(session, exercise), earlier.slug, earlier.step_id),
            actor=who(),
            now=now(),
        )

    transact(judge)
    return done(_("The evaluation point is judged."), "desk.retests", exercise_id=exercise_id)


def _slug(session: Session, exercise_id: int) -> str:
    """The name of the playbook that an exercise uses, empty for none; raises NotFound."""
    found = exercises.exercise(session, realm(), exercise_id)
    return exercises.scenario(found.release).playbook or ""


def _aim(session: Session, releases: Collection[int], slug: str, step_id: str) -> Aim | None:
    """A step of the playbook *slug* in the version that was practised; None when none of *releases* is of it."""
    for release in playbooks.with_texts(session, realm(), releases):
        if release.slug == slug:
            return comments.aim(release, step_id)
    return None


def _retests(
    exercise_id: int, refused: int | None, form: RetestForm | None, status: int = 200
) -> ResponseReturnValue:
    exercise, proposed, taken, found = read(
        lambda session: (
            exercises.exercise(session, realm(), exercise_id),
            queries.proposed(session, realm(), exercise_id, _slug(session, exercise_id)),
            queries.retests(session, realm(), exercise_id),
            queries.seen_at(session, realm(), f"exercise:{exercise_id}"),
        )
    )
    forms = {
        retest.id: form
        if retest.id == refused and form is not None
        else RetestForm(formdata=None, data={"outcome": retest.outcome or None, "remark": retest.note})
        for retest in taken
    }
    return page(
        "improvements/retests",
        status,
        exercise=exercise,
        proposed=proposed,
        taken=taken,
        found=found,
        forms=forms,
        wording=wording,
    )
