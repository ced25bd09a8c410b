"""Tables of playbooks: the playbooks of an organisation, their releases and withdrawals, never edited again."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.platform import guards
from cyberready.platform.db import Base, Moment


class Playbook(Base):
    """A playbook of an organisation; what it says is in its releases."""

    __tablename__ = "playbooks"
    __table_args__ = (
        UniqueConstraint("organisation_id", "slug"),
        Index("ix_playbooks_trail_id", "trail_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    slug: Mapped[str]
    trail_id: Mapped[int | None] = mapped_column(ForeignKey("trails.id"))


class PlaybookRelease(Base):
    """A playbook as published: the canonical source and its SHA-256, with what a list of playbooks shows.

    ``source`` is only loaded by questions that say so; ``published_by`` is the reference of the actor. ``change`` and
    ``note`` say what this version asks of its readers and why it was made; ``translates`` is the version of the other
    language that it is a translation of, or empty.
    """

    __tablename__ = "playbook_releases"
    __table_args__ = (UniqueConstraint("playbook_id", "language", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    slug: Mapped[str]
    language: Mapped[str]
    version: Mapped[str]
    change: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    translates: Mapped[str]
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
    withdrawal: Mapped["PlaybookWithdrawal | None"] = relationship(lazy="raise_on_sql", viewonly=True)


class PlaybookWithdrawal(Base):
    """That a release is no longer to be followed, and why; the release itself stays readable."""

    __tablename__ = "playbook_withdrawals"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("playbook_releases.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


guards.protect("playbook_releases")
guards.protect("playbook_withdrawals")
