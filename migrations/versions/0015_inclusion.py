"""Reclassified accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_reclassification()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("reclassification")


def _create_reclassification() -> None:
    op.create_table(
        "reclassification",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("account_class", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("proposed_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("proposed_at", TIMESTAMP, nullable=False),
        sa.Column("confirmed_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("confirmed_at", TIMESTAMP),
        sa.Column("dismissed_at", TIMESTAMP),
    )
    op.create_index("ix_reclassification_person_id", "reclassification", ["person_id"])
