"""Tables of crisis kits: what was made when, and who holds which copy."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.platform.db import Base, Moment


class CrisisKit(Base):
    """A kit that was made; ``versions`` are (title, name, language, version, digest), ``night`` is set for the nightly one.

    ``facts`` are fingerprints of what else it says: contacts, messages, what was filled in; empty for kits of before.
    The files themselves are not kept here: a kit is given to who made it, the nightly one lies in a folder.
    """

    __tablename__ = "crisis_kits"
    __table_args__ = (UniqueConstraint("organisation_id", "night"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    night: Mapped[date | None]
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str]
    made_by_name: Mapped[str]
    digest: Mapped[str]
    encrypted: Mapped[bool]
    versions: Mapped[list[list[str]]] = mapped_column(JSON)
    facts: Mapped[dict[str, str]] = mapped_column(JSON, server_default="{}")


class KitCopy(Base):
    """A copy of a kit that somebody holds, on paper or on a medium; ``told_at`` is when we said that it is out of date."""

    __tablename__ = "kit_copies"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    kit_id: Mapped[int] = mapped_column(ForeignKey("crisis_kits.id"))
    holder: Mapped[str]
    mail: Mapped[str]
    medium: Mapped[str]
    place: Mapped[str]
    handed_at: Mapped[datetime] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    returned_at: Mapped[datetime | None] = mapped_column(Moment)
    kit: Mapped[CrisisKit] = relationship(lazy="raise_on_sql")
