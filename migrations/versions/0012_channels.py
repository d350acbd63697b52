"""Names of followed topics, failures reported once for each mail, telephone numbers."""

import sqlalchemy as sa
from alembic import op

from deliberate.text import topic_id

revision = "0012"
down_revision = "0011"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns; topics that are followed get the name that shown proposals give them."""
    op.add_column(
        "follow",
        sa.Column("subject_name", sa.String(80), nullable=False, server_default=""),
    )
    op.add_column("delivery", sa.Column("bounced_at", sa.DateTime(timezone=True)))
    op.create_table(
        "phone_number",
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("failures", BIG_INT, nullable=False),
    )
    _name_followed_topics()


def _name_followed_topics() -> None:
    """Write the names; a topic's number never changes, or nobody would follow it any more."""
    connection = op.get_bind()
    shown = "topic <> '' AND withdrawn_at IS NULL AND hidden_at IS NULL"
    names = connection.execute(sa.text(f"SELECT DISTINCT topic FROM proposal WHERE {shown}"))  # noqa: S608  # constant
    follow = sa.table(
        "follow",
        sa.column("subject_type", sa.String),
        sa.column("subject_id", sa.BigInteger),
        sa.column("subject_name", sa.String),
    )
    for (name,) in names.all():
        connection.execute(
            follow.update()
            .where(follow.c.subject_type == "topic", follow.c.subject_id == topic_id(name))
            .values(subject_name=name)
        )


def downgrade() -> None:
    """Remove the columns."""
    op.drop_table("phone_number")
    op.drop_column("delivery", "bounced_at")
    op.drop_column("follow", "subject_name")
