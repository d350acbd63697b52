"""Pictures, and the language of polls."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
TIMESTAMP = sa.DateTime(timezone=True)
PICTURED = {
    "process_id": "process.id",
    "institution_id": "institution.id",
    "commitment_id": "commitment.id",
    "option_id": "poll_option.id",
    "added_by_id": "person.id",
}


def upgrade() -> None:
    """Add the table of pictures and the columns; polls so far are in Indonesian."""
    big_int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("poll", sa.Column("language", sa.String(8), nullable=False, server_default="id"))
    op.add_column("attachment", sa.Column("width", big_int))
    op.add_column("attachment", sa.Column("height", big_int))
    op.create_table(
        "picture",
        sa.Column("id", big_int, primary_key=True),
        *(sa.Column(name, big_int, sa.ForeignKey(of)) for name, of in PICTURED.items()),
        sa.Column("use", sa.String(8), nullable=False),
        sa.Column("alt", sa.String(120), nullable=False),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("size", big_int, nullable=False),
        sa.Column("width", big_int, nullable=False),
        sa.Column("height", big_int, nullable=False),
        sa.Column("added_at", TIMESTAMP, nullable=False),
        sa.Column("removed_at", TIMESTAMP),
    )
    for name in PICTURED:
        op.create_index(f"ix_picture_{name}", "picture", [name])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("picture")
    op.drop_column("attachment", "height")
    op.drop_column("attachment", "width")
    op.drop_column("poll", "language")
