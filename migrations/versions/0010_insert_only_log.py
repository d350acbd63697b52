"""Insert-only rows of the log: positions and form keys apart, times checked, texts bound."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)

# A row is dated when it is written, unless it names a source of its time. The minute is what the
# act itself may take; the time of the database is not asked, so that every host has one clock.
SQLITE_GUARDS = [
    *(
        f"""CREATE TRIGGER {table}_never_{event.lower()}d BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END"""
        for table in ("interaction", "position")
        for event in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE would delete the row that has the same key.
    """CREATE TRIGGER interaction_never_replaced BEFORE INSERT ON interaction
    WHEN EXISTS (SELECT 1 FROM interaction WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END""",
    """CREATE TRIGGER position_never_replaced BEFORE INSERT ON position
    WHEN EXISTS (SELECT 1 FROM position WHERE seq = NEW.seq OR entry = NEW.entry)
    BEGIN SELECT RAISE(ABORT, 'the interaction log is append-only'); END""",
    """CREATE TRIGGER interaction_waits AFTER INSERT ON interaction
    BEGIN INSERT INTO unsealed_entry VALUES (NEW.id); END""",
    """CREATE TRIGGER interaction_not_backdated BEFORE INSERT ON interaction
    WHEN NEW.origin NOT IN ('import', 'seed') AND NEW.occurred_at <
      (SELECT strftime('%Y-%m-%d %H:%M:%f', made_at, '-60 seconds')
       FROM signed_tree_head ORDER BY size DESC LIMIT 1)
    BEGIN SELECT RAISE(ABORT, 'the row is dated before the previous tree head'); END""",
    """CREATE TRIGGER signed_tree_head_not_before_rows BEFORE INSERT ON signed_tree_head
    WHEN EXISTS (
      SELECT 1 FROM position JOIN interaction ON interaction.id = position.entry
      WHERE seq >= coalesce((SELECT max(size) FROM signed_tree_head WHERE size < NEW.size), 0)
        AND seq < NEW.size AND origin NOT IN ('import', 'seed') AND occurred_at > NEW.made_at)
    BEGIN SELECT RAISE(ABORT, 'a row is dated after its tree head'); END""",
]
POSTGRESQL_GUARDS = [
    """CREATE OR REPLACE FUNCTION interaction_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the interaction log is append-only'; END $$""",
    *(
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION interaction_guard()"""
        for table in ("interaction", "position")
    ),
    *(
        f"""CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION interaction_guard()"""
        for table in ("interaction", "position")
    ),
    """CREATE FUNCTION interaction_wait() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO unsealed_entry VALUES (NEW.id); RETURN NULL; END $$""",
    """CREATE TRIGGER interaction_waits AFTER INSERT ON interaction
    FOR EACH ROW EXECUTE FUNCTION interaction_wait()""",
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
        SELECT 1 FROM position JOIN interaction ON interaction.id = position.entry
        WHERE seq >= coalesce((SELECT max(size) FROM signed_tree_head WHERE size < NEW.size), 0)
          AND seq < NEW.size AND origin NOT IN ('import', 'seed') AND occurred_at > NEW.made_at)
      THEN RAISE EXCEPTION 'a row is dated after its tree head'; END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER signed_tree_head_not_before_rows BEFORE INSERT ON signed_tree_head
    FOR EACH ROW EXECUTE FUNCTION signed_tree_head_time_guard()""",
]
# How many rows sealed before were dated late is not known.
COUNT_SOURCE_DATES = """INSERT INTO sealed_dates (size, process_id, late, dated)
SELECT (SELECT max(size) FROM signed_tree_head), coalesce(process_id, 0), 0, count(*)
FROM interaction JOIN position ON entry = id
WHERE origin IN ('import', 'seed') AND EXISTS (SELECT 1 FROM signed_tree_head)
GROUP BY coalesce(process_id, 0)"""
SALTED_TABLES = ("summary", "commitment_step")
"""Texts that the log binds from now on; rows written before have no mark in the log."""
COLUMNS = (
    "id, occurred_at, kind, actor_id, actor_role, account_class, institution_id, process_id,"
    " proposal_id, subject_type, subject_id, parent_id, stance, origin, cause, content, details,"
    " salt, leaf"
)


def upgrade() -> None:
    """Move positions and form keys to tables of their own and create the guards."""
    op.create_table(
        "sealed_dates",
        sa.Column("size", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("process_id", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("late", BIG_INT, nullable=False),
        sa.Column("dated", BIG_INT, nullable=False),
    )
    for table in SALTED_TABLES:
        op.add_column(table, sa.Column("salt", sa.LargeBinary(16)))
    op.add_column("poll", sa.Column("box_root", sa.String(64)))
    _create_tables()
    op.rename_table("interaction", "interaction_before")
    _create_log()
    _move_rows()
    op.execute(sa.text(COUNT_SOURCE_DATES))
    for statement in POSTGRESQL_GUARDS if _is_postgresql() else SQLITE_GUARDS:
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Raise: the position of a row cannot be written back into the insert-only row."""
    raise NotImplementedError("the insert-only log cannot be undone; restore a backup")


def _create_tables() -> None:
    op.create_table(
        "position",
        sa.Column("seq", BIG_INT, primary_key=True, autoincrement=False),
        sa.Column("entry", sa.String(32), nullable=False, unique=True),
    )
    op.create_table("unsealed_entry", sa.Column("entry", sa.String(32), primary_key=True))
    op.create_table(
        "form_key",
        sa.Column("actor_id", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("entry", sa.String(32), nullable=False),
        sa.Column("used_at", TIMESTAMP, nullable=False),
    )
    op.create_index("ix_form_key_used_at", "form_key", ["used_at"])


def _create_log() -> None:
    """Create the table of the rows, without position, form key or any key besides the id."""
    for name in ("process_id_seq", "proposal_id_seq", "waiting"):
        op.drop_index(f"ix_interaction_{name}", "interaction_before")
    if _is_postgresql():  # the name of the primary key belongs to the old table
        op.execute("ALTER INDEX pk_interaction RENAME TO pk_interaction_before")
    op.create_table(
        "interaction",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("occurred_at", TIMESTAMP, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.String(64)),
        sa.Column("actor_role", sa.String(16), nullable=False),
        sa.Column("account_class", sa.String(16), nullable=False),
        sa.Column("institution_id", BIG_INT),
        sa.Column("process_id", BIG_INT),
        sa.Column("proposal_id", BIG_INT),
        sa.Column("subject_type", sa.String(24), nullable=False),
        sa.Column("subject_id", BIG_INT, nullable=False),
        sa.Column("parent_id", BIG_INT),
        sa.Column("stance", sa.SmallInteger()),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("content", sa.String(64)),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("ix_interaction_process_id", "interaction", ["process_id", "id"])
    op.create_index("ix_interaction_proposal_id", "interaction", ["proposal_id", "id"])
    op.create_index("ix_interaction_actor_id", "interaction", ["actor_id"])


def _move_rows() -> None:
    before = "FROM interaction_before"
    op.execute(f"INSERT INTO interaction ({COLUMNS}) SELECT {COLUMNS} {before}")  # noqa: S608
    op.execute(f"INSERT INTO position SELECT seq, id {before} WHERE seq IS NOT NULL")  # noqa: S608
    op.execute(f"INSERT INTO unsealed_entry SELECT id {before} WHERE seq IS NULL")  # noqa: S608
    op.execute(
        "INSERT INTO form_key (actor_id, key, digest, entry, used_at)"
        f" SELECT actor_id, form_key, form_digest, id, occurred_at {before}"  # noqa: S608
        " WHERE form_key IS NOT NULL"
    )
    op.drop_table("interaction_before")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
