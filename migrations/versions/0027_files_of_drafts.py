"""Files that a draft carries until it is published."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Go forward."""
    op.add_column("draft", sa.Column("files", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Go back."""
    op.drop_column("draft", "files")
