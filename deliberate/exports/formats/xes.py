"""The public acts of a release as an event log after IEEE 1849 (XES): a case is a proposal."""

from itertools import groupby
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import quoteattr

from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.models import Process

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
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
_ACTS = """
SELECT proposal_id, kind, strftime(occurred_at, $times), actor_id, actor_role, account_class,
       institution_id, stance, seq
FROM events WHERE proposal_id IS NOT NULL ORDER BY proposal_id, seq
"""


def write_xes(bench: DuckDBWorkspace, folder: Path, process: Process, _size: int) -> int:
    """Write xes/log.xes, in each case in the order of the log; gives how many events."""
    (folder / "xes").mkdir()
    rows = 0
    with (folder / "xes" / "log.xes").open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        _put(file, "string", "concept:name", process.slug)
        acts = bench.rows(_ACTS, {"times": bench.times})
        for proposal, events in groupby(acts, key=lambda act: act[0]):
            file.write("<trace>\n")
            _put(file, "string", "concept:name", f"proposal-{proposal}")
            for act in events:
                _event(file, act)
                rows += 1
            file.write("</trace>\n")
        file.write("</log>\n")
    return rows


def _event(file: TextIO, act: tuple[Any, ...]) -> None:
    _proposal, kind, moment, actor, role, account_class, institution, stance, seq = act
    file.write("<event>\n")
    _put(file, "string", "concept:name", kind)
    _put(file, "date", "time:timestamp", moment)
    _put(file, "string", "lifecycle:transition", "complete")
    _put(file, "string", "org:resource", actor)
    _put(file, "string", "org:role", role)
    _put(file, "string", "accountClass", account_class)
    _put(file, "int", "institution", institution)
    _put(file, "int", "stance", stance)
    _put(file, "int", "seq", seq)
    file.write("</event>\n")


def _put(file: TextIO, sort: str, key: str, value: Any) -> None:
    if value is not None:
        file.write(f'<{sort} key="{key}" value={quoteattr(str(value))}/>\n')
