"""What became of a file that was brought in, kept with the draft that was made of it."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.db import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_import_reports_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["playbook_drafts.id"], name="fk_import_reports_draft_id_playbook_drafts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_reports"),
        sa.UniqueConstraint("draft_id", name="uq_import_reports_draft_id"),
    )
    op.create_index("ix_import_reports_organisation_id", "import_reports", ["organisation_id"], unique=False)
