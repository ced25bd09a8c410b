"""Tables of writing together: images, what is being typed, comments on steps."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cyberready.platform import guards
from cyberready.platform.db import Base, Moment


class PlaybookImage(Base):
    """An image of an organisation's playbooks, kept under the SHA-256 of its bytes; a text names it by that.

    ``data`` is only loaded by questions that say so. Releases show it, so a row is never changed or removed.
    """

    __tablename__ = "playbook_images"
    __table_args__ = (UniqueConstraint("organisation_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    digest: Mapped[str]
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    kept_at: Mapped[datetime] = mapped_column(Moment)
    kept_by: Mapped[str]

    @property
    def markdown_target(self) -> str:
        """How a text names this image: ``![alt](image:…)``."""
        return f"image:{self.digest}"


class DraftPad(Base):
    """What somebody is typing in one section of a draft and has not saved; one per person and section.

    ``account`` is the reference of the actor, ``section`` the key of the section and empty for the whole text. ``base``
    says which text one began from: the digest of the section, for the whole text the number of the revision.
    """

    __tablename__ = "draft_pads"
    __table_args__ = (UniqueConstraint("draft_id", "account", "section"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    draft_id: Mapped[int] = mapped_column(ForeignKey("playbook_drafts.id"))
    account: Mapped[str]
    section: Mapped[str]
    base: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class StepComment(Base):
    """What somebody says about a step of a draft or of a release; ``step_id`` is empty for the whole playbook.

    Only resolving is added later.
    """

    __tablename__ = "step_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_drafts.id"), index=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_releases.id"), index=True)
    step_id: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    resolved_by: Mapped[str | None]
    resolved_name: Mapped[str | None]
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def ref(self) -> str:
        """How the trail names it, and a finding that was made of it."""
        return f"comment:{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.resolved_at is None


guards.protect("playbook_images")
