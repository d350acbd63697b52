"""The rows of public acts, from sealed segments into files, under the names of one release."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app

from deliberate.exports.columns import EVENTS, Column
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.models import Process
from deliberate.queries.log import EVERYWHERE, segment_files
from deliberate.sealing.leaves import PUBLIC_KINDS
from deliberate.sealing.parts import MOMENT, PRIVATE_HALF
from deliberate.sealing.segments import write_part

ROWS_A_PART = 16384
ACTORS_AT_ONCE = 2000
NAMES = (Column("actor", "string", ""), Column("pseudonym", "string", ""))


def lay_out_log(bench: DuckDBWorkspace, process: Process, size: int) -> None:
    """Make `acts`: the sealed rows of a process up to a head, in their order.

    Segments are read where they lie; rows after the last one are written beside them first.
    """
    files, covered = segment_files(current_app.config["SETTINGS"].log_path, size)
    for first in range(covered, size, ROWS_A_PART):
        part = bench.folder / f"part-{first:012}.parquet"
        write_part(first, min(first + ROWS_A_PART, size) - 1, part)
        files.append(part)
    view_acts(bench, files, process.id, size)


def view_acts(bench: DuckDBWorkspace, files: Sequence[Path], process_id: int, size: int) -> None:
    """Make `acts` over Parquet files that hold the log up to a head without a gap."""
    places = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    everywhere = ", ".join(f"'{kind}'" for kind in EVERYWHERE)
    public = ", ".join(f"'{kind}'" for kind in sorted(PUBLIC_KINDS))
    source = f"read_parquet([{places}])" if files else _NOTHING
    bench.view(
        "acts",
        f"SELECT *, kind IN ({public}) AS is_public, {MOMENT} AS moment FROM {source}"  # noqa: S608  # no word from outside
        f" WHERE seq < {size} AND (process_id = {process_id} OR kind IN ({everywhere}))",
    )


_NOTHING = (
    "(SELECT 0::BIGINT AS seq, '' AS id, now()::TIMESTAMP AS occurred_at, '' AS kind,"
    " '' AS actor_id, '' AS actor_role, '' AS account_class, 0::BIGINT AS institution_id,"
    " 0::BIGINT AS process_id, 0::BIGINT AS proposal_id, '' AS subject_type,"
    " 0::BIGINT AS subject_id, 0::BIGINT AS parent_id, 0::TINYINT AS stance, '' AS origin,"
    " '' AS cause, '' AS content, '{}' AS details, ''::BLOB AS salt WHERE false)"
)


def name_actors(bench: DuckDBWorkspace, name: str, rows: str, pseudonyms: Pseudonyms) -> None:
    """Make a table of the actors of some rows with their pseudonyms."""
    found = bench.rows(f"SELECT DISTINCT actor_id FROM {rows} WHERE actor_id IS NOT NULL")  # noqa: S608  # names of our own
    bench.table(name, NAMES, map(list, map(dict.items, _named(found, pseudonyms))))


def _named(found: Any, pseudonyms: Pseudonyms) -> Any:
    batch: list[str] = []
    for (actor,) in found:
        batch.append(actor)
        if len(batch) == ACTORS_AT_ONCE:
            yield pseudonyms.of_all(batch)
            batch = []
    if batch:
        yield pseudonyms.of_all(batch)


def write_events(bench: DuckDBWorkspace, folder: Path, pseudonyms: Pseudonyms) -> dict[str, int]:
    """Write events.parquet, then the same rows as CSV and JSON lines; gives how many in each.

    Leaves `events` behind, which every other file of the release is made from.
    """
    bench.view("public_acts", "SELECT * FROM acts WHERE is_public")
    name_actors(bench, "names", "public_acts", pseudonyms)
    bench.make_room(int(bench.one("SELECT count(*) FROM names")))
    bench.view("told_acts", _TOLD)
    whole = folder / "events.parquet"
    rows = bench.write(whole, EVENTS, "told_acts")
    bench.view("events", "FROM read_parquet('" + str(whole).replace("'", "''") + "')")
    counted = {whole.name: rows}
    for name in ("events.csv", "events.jsonl"):
        counted[name] = bench.write(folder / name, EVENTS, "events")
    return counted


_TOLD = f"""
SELECT * REPLACE (pseudonym AS actor_id, sha256(cause) AS cause),
       sha256({PRIVATE_HALF}) AS private_hash
FROM public_acts LEFT JOIN names ON actor = actor_id
"""  # noqa: S608  # built from names of our own


def withheld(bench: DuckDBWorkspace) -> dict[str, int]:
    """How many rows of each kind stayed in the house."""
    query = "SELECT kind, count(*) FROM acts WHERE NOT is_public GROUP BY kind ORDER BY kind"
    return {str(kind): int(count) for kind, count in bench.rows(query)}


def told_of(bench: DuckDBWorkspace) -> dict[str, Any]:
    """What the rows of a release span: its first and last hour, its people."""
    query = (
        "SELECT strftime(min(occurred_at), '%Y-%m-%dT%H:00:00Z'),"
        " strftime(max(occurred_at), '%Y-%m-%dT%H:00:00Z'), count(DISTINCT actor_id) FROM events"
    )
    found: Sequence[Any] = next(bench.rows(query))
    return {"period": [found[0], found[1]], "people": found[2]}
