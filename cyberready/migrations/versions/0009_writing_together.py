"""What is being typed in drafts, and comments on steps."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.db import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_pads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_draft_pads_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["playbook_drafts.id"], name="fk_draft_pads_draft_id_playbook_drafts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_draft_pads"),
        sa.UniqueConstraint("draft_id", "account", "section", name="uq_draft_pads_draft_id_account_section"),
    )
    op.create_table(
        "step_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolved_name", sa.String(), nullable=True),
        sa.Column("resolved_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_step_comments_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name="fk_step_comments_playbook_id_playbooks"
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["playbook_drafts.id"], name="fk_step_comments_draft_id_playbook_drafts"
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["playbook_releases.id"], name="fk_step_comments_release_id_playbook_releases"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_step_comments"),
    )
    for column in ("playbook_id", "draft_id", "release_id"):
        op.create_index(f"ix_step_comments_{column}", "step_comments", [column])
