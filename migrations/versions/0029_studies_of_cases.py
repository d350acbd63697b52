"""Studies of what took place elsewhere: the day on which it began."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the column."""
    op.add_column("process", sa.Column("began_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("process", "began_on")
