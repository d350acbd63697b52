"""Notices on devices end with the device that is signed in; meetings of a process."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the device of a subscription, unknown for those that exist, and the meetings."""
    op.add_column("push_subscription", sa.Column("device_id", sa.String(24)))
    op.create_table(
        "meeting",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(160), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("attended", BIG_INT, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
        sa.Column("salt", sa.LargeBinary(16)),
    )
    op.create_index("ix_meeting_process_id", "meeting", ["process_id"])


def downgrade() -> None:
    """Remove the meetings and the device of a subscription."""
    op.drop_table("meeting")
    op.drop_column("push_subscription", "device_id")
