"""Tables of the desk: of what people were reminded, and when an organisation's reminders were last looked at."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cyberready.platform.db import Base, Moment


class ReminderRound(Base):
    """That the reminders of an organisation were looked at on a day; who writes the row sends them, nobody else."""

    __tablename__ = "reminder_rounds"
    __table_args__ = (UniqueConstraint("organisation_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(Moment)


class Reminder(Base):
    """That a person was reminded of a stage of something that waits for him or her (``review:4:2027-11-23:two_weeks``)."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("account_id", "organisation_id", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    mark: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
