"""Notices on devices end with the device that is signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the device of a subscription; it is unknown for those that exist."""
    op.add_column("push_subscription", sa.Column("device_id", sa.String(24)))


def downgrade() -> None:
    """Remove the device of a subscription."""
    op.drop_column("push_subscription", "device_id")
