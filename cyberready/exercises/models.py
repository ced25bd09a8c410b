"""Tables of exercises: scenario releases, exercises, their injects, participants, confirmed addresses."""

from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.exercises.rules import InjectState, State
from cyberready.kernel.clock import ExerciseClock
from cyberready.platform import guards
from cyberready.platform.db import Base, Moment, Span


class ScenarioRelease(Base):
    """A scenario as published: the source text verbatim and its SHA-256; never edited again."""

    __tablename__ = "scenario_releases"
    __table_args__ = (UniqueConstraint("organisation_id", "slug", "language", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    slug: Mapped[str]
    language: Mapped[str]
    version: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    duration: Mapped[timedelta] = mapped_column(Span)
    inject_count: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    digest: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(Moment)


class Exercise(Base):
    """One exercise; its clock is three facts (banked, running since, pace) and never ticks.

    ``playbook_release_id`` is the version of the playbook that was current when the exercise was planned; it stays.
    """

    __tablename__ = "exercises"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("scenario_releases.id"))
    playbook_release_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_releases.id"))
    trail_id: Mapped[int] = mapped_column(ForeignKey("trails.id"))
    leader_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default=State.PLANNED, index=True)
    join_code: Mapped[str] = mapped_column(unique=True)
    planned_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    variables: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    banked: Mapped[timedelta] = mapped_column(Span, default=timedelta())
    running_since: Mapped[datetime | None] = mapped_column(Moment)
    pace_numerator: Mapped[int] = mapped_column(default=1)
    pace_denominator: Mapped[int] = mapped_column(default=1)
    release: Mapped[ScenarioRelease] = relationship(lazy="raise_on_sql")

    @property
    def clock(self) -> ExerciseClock:
        """The exercise clock as a value."""
        pace = Fraction(self.pace_numerator, self.pace_denominator)
        return ExerciseClock(self.banked, self.running_since, pace)

    @clock.setter
    def clock(self, clock: ExerciseClock) -> None:
        self.banked, self.running_since = clock.banked, clock.running_since
        self.pace_numerator, self.pace_denominator = clock.pace.numerator, clock.pace.denominator


class Inject(Base):
    """One inject or decision point of an exercise, copied from the scenario at planning or added on the way."""

    __tablename__ = "exercise_injects"
    __table_args__ = (
        UniqueConstraint("exercise_id", "key"),
        Index("ix_exercise_injects_pending", "exercise_id", "state", "offset"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercises.id"))
    key: Mapped[str]
    number: Mapped[int]
    offset: Mapped[timedelta] = mapped_column(Span)
    channel: Mapped[str]
    sender: Mapped[str]
    to: Mapped[list[str]] = mapped_column(JSON)
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    expected: Mapped[str] = mapped_column(Text, default="")
    step: Mapped[str | None]
    objective: Mapped[str | None]
    critical: Mapped[bool] = mapped_column(default=False)
    when_decision: Mapped[str | None]
    when_option: Mapped[str | None]
    options: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    chosen: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=InjectState.PENDING)
    fired_at: Mapped[datetime | None] = mapped_column(Moment)
    late: Mapped[timedelta] = mapped_column(Span, default=timedelta())

    @property
    def is_decision(self) -> bool:
        """Whether this is a decision point, which asks for a choice."""
        return self.options is not None


class Participant(Base):
    """Someone who takes part: joined by code without an account, or with one."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("exercise_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercises.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    team: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    address: Mapped[str | None]
    generation: Mapped[int] = mapped_column(default=1)
    joined_at: Mapped[datetime] = mapped_column(Moment)


guards.protect("scenario_releases")
