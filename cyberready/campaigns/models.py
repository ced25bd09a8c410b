"""Tables of campaigns: campaigns, their activities, addresses of audiences, calendar feeds."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.campaigns.rules import ActivityKind, Content, State
from cyberready.platform.db import Base, Moment


class Campaign(Base):
    """What an organisation wants to reach with whom; ``audiences`` gives the name of each key."""

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    source: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(Text)
    goal: Mapped[str] = mapped_column(Text)
    baseline: Mapped[str] = mapped_column(Text)
    indicator: Mapped[str] = mapped_column(Text)
    audiences: Mapped[dict[str, str]] = mapped_column(JSON)
    owner_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    starts_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    planned_at: Mapped[datetime] = mapped_column(Moment)
    activities: Mapped[list["Activity"]] = relationship(
        back_populates="campaign", lazy="raise_on_sql", order_by="Activity.due_at, Activity.id"
    )


class Activity(Base):
    """One dated activity; ``version`` rises with every change and is the SEQUENCE of its calendar event.

    ``approved_digest`` is what was agreed to;
    ``remark`` is why it was sent back or withdrawn, or how it went. ``fan_out_after`` is the number of the last address for which mail was
    put in the outbox, None when all were.
    """

    __tablename__ = "campaign_activities"
    __table_args__ = (
        UniqueConstraint("organisation_id", "page_slug"),
        Index("ix_campaign_activities_due", "state", "due_at"),
        Index("ix_campaign_activities_month", "organisation_id", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    uid: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    audience: Mapped[list[str]] = mapped_column(JSON)
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    owner_task: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(default=State.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    author_ref: Mapped[str]
    author_name: Mapped[str]
    editor_ref: Mapped[str]
    editor_name: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(Moment)
    remark: Mapped[str] = mapped_column(Text, default="")
    approved_digest: Mapped[str | None]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    overdue_at: Mapped[datetime | None] = mapped_column(Moment)
    happened_at: Mapped[datetime | None] = mapped_column(Moment)
    late: Mapped[bool] = mapped_column(default=False)
    recipients: Mapped[int | None]
    fan_out_after: Mapped[int | None]
    page_slug: Mapped[str | None]
    campaign: Mapped[Campaign] = relationship(back_populates="activities", lazy="raise_on_sql")

    @property
    def content(self) -> Content:
        """What an approver agrees to."""
        return Content(
            kind=ActivityKind(self.kind),
            audience=tuple(self.audience),
            title=self.title,
            body=self.body,
            owner_task=self.owner_task,
            due_at=self.due_at,
        )

    @property
    def digest(self) -> str:
        """The digest of the content as it is now."""
        return self.content.digest(self.campaign_id)


class AudienceAddress(Base):
    """One mail address of an audience, given to this organisation for its campaigns."""

    __tablename__ = "audience_addresses"
    __table_args__ = (UniqueConstraint("organisation_id", "audience", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    audience: Mapped[str]
    address: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Moment)


class CalendarFeed(Base):
    """The secret address of an organisation's calendar; kept readable because it must be shown again."""

    __tablename__ = "calendar_feeds"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(unique=True)
    renewed_at: Mapped[datetime] = mapped_column(Moment)
