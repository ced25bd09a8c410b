"""Looking after playbooks: owners, readers, reviews, readings."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playbook_care",
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("readers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["accounts.id"], name="fk_playbook_care_deputy_id_accounts"),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name="fk_playbook_care_owner_id_accounts"),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name="fk_playbook_care_playbook_id_playbooks"
        ),
        sa.PrimaryKeyConstraint("playbook_id", name="pk_playbook_care"),
    )
    op.create_table(
        "review_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name="fk_review_requests_playbook_id_playbooks"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_requests"),
        sa.UniqueConstraint("playbook_id", "occasion", name="uq_review_requests_playbook_id_occasion"),
    )
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_readings_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["release_id"], ["playbook_releases.id"], name="fk_readings_release_id_playbook_releases"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_readings"),
        sa.UniqueConstraint("release_id", "account_id", name="uq_readings_release_id_account_id"),
    )
    op.create_index("ix_readings_account_id", "readings", ["account_id"], unique=False)
    op.create_table(
        "review_confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name="fk_review_confirmations_playbook_id_playbooks"
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["playbook_releases.id"],
            name="fk_review_confirmations_release_id_playbook_releases",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_confirmations"),
    )
    op.create_index(
        "ix_review_confirmations_playbook_id", "review_confirmations", ["playbook_id"], unique=False
    )
    connection = op.get_bind()
    guards.run(connection, guards.immutable(connection.dialect.name, "review_confirmations", "readings"))
