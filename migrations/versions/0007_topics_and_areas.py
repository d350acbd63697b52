"""Topics and areas of the proposals of a process."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the lists, empty, and the switch for names that are not on them."""
    for name in ("topics", "areas"):
        op.add_column("process", sa.Column(name, sa.Text, nullable=False, server_default="[]"))
    op.add_column(
        "process", sa.Column("allows_other", sa.Boolean, nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Remove the columns."""
    for name in ("allows_other", "areas", "topics"):
        op.drop_column("process", name)
