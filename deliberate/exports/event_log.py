"""Export of public acts from sealed segments to files, under the pseudonyms of one release."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flask import current_app

from deliberate.citivoice import KINDS_OF_EVERY_PROCESS
from deliberate.exports.columns import EVENTS, Column
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.models import Process
from deliberate.queries.log.sealed_log import segment_files
from deliberate.sealing.leaf_hashes import PUBLIC_KINDS
from deliberate.sealing.segment_verification import MOMENT, PRIVATE_HALF
from deliberate.sealing.segments import write_parquet

ROWS_PER_PART = 16384
ACTORS_PER_BATCH = 2000
PSEUDONYM_COLUMNS = (Column("actor", "string", ""), Column("pseudonym", "string", ""))


def create_acts_view(workspace: DuckDBWorkspace, process: Process, size: int) -> None:
    """Create the view `acts` of the sealed rows of a process up to a tree head, in log order.

    Segments are read in place; rows after the last segment are written to temporary files first.
    """
    files, covered = segment_files(current_app.config["SETTINGS"].log_path, size)
    for first in range(covered, size, ROWS_PER_PART):
        part = workspace.folder / f"part-{first:012}.parquet"
        write_parquet(first, min(first + ROWS_PER_PART, size) - 1, part)
        files.append(part)
    create_acts_view_over(workspace, files, process.id, size)


def create_acts_view_over(
    workspace: DuckDBWorkspace, files: Sequence[Path], process_id: int, size: int
) -> None:
    """Create the view `acts` over Parquet files with the whole log up to a tree head."""
    paths = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    everywhere = ", ".join(f"'{kind}'" for kind in KINDS_OF_EVERY_PROCESS)
    public = ", ".join(f"'{kind}'" for kind in sorted(PUBLIC_KINDS))
    source = f"read_parquet([{paths}])" if files else _EMPTY_LOG
    workspace.create_view(
        "acts",
        f"SELECT *, kind IN ({public}) AS is_public, {MOMENT} AS moment FROM {source}"  # noqa: S608  # constant names
        f" WHERE seq < {size} AND (process_id = {process_id} OR kind IN ({everywhere}))",
    )


_EMPTY_LOG = (
    "(SELECT 0::BIGINT AS seq, '' AS id, now()::TIMESTAMP AS occurred_at, '' AS kind,"
    " '' AS actor_id, '' AS actor_role, '' AS account_class, 0::BIGINT AS institution_id,"
    " 0::BIGINT AS process_id, 0::BIGINT AS proposal_id, '' AS subject_type,"
    " 0::BIGINT AS subject_id, 0::BIGINT AS parent_id, 0::TINYINT AS stance, '' AS origin,"
    " '' AS cause, '' AS content, '{}' AS details, ''::BLOB AS salt WHERE false)"
)


def create_pseudonym_table(
    workspace: DuckDBWorkspace, name: str, rows: str, pseudonyms: Pseudonyms
) -> None:
    """Create a table of the actors of some rows with their pseudonyms."""
    actors = workspace.rows(f"SELECT DISTINCT actor_id FROM {rows} WHERE actor_id IS NOT NULL")  # noqa: S608  # constant names
    workspace.create_table(
        name, PSEUDONYM_COLUMNS, (list(batch.items()) for batch in _batches(actors, pseudonyms))
    )


def _batches(actors: Iterator[tuple[Any, ...]], pseudonyms: Pseudonyms) -> Iterator[dict[str, str]]:
    batch: list[str] = []
    for (actor_id,) in actors:
        batch.append(actor_id)
        if len(batch) == ACTORS_PER_BATCH:
            yield pseudonyms.of_all(batch)
            batch = []
    if batch:
        yield pseudonyms.of_all(batch)


def write_events(
    workspace: DuckDBWorkspace, folder: Path, pseudonyms: Pseudonyms
) -> dict[str, int]:
    """Write events.parquet, events.csv and events.jsonl, and return the rows of each.

    Creates the view `events`, the source of all other files of the release.
    """
    workspace.create_view("public_acts", "SELECT * FROM acts WHERE is_public")
    create_pseudonym_table(workspace, "pseudonyms", "public_acts", pseudonyms)
    workspace.raise_memory_limit(int(workspace.scalar("SELECT count(*) FROM pseudonyms")))
    workspace.create_view("public_events", _PUBLIC_EVENTS)
    parquet = folder / "events.parquet"
    rows = workspace.write(parquet, EVENTS, "public_events")
    workspace.create_view("events", "FROM read_parquet('" + str(parquet).replace("'", "''") + "')")
    row_counts = {parquet.name: rows}
    for name in ("events.csv", "events.jsonl"):
        row_counts[name] = workspace.write(folder / name, EVENTS, "events")
    return row_counts


_PUBLIC_EVENTS = f"""
SELECT * REPLACE (pseudonym AS actor_id, sha256(cause) AS cause),
       sha256({PRIVATE_HALF}) AS private_hash
FROM public_acts LEFT JOIN pseudonyms ON actor = actor_id
"""  # noqa: S608  # built from constants


def count_withheld(workspace: DuckDBWorkspace) -> dict[str, int]:
    """Return the number of private acts by kind, which are not released."""
    query = "SELECT kind, count(*) FROM acts WHERE NOT is_public GROUP BY kind ORDER BY kind"
    return {str(kind): int(count) for kind, count in workspace.rows(query)}


def period_and_people(workspace: DuckDBWorkspace) -> dict[str, Any]:
    """Return the first and last hour of a release's rows and the number of people."""
    query = (
        "SELECT strftime(min(occurred_at), '%Y-%m-%dT%H:00:00Z'),"
        " strftime(max(occurred_at), '%Y-%m-%dT%H:00:00Z'), count(DISTINCT actor_id) FROM events"
    )
    first, last, people = next(workspace.rows(query))
    return {"period": [first, last], "people": people}
