"""Files beside proposals."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "attachment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name="fk_attachment_proposal_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("name", name="uq_attachment_name"),
    )
    op.create_index("ix_attachment_proposal_id", "attachment", ["proposal_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("attachment")
