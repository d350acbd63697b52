"""The public acts of a release as an event log after IEEE 1849 (XES); a case is a proposal."""

from itertools import groupby
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import quoteattr

from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.models import Process

_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>\
<date key="time:timestamp" value="1970-01-01T00:00:00Z"/>\
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
"""
_EVENTS = """
SELECT proposal_id, kind, strftime(occurred_at, $times), actor_id, actor_role, account_class,
       institution_id, stance, seq
FROM events WHERE proposal_id IS NOT NULL ORDER BY proposal_id, seq
"""


def write_xes(workspace: DuckDBWorkspace, folder: Path, process: Process, _size: int) -> int:
    """Write xes/log.xes, each case in log order, and return the number of events."""
    (folder / "xes").mkdir()
    count = 0
    with (folder / "xes" / "log.xes").open("w", encoding="utf-8") as file:
        file.write(_HEADER)
        _write_attribute(file, "string", "concept:name", process.slug)
        rows = workspace.rows(_EVENTS, {"times": workspace.time_format})
        for proposal, events in groupby(rows, key=lambda row: row[0]):
            file.write("<trace>\n")
            _write_attribute(file, "string", "concept:name", f"proposal-{proposal}")
            for event in events:
                _write_event(file, event)
                count += 1
            file.write("</trace>\n")
        file.write("</log>\n")
    return count


def _write_event(file: TextIO, event: tuple[Any, ...]) -> None:
    _proposal, kind, time, actor, role, account_class, institution, stance, seq = event
    file.write("<event>\n")
    _write_attribute(file, "string", "concept:name", kind)
    _write_attribute(file, "date", "time:timestamp", time)
    _write_attribute(file, "string", "lifecycle:transition", "complete")
    _write_attribute(file, "string", "org:resource", actor)
    _write_attribute(file, "string", "org:role", role)
    _write_attribute(file, "string", "accountClass", account_class)
    _write_attribute(file, "int", "institution", institution)
    _write_attribute(file, "int", "stance", stance)
    _write_attribute(file, "int", "seq", seq)
    file.write("</event>\n")


def _write_attribute(file: TextIO, tag: str, key: str, value: object) -> None:
    if value is not None:
        file.write(f'<{tag} key="{key}" value={quoteattr(str(value))}/>\n')
