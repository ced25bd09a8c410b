"""Tables of writing and approving: drafts and every text they had, mandates, approvals, delegations."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cyberready.platform import guards
from cyberready.platform.db import Base, Moment
from cyberready.playbooks.lifecycle import State


class Draft(Base):
    """A text on its way to becoming a release of one playbook in one language.

    ``version`` is the number of the draft; ``change`` and ``note`` say what the release will be and why; ``mandate_id``
    is who must approve, fixed when it was submitted; ``author`` is the reference of an actor,
    ``described_by`` those of everyone whose words or choice the change note is, with spaces between them.
    ``source`` is only loaded by questions that say so. What is published or abandoned is never changed again.
    """

    __tablename__ = "playbook_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    slug: Mapped[str]
    language: Mapped[str]
    title: Mapped[str]
    version: Mapped[str]
    state: Mapped[str]
    change: Mapped[str]
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    digest: Mapped[str]
    revision: Mapped[int]
    author: Mapped[str]
    author_name: Mapped[str]
    described_by: Mapped[str]
    origin: Mapped[str] = mapped_column(default="")
    base_release_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_releases.id"))
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_mandates.id"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_releases.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def about(self) -> str:
        """How entries in the trail name it."""
        return f"draft:{self.id}"


class DraftRevision(Base):
    """A text that a draft had; ``by`` is who saved it."""

    __tablename__ = "draft_revisions"
    __table_args__ = (UniqueConstraint("draft_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("playbook_drafts.id"))
    number: Mapped[int]
    source: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    digest: Mapped[str]
    by: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


class DraftWriter(Base):
    """Somebody who wrote a text before it was brought in; ``writer`` and ``named_by`` are references of actors."""

    __tablename__ = "draft_writers"
    __table_args__ = (UniqueConstraint("draft_id", "writer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("playbook_drafts.id"))
    writer: Mapped[str]
    name: Mapped[str]
    named_by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)


class PlaybookMandate(Base):
    """Who approves a playbook, from ``set_at`` on; a changed mandate is a new row."""

    __tablename__ = "playbook_mandates"

    id: Mapped[int] = mapped_column(primary_key=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"), index=True)
    in_order: Mapped[bool]
    set_by: Mapped[str]
    set_by_name: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(Moment)
    approvers: Mapped[list["MandateApprover"]] = relationship(
        lazy="raise_on_sql", order_by="MandateApprover.position"
    )


class MandateApprover(Base):
    """One approver in a mandate: the function as it is written under an approval, and the account."""

    __tablename__ = "mandate_approvers"
    __table_args__ = (UniqueConstraint("mandate_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mandate_id: Mapped[int] = mapped_column(ForeignKey("playbook_mandates.id"))
    position: Mapped[int]
    function: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))


class Approval(Base):
    """What one approver said of one text, with the name and function as they were; only lapsing is added later."""

    __tablename__ = "approvals"
    __table_args__ = (
        Index(
            "ix_approvals_valid",
            "draft_id",
            "position",
            unique=True,
            sqlite_where=text("lapsed_at IS NULL AND verdict = 'approved'"),
            postgresql_where=text("lapsed_at IS NULL AND verdict = 'approved'"),
        ),
        Index("ix_approvals_draft_id", "draft_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("playbook_drafts.id"))
    digest: Mapped[str]
    position: Mapped[int]
    function: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    on_behalf_name: Mapped[str] = mapped_column(default="")
    verdict: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    lapsed_at: Mapped[datetime | None] = mapped_column(Moment)
    lapsed_by: Mapped[str] = mapped_column(default="")
    remarks: Mapped[list["ApprovalRemark"]] = relationship(lazy="raise_on_sql", order_by="ApprovalRemark.id")


class ApprovalRemark(Base):
    """What an approver wants changed; ``step_id`` is empty for the whole playbook."""

    __tablename__ = "approval_remarks"

    id: Mapped[int] = mapped_column(primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id"), index=True)
    step_id: Mapped[str]
    text: Mapped[str] = mapped_column(Text)


class Delegation(Base):
    """An approver who is absent lets a deputy approve from ``starts_at`` until ``ends_at``."""

    __tablename__ = "delegations"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)


CLOSED = f"OLD.state IN ('{State.PUBLISHED}', '{State.ABANDONED}')"
KEPT = (
    "id",
    "draft_id",
    "digest",
    "position",
    "function",
    "account_id",
    "name",
    "on_behalf_name",
    "verdict",
    "at",
)
REWRITTEN = " OR ".join(
    [
        "OLD.lapsed_at IS NOT NULL",
        "COALESCE(NEW.on_behalf_of, 0) <> COALESCE(OLD.on_behalf_of, 0)",
        *(f"NEW.{column} <> OLD.{column}" for column in KEPT),
    ]
)


def draft_guards(dialect: str) -> list[str]:
    """Return the statements that keep what was published or abandoned as it was, and let no draft disappear."""
    return guards.lasting(dialect, "playbook_drafts", CLOSED)


def approval_guards(dialect: str) -> list[str]:
    """Return the statements that let an approval lapse once and change in nothing else."""
    return guards.lasting(dialect, "approvals", REWRITTEN)


for _table in (
    "draft_revisions",
    "draft_writers",
    "playbook_mandates",
    "mandate_approvers",
    "approval_remarks",
):
    guards.protect(_table)
guards.guard("playbook_drafts", draft_guards)
guards.guard("approvals", approval_guards)
