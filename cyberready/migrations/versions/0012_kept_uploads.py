"""Files that were brought in and wait until their reader has seen what becomes of them."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.db import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
        sa.Column("kept_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_kept_uploads_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kept_uploads"),
    )
    op.create_index("ix_kept_uploads_organisation_id", "kept_uploads", ["organisation_id"])


def downgrade() -> None:
    op.drop_index("ix_kept_uploads_organisation_id", "kept_uploads")
    op.drop_table("kept_uploads")
