"""Campaigns."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.db import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audience_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=("fk_audience_addresses_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_audience_addresses")),
        sa.UniqueConstraint(
            "organisation_id",
            "audience",
            "address",
            name=("uq_audience_addresses_organisation_id_audience_address"),
        ),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("renewed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=("fk_calendar_feeds_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=("pk_calendar_feeds")),
        sa.UniqueConstraint("secret", name=("uq_calendar_feeds_secret")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("baseline", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("planned_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=("fk_campaigns_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=("fk_campaigns_owner_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=("pk_campaigns")),
    )
    op.create_index(("ix_campaigns_organisation_id"), "campaigns", ["organisation_id"], unique=False)
    op.create_table(
        "campaign_activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("owner_task", sa.Text(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_ref", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("editor_ref", sa.String(), nullable=False),
        sa.Column("editor_name", sa.String(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("approved_digest", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", Moment(), nullable=True),
        sa.Column("overdue_at", Moment(), nullable=True),
        sa.Column("happened_at", Moment(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=True),
        sa.Column("fan_out_after", sa.Integer(), nullable=True),
        sa.Column("page_slug", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=("fk_campaign_activities_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=("fk_campaign_activities_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_campaign_activities")),
        sa.UniqueConstraint(
            "organisation_id", "page_slug", name=("uq_campaign_activities_organisation_id_page_slug")
        ),
        sa.UniqueConstraint("uid", name=("uq_campaign_activities_uid")),
    )
    op.create_index(
        ("ix_campaign_activities_campaign_id"), "campaign_activities", ["campaign_id"], unique=False
    )
    op.create_index("ix_campaign_activities_due", "campaign_activities", ["state", "due_at"], unique=False)
    op.create_index(
        "ix_campaign_activities_month", "campaign_activities", ["organisation_id", "due_at"], unique=False
    )
