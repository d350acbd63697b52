"""Every column of a compared table is listed as compared, or named as not compared and why."""

from pathlib import Path

from tests.log.bound_tables import UNBOUND_COLUMNS
from tests.log.column_changes import compared_tables

BOUND = Path(__file__).parent / "bound_columns.txt"
"""Compared columns by table: a change of each was found when the list was made."""


def compared():
    lines = (line.split(": ") for line in BOUND.read_text(encoding="utf-8").splitlines())
    return [(table, column) for table, columns in lines for column in columns.split()]


def named():
    return [
        (table, column)
        for groups in UNBOUND_COLUMNS.values()
        for table, columns in groups.items()
        for column in columns.split()
    ]


def test_every_column_is_compared_or_named_with_a_reason_and_not_both(app):
    listed = [*compared(), *named()]
    present = {(table.name, one.name) for table in compared_tables() for one in table.columns}
    assert len(listed) == len(set(listed))
    assert set(listed) == present
