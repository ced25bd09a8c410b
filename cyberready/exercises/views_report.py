"""Downloads of an exercise: the after-action report and the trail."""

from functools import partial

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.exercises import documents, queries, reports
from cyberready.exercises.documents import AfterActionReport
from cyberready.kernel.package import trail_lines
from cyberready.platform import texts
from cyberready.platform.context import context, now, read
from cyberready.platform.gate import may, realm
from cyberready.platform.paper import stationery, word
from cyberready.platform.web import AMSTERDAM, attachment
from cyberready.trail import verification

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def register(blueprint: Blueprint) -> None:
    """Add the downloads to the slice's blueprint."""
    blueprint.add_url_rule("/<int:exercise_id>/evaluatie.docx", view_func=report)
    blueprint.add_url_rule("/<int:exercise_id>/verloop.jsonl", view_func=trail)


def typeset(found: AfterActionReport, templates: str) -> bytes:
    """The report as a Word file; runs in a worker process."""
    return word.to_docx(documents.compose(found, zone=AMSTERDAM), stationery.chosen(templates))


@may("exercises.lead")
def report(exercise_id: int) -> ResponseReturnValue:
    """Download the after-action report."""
    ask = partial(
        reports.after_action,
        realm=realm(),
        exercise_id=exercise_id,
        key=context().key,
        language=texts.language(),
        now=now(),
    )
    made = context().workers.run(typeset, read(ask), context().settings.word_templates)
    return attachment(made, "evaluatie.docx", WORD)


@may("exercises.lead")
def trail(exercise_id: int) -> ResponseReturnValue:
    """Download the exercise's trail, each entry with its proof."""

    def lines(session: Session) -> bytes:
        exercise = queries.exercise(session, realm(), exercise_id)
        return trail_lines(verification.entries(session, exercise.trail_id))

    return attachment(read(lines), "verloop.jsonl", "application/x-ndjson")
