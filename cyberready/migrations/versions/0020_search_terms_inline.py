"""Search: the terms stay with their row, so that ranking does not fetch each from a store apart."""

from alembic import op

from cyberready.platform.search.models import KEEP_TERMS_INLINE

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in KEEP_TERMS_INLINE:
            op.execute(statement)
