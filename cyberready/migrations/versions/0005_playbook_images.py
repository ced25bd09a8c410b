"""Images in playbooks."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playbook_images",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", Moment(), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_playbook_images_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_images"),
        sa.UniqueConstraint("organisation_id", "digest", name="uq_playbook_images_organisation_id_digest"),
    )
    connection = op.get_bind()
    guards.run(connection, guards.immutable(connection.dialect.name, "playbook_images"))
