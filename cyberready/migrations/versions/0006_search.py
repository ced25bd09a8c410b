"""Search: what can be found, the words in it, and the index of the engine."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform.search.models import INDEX_STATEMENTS

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("permission", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("within", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_search_documents_organisation_id_organisations",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_documents"),
    )
    op.create_index("ix_search_documents_source", "search_documents", ["organisation_id", "source"])
    op.create_table(
        "search_words",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_search_words_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "word", name="pk_search_words"),
    )
    for statement in INDEX_STATEMENTS[op.get_bind().dialect.name]:
        op.execute(statement)
