"""Tables of regional templates: what a region offers, what a municipality built on it, what it decided about changes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.platform import guards
from cyberready.platform.db import Base, Moment
from cyberready.playbooks.models import PlaybookRelease


class PlaybookTemplate(Base):
    """A release that a safety region offers to its municipalities, until ``ended_at``."""

    __tablename__ = "playbook_templates"
    __table_args__ = (UniqueConstraint("release_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("playbook_releases.id"))
    offered_at: Mapped[datetime] = mapped_column(Moment)
    offered_by: Mapped[str]
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    release: Mapped[PlaybookRelease] = relationship(lazy="raise_on_sql")


class PlaybookBase(Base):
    """The template from which a playbook of a municipality was made: ``release_id`` is that release, in one language.

    ``template_playbook_id`` is the region's playbook, whose later templates are compared with that release. When every
    change up to release ``settled_id`` was decided about that is kept here; what was taken over stands in draft
    ``settled_in`` and counts until that is abandoned.
    """

    __tablename__ = "playbook_bases"
    __table_args__ = (UniqueConstraint("playbook_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    language: Mapped[str]
    template_playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("playbook_releases.id"))
    built_at: Mapped[datetime] = mapped_column(Moment)
    built_by: Mapped[str]
    settled_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_releases.id"))
    settled_in: Mapped[int | None] = mapped_column(ForeignKey("playbook_drafts.id"))


class TemplateDecision(Base):
    """What a municipality did with one change of a template: ``text`` is what the template then said there.

    ``key`` names the part as in ``merging``. What was taken over or written stands in a draft; it counts no longer
    when that draft is abandoned.
    """

    __tablename__ = "template_decisions"
    __table_args__ = (Index("ix_template_decisions_base_id", "base_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    base_id: Mapped[int] = mapped_column(ForeignKey("playbook_bases.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("playbook_releases.id"))
    key: Mapped[str]
    verdict: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_drafts.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str]
    by_name: Mapped[str]


guards.protect("template_decisions")
