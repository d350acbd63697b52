"""Salts of further texts, a count of acts by proposal, smaller indexes, ids that stay unused."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SALTED_TABLES = (
    *("process", "process_change", "process_document", "process_contact", "process_news"),
    *("rules_version", "poll_change", "moderation_decision", "appeal"),
)
"""Texts that the log binds from now on; acts recorded before have no mark of them."""
NEVER_REUSED = ("process", "phase")
"""Tables whose rows can be deleted although the log names their ids."""
INDEXES = {"process_id": ["process_id"], "proposal_id": ["proposal_id"]}
SQLITE_COUNTER = """CREATE TRIGGER interaction_counts AFTER INSERT ON interaction
WHEN NEW.proposal_id IS NOT NULL
BEGIN
  INSERT INTO act_count VALUES (NEW.proposal_id, 1)
  ON CONFLICT (proposal_id) DO UPDATE SET acts = acts + 1;
END"""
POSTGRESQL_COUNTER = (
    """CREATE FUNCTION interaction_count() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.proposal_id IS NOT NULL THEN
        INSERT INTO act_count VALUES (NEW.proposal_id, 1)
        ON CONFLICT (proposal_id) DO UPDATE SET acts = act_count.acts + 1;
      END IF;
      RETURN NULL;
    END $$""",
    """CREATE TRIGGER interaction_counts AFTER INSERT ON interaction
    FOR EACH ROW EXECUTE FUNCTION interaction_count()""",
)


def upgrade() -> None:
    """Add the columns and the counter, and create the indexes of the log again, without the id."""
    for table in SALTED_TABLES:
        op.add_column(table, sa.Column("salt", sa.LargeBinary(16)))
    op.add_column("process_change", sa.Column("text_hash", sa.String(64)))
    _replace_indexes(INDEXES)
    op.create_table(
        "act_count",
        sa.Column("proposal_id", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("acts", BIG_INT, nullable=False),
    )
    op.execute(
        "INSERT INTO act_count SELECT proposal_id, count(*) FROM interaction"
        " WHERE proposal_id IS NOT NULL GROUP BY proposal_id"
    )
    for statement in POSTGRESQL_COUNTER if _is_postgresql() else (SQLITE_COUNTER,):
        op.execute(statement)
    _recreate(is_reusing=False)


def downgrade() -> None:
    """Remove them."""
    _recreate(is_reusing=True)
    op.execute("DROP TRIGGER interaction_counts" + " ON interaction" * _is_postgresql())
    if _is_postgresql():
        op.execute("DROP FUNCTION interaction_count()")
    op.drop_table("act_count")
    _replace_indexes({name: [*columns, "id"] for name, columns in INDEXES.items()})
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
