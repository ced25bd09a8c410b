"""Tables of incidents: the incident as it stands, the playbooks it follows, its handovers, and the packages of those."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.incidents.rules import HandoverState
from cyberready.kernel.ladder import Position
from cyberready.platform import guards
from cyberready.platform.db import Base, Moment


class Incident(Base):
    """One incident as it stands now; what happened is only in its trail.

    A real incident has a trail of its own; one inside an exercise writes to the trail of the exercise, of which there is
    at most one.
    """

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    trail_id: Mapped[int] = mapped_column(ForeignKey("trails.id"), unique=True)
    exercise_id: Mapped[int | None] = mapped_column(ForeignKey("exercises.id"), unique=True)
    title: Mapped[str]
    role: Mapped[str]
    rung: Mapped[str]
    grip: Mapped[str | None]
    since: Mapped[datetime] = mapped_column(Moment)
    declared_at: Mapped[datetime] = mapped_column(Moment)
    escalated_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_count: Mapped[int] = mapped_column(default=0)

    @property
    def exercise(self) -> bool:
        """Whether it is played, not real."""
        return self.exercise_id is not None

    @property
    def number(self) -> str:
        """What people call it: year and serial number."""
        return f"{self.declared_at.year}-{self.id:04}"

    @property
    def position(self) -> Position:
        """Where it stands on the escalation ladder."""
        return Position(self.rung, self.grip)


class IncidentPlaybook(Base):
    """That an incident took up a release of a playbook, by whom and when; never changed.

    ``number`` counts what one incident took up, from 1: two who take up the same at one instant meet there. Of several
    releases of one playbook it follows the one that was taken up last.
    """

    __tablename__ = "incident_playbooks"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    number: Mapped[int]
    release_id: Mapped[int] = mapped_column(ForeignKey("playbook_releases.id"))
    taken_up_at: Mapped[datetime] = mapped_column(Moment)
    taken_up_by: Mapped[str]
    taken_up_by_name: Mapped[str]


class Handover(Base):
    """One offer of an incident to another organisation, and where it stands; names are those at the offer."""

    __tablename__ = "handovers"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    sender_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    receiver_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    sender_name: Mapped[str]
    receiver_name: Mapped[str]
    number: Mapped[int]
    identifier: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=HandoverState.OFFERED)
    offered_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    incident: Mapped[Incident] = relationship(lazy="raise_on_sql")


class HandoverPackage(Base):
    """The bytes of the package that was offered, as they were signed; never changed."""

    __tablename__ = "handover_packages"

    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)


guards.protect("incident_playbooks")
guards.protect("handover_packages")
