"""Live frames of incidents: what each screen gets for a new trail entry."""

from datetime import datetime

from sqlalchemy.orm import Session

from cyberready.trail.rules import Line


def frame(session: Session, screen: str, line: Line, now: datetime) -> str | None:
    """Render *line* for one of the screens of incidents."""
    del session, screen, line, now
    return None
