"""The life cycle of playbooks: a trail each, releases per language, drafts, mandates, approvals, withdrawals."""

import uuid

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The words of the triggers, as they are in cyberready/playbooks/models_drafts.py.
CLOSED = "OLD.state IN ('published', 'abandoned')"
KEPT = (
    "id",
    "draft_id",
    "digest",
    "position",
    "function",
    "account_id",
    "name",
    "on_behalf_name",
    "verdict",
    "at",
)
REWRITTEN = " OR ".join(
    [
        "OLD.lapsed_at IS NOT NULL",
        "COALESCE(NEW.on_behalf_of, 0) <> COALESCE(OLD.on_behalf_of, 0)",
        *(f"NEW.{column} <> OLD.{column}" for column in KEPT),
    ]
)
FIRST = "SELECT min(id) FROM playbook_releases GROUP BY playbook_id"


def upgrade() -> None:
    releases()
    trails()
    exercises()
    mandates()
    drafts()
    approvals()
    others()
    protect()


def releases() -> None:
    """Add what a version asks of its readers; a version number is one per language from now on."""
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        for verb in ("update", "delete", "truncate"):
            op.execute(f"DROP TRIGGER playbook_releases_no_{verb} ON playbook_releases")
    # On SQLite the table is made anew, and its triggers go with the old one. No table points at it yet.
    with op.batch_alter_table("playbook_releases") as table:
        table.add_column(sa.Column("change", sa.String(), nullable=False, server_default="major"))
        table.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("translates", sa.String(), nullable=False, server_default=""))
        table.drop_constraint("uq_playbook_releases_playbook_id_version", type_="unique")
        table.create_unique_constraint(
            "uq_playbook_releases_playbook_id_language_version", ["playbook_id", "language", "version"]
        )
    with op.batch_alter_table("playbook_releases") as table:
        for column in ("change", "note", "translates"):
            table.alter_column(column, server_default=None)
    op.execute(
        f"UPDATE playbook_releases SET change = 'minor' WHERE version NOT LIKE '%.0' AND id NOT IN ({FIRST})"  # noqa: S608
    )
    guards.run(op.get_bind(), guards.immutable(dialect, "playbook_releases"))


def trails() -> None:
    """Give every playbook there is a trail of its own."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # Made anew, the table would drop the rows that its releases point at.
        op.execute(
            "ALTER TABLE playbooks ADD COLUMN trail_id INTEGER "
            "CONSTRAINT fk_playbooks_trail_id_trails REFERENCES trails (id)"
        )
    else:
        op.add_column("playbooks", sa.Column("trail_id", sa.Integer(), nullable=True))
        op.create_foreign_key("fk_playbooks_trail_id_trails", "playbooks", "trails", ["trail_id"], ["id"])
    heads = sa.table(
        "trails",
        *(sa.column(name) for name in ("organisation_id", "kind", "name", "origin", "exercise", "size")),
        sa.column("frontier", sa.JSON()),
        sa.column("opened_at", Moment()),
    )
    found = sa.text(
        "SELECT p.id, p.organisation_id, p.slug, min(r.published_at) AS since FROM playbooks p "
        "JOIN playbook_releases r ON r.playbook_id = p.id GROUP BY p.id, p.organisation_id, p.slug"
    ).columns(since=Moment())
    for playbook in connection.execute(found).all():
        origin = f"cyberready/playbook/{uuid.uuid4()}"
        values = {"name": playbook.slug, "origin": origin, "opened_at": playbook.since}
        connection.execute(
            heads.insert().values(
                organisation_id=playbook.organisation_id,
                kind="playbook",
                exercise=False,
                size=0,
                frontier=[],
                **values,
            )
        )
        chosen = (
            "UPDATE playbooks SET trail_id = (SELECT id FROM trails WHERE origin = :origin) WHERE id = :id"
        )
        connection.execute(sa.text(chosen), {"origin": origin, "id": playbook.id})
    op.create_index("ix_playbooks_trail_id", "playbooks", ["trail_id"], unique=True)


def exercises() -> None:
    """Let an exercise keep the release of the playbook that it was planned with."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE exercises ADD COLUMN playbook_release_id INTEGER "
            "CONSTRAINT fk_exercises_playbook_release_id_playbook_releases REFERENCES playbook_releases (id)"
        )
    else:
        op.add_column("exercises", sa.Column("playbook_release_id", sa.Integer(), nullable=True))
        op.create_foreign_key(
            "fk_exercises_playbook_release_id_playbook_releases",
            "exercises",
            "playbook_releases",
            ["playbook_release_id"],
            ["id"],
        )


def mandates() -> None:
    op.create_table(
        "playbook_mandates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("in_order", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_by_name", sa.String(), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name="fk_playbook_mandates_playbook_id_playbooks"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_mandates"),
    )
    op.create_index("ix_playbook_mandates_playbook_id", "playbook_mandates", ["playbook_id"])
    op.create_table(
        "mandate_approvers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["playbook_mandates.id"], name="fk_mandate_approvers_mandate_id_playbook_mandates"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_mandate_approvers_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_approvers"),
        sa.UniqueConstraint("mandate_id", "position", name="uq_mandate_approvers_mandate_id_position"),
    )


def drafts() -> None:
    op.create_table(
        "playbook_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("playbook_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("described_by", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("base_release_id", sa.Integer(), nullable=True),
        sa.Column("mandate_id", sa.Integer(), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbooks.id"], name="fk_playbook_drafts_playbook_id_playbooks"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_playbook_drafts_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(
            ["base_release_id"],
            ["playbook_releases.id"],
            name="fk_playbook_drafts_base_release_id_playbook_releases",
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["playbook_mandates.id"], name="fk_playbook_drafts_mandate_id_playbook_mandates"
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["playbook_releases.id"], name="fk_playbook_drafts_release_id_playbook_releases"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_drafts"),
        sa.UniqueConstraint("release_id", name="uq_playbook_drafts_release_id"),
    )
    op.create_index("ix_playbook_drafts_playbook_id", "playbook_drafts", ["playbook_id"])
    op.create_index("ix_playbook_drafts_organisation_id", "playbook_drafts", ["organisation_id"])
    op.create_table(
        "draft_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["playbook_drafts.id"], name="fk_draft_revisions_draft_id_playbook_drafts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_draft_revisions"),
        sa.UniqueConstraint("draft_id", "number", name="uq_draft_revisions_draft_id_number"),
    )


def approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.Integer(), nullable=True),
        sa.Column("on_behalf_name", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("lapsed_at", Moment(), nullable=True),
        sa.Column("lapsed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["playbook_drafts.id"], name="fk_approvals_draft_id_playbook_drafts"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_approvals_account_id_accounts"),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["accounts.id"], name="fk_approvals_on_behalf_of_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_draft_id", "approvals", ["draft_id"])
    valid = sa.text("lapsed_at IS NULL AND verdict = 'approved'")
    op.create_index(
        "ix_approvals_valid",
        "approvals",
        ["draft_id", "position"],
        unique=True,
        sqlite_where=valid,
        postgresql_where=valid,
    )
    op.create_table(
        "approval_remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approvals.id"], name="fk_approval_remarks_approval_id_approvals"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_approval_remarks"),
    )
    op.create_index("ix_approval_remarks_approval_id", "approval_remarks", ["approval_id"])


def others() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_delegations_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_delegations_account_id_accounts"),
        sa.ForeignKeyConstraint(["deputy_id"], ["accounts.id"], name="fk_delegations_deputy_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
    )
    op.create_index("ix_delegations_organisation_id", "delegations", ["organisation_id"])
    op.create_table(
        "playbook_withdrawals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["playbook_releases.id"],
            name="fk_playbook_withdrawals_release_id_playbook_releases",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_withdrawals"),
        sa.UniqueConstraint("release_id", name="uq_playbook_withdrawals_release_id"),
    )


def protect() -> None:
    """Keep what was said and written as it was."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    fixed = ("draft_revisions", "playbook_mandates", "mandate_approvers", "approval_remarks")
    guards.run(connection, guards.immutable(dialect, *fixed, "playbook_withdrawals"))
    guards.run(connection, guards.lasting(dialect, "playbook_drafts", CLOSED))
    guards.run(connection, guards.lasting(dialect, "approvals", REWRITTEN))
