"""Optional release formats for other tools, each with a writer of its own."""

from collections.abc import Callable
from pathlib import Path

from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.formats.convokit import write_convokit
from deliberate.exports.formats.graphml import write_graphml
from deliberate.exports.formats.ocel import write_ocel
from deliberate.exports.formats.pabulib import write_pabulib
from deliberate.exports.formats.polis import write_polis
from deliberate.exports.formats.xes import write_xes
from deliberate.models import Process

Writer = Callable[[DuckDBWorkspace, Path, Process, int], int]

FORMATS: dict[str, Writer] = {
    "convokit": write_convokit,
    "xes": write_xes,
    "ocel": write_ocel,
    "graphml": write_graphml,
    "polis": write_polis,
    "pabulib": write_pabulib,
}
"""Writers by format name: each writes into the release folder and returns the rows written."""
