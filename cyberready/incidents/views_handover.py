"""Pages of the handover: offering an incident, and on the other side reading, accepting, refusing, returning it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cyberready.incidents import (
    actions_handover,
    dossiers_package,
    forms,
    queries,
    rules,
    screens,
    views_page,
)
from cyberready.incidents.dossiers import Asked
from cyberready.incidents.formats.dossier import Severity
from cyberready.incidents.models import Handover
from cyberready.incidents.views_page import at, lines, said
from cyberready.kernel.refusals import Refused
from cyberready.platform.context import context, now, read, transact
from cyberready.platform.gate import may, principal, realm, who
from cyberready.platform.streams import stream
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import attachment, done, page

Verb = Callable[[Session, Any], None]


def register(blueprint: Blueprint) -> None:
    """Add the pages of the handover to the slice's blueprint."""
    one = "/handovers/<int:handover_id>"
    blueprint.add_url_rule("/<int:incident_id>/handovers", view_func=offer, methods=["POST"])
    blueprint.add_url_rule("/inbox", view_func=inbox)
    blueprint.add_url_rule(one, view_func=handover)
    blueprint.add_url_rule(f"{one}/overdracht.zip", view_func=package)
    blueprint.add_url_rule(f"{one}/receipt", view_func=confirm_receipt, methods=["POST"])
    blueprint.add_url_rule(f"{one}/acceptance", view_func=accept, methods=["POST"])
    blueprint.add_url_rule(f"{one}/refusal", view_func=refuse, methods=["POST"])
    blueprint.add_url_rule(f"{one}/return", view_func=give_back, methods=["POST"])


@may("incidents.run")
def offer(incident_id: int) -> ResponseReturnValue:
    """Offer the incident to a safety region, with a package that proves itself.

    The package is made between two transactions, as it takes seconds; what changed in between is refused.
    """
    incident = read(lambda session: queries.incident(session, realm(), incident_id))
    form = forms.OfferForm()
    views_page.choices("offer", form, incident)
    if not form.validate():
        return views_page.show_page(incident_id, 422, offer=form)
    try:
        made = transact_offer(incident_id, form)
    except Refused as refusal:
        return views_page.show_page(incident_id, 422, offer=views_page.told(form, refusal))
    sentence = _("The incident is offered to %(receiver)s.", receiver=made.receiver_name)
    return done(sentence, "incidents.show", incident_id=incident_id, _anchor="handover-head")


def transact_offer(incident_id: int, form: forms.OfferForm) -> Handover:
    """Read, make the package in a worker, and offer it."""
    asked = Asked(
        receiver_id=form.receiver.data,
        summary=said(form.summary),
        requests=tuple(lines(form.requested)),
        reason=said(form.reason),
        area=said(form.area),
        severity=Severity(form.severity.data),
        next_report_at=at(form.next_report_at),
    )
    key, here, actor = context().key, realm(), who()
    taken = read(
        lambda session: dossiers_package.snapshot(
            session, here, incident_id, asked, key=key, actor=actor, now=now()
        )
    )
    made = context().workers.run(dossiers_package.files, taken, context().settings.word_templates)
    offered = dossiers_package.offer(taken, made, key)
    return transact(lambda session: actions_handover.offer(session, here, offered, actor=actor, now=now()))


@may("handover.receive")
def inbox() -> ResponseReturnValue:
    """The handovers that were offered to this organisation."""
    found, trail_id, position = read(lambda session: screens.inbox(session, realm()))
    tokens = frozenset({rules.region(realm().organisation_id)})
    live_url = stream(trail_id, "incident.inbox", tokens, position)
    return page("incidents/inbox", handovers=found, live_url=live_url)


@may("handover.receive")
def handover(handover_id: int) -> ResponseReturnValue:
    """One handover as its receiver reads it."""
    return handover_page(handover_id)


def handover_page(handover_id: int, status: int = 200, **typed: Any) -> ResponseReturnValue:
    """Show a handover, with the *typed* forms by name where something was wrong with one."""
    here = realm()
    seen = read(lambda session: screens.received(session, here, handover_id))
    offered, log = seen.offered, seen.log
    tokens = rules.following(here.organisation_id, offered.handover.state)
    incident = offered.handover.incident
    position = max((line.position for line in [*log, *offered.steps]), default=-1)
    shown = {
        "accept": forms.AcceptForm(formdata=None),
        "refuse": forms.RefuseForm(formdata=None),
        "return": forms.ReturnForm(formdata=None),
    }
    return page(
        "incidents/handover",
        status,
        offered=offered,
        handover=offered.handover,
        incident=incident,
        log=log,
        corrected=rules.corrections(log),
        playbooks=seen.playbooks,
        reads=False,  # a playbook is the sender's own; the package has its name, version and digest
        forms=shown | typed,
        fingerprint=context().key.fingerprint,
        live_url=stream(incident.trail_id, "incident.handover", tokens, position),
        exercise_mode=incident.exercise,
        **screens.words(),
    )


@may("incidents.view")
def package(handover_id: int) -> ResponseReturnValue:
    """Download the package, byte for byte as it was offered; for its sender and its receiver.

    It holds the whole trail of an exercise, so its players get it after the end.
    """
    here, leads = realm(), principal().may("exercises.lead")

    def work(session: Session) -> bytes:
        found = queries.handover(session, here, handover_id)
        if found.sender_organisation_id == here.organisation_id and not leads:
            actions_handover.spoils_nothing(session, found.incident)
        return queries.package(session, found.id).content

    return attachment(read(work), "overdracht.zip", "application/zip")


@may("handover.receive")
def confirm_receipt(handover_id: int) -> ResponseReturnValue:
    """Say that the package arrived."""
    verb = partial(
        actions_handover.confirm_receipt, realm=realm(), handover_id=handover_id, actor=who(), now=now()
    )
    transact(verb)
    return done(
        _("Receipt is confirmed. The sender sees that."), "incidents.handover", handover_id=handover_id
    )


def _answer(handover_id: int, name: str, form: Any, sentence: str, verb: Verb) -> ResponseReturnValue:
    if not form.validate():
        read(lambda session: queries.handover(session, realm(), handover_id, received=True))
        return handover_page(handover_id, 422, **{name: form})
    try:
        transact(lambda session: verb(session, form))
    except Refused as refusal:
        return handover_page(handover_id, 422, **{name: views_page.told(form, refusal)})
    return done(sentence, "incidents.handover", handover_id=handover_id)


@may("handover.receive")
def accept(handover_id: int) -> ResponseReturnValue:
    """Take the incident over."""

    def verb(session: Session, form: forms.AcceptForm) -> None:
        note = said(form.note)
        actions_handover.accept(session, realm(), handover_id, note=note, actor=who(), now=now())

    return _answer(handover_id, "accept", forms.AcceptForm(), _("You have taken the incident over."), verb)


@may("handover.receive")
def refuse(handover_id: int) -> ResponseReturnValue:
    """Do not take the incident over."""

    def verb(session: Session, form: forms.RefuseForm) -> None:
        reason = said(form.reason)
        actions_handover.refuse(session, realm(), handover_id, reason=reason, actor=who(), now=now())

    return _answer(handover_id, "refuse", forms.RefuseForm(), _("The handover is refused."), verb)


@may("handover.receive")
def give_back(handover_id: int) -> ResponseReturnValue:
    """Return the incident to the municipality."""

    def verb(session: Session, form: forms.ReturnForm) -> None:
        reason = said(form.reason)
        actions_handover.give_back(session, realm(), handover_id, reason=reason, actor=who(), now=now())

    return _answer(handover_id, "return", forms.ReturnForm(), _("The incident is returned."), verb)
