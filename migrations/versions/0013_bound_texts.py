"""Salts of further texts, smaller indexes, ids that stay unused."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SALTED_TABLES = (
    *("process", "process_change", "process_document", "process_contact", "process_news"),
    *("rules_version", "poll_change", "moderation_decision", "appeal"),
)
"""Texts that the log binds from now on; acts recorded before have no mark of them."""
NEVER_REUSED = ("process", "phase")
"""Tables whose rows can be deleted although the log names their ids."""
INDEXES = {"process_id": ["process_id"], "proposal_id": ["proposal_id"]}


def upgrade() -> None:
    """Add the columns and create the indexes of the log again, without the id."""
    for table in SALTED_TABLES:
        op.add_column(table, sa.Column("salt", sa.LargeBinary(16)))
    op.add_column("process_change", sa.Column("text_hash", sa.String(64)))
    sha256 = sa.Column("sha256", sa.String(64), nullable=False, server_default="")
    op.add_column("process_document", sha256)
    _replace_indexes(INDEXES)
    _recreate(is_reusing=False)


def downgrade() -> None:
    """Remove them."""
    _recreate(is_reusing=True)
    _replace_indexes({name: [*columns, "id"] for name, columns in INDEXES.items()})
    op.drop_column("process_document", "sha256")
    op.drop_column("process_change", "text_hash")
    for table in SALTED_TABLES:
        op.drop_column(table, "salt")


def _replace_indexes(indexes: dict[str, list[str]]) -> None:
    for name, columns in indexes.items():
        op.drop_index(f"ix_interaction_{name}", "interaction")
        op.create_index(f"ix_interaction_{name}", "interaction", columns)


def _recreate(*, is_reusing: bool) -> None:
    """Copy tables of SQLite into ones that never assign an id again, or that do.

    Ids that the log names already count as used; sequences of PostgreSQL never return.
    """
    if _is_postgresql():
        return
    for table in NEVER_REUSED:
        kwargs = {"sqlite_autoincrement": not is_reusing}
        with op.batch_alter_table(table, recreate="always", table_kwargs=kwargs):
            pass
    if is_reusing:
        return
    for table in NEVER_REUSED:
        op.execute(
            f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', 0"  # noqa: S608
            f" WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '{table}')"
        )
        op.execute(
            f"UPDATE sqlite_sequence SET seq = max(seq, (SELECT coalesce(max(subject_id), 0)"  # noqa: S608
            f" FROM interaction WHERE subject_type = '{table}')) WHERE name = '{table}'"
        )


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
