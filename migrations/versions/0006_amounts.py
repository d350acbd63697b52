"""Sums of money of 64 bits."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

COLUMNS = (("poll", "amount", True), ("poll_option", "cost", False))


def upgrade() -> None:
    """Widen the columns; integers of SQLite have 64 bits already."""
    _change_type(sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    """Narrow the columns; it fails where a sum needs more than 32 bits."""
    _change_type(sa.BigInteger(), sa.Integer())


def _change_type(old: sa.types.TypeEngine, new: sa.types.TypeEngine) -> None:
    if op.get_context().dialect.name == "postgresql":
        for table, column, nullable in COLUMNS:
            op.alter_column(table, column, existing_type=old, type_=new, existing_nullable=nullable)
