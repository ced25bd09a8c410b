"""Which finding was filed because a step went wrong again."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("finding_retests") as table:
        table.add_column(sa.Column("filed_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_finding_retests_filed_id_findings", "findings", ["filed_id"], ["id"])
