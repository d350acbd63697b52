"""Revoked invitations of co-authors, and earlier wordings of amendments that are not shown."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("coauthor", sa.Column("revoked_at", sa.DateTime(timezone=True)))
    op.add_column("amendment_version", sa.Column("hidden_ground", sa.String(24)))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("amendment_version", "hidden_ground")
    op.drop_column("coauthor", "revoked_at")
