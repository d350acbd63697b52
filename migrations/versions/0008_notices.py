"""Notices of processes, choices by topic and channel, the weekly mail, announcements, bounces."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)
_UNREAD = sa.text("channel = 'account' AND read_at IS NULL")


def _person_key() -> sa.Column:
    return sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id"), primary_key=True)


def upgrade() -> None:
    """Add the columns and the tables; topics without mail become choices."""
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("process_id", BIG_INT))
        table.add_column(sa.Column("caused_by_id", BIG_INT))
        table.add_column(sa.Column("not_before", TIMESTAMP))
        table.create_foreign_key("fk_notice_process_id", "process", ["process_id"], ["id"])
        table.create_foreign_key("fk_notice_caused_by_id", "person", ["caused_by_id"], ["id"])
    op.add_column("delivery", sa.Column("replied_at", TIMESTAMP))
    op.create_index(
        "ix_delivery_unread",
        "delivery",
        ["person_id", "id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )
    _create_choices()
    _create_announcements()


def _create_choices() -> None:
    op.create_table(
        "notice_setting",
        _person_key(),
        sa.Column("topic", sa.String(24), primary_key=True),
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
    )
    op.execute(
        "INSERT INTO notice_setting (person_id, topic, channel, is_on) "
        "SELECT person_id, topic, 'mail', false FROM muted_topic"
    )
    op.drop_table("muted_topic")
    op.create_table(
        "digest_choice",
        _person_key(),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("weekday", BIG_INT, nullable=False),
        sa.Column("hour", BIG_INT, nullable=False),
    )
    op.create_table(
        "failing_address",
        _person_key(),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("failures", BIG_INT, nullable=False),
        sa.Column("failed_at", TIMESTAMP, nullable=False),
        sa.Column("set_aside_at", TIMESTAMP),
    )


def _create_announcements() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column("process_id", BIG_INT, sa.ForeignKey("process.id"), nullable=False),
        sa.Column("author_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("institution_id", BIG_INT, sa.ForeignKey("institution.id")),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.String(24), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("published_at", TIMESTAMP, nullable=False),
    )
    op.create_index("ix_announcement_process_id", "announcement", ["process_id"])


def downgrade() -> None:
    """Remove the columns and the tables; switched-off mails become topics without mail again."""
    op.create_table(
        "muted_topic", _person_key(), sa.Column("topic", sa.String(24), primary_key=True)
    )
    op.execute(
        "INSERT INTO muted_topic (person_id, topic) SELECT person_id, topic FROM notice_setting "
        "WHERE channel = 'mail' AND NOT is_on"
    )
    for table in ("announcement", "failing_address", "digest_choice", "notice_setting"):
        op.drop_table(table)
    op.drop_index("ix_delivery_unread", "delivery")
    op.drop_column("delivery", "replied_at")
    with op.batch_alter_table("notice") as table:
        table.drop_constraint("fk_notice_caused_by_id", type_="foreignkey")
        table.drop_constraint("fk_notice_process_id", type_="foreignkey")
        for column in ("not_before", "caused_by_id", "process_id"):
            table.drop_column(column)
