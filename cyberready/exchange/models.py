"""The table of the exchange: files that wait until their reader has seen what becomes of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cyberready.platform.db import Base, Moment


class KeptUpload(Base):
    """A file that was brought in and waits for a yes; ``kept_by`` is the reference of who did, the only one who sees it.

    ``data`` is only loaded by questions that say so. A row goes when the draft is made, when it is thrown away, or a
    day later.
    """

    __tablename__ = "kept_uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    size: Mapped[int]
    digest: Mapped[str]
    kept_by: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(Moment)
