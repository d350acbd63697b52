"""Webhooks with the attempts to send to them; mandates and overlaps of institutions."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "webhook",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("owner_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id")),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary()),
        sa.Column("old_secret_until", TIMESTAMP),
        sa.Column("next_position", BIG_INT, nullable=False),
        sa.Column("added_at", TIMESTAMP, nullable=False),
        sa.Column("failures", BIG_INT, nullable=False),
        sa.Column("next_try_at", TIMESTAMP),
        sa.Column("paused_at", TIMESTAMP),
        sa.Column("removed_at", TIMESTAMP),
    )
    op.create_table(
        "webhook_try",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("webhook_id", BIG_INT, sa.ForeignKey("webhook.id"), nullable=False),
        sa.Column("position", BIG_INT, nullable=False),
        sa.Column("status", BIG_INT),
        sa.Column("error", sa.String(40), nullable=False),
        sa.Column("tried_at", TIMESTAMP, nullable=False),
    )
    _create_overlaps()
    op.create_index("ix_webhook_try_webhook_id", "webhook_try", ["webhook_id"])
    op.create_index("ix_webhook_try_tried_at", "webhook_try", ["tried_at"])


def _create_overlaps() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id"), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("stated_at", TIMESTAMP, nullable=False),
        sa.Column("stated_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("ended_at", TIMESTAMP),
        sa.Column("salt", sa.LargeBinary(16)),
    )
    op.create_index("ix_mandate_topic", "mandate", ["topic"])
    op.create_index("ix_mandate_institution_id", "mandate", ["institution_id"])
    op.create_table(
        "overlap",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("coordinator_id", BIG_INT, sa.ForeignKey("institution.id"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", TIMESTAMP, nullable=False),
        sa.Column("opened_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("salt", sa.LargeBinary(16)),
    )
    op.create_index("ix_overlap_topic", "overlap", ["topic"])
    op.create_table(
        "overlap_decision",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("overlap_id", BIG_INT, sa.ForeignKey("overlap.id"), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("settled_at", TIMESTAMP, nullable=False),
        sa.Column("settled_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.UniqueConstraint("overlap_id"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("overlap_decision")
    op.drop_table("overlap")
    op.drop_table("mandate")
    op.drop_table("webhook_try")
    op.drop_table("webhook")
