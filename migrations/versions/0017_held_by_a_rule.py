"""Moderators find what a rule holds without reading every comment."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

HELD = sa.text("held_until IS NOT NULL")


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "ix_comment_held", "comment", ["held_until"], sqlite_where=HELD, postgresql_where=HELD
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_comment_held", "comment")
