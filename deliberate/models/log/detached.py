"""Detached months of the log: which rows left the table, and reading them from their segments.

Public acts stay in the table, with the acts that pages look up; the many private ones leave it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Connection, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import not_personal
from deliberate.file_storage import fetch_file
from deliberate.models.log.interaction import Interaction
from deliberate.models.log.signed_tree_head import Segment
from deliberate.vocabulary.events.accounts import PersonSignedIn, PersonSignedOut
from deliberate.vocabulary.events.polls import BallotCast, BallotChanged
from deliberate.vocabulary.events.proposals import (
    FollowEnded,
    FollowStarted,
    SupportGiven,
    SupportTakenBack,
)
from deliberate.vocabulary.events.responses import OutcomeChecked, ResponseJudged
from deliberate.vocabulary.events.threads import CommentRated

LEAVING_KINDS = (
    *(SupportGiven.KIND, SupportTakenBack.KIND, CommentRated.KIND, BallotCast.KIND),
    *(BallotChanged.KIND, FollowStarted.KIND, FollowEnded.KIND, ResponseJudged.KIND),
    *(OutcomeChecked.KIND, PersonSignedIn.KIND, PersonSignedOut.KIND),
)
"""Kinds whose rows leave the table with their month: most rows, and no page looks them up."""
_COLUMNS = [column.name for column in Interaction.__table__.columns]
_VIEW = "interaction"


class SegmentMissing(RuntimeError):
    """Rows left the table, and the segment that has them is not in the folder of the log."""


class DetachedPartition(Base):
    """A month whose private rows left the table of the log; ids from `lowest` below `highest`."""

    __tablename__ = "detached_partition"
    personal_data = not_personal("name lowest highest first last detached_at")

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    lowest: Mapped[str] = mapped_column(String(32))
    highest: Mapped[str] = mapped_column(String(32))
    first: Mapped[int] = mapped_column(BigId)
    last: Mapped[int] = mapped_column(BigId)
    """The lowest and the highest position of its rows."""
    detached_at: Mapped[datetime] = mapped_column(UtcDateTime)


def read_raw_rows(
    connection: Connection,
    log_path: Path,
    condition: str = "true",
    parameters: Mapping[str, object] | None = None,
    columns: Sequence[str] = ("seq", *_COLUMNS),
) -> list[tuple[Any, ...]]:
    """Return columns of the rows that left the table and fulfil a condition, by position.

    The condition is SQL of DuckDB. Raises SegmentMissing, never returns a part of the rows.
    """
    months = connection.execute(select(DetachedPartition.__table__)).all()
    if not months:
        return []
    spans = " OR ".join(f"id >= '{month.lowest}' AND id < '{month.highest}'" for month in months)
    files = _segment_files(connection, log_path, [(month.first, month.last) for month in months])
    query = (
        f"SELECT {', '.join(columns)} FROM read_parquet($files)"  # noqa: S608  # constant names
        f" WHERE list_contains($kinds, kind) AND ({spans}) AND ({condition}) ORDER BY seq"
    )
    import duckdb  # slow to import, and only old months need it

    values = {"files": files, "kinds": list(LEAVING_KINDS), **(parameters or {})}
    with duckdb.connect(":memory:") as con:
        con.execute("SET threads = 1; SET enable_progress_bar = false; SET TimeZone = 'UTC'")
        return con.execute(query, values).fetchall()


def _segment_files(
    connection: Connection, log_path: Path, spans: Sequence[tuple[int, int]]
) -> list[str]:
    """Return the segments that have rows of some spans of positions. Raises SegmentMissing."""
    files = []
    for segment in connection.execute(select(Segment.__table__).order_by(Segment.first)):
        if not any(segment.first <= last and segment.last >= first for first, last in spans):
            continue
        file = log_path / "segments" / f"{segment.first:09d}-{segment.last:09d}.parquet"
        if not fetch_file(file):
            raise SegmentMissing(
                f"entries {segment.first} to {segment.last} of the log left the database: they are"
                f" in the segment {file.name}, which is missing in {file.parent}"
            )
        files.append(str(file))
    return files


def log_path() -> Path:
    """Return the folder of the log of this application, which has its segments."""
    path: Path = current_app.config["SETTINGS"].log_path
    return path


def read_detached(
    session: Session, log_path: Path, condition: str, parameters: Mapping[str, object]
) -> list[Interaction]:
    """Return the acts that left the table and fulfil a condition, by position."""
    return [
        _as_act(row) for row in read_raw_rows(session.connection(), log_path, condition, parameters)
    ]


def _as_act(row: tuple[Any, ...]) -> Interaction:
    seq, *values = row
    columns = dict(zip(_COLUMNS, values, strict=True))
    columns["details"] = json.loads(columns["details"])
    columns["occurred_at"] = columns["occurred_at"].replace(tzinfo=UTC)
    leaf = columns.pop("leaf")
    act = Interaction(**columns)
    act.leaf = leaf
    set_committed_value(act, "seq", seq)
    return act


def show_whole_log(session: Session, log_path: Path) -> None:
    """Let the queries of this transaction find the rows that left the table, from the segments.

    For commands and jobs that compare the whole log: it reads the segments of all detached
    months. A temporary view stands before the table until the transaction ends.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return
    is_shown = (
        "SELECT count(*) FROM pg_class WHERE relname = :name AND relnamespace = pg_my_temp_schema()"
    )
    if connection.scalar(text(is_shown), {"name": _VIEW}):
        return
    if rows := read_raw_rows(connection, log_path, columns=_COLUMNS):
        # Transactions are read-only, and only a new one can be made another. This one is read-only
        # again as soon as it has its view.
        session.rollback()
        connection = session.connection()
        connection.execute(text("SET TRANSACTION READ WRITE"))
        _create_view(connection, rows)
        connection.execute(text("SET TRANSACTION READ ONLY"))


def _create_view(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Create the view over the table and these rows, and its table, for this transaction."""
    schema = connection.scalar(
        text(
            "SELECT relnamespace::regnamespace::text FROM pg_class"
            " WHERE oid = 'interaction'::regclass"
        )
    )
    table, names = f"{schema}.interaction", ", ".join(_COLUMNS)
    connection.execute(text(f"CREATE TEMPORARY TABLE detached_row (LIKE {table}) ON COMMIT DROP"))
    values = ", ".join(f":{name}" for name in _COLUMNS)
    at = _COLUMNS.index("occurred_at")
    connection.execute(
        text(f"INSERT INTO detached_row ({names}) VALUES ({values})"),  # noqa: S608  # constant names
        [
            dict(zip(_COLUMNS, row, strict=True)) | {"occurred_at": row[at].replace(tzinfo=UTC)}
            for row in rows
        ],
    )
    view = (
        f"CREATE TEMPORARY VIEW {_VIEW} AS SELECT {names} FROM {table}"  # noqa: S608  # constant names
        f" UNION ALL SELECT {names} FROM detached_row"
    )
    connection.execute(text(view))
