"""Dated corrections below a comment."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "comment", sa.Column("corrections", sa.Text(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("comment", "corrections")
