"""Who wrote a text before it was brought in as a file."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_writers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["playbook_drafts.id"], name="fk_draft_writers_draft_id_playbook_drafts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_draft_writers"),
        sa.UniqueConstraint("draft_id", "writer", name="uq_draft_writers_draft_id_writer"),
    )
    connection = op.get_bind()
    guards.run(connection, guards.immutable(connection.dialect.name, "draft_writers"))
