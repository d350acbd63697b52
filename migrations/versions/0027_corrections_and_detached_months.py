"""Corrections of recorded meetings, bound reasons of referrals, and months of the log that are detached."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and the salts of referrals; those that exist have none."""
    op.add_column("referral", sa.Column("salt", sa.LargeBinary(16)))
    op.create_table(
        "meeting_correction",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("meeting_id", BIG_INT, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(160), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("attended", BIG_INT, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
        sa.Column("salt", sa.LargeBinary(16)),
    )
    op.create_index("ix_meeting_correction_meeting_id", "meeting_correction", ["meeting_id"])
    op.create_table(
        "detached_partition",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("lowest", sa.String(32), nullable=False),
        sa.Column("highest", sa.String(32), nullable=False),
        sa.Column("first", BIG_INT, nullable=False),
        sa.Column("last", BIG_INT, nullable=False),
        sa.Column("detached_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("detached_partition")
    op.drop_column("referral", "salt")
    op.drop_table("meeting_correction")
