"""The tables of the graph that are computed in Python: hours, weeks and the end of the log."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from deliberate.citivoice.reduction.circles import closed_circle
from deliberate.citivoice.reduction.engine import Engine
from deliberate.citivoice.reduction.runner import Columns, Sources
from deliberate.citivoice.reduction.weeks import calendar, hour_number, hour_table, phases_from_log


def table_sources(engine: Engine, as_of: datetime, zone: ZoneInfo) -> Sources:
    """Return for each table the function that computes its columns (`as_of` in UTC)."""
    return {
        "hour_calendar": lambda: _hour_calendar(engine, zone),
        "scoring_end": lambda: {"h": np.array([hour_number(as_of)])},
        "closed_circle": lambda: closed_circle(engine.columns("FROM directed_pairs")),
        "calendar": lambda: _calendar(engine, as_of, zone),
    }


def _hour_calendar(engine: Engine, zone: ZoneInfo) -> Columns:
    hours = engine.rows("SELECT DISTINCT date_trunc('hour', occurred_at) FROM log")
    return hour_table((hour for (hour,) in hours), zone)


def _calendar(engine: Engine, as_of: datetime, zone: ZoneInfo) -> Columns:
    phases = (
        "SELECT subject_id, details FROM log"
        " WHERE kind IN ('phase.scheduled', 'phase.removed') ORDER BY seq"
    )
    counts = dict(engine.rows("FROM week_counts"))
    return calendar(counts, phases_from_log(engine.rows(phases), zone), as_of, zone)
