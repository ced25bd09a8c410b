"""Reminders: the rounds of an organisation, and of what each person was reminded."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.db import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_reminder_rounds_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_rounds"),
        sa.UniqueConstraint("organisation_id", "day", name="uq_reminder_rounds_organisation_id_day"),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_reminders_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_reminders_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.UniqueConstraint(
            "account_id", "organisation_id", "mark", name="uq_reminders_account_id_organisation_id_mark"
        ),
    )
    op.create_index("ix_reminders_organisation_id", "reminders", ["organisation_id"], unique=False)
