"""Regional templates, what was built on them, and what was decided about their changes."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playbook_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("offered_at", Moment(), nullable=False),
        sa.Column("offered_by", sa.String(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_playbook_templates_organisation_id_organisations",
        ),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name="fk_playbook_templates_playbook_id_playbooks"
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["playbook_releases.id"],
            name="fk_playbook_templates_release_id_playbook_releases",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_templates"),
        sa.UniqueConstraint("release_id", name="uq_playbook_templates_release_id"),
    )
    op.create_index("ix_playbook_templates_organisation_id", "playbook_templates", ["organisation_id"])
    op.create_table(
        "playbook_bases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("template_playbook_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("built_at", Moment(), nullable=False),
        sa.Column("built_by", sa.String(), nullable=False),
        sa.Column("settled_id", sa.Integer(), nullable=True),
        sa.Column("settled_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_playbook_bases_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name="fk_playbook_bases_playbook_id_playbooks"
        ),
        sa.ForeignKeyConstraint(
            ["template_playbook_id"],
            ["playbooks.id"],
            name="fk_playbook_bases_template_playbook_id_playbooks",
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["playbook_releases.id"], name="fk_playbook_bases_release_id_playbook_releases"
        ),
        sa.ForeignKeyConstraint(
            ["settled_id"], ["playbook_releases.id"], name="fk_playbook_bases_settled_id_playbook_releases"
        ),
        sa.ForeignKeyConstraint(
            ["settled_in"], ["playbook_drafts.id"], name="fk_playbook_bases_settled_in_playbook_drafts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_bases"),
        sa.UniqueConstraint("playbook_id", "language", name="uq_playbook_bases_playbook_id_language"),
    )
    op.create_index("ix_playbook_bases_organisation_id", "playbook_bases", ["organisation_id"])
    op.create_table(
        "template_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_template_decisions_organisation_id_organisations",
        ),
        sa.ForeignKeyConstraint(
            ["base_id"], ["playbook_bases.id"], name="fk_template_decisions_base_id_playbook_bases"
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["playbook_releases.id"],
            name="fk_template_decisions_release_id_playbook_releases",
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["playbook_drafts.id"], name="fk_template_decisions_draft_id_playbook_drafts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_decisions"),
    )
    op.create_index("ix_template_decisions_base_id", "template_decisions", ["base_id"])
    guards.run(op.get_bind(), guards.immutable(op.get_bind().dialect.name, "template_decisions"))
