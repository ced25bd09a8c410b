"""Playbooks and exercises."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment, Span

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playbooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=("fk_playbooks_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_playbooks")),
        sa.UniqueConstraint("organisation_id", "slug", name=("uq_playbooks_organisation_id_slug")),
    )
    op.create_table(
        "scenario_releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("duration", Span(), nullable=False),
        sa.Column("inject_count", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=("fk_scenario_releases_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_scenario_releases")),
        sa.UniqueConstraint(
            "organisation_id",
            "slug",
            "language",
            "version",
            name=("uq_scenario_releases_organisation_id_slug_language_version"),
        ),
    )
    op.create_table(
        "exercises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("trail_id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("join_code", sa.String(), nullable=False),
        sa.Column("planned_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("banked", Span(), nullable=False),
        sa.Column("running_since", Moment(), nullable=True),
        sa.Column("pace_numerator", sa.Integer(), nullable=False),
        sa.Column("pace_denominator", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["accounts.id"], name=("fk_exercises_leader_id_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=("fk_exercises_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["scenario_releases.id"], name=("fk_exercises_release_id_scenario_releases")
        ),
        sa.ForeignKeyConstraint(["trail_id"], ["trails.id"], name=("fk_exercises_trail_id_trails")),
        sa.PrimaryKeyConstraint("id", name=("pk_exercises")),
        sa.UniqueConstraint("join_code", name=("uq_exercises_join_code")),
    )
    op.create_index(("ix_exercises_organisation_id"), "exercises", ["organisation_id"], unique=False)
    op.create_index(("ix_exercises_state"), "exercises", ["state"], unique=False)
    op.create_table(
        "playbook_releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("tlp", sa.String(), nullable=False),
        sa.Column("review_months", sa.Integer(), nullable=True),
        sa.Column("step_count", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=("fk_playbook_releases_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name=("fk_playbook_releases_playbook_id_playbooks")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_playbook_releases")),
        sa.UniqueConstraint("playbook_id", "version", name=("uq_playbook_releases_playbook_id_version")),
    )
    op.create_index(
        ("ix_playbook_releases_organisation_id"), "playbook_releases", ["organisation_id"], unique=False
    )
    op.create_table(
        "exercise_injects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("offset", Span(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("to", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("objective", sa.String(), nullable=True),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("when_decision", sa.String(), nullable=True),
        sa.Column("when_option", sa.String(), nullable=True),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("chosen", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fired_at", Moment(), nullable=True),
        sa.Column("late", Span(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=("fk_exercise_injects_exercise_id_exercises")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_exercise_injects")),
        sa.UniqueConstraint("exercise_id", "key", name=("uq_exercise_injects_exercise_id_key")),
    )
    op.create_index(
        "ix_exercise_injects_pending", "exercise_injects", ["exercise_id", "state", "offset"], unique=False
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("joined_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=("fk_participants_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=("fk_participants_exercise_id_exercises")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_participants")),
        sa.UniqueConstraint("exercise_id", "account_id", name=("uq_participants_exercise_id_account_id")),
    )
    op.create_index(("ix_participants_exercise_id"), "participants", ["exercise_id"], unique=False)
    guards.run(
        op.get_bind(), guards.immutable(op.get_bind().dialect.name, "playbook_releases", "scenario_releases")
    )
