"""The live page of an incident with its forms, for every view that shows it again."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from cyberready.incidents import forms, queries, rules, screens
from cyberready.incidents.models import Incident
from cyberready.incidents.queries import Following
from cyberready.kernel import ladder
from cyberready.kernel.refusals import Refused
from cyberready.people import queries as people
from cyberready.people import rules as clocks_here
from cyberready.platform import texts
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import principal, realm
from cyberready.platform.streams import stream
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import AMSTERDAM, done, page
from cyberready.playbooks import queries as playbooks

Work = Callable[[Session, Any], object]
FORMS: dict[str, type[FlaskForm]] = {
    "follow": forms.FollowForm,
    "log": forms.LogForm,
    "correct": forms.CorrectForm,
    "decide": forms.DecisionForm,
    "effect": forms.EffectForm,
    "escalate": forms.EscalateForm,
    "establish": forms.KnowledgeForm,
    "judge": forms.JudgeForm,
    "close": forms.CloseForm,
    "offer": forms.OfferForm,
}


def told(form: Any, refusal: Refused) -> Any:
    """The form with the refusal as its error; conflicts and what does not exist are no errors of the form."""
    if refusal.status != 422:
        raise refusal
    form.form_errors.append(_(refusal.sentence, **refusal.values))
    return form


def show_page(incident_id: int, status: int = 200, **typed: Any) -> ResponseReturnValue:
    """Show the incident, with the *typed* forms by name where something was wrong with one."""
    incident, tokens, shown, finished, offered = read(
        lambda session: (
            one := queries.incident(session, realm(), incident_id),
            seen := rules.watching(exercise=one.exercise, leads=principal().may("exercises.lead")),
            what := screens.show(session, one, seen, now()),
            queries.finished(session, one),
            to_follow(session, what.playbooks),
        )
    )
    filled = _filled(incident) | typed
    filled["follow"].playbook.choices = forms.options([("", _("Choose a playbook")), *offered])
    return page(
        "incidents/show",
        status,
        incident=incident,
        shown=shown,
        forms=filled,
        faulty=set(typed),
        reads=principal().may("playbooks.read"),
        running=principal().may("incidents.run") and finished is None,
        live_url=stream(incident.trail_id, "incident.show", tokens, shown.position),
        exercise_mode=incident.exercise,
        **screens.words(),
    )


def _filled(incident: Incident) -> dict[str, Any]:
    """Fresh forms with their choices."""
    made = {name: form(formdata=None) for name, form in FORMS.items()}
    for name, form in made.items():
        choices(name, form, incident)
    return made


def choices(name: str, form: Any, incident: Incident) -> None:
    """Fill in what can be chosen in a form."""
    dutch = texts.language() == "nl"
    if name == "escalate":
        form.to.choices = forms.options(
            (one.key, one.name_nl if dutch else one.name_en) for one in ladder.LADDER
        )
        levels = [(one.key, one.name_nl if dutch else one.name_en) for one in queries.levels(now())]
        form.grip.choices = forms.options([("", _("No GRIP level")), *levels])
    clocks = queries.clocks(incident.declared_at)
    if name == "establish":
        triggers = dict.fromkeys(one.trigger for one in clocks if one.trigger not in rules.FOLLOWING)
        form.trigger.choices = forms.options((one, forms.TRIGGERS[one]) for one in triggers)
    if name == "judge":
        form.clock.choices = forms.options(
            (one.id, f"{one.law}: {one.name_nl if dutch else one.name_en}") for one in clocks
        )
    if name == "offer":
        found = read(lambda session: people.regions(session, realm()))
        form.receiver.choices = forms.options((one.id, one.name) for one in found)


def to_follow(session: Session, followed: Sequence[Following] = ()) -> list[tuple[str, str]]:
    """The playbooks that can be taken up, as slug and name: those that are not *followed* in their current version."""
    known = {one.release.playbook_id: one.release for one in followed}
    offered = []
    for release in playbooks.current_releases(session, realm()):
        before = known.get(release.playbook_id)
        if before is None:
            name = _("%(title)s, version %(version)s", title=release.title, version=release.version)
            offered.append((release.slug, name))
        elif before.id != release.id:
            said = {"title": release.title, "version": release.version, "old": before.version}
            offered.append((release.slug, _("%(title)s, version %(version)s in place of %(old)s", **said)))
    return offered


def act(incident_id: int, name: str, sentence: str, anchor: str, work: Work) -> ResponseReturnValue:
    """Carry out one form of the page; what was typed stays when something is wrong with it."""
    incident = read(lambda session: queries.incident(session, realm(), incident_id))
    form = FORMS[name]()
    choices(name, form, incident)
    if not form.validate():
        return show_page(incident_id, 422, **{name: form})
    try:
        transact(lambda session: work(session, form))
    except Refused as refusal:
        return show_page(incident_id, 422, **{name: told(form, refusal)})
    return done(sentence, "incidents.show", incident_id=incident_id, _anchor=anchor)


def said(field: Any) -> str:
    """What was typed in a field, without blanks around it."""
    return (field.data or "").strip()


def instant(wall: datetime) -> datetime:
    """The moment at which Dutch clocks show *wall*; Refused when they never do."""
    found = clocks_here.instant(wall, AMSTERDAM)
    if found is None:
        raise Refused("This time does not exist: the clocks went forward. Check date and time.")
    return found


def at(field: Any) -> datetime | None:
    """The moment typed in a field, if any."""
    return instant(field.data) if field.data else None


def lines(field: Any) -> list[str]:
    """The lines typed in a field, without empty ones."""
    return [line.strip() for line in (field.data or "").splitlines() if line.strip()]
