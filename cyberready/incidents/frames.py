"""Live frames of incidents: what each screen gets for a new trail entry."""

from collections.abc import Callable
from datetime import datetime

from flask import render_template
from sqlalchemy.orm import Session

from cyberready.incidents import queries, rules, screens
from cyberready.incidents.models import Incident
from cyberready.incidents.rules import HANDOVER_KINDS
from cyberready.platform.realm import Realm
from cyberready.trail import queries as trails
from cyberready.trail.rules import STAFF, Kind, Line

Render = Callable[[Session, Incident, Line, datetime], str | None]
PARTS = {
    Kind.EFFECT_TESTED: {"effect"},
    Kind.PLAYBOOK_FOLLOWED: {"playbooks"},
    Kind.INCIDENT_ESCALATED: {"ladder"},
    Kind.INCIDENT_CLOSED: {"ladder", "deadlines"},
    Kind.KNOWLEDGE_ESTABLISHED: {"deadlines"},
    Kind.NOTIFICATION_JUDGED: {"deadlines"},
    **{kind: {"handovers"} for kind in HANDOVER_KINDS},
}


def show(session: Session, incident: Incident, line: Line, now: datetime) -> str | None:
    """The page of an incident: a line of the log, and every part that the entry changes drawn anew."""
    shown = screens.show(session, incident, frozenset({STAFF}), now)
    return render_template(
        "incidents/_frame_show.html",
        line=line,
        shown=shown,
        old=corrected(shown.log, line),
        parts=PARTS.get(line.kind, set()),
        reads=True,  # every role that sees incidents reads playbooks
        **screens.words(),
    )


def corrected(log: screens.Lines, line: Line) -> Line | None:
    """The older entry that *line* corrects, if it corrects one."""
    number = rules.number_in(line, "corrects") if line.kind is Kind.INCIDENT_CORRECTED else None
    return next((one for one in log if one.position == number), None)


def handover(session: Session, incident: Incident, line: Line, now: datetime) -> str | None:
    """The receiver's page of one handover: its steps, the log of the incident, and the playbooks that it follows."""
    del now
    number = rules.number_in(line, "handover") if line.kind in HANDOVER_KINDS else None
    lines = queries.lines(session, incident)
    found = [one for one in queries.handovers(session, incident.id) if one.id == number]
    return render_template(
        "incidents/_frame_handover.html",
        line=line,
        old=corrected(lines, line),
        offered=screens.offers(found, lines)[0] if found else None,
        playbooks=queries.followed(session, incident) if line.kind is Kind.PLAYBOOK_FOLLOWED else (),
        reads=False,
        **screens.words(),
    )


def inbox(session: Session, line: Line) -> str:
    """The receiver's list of handovers, drawn anew."""
    head = trails.trail(session, line.trail_id)
    found = queries.received(session, Realm(head.organisation_id))
    return render_template("incidents/_frame_inbox.html", handovers=found)


SCREENS: dict[str, Render] = {"show": show, "handover": handover}


def silent(screen: str, kind: Kind) -> bool:
    """Whether entries of this kind change nothing on a screen, known without reading anything."""
    return screen == "inbox" and kind not in HANDOVER_KINDS


def frame(session: Session, screen: str, line: Line, now: datetime) -> str | None:
    """Render *line* for one of the screens of incidents; entries about anything else show nothing there."""
    if screen == "inbox":
        return inbox(session, line)
    incident = queries.by_trail(session, line.trail_id)
    if incident is None or line.about != rules.subject(incident.id):
        return None
    return SCREENS[screen](session, incident, line, now)
