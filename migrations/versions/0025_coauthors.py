"""Co-authors of proposals and amendments, wordings of amendments, promoted amendments."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)
ONE_WORK = "(proposal_id IS NULL) <> (contribution_id IS NULL)"
JOINED = sa.text("joined_at IS NOT NULL AND left_at IS NULL")


def upgrade() -> None:
    """Create the tables and columns."""
    _create_coauthor()
    _create_withdrawal_request()
    op.create_table(
        "amendment_version",
        sa.Column("id", BIG_INT, primary_key=True),
        sa.Column(
            "contribution_id", BIG_INT, sa.ForeignKey("unit_contribution.id"), nullable=False
        ),
        sa.Column("number", BIG_INT, nullable=False),
        sa.Column("replacement", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", TIMESTAMP, nullable=False),
        sa.UniqueConstraint("contribution_id", "number"),
    )
    for table in ("proposal", "unit_contribution"):
        count = sa.Column("coauthor_count", BIG_INT, server_default="0", nullable=False)
        op.add_column(table, count)
    number = sa.Column("number", BIG_INT, server_default="1", nullable=False)
    op.add_column("unit_contribution", number)
    _add_reference("promoted_to_id", "proposal")
    _add_reference("parent_id", "unit_contribution")


def _add_reference(column: str, table: str) -> None:
    """Add a column that names a row, in one statement: SQLite adds no constraint later."""
    big_int = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE unit_contribution ADD COLUMN {column} {big_int} REFERENCES {table} (id)"
    )
    op.create_index(f"ix_unit_contribution_{column}", "unit_contribution", [column])


def _works() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("proposal_id", BIG_INT, sa.ForeignKey("proposal.id")),
        sa.Column("contribution_id", BIG_INT, sa.ForeignKey("unit_contribution.id")),
    )


def _create_coauthor() -> None:
    op.create_table(
        "coauthor",
        sa.Column("id", BIG_INT, primary_key=True),
        *_works(),
        sa.Column("person_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("invited_by_id", BIG_INT, sa.ForeignKey("person.id")),
        sa.Column("token_hash", sa.String(64), unique=True),
        sa.Column("invited_at", TIMESTAMP, nullable=False),
        sa.Column("expires_at", TIMESTAMP),
        sa.Column("joined_at", TIMESTAMP),
        sa.Column("declined_at", TIMESTAMP),
        sa.Column("left_at", TIMESTAMP),
        sa.CheckConstraint(ONE_WORK, name="one_work"),
    )
    for column in ("proposal_id", "contribution_id", "person_id", "invited_by_id"):
        op.create_index(f"ix_coauthor_{column}", "coauthor", [column])
    for column in ("proposal_id", "contribution_id"):
        op.create_index(
            f"uq_coauthor_{column}",
            "coauthor",
            [column, "person_id"],
            unique=True,
            sqlite_where=JOINED,
            postgresql_where=JOINED,
        )


def _create_withdrawal_request() -> None:
    op.create_table(
        "withdrawal_request",
        sa.Column("id", BIG_INT, primary_key=True),
        *_works(),
        sa.Column("requested_by_id", BIG_INT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", TIMESTAMP, nullable=False),
        sa.Column("due_at", TIMESTAMP, nullable=False),
        sa.Column("agreed_ids", sa.Text(), nullable=False),
        sa.Column("ended_at", TIMESTAMP),
        sa.CheckConstraint(ONE_WORK, name="one_work"),
    )
    for column in ("proposal_id", "contribution_id", "requested_by_id", "due_at"):
        op.create_index(f"ix_withdrawal_request_{column}", "withdrawal_request", [column])


def downgrade() -> None:
    """Drop the tables and columns."""
    for table in ("amendment_version", "withdrawal_request", "coauthor"):
        op.drop_table(table)
    for column in ("parent_id", "promoted_to_id"):
        op.drop_index(f"ix_unit_contribution_{column}", "unit_contribution")
    with op.batch_alter_table("unit_contribution") as batch:
        for column in ("parent_id", "promoted_to_id", "number", "coauthor_count"):
            batch.drop_column(column)
    op.drop_column("proposal", "coauthor_count")
