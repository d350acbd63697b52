"""Meetings that residents noted as attended."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "attendance",
        sa.Column("meeting_id", BIG_INT, sa.ForeignKey("meeting.id"), primary_key=True),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_attendance_person_id", "attendance", ["person_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("attendance")
