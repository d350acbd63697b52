"""The version of the recorded store; the index that only the version of a page needed goes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table of the parts of the version and drop the index."""
    op.create_table(
        "data_version",
        sa.Column("slot", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("token", sa.String(32), nullable=False),
    )
    op.drop_index("ix_comment_held", "comment")


def downgrade() -> None:
    """Drop the table and create the index again."""
    op.drop_table("data_version")
    was_held = sa.text("held_until IS NOT NULL")
    op.create_index(
        "ix_comment_held",
        "comment",
        ["proposal_id", "held_until"],
        sqlite_where=was_held,
        postgresql_where=was_held,
    )
