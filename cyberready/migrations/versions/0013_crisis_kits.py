"""Crisis kits and who holds a copy."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.db import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crisis_kits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_by_name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("encrypted", sa.Boolean(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_crisis_kits_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_crisis_kits"),
        sa.UniqueConstraint("organisation_id", "night", name="uq_crisis_kits_organisation_id_night"),
    )
    op.create_table(
        "kit_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kit_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("handed_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("returned_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["kit_id"], ["crisis_kits.id"], name="fk_kit_copies_kit_id_crisis_kits"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_kit_copies_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kit_copies"),
    )
    op.create_index("ix_kit_copies_organisation_id", "kit_copies", ["organisation_id"], unique=False)
