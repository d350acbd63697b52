"""Offices of institutions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    """Add the table."""
    big_int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "office",
        sa.Column("id", big_int, primary_key=True),
        sa.Column(
            "institution_id", big_int, sa.ForeignKey("institution.id"), nullable=False, index=True
        ),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("hours", sa.String(300), nullable=False),
        sa.Column("hours_en", sa.String(300), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("directions", sa.Text(), nullable=False),
        sa.Column("directions_en", sa.Text(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("office")
