"""Table of what an organisation filled in for its playbooks."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cyberready.platform.db import Base, Moment


class PlaceholderValue(Base):
    """What stands for ``{{ key }}``: in every playbook when ``slug`` is empty, else in that one only."""

    __tablename__ = "placeholder_values"
    __table_args__ = (UniqueConstraint("organisation_id", "slug", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    slug: Mapped[str]
    key: Mapped[str]
    value: Mapped[str]
    filled_at: Mapped[datetime] = mapped_column(Moment)
    filled_by: Mapped[str]
