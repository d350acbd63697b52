"""The comments of a proposal in the order of writing, so that what is new is found at once."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_comment_written", "comment", ["proposal_id", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_comment_written", "comment")
