"""Proposals joined to others without loss, and what it takes to undo it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_MERGED = sa.text("merged_into_id IS NOT NULL")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.add_column("proposal", sa.Column("merged_into_id", BIG_ID, nullable=True))
    op.add_column("proposal", sa.Column("merged_at", MOMENT, nullable=True))
    op.create_index(
        "ix_proposal_merged_into_id",
        "proposal",
        ["merged_into_id"],
        sqlite_where=IS_MERGED,
        postgresql_where=IS_MERGED,
    )
    op.add_column("support", sa.Column("from_id", BIG_ID, nullable=True))
    op.create_table(
        "merger",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("into_id", BIG_ID, nullable=False),
        sa.Column("moderator_id", BIG_ID, nullable=False),
        sa.Column("merged_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("own_qualified_at", MOMENT, nullable=True),
        sa.Column("own_due_at", MOMENT, nullable=True),
        sa.Column("replaced", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_merger_proposal_id"),
        sa.ForeignKeyConstraint(["into_id"], ["proposal.id"], name="fk_merger_into_id"),
        sa.ForeignKeyConstraint(["moderator_id"], ["person.id"], name="fk_merger_moderator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_merger"),
    )
    op.create_index("ix_merger_proposal_id", "merger", ["proposal_id"])
    op.create_index("ix_merger_into_id", "merger", ["into_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("merger")
    op.drop_column("support", "from_id")
    op.drop_index("ix_proposal_merged_into_id", "proposal")
    op.drop_column("proposal", "merged_at")
    op.drop_column("proposal", "merged_into_id")
