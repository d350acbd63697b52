"""Requests for the signatures of a response."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the revision of a draft for which signatures were requested."""
    big_int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("response_draft", sa.Column("signature_revision", big_int))


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("response_draft", "signature_revision")
