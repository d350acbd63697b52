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
_OBJECTS = """
SELECT subject_type AS type, subject_id::VARCHAR AS number FROM events
UNION SELECT 'comment', parent_id::VARCHAR FROM events WHERE parent_id > 0
UNION SELECT 'proposal', proposal_id::VARCHAR FROM events WHERE proposal_id IS NOT NULL
UNION SELECT 'institution', institution_id::VARCHAR FROM events WHERE institution_id IS NOT NULL
UNION SELECT 'person', actor_id FROM events WHERE actor_id IS NOT NULL
"""
_EVENTS = """
SELECT seq, kind, strftime(occurred_at, $times), actor_role, account_class, origin, stance,
       subject_type, subject_id, proposal_id, institution_id, actor_id, parent_id
FROM events ORDER BY seq
"""
_KINDS = "SELECT DISTINCT kind FROM events ORDER BY kind"


def write_ocel(workspace: DuckDBWorkspace, folder: Path, _process: Process, _size: int) -> int:
    """Write ocel.json, one object and one event at a time, and return the number of events."""
    workspace.connection.execute(f"CREATE OR REPLACE TABLE objects AS {_OBJECTS}")
    types = [row[0] for row in workspace.rows("SELECT DISTINCT type FROM objects ORDER BY type")]
    kinds = [row[0] for row in workspace.rows(_KINDS)]
    attributes = [
        {"name": name, "type": value_type} for name, value_type in EVENT_ATTRIBUTES.items()
    ]
    with (folder / "ocel.json").open("w", encoding="utf-8") as file:
        file.write('{"objectTypes": ')
        file.write(json.dumps([{"name": name, "attributes": []} for name in types]))
        file.write(',\n"eventTypes": ')
        file.write(json.dumps([{"name": name, "attributes": attributes} for name in kinds]))
        file.write(',\n"objects": [')
        _write_all(file, _objects(workspace))
        file.write('],\n"events": [')
        rows = _write_all(file, _events(workspace))
        file.write("]}\n")
    return rows


def _write_all(file: TextIO, items: Iterable[dict[str, Any]]) -> int:
    count = 0
    for count, item in enumerate(items, 1):
        file.write(("\n" if count == 1 else ",\n") + json.dumps(item, ensure_ascii=False))
    return count


def _objects(workspace: DuckDBWorkspace) -> Iterator[dict[str, Any]]:
    query = "SELECT type, number FROM objects ORDER BY type, number"
    for object_type, number in workspace.rows(query):
        yield {
            "id": f"{object_type}-{number}",
            "type": object_type,
            "attributes": [],
            "relationships": [],
        }


def _events(workspace: DuckDBWorkspace) -> Iterator[dict[str, Any]]:
    for row in workspace.rows(_EVENTS, {"times": workspace.time_format}):
        seq, kind, time, *attributes = row[:7]
        values = dict(zip(EVENT_ATTRIBUTES, [*attributes, seq], strict=True))
        yield {
            "id": f"act-{seq}",
            "type": kind,
            "time": time,
            "attributes": [{"name": n, "value": v} for n, v in values.items() if v is not None],
            "relationships": [
                {"objectId": object_id, "qualifier": qualifier}
                for qualifier, object_id in _related_objects(*row[7:]).items()
                if object_id
            ],
        }


def _related_objects(
    subject_type: str,
    subject: str,
    proposal: int | None,
    institution: int | None,
    actor: str | None,
    parent: int | None,
) -> dict[str, Any]:
    """Return the ids of the objects of an event by what they are in it; those missing are false."""
    return {
        "about": f"{subject_type}-{subject}",
        "proposal": proposal and f"proposal-{proposal}",
        "by": actor and f"person-{actor}",
        "institution": institution and f"institution-{institution}",
        "replies to": parent and parent > 0 and f"comment-{parent}",
    }
