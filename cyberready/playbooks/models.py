"""Tables of playbooks: the playbooks of an organisation and their releases, which are never edited again."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.platform import guards
from cyberready.platform.db import Base, Moment


class Playbook(Base):
    """A playbook of an organisation; what it says is in its releases."""

    __tablename__ = "playbooks"
    __table_args__ = (UniqueConstraint("organisation_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    slug: Mapped[str]


class PlaybookRelease(Base):
    """A playbook as published: the canonical source and its SHA-256, with what a list of playbooks shows.

    ``source`` is only loaded by questions that say so; ``published_by`` is the reference of the actor.
    """

    __tablename__ = "playbook_releases"
    __table_args__ = (UniqueConstraint("playbook_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    slug: Mapped[str]
    language: Mapped[str]
    version: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(Text)
    owner: Mapped[str]
    tlp: Mapped[str]
    review_months: Mapped[int | None]
    step_count: Mapped[int]
    source: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    digest: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[str]
    playbook: Mapped[Playbook] = relationship(lazy="raise_on_sql")


guards.protect("playbook_releases")
