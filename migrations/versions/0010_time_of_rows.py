"""Refuse invented times, count rows sealed late, and bind summaries and commitments."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0002"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# A row is dated when it is written, unless it names a source of its time. The minute is what the
# act itself may take; the time of the database is not asked, so that every host has one clock.
SQLITE_GUARDS = [
    """CREATE TRIGGER interaction_not_backdated BEFORE INSERT ON interaction
    WHEN NEW.origin NOT IN ('import', 'seed') AND NEW.occurred_at <
      (SELECT strftime('%Y-%m-%d %H:%M:%f', made_at, '-60 seconds')
       FROM signed_tree_head ORDER BY size DESC LIMIT 1)
    BEGIN SELECT RAISE(ABORT, 'the row is dated before the previous tree head'); END""",
    """CREATE TRIGGER signed_tree_head_not_before_rows BEFORE INSERT ON signed_tree_head
    WHEN EXISTS (
      SELECT 1 FROM interaction
      WHERE seq >= coalesce((SELECT max(size) FROM signed_tree_head WHERE size < NEW.size), 0)
        AND seq < NEW.size AND origin NOT IN ('import', 'seed') AND occurred_at > NEW.made_at)
    BEGIN SELECT RAISE(ABORT, 'a row is dated after its tree head'); END""",
]
POSTGRESQL_GUARDS = [
    """CREATE FUNCTION interaction_time_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.origin NOT IN ('import', 'seed') AND NEW.occurred_at <
        (SELECT made_at FROM signed_tree_head ORDER BY size DESC LIMIT 1) - interval '1 minute'
      THEN RAISE EXCEPTION 'the row is dated before the previous tree head'; END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER interaction_not_backdated BEFORE INSERT ON interaction
    FOR EACH ROW EXECUTE FUNCTION interaction_time_guard()""",
    """CREATE FUNCTION signed_tree_head_time_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (
        SELECT 1 FROM interaction
        WHERE seq >= coalesce((SELECT max(size) FROM signed_tree_head WHERE size < NEW.size), 0)
          AND seq < NEW.size AND origin NOT IN ('import', 'seed') AND occurred_at > NEW.made_at)
      THEN RAISE EXCEPTION 'a row is dated after its tree head'; END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER signed_tree_head_not_before_rows BEFORE INSERT ON signed_tree_head
    FOR EACH ROW EXECUTE FUNCTION signed_tree_head_time_guard()""",
]
SALTED_TABLES = ("summary", "commitment_step")
"""Texts that the log binds from now on; rows written before have no mark in the log."""
TRIGGERS = {
    "interaction_not_backdated": "interaction",
    "signed_tree_head_not_before_rows": "signed_tree_head",
}


def upgrade() -> None:
    """Create the guards and the table of late and dated rows."""
    op.create_table(
        "sealed_dates",
        sa.Column("size", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("process_id", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("late", BIG_INT, nullable=False),
        sa.Column("dated", BIG_INT, nullable=False),
    )
    for table in SALTED_TABLES:
        op.add_column(table, sa.Column("salt", sa.LargeBinary(16)))
    for statement in POSTGRESQL_GUARDS if _is_postgresql() else SQLITE_GUARDS:
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Remove the guards and the table."""
    for name, table in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if _is_postgresql() else ""))
    if _is_postgresql():
        op.execute("DROP FUNCTION interaction_time_guard")
        op.execute("DROP FUNCTION signed_tree_head_time_guard")
    op.drop_table("sealed_dates")
    for table in SALTED_TABLES:
        op.drop_column(table, "salt")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
