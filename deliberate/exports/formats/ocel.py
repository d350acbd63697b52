"""The public acts of a release as an object-centric event log (OCEL 2.0, JSON)."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.models import Process

EVENT_ATTRIBUTES = {
    "role": "string",
    "account_class": "string",
    "origin": "string",
    "stance": "integer",
    "seq": "integer",
}
_TOUCHED = """
SELECT subject_type AS type, subject_id::VARCHAR AS number FROM events
UNION SELECT 'comment', parent_id::VARCHAR FROM events WHERE parent_id > 0
UNION SELECT 'proposal', proposal_id::VARCHAR FROM events WHERE proposal_id IS NOT NULL
UNION SELECT 'institution', institution_id::VARCHAR FROM events WHERE institution_id IS NOT NULL
UNION SELECT 'person', actor_id FROM events WHERE actor_id IS NOT NULL
"""
_ACTS = """
SELECT seq, kind, strftime(occurred_at, $times), actor_role, account_class, origin, stance,
       subject_type, subject_id, proposal_id, institution_id, actor_id, parent_id
FROM events ORDER BY seq
"""
_KINDS = "SELECT DISTINCT kind FROM events ORDER BY kind"


def write_ocel(bench: DuckDBWorkspace, folder: Path, _process: Process, _size: int) -> int:
    """Write ocel.json, an object and an act at a time; gives how many events."""
    bench.con.execute(f"CREATE OR REPLACE TABLE touched AS {_TOUCHED}")
    types = [row[0] for row in bench.rows("SELECT DISTINCT type FROM touched ORDER BY type")]
    kinds = [row[0] for row in bench.rows(_KINDS)]
    attributes = [{"name": name, "type": sort} for name, sort in EVENT_ATTRIBUTES.items()]
    with (folder / "ocel.json").open("w", encoding="utf-8") as file:
        file.write('{"objectTypes": ')
        file.write(json.dumps([{"name": name, "attributes": []} for name in types]))
        file.write(',\n"eventTypes": ')
        file.write(json.dumps([{"name": name, "attributes": attributes} for name in kinds]))
        file.write(',\n"objects": [')
        _write_all(file, _objects(bench))
        file.write('],\n"events": [')
        rows = _write_all(file, _events(bench))
        file.write("]}\n")
    return rows


def _write_all(file: TextIO, items: Iterable[dict[str, Any]]) -> int:
    count = 0
    for count, item in enumerate(items, 1):
        file.write(("\n" if count == 1 else ",\n") + json.dumps(item, ensure_ascii=False))
    return count


def _objects(bench: DuckDBWorkspace) -> Iterator[dict[str, Any]]:
    query = "SELECT type, number FROM touched ORDER BY type, number"
    for sort, number in bench.rows(query):
        yield {
            "id": f"{sort}-{number}",
            "type": sort,
            "attributes": [],
            "relationships": [],
        }


def _events(bench: DuckDBWorkspace) -> Iterator[dict[str, Any]]:
    for act in bench.rows(_ACTS, {"times": bench.times}):
        seq, kind, moment, *told, sort, subject, proposal, institution, actor, parent = act
        values = dict(zip(EVENT_ATTRIBUTES, [*told, seq], strict=True))
        related = {
            "about": f"{sort}-{subject}",
            "proposal": proposal and f"proposal-{proposal}",
            "by": actor and f"person-{actor}",
            "institution": institution and f"institution-{institution}",
            "replies to": parent and parent > 0 and f"comment-{parent}",
        }
        yield {
            "id": f"act-{seq}",
            "type": kind,
            "time": moment,
            "attributes": [{"name": n, "value": v} for n, v in values.items() if v is not None],
            "relationships": [
                {"objectId": other, "qualifier": how} for how, other in related.items() if other
            ],
        }
