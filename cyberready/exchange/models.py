"""The tables of the exchange: files that wait until their reader has seen what becomes of them, and what became of them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary
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


class ImportReport(Base):
    """What became of the file called ``name`` that a draft was made of; ``remarks`` are as `Report.plain` gives them.

    A row goes after its draft was published or abandoned, when the next file comes in.
    """

    __tablename__ = "import_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("playbook_drafts.id"), unique=True)
    name: Mapped[str]
    remarks: Mapped[list[list[object]]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment)
