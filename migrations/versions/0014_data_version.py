"""The version of the recorded store, which every write transaction changes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table of the parts of the version."""
    op.create_table(
        "data_version",
        sa.Column("slot", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("token", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("data_version")
