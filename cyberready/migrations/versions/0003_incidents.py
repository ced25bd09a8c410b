"""Incidents and handovers."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("trail_id", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("rung", sa.String(), nullable=False),
        sa.Column("grip", sa.String(), nullable=True),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("declared_at", Moment(), nullable=False),
        sa.Column("escalated_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("decision_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=("fk_incidents_exercise_id_exercises")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=("fk_incidents_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["trail_id"], ["trails.id"], name=("fk_incidents_trail_id_trails")),
        sa.PrimaryKeyConstraint("id", name=("pk_incidents")),
        sa.UniqueConstraint("exercise_id", name=("uq_incidents_exercise_id")),
        sa.UniqueConstraint("trail_id", name=("uq_incidents_trail_id")),
    )
    op.create_index(("ix_incidents_organisation_id"), "incidents", ["organisation_id"], unique=False)
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("sender_organisation_id", sa.Integer(), nullable=False),
        sa.Column("receiver_organisation_id", sa.Integer(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("receiver_name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("offered_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=("fk_handovers_incident_id_incidents")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_organisation_id"],
            ["organisations.id"],
            name=("fk_handovers_receiver_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["sender_organisation_id"],
            ["organisations.id"],
            name=("fk_handovers_sender_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_handovers")),
        sa.UniqueConstraint("identifier", name=("uq_handovers_identifier")),
        sa.UniqueConstraint("incident_id", "number", name=("uq_handovers_incident_id_number")),
    )
    op.create_index(
        ("ix_handovers_receiver_organisation_id"), "handovers", ["receiver_organisation_id"], unique=False
    )
    op.create_table(
        "handover_packages",
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handovers.id"], name=("fk_handover_packages_handover_id_handovers")
        ),
        sa.PrimaryKeyConstraint("handover_id", name=("pk_handover_packages")),
    )
    guards.run(op.get_bind(), guards.immutable(op.get_bind().dialect.name, "handover_packages"))
