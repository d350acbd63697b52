"""Places of proposals, and the map they are on."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
TIMESTAMP = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table of the map and the columns, empty; no place is exact."""
    big_int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "map_feature",
        sa.Column("id", big_int, primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("polygons", sa.Text, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("label_x", big_int, nullable=False),
        sa.Column("label_y", big_int, nullable=False),
        sa.Column("imported_at", TIMESTAMP, nullable=False),
    )
    for table in ("proposal", "proposal_version"):
        op.add_column(table, sa.Column("place", sa.Text))
        op.add_column(
            table,
            sa.Column("place_is_exact", sa.Boolean, nullable=False, server_default=sa.false()),
        )
    for name in ("map_x", "map_y"):
        op.add_column("proposal", sa.Column(name, big_int))
    op.create_index("ix_proposal_map_x", "proposal", ["map_x", "map_y"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_proposal_map_x", "proposal")
    for name in ("map_y", "map_x"):
        op.drop_column("proposal", name)
    for table in ("proposal_version", "proposal"):
        op.drop_column(table, "place_is_exact")
        op.drop_column(table, "place")
    op.drop_table("map_feature")
