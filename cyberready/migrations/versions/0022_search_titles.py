"""Search: what something is called, in plain words, so that it comes first for who asks for just that."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "search_documents", sa.Column("called", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    op.create_index("ix_search_documents_called", "search_documents", ["organisation_id", "called"])
