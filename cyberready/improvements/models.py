"""Tables of improvements: findings, the improvements they lead to, and what is to be tested again."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.improvements.rules import FindingState, Priority, Status
from cyberready.platform.db import Base, Moment


class Improvement(Base):
    """What is to become better: by whom, by when, and what shows that it did.

    ``draft_id`` is the draft of a playbook that carries it out; ``version`` the published one that did.
    """

    __tablename__ = "improvements"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    due_on: Mapped[date]
    priority: Mapped[str] = mapped_column(default=Priority.NORMAL)
    status: Mapped[str] = mapped_column(default=Status.OPEN)
    evidence: Mapped[str] = mapped_column(Text, default="")
    slug: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="nl")
    step_id: Mapped[str] = mapped_column(default="")
    draft_id: Mapped[int | None] = mapped_column(index=True)
    version: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    findings: Mapped[list["Finding"]] = relationship(
        back_populates="improvement", lazy="raise_on_sql", order_by="Finding.id"
    )


class Finding(Base):
    """Something that should be better, seen on one occasion; it points at a step of a version of a playbook.

    ``occasion`` names where it was seen (``exercise:4``, ``incident:2``, ``comment:9``, or a scan or audit by its
    name); ``slug``, ``version`` and ``step_id`` are empty when it is about no playbook or no step. Put aside without
    ``dismissed_because`` it was withdrawn, as the evaluation point that filed it was judged otherwise after all.
    """

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_playbook", "organisation_id", "slug", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    origin: Mapped[str]
    occasion: Mapped[str]
    occasion_title: Mapped[str]
    slug: Mapped[str] = mapped_column(default="")
    playbook_title: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="nl")
    version: Mapped[str] = mapped_column(default="")
    step_id: Mapped[str] = mapped_column(default="")
    step_title: Mapped[str] = mapped_column(default="")
    theme: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    filed_by: Mapped[str]
    filed_by_name: Mapped[str]
    filed_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(default=FindingState.OPEN)
    dismissed_because: Mapped[str] = mapped_column(Text, default="")
    improvement_id: Mapped[int | None] = mapped_column(ForeignKey("improvements.id"), index=True)
    improvement: Mapped[Improvement | None] = relationship(back_populates="findings", lazy="raise_on_sql")


class Retest(Base):
    """A finding that an exercise looks at again; ``outcome`` is empty until somebody judged it.

    ``filed_id`` is the finding that was filed because it went wrong again.
    """

    __tablename__ = "finding_retests"
    __table_args__ = (UniqueConstraint("finding_id", "exercise_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"))
    exercise_id: Mapped[int] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(Text, default="")
    taken_at: Mapped[datetime] = mapped_column(Moment)
    judged_at: Mapped[datetime | None] = mapped_column(Moment)
    filed_id: Mapped[int | None] = mapped_column(ForeignKey("findings.id"))
    finding: Mapped[Finding] = relationship(lazy="raise_on_sql", foreign_keys=[finding_id])
