"""Proposals in short, agreed by author and moderator."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "summary",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("number", BIG_ID, nullable=True),
        sa.Column("asked", sa.String(400), nullable=False),
        sa.Column("best_for", sa.String(400), nullable=False),
        sa.Column("best_against", sa.String(400), nullable=False),
        sa.Column("revision", BIG_ID, nullable=False),
        sa.Column("written_by_id", BIG_ID, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("agreed_by_id", BIG_ID, nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_summary_proposal_id"),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name="fk_summary_written_by_id"),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["person.id"], name="fk_summary_agreed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_summary"),
        sa.UniqueConstraint("proposal_id", "number", name="uq_summary_proposal_id_number"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("summary")
