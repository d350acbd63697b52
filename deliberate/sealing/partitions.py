"""Partitions of the log by month, on PostgreSQL, for installations with many millions of rows.

An id begins with its time in milliseconds (UUIDv7), so a month is a range of ids. There is no
default partition: rows for which no month exists would have to be moved later.
"""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db, unrecorded

MONTHS_AHEAD = 12
OLDEST = "interaction_before"
"""The partition of the rows that were written before the log had partitions."""
_TRIGGERS = {
    "interaction_append_only": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
    " EXECUTE FUNCTION interaction_guard()",
    "interaction_not_backdated": "BEFORE INSERT ON {table} FOR EACH ROW"
    " EXECUTE FUNCTION interaction_time_guard()",
    "interaction_waits": "AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION interaction_wait()",
}
_NEVER_EMPTIED = (
    "CREATE TRIGGER interaction_never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION interaction_guard()"
)
_INDEXES = {
    "ix_interaction_process_id": "process_id",
    "ix_interaction_proposal_id": "proposal_id",
    "ix_interaction_actor_id": "actor_id",
}


class NotPartitionable(RuntimeError):
    """The database has no partitions."""


def is_partitioned(session: Session) -> bool:
    """Return whether the log has partitions; on SQLite it never has."""
    if db.engine.dialect.name != "postgresql":
        return False
    query = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'interaction'::regclass"
    return bool(session.scalar(text(query)))


def partition_log() -> list[str]:
    """Partition the log by month, and create the months ahead; return the new partitions.

    The rows so far become the first partition, in place. Writers wait for some seconds. Raises
    NotPartitionable on SQLite.
    """
    if db.engine.dialect.name != "postgresql":
        raise NotPartitionable("only a log in PostgreSQL can have partitions")
    with unrecorded("partitions of the log") as session:
        created = [] if is_partitioned(session) else [_attach_present_rows(session)]
        return created + _create_months(session)


def create_months_ahead() -> list[str]:
    """Create the missing partitions of the coming months, if the log has partitions."""
    session: Session = db.session()
    session.rollback()
    return partition_log() if is_partitioned(session) else []


def first_id(year: int, month: int) -> str:
    """Return the lowest id of a month; months above 12 are those of later years."""
    start = datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)
    return f"{int(start.timestamp() * 1000):012x}".ljust(32, "0")


def _attach_present_rows(session: Session) -> str:
    _run(session, "LOCK TABLE interaction IN ACCESS EXCLUSIVE MODE")
    for name in (*_TRIGGERS, "interaction_never_emptied"):
        _run(session, f"DROP TRIGGER {name} ON interaction")
    _run(session, f"ALTER TABLE interaction RENAME TO {OLDEST}")
    for name in ("pk_interaction", *_INDEXES):
        _run(session, f"ALTER INDEX {name} RENAME TO {name}_before")
    _run(session, f"CREATE TABLE interaction (LIKE {OLDEST}) PARTITION BY RANGE (id)")
    _run(session, "ALTER TABLE interaction ADD CONSTRAINT pk_interaction PRIMARY KEY (id)")
    for name, columns in _INDEXES.items():
        _run(session, f"CREATE INDEX {name} ON interaction ({columns})")
    moment = now()
    _run(
        session,
        f"ALTER TABLE interaction ATTACH PARTITION {OLDEST}"
        f" FOR VALUES FROM (MINVALUE) TO ('{first_id(moment.year, moment.month + 1)}')",
    )
    for name, trigger in _TRIGGERS.items():
        _run(session, f"CREATE TRIGGER {name} {trigger.format(table='interaction')}")
    for table in ("interaction", OLDEST):
        _run(session, _NEVER_EMPTIED.format(table=table))
    return OLDEST


def _create_months(session: Session) -> list[str]:
    """Create the months that do not exist, from the one after the oldest partition on."""
    query = (
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'interaction'::regclass"
    )
    existing = set(session.scalars(text(query)))
    moment, created = now(), []
    for ahead in range(1, MONTHS_AHEAD + 1):
        month = moment.month + ahead
        name = f"interaction_{moment.year + (month - 1) // 12}_{(month - 1) % 12 + 1:02d}"
        if name in existing:
            continue
        lowest, highest = first_id(moment.year, month), first_id(moment.year, month + 1)
        span = f"FROM ('{lowest}') TO ('{highest}')"
        _run(session, f"CREATE TABLE {name} PARTITION OF interaction FOR VALUES {span}")
        _run(session, _NEVER_EMPTIED.format(table=name))
        created.append(name)
    return created


def forbid_truncate(session: Session, partition: str) -> None:
    """Let the database refuse to empty a partition; that trigger is not inherited."""
    _run(session, _NEVER_EMPTIED.format(table=partition))


def _run(session: Session, statement: str) -> None:
    session.execute(text(statement))
