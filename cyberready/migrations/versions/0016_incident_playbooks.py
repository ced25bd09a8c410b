"""The playbooks that an incident follows, each in the version that was taken up."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident_playbooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("taken_up_at", Moment(), nullable=False),
        sa.Column("taken_up_by", sa.String(), nullable=False),
        sa.Column("taken_up_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_playbooks_incident_id_incidents"
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["playbook_releases.id"],
            name="fk_incident_playbooks_release_id_playbook_releases",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incident_playbooks"),
        sa.UniqueConstraint("incident_id", "number", name="uq_incident_playbooks_incident_id_number"),
    )
    connection = op.get_bind()
    guards.run(connection, guards.immutable(connection.dialect.name, "incident_playbooks"))
