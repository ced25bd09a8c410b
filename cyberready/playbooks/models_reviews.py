"""Tables of looking after a playbook: who owns it and who must know it, reviews, and who has read which version."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cyberready.platform import guards
from cyberready.platform.db import Base, Moment


class PlaybookCare(Base):
    """Who looks after a playbook, and the roles that must have read it."""

    __tablename__ = "playbook_care"

    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"), primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    readers: Mapped[list[str]] = mapped_column(JSON, default=list)


class ReviewConfirmation(Base):
    """That somebody looked at a release and left it as it is; never changed again."""

    __tablename__ = "review_confirmations"

    id: Mapped[int] = mapped_column(primary_key=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("playbook_releases.id"))
    by: Mapped[str]
    by_name: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class ReviewRequest(Base):
    """That a playbook was used on an occasion (``exercise:4``) and is to be looked at because of it."""

    __tablename__ = "review_requests"
    __table_args__ = (UniqueConstraint("playbook_id", "occasion"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    occasion: Mapped[str]
    title: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)


class Reading(Base):
    """That a person has read and understood a release; never changed again."""

    __tablename__ = "readings"
    __table_args__ = (UniqueConstraint("release_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("playbook_releases.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)


guards.protect("review_confirmations")
guards.protect("readings")
