"""Outside systems with their cases and statuses; intake channels with the people linked to them."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_outside_systems()
    _create_intake()


def _create_outside_systems() -> None:
    op.create_table(
        "outside_system",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("owner_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("adapter", sa.String(20), nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary()),
        sa.Column("old_secret_until", TIMESTAMP),
        sa.Column("added_at", TIMESTAMP, nullable=False),
        sa.Column("removed_at", TIMESTAMP),
    )
    op.create_index("ix_outside_system_name", "outside_system", ["name"])
    op.create_table(
        "outside_case",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column(
            "referral_id", BIG_INT, sa.ForeignKey("referral.id"), nullable=False, unique=True
        ),
        sa.Column("system_id", BIG_INT, sa.ForeignKey("outside_system.id"), nullable=False),
        sa.Column("failures", BIG_INT, nullable=False),
        sa.Column("next_try_at", TIMESTAMP),
        sa.Column("status", BIG_INT),
        sa.Column("error", sa.String(40), nullable=False),
        sa.Column("sent_at", TIMESTAMP),
        sa.Column("stopped_at", TIMESTAMP),
    )
    op.create_index("ix_outside_case_system_id", "outside_case", ["system_id"])
    op.create_table(
        "outside_status",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("referral_id", BIG_INT, sa.ForeignKey("referral.id"), nullable=False),
        sa.Column("system", sa.String(40), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("number", sa.String(120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reported_at", TIMESTAMP),
        sa.Column("received_at", TIMESTAMP, nullable=False),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.UniqueConstraint("referral_id", "message_id"),
    )


def _create_intake() -> None:
    op.create_table(
        "intake_channel",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("owner_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("hourly_limit", BIG_INT, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("issued_at", TIMESTAMP, nullable=False),
        sa.Column("revoked_at", TIMESTAMP),
    )
    op.create_table(
        "intake_link",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("channel_id", BIG_INT, sa.ForeignKey("intake_channel.id"), nullable=False),
        sa.Column("user_hash", sa.String(64), nullable=False),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("linked_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("channel_id", "user_hash"),
    )
    op.create_index("ix_intake_link_person_id", "intake_link", ["person_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("intake_link", "intake_channel", "outside_status", "outside_case"):
        op.drop_table(table)
    op.drop_table("outside_system")
