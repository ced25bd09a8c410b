"""What a crisis kit says besides its playbooks, so that a changed telephone number makes it out of date."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("crisis_kits", sa.Column("facts", sa.JSON(), nullable=False, server_default="{}"))
