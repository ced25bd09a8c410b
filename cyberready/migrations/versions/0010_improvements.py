"""Findings, improvements, and what an exercise tests again."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.db import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "improvements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_improvements_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name="fk_improvements_owner_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_improvements"),
    )
    op.create_index("ix_improvements_draft_id", "improvements", ["draft_id"], unique=False)
    op.create_index("ix_improvements_organisation_id", "improvements", ["organisation_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("occasion_title", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("playbook_title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("step_title", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("filed_by_name", sa.String(), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("dismissed_because", sa.Text(), nullable=False),
        sa.Column("improvement_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["improvement_id"], ["improvements.id"], name="fk_findings_improvement_id_improvements"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_findings_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_improvement_id", "findings", ["improvement_id"], unique=False)
    op.create_index("ix_findings_playbook", "findings", ["organisation_id", "slug", "state"], unique=False)
    op.create_table(
        "finding_retests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.Column("judged_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name="fk_finding_retests_finding_id_findings"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_finding_retests_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_finding_retests"),
        sa.UniqueConstraint("finding_id", "exercise_id", name="uq_finding_retests_finding_id_exercise_id"),
    )
    op.create_index("ix_finding_retests_exercise_id", "finding_retests", ["exercise_id"], unique=False)
    op.create_index(
        "ix_finding_retests_organisation_id", "finding_retests", ["organisation_id"], unique=False
    )
