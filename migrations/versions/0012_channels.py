"""Names of followed topics, and failures reported once for each mail."""

import sqlalchemy as sa
from alembic import op

from deliberate.text import topic_id

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns; topics that are followed get the name that proposals give them."""
    op.add_column(
        "follow",
        sa.Column("subject_name", sa.String(80), nullable=False, server_default=""),
    )
    op.add_column("delivery", sa.Column("bounced_at", sa.DateTime(timezone=True)))
    _name_followed_topics()


def _name_followed_topics() -> None:
    """Write the names; a topic's number never changes, or nobody would follow it any more."""
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT DISTINCT topic FROM proposal WHERE topic <> ''"))
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
    op.drop_column("delivery", "bounced_at")
    op.drop_column("follow", "subject_name")
