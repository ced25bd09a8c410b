"""Tables of writing: images in playbooks."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
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


guards.protect("playbook_images")
