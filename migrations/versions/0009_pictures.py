"""The language of polls."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; polls so far are in Indonesian."""
    op.add_column(
        "poll", sa.Column("language", sa.String(8), nullable=False, server_default="id")
    )


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("poll", "language")
