"""The form on which one settles what changed in a template: one choice for each change."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField

from cyberready.platform.texts import lazy_gettext as _
from cyberready.playbooks.merging import Answer, Question, QuestionKind, Verdict

LATER = "later"
VERDICTS = {
    Verdict.TAKE: _("Take it over"),
    Verdict.LEAVE: _("Leave it; keep my own text"),
    Verdict.EDIT: _("Write a text of both"),
    LATER: _("Decide later"),
}
EMPTY = _("Write the text that is to stand here, or choose something else.")


@dataclass(frozen=True, slots=True)
class Choice:
    """A change with what is chosen for it; ``text`` is what is written, ``error`` what is wrong with it."""

    question: Question
    verdict: str
    text: str
    error: str = ""

    @property
    def verdicts(self) -> dict[str, object]:
        """What can be chosen: an order cannot be written, and what stands nowhere here is not edited."""
        unfit = {Verdict.EDIT} if self.question.kind is QuestionKind.ORDER else set()
        return {str(verdict): said for verdict, said in VERDICTS.items() if verdict not in unfit}


class SettleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Which template and which own text the reader saw; the choices are read by ``choices``."""

    template_id = HiddenField()
    own_digest = HiddenField()
    back = HiddenField()


def proposed(questions: Iterable[Question]) -> list[Choice]:
    """What is chosen before the reader chose: take over where nothing of one's own is lost, else nothing yet."""
    return [Choice(one, Verdict.TAKE if one.untouched else LATER, one.own or one.theirs) for one in questions]


def chosen(questions: Iterable[Question]) -> list[Choice]:
    """What the reader chose; the fields are ``verdict:`` and ``text:`` with the key of the change."""
    found = []
    for one in questions:
        verdict = request.form.get(f"verdict:{one.key}", LATER)
        text = request.form.get(f"text:{one.key}", "").replace("\r\n", "\n")
        known = Choice(one, verdict if verdict in VERDICTS else LATER, text or one.own or one.theirs)
        empty = known.verdict == Verdict.EDIT and not text.strip()
        found.append(Choice(one, known.verdict, text, str(EMPTY)) if empty else known)
    return found


def answers(choices: Iterable[Choice]) -> dict[str, Answer]:
    """The decisions among the choices."""
    return {
        one.question.key: Answer(Verdict(one.verdict), one.text if one.verdict == Verdict.EDIT else "")
        for one in choices
        if one.verdict != LATER
    }
