"""What an organisation filled in for its playbooks."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.db import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "placeholder_values",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("filled_at", Moment(), nullable=False),
        sa.Column("filled_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_placeholder_values_organisation_id_organisations",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_placeholder_values"),
        sa.UniqueConstraint(
            "organisation_id", "slug", "key", name="uq_placeholder_values_organisation_id_slug_key"
        ),
    )
