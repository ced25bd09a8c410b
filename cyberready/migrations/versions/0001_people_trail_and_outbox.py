"""People, the trail and the outbox."""

import sqlalchemy as sa
from alembic import op

from cyberready.platform import guards
from cyberready.platform.db import Moment
from cyberready.trail.models import append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_accounts")),
        sa.UniqueConstraint("email", name=("uq_accounts_email")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("mail_domain", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id"], ["organisations.id"], name=("fk_organisations_region_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_organisations")),
        sa.UniqueConstraint("slug", name=("uq_organisations_slug")),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=("fk_contacts_account_id_accounts")),
        sa.ForeignKeyConstraint(["deputy_id"], ["contacts.id"], name=("fk_contacts_deputy_id_contacts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=("fk_contacts_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_contacts")),
    )
    op.create_index(("ix_contacts_organisation_id"), "contacts", ["organisation_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=("fk_memberships_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=("fk_memberships_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_memberships")),
        sa.UniqueConstraint(
            "account_id", "organisation_id", name=("uq_memberships_account_id_organisation_id")
        ),
    )
    op.create_index(("ix_memberships_account_id"), "memberships", ["account_id"], unique=False)
    op.create_index(("ix_memberships_organisation_id"), "memberships", ["organisation_id"], unique=False)
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("exercise_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Moment(), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=("fk_outbox_messages_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_outbox_messages")),
        sa.UniqueConstraint("key", name=("uq_outbox_messages_key")),
        sa.UniqueConstraint("message_id", name=("uq_outbox_messages_message_id")),
    )
    op.create_index("ix_outbox_messages_due", "outbox_messages", ["state", "next_attempt_at"], unique=False)
    op.create_index(
        "ix_outbox_messages_listed", "outbox_messages", ["organisation_id", "state"], unique=False
    )
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=("fk_sign_in_links_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_sign_in_links")),
        sa.UniqueConstraint("digest", name=("uq_sign_in_links_digest")),
    )
    op.create_index(("ix_sign_in_links_account_id"), "sign_in_links", ["account_id"], unique=False)
    op.create_table(
        "trails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("frontier", sa.JSON(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=("fk_trails_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_trails")),
        sa.UniqueConstraint("origin", name=("uq_trails_origin")),
    )
    op.create_index(("ix_trails_organisation_id"), "trails", ["organisation_id"], unique=False)
    op.create_table(
        "contact_channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=("fk_contact_channels_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_contact_channels")),
    )
    op.create_index(("ix_contact_channels_contact_id"), "contact_channels", ["contact_id"], unique=False)
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=("fk_duties_contact_id_contacts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=("fk_duties_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_duties")),
    )
    op.create_index(("ix_duties_contact_id"), "duties", ["contact_id"], unique=False)
    op.create_index(("ix_duties_organisation_id"), "duties", ["organisation_id"], unique=False)
    op.create_table(
        "trail_entries",
        sa.Column("trail_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("leaf", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trail_id"], ["trails.id"], name=("fk_trail_entries_trail_id_trails"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("trail_id", "position", name=("pk_trail_entries")),
    )
    op.create_index(
        "ix_trail_entries_about", "trail_entries", ["trail_id", "about", "position"], unique=False
    )
    op.create_table(
        "trail_erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trail_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("erased_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["trail_id"], ["trails.id"], name=("fk_trail_erasures_trail_id_trails")),
        sa.PrimaryKeyConstraint("id", name=("pk_trail_erasures")),
        sa.UniqueConstraint("trail_id", "position", name=("uq_trail_erasures_trail_id_position")),
    )
    op.create_table(
        "trail_payloads",
        sa.Column("trail_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trail_id", "position"],
            ["trail_entries.trail_id", "trail_entries.position"],
            name=("fk_trail_payloads_trail_id_position_trail_entries"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("trail_id", "position", name=("pk_trail_payloads")),
    )
    guards.run(op.get_bind(), append_only(op.get_bind().dialect.name))
