"""Files of the sources of a study."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "study_file",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("source_id", BIG_INT, sa.ForeignKey("study_source.id"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", BIG_INT, nullable=False),
        sa.Column("added_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_study_file_source_id", "study_file", ["source_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("study_file")
