"""Every column of a compared table is compared, or named as not compared with a reason."""

import re
from itertools import zip_longest

import pytest

from deliberate.database import db
from tests.log.bound_tables import UNBOUND_COLUMNS
from tests.log.column_changes import bound_columns, change_of, compared_tables, unbound_columns
from tests.log.prepared_log import prepare_log, tampered
from tests.log.tamperings import PAGES
from tests.log.test_tamperings import find_page_faults

TRIED = {
    (table, column)
    for tampering in PAGES
    for statement in tampering.statements
    for table, change in re.findall(r"UPDATE (\w+) SET (.*?)(?: WHERE |$)", statement)
    for column in re.findall(r"(?:^|, )(\w+) = ", change)
}
"""Columns that a named tampering changes."""
WITHOUT_ROWS = {"answered_comment", "unit_source"}
"""Tables that are empty in the prepared log; a tampering inserts a row."""
SHOWN_AT = {
    "process_institution": "process",
    "criterion_rating": "assessment",
    "questionnaire_answer": "questionnaire",
    "reason_answer": "reason_survey",
    "reason_item": "reason_survey",
    "poll_ballot": "poll",
    "unit_text": "document_version",
    "answered_contribution": "unit_answer",
}
"""Tables that are compared as part of another, whose row the fault names."""


def test_only_columns_that_exist_are_named_once():
    named = [
        (table, column)
        for groups in UNBOUND_COLUMNS.values()
        for table, columns in groups.items()
        for column in columns.split()
    ]
    present = {(table.name, one.name) for table in compared_tables() for one in table.columns}
    assert len(named) == len(set(named)) and set(named) <= present


def test_every_column_that_is_not_named_is_compared(app, clock):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the comparison is the same on both engines")
    prepare_log(app, clock)
    missed = []
    for batch in _batches():
        with tampered(*(change_of(column) for column in batch)) as session:
            found = {getattr(fault, "table", "") for fault in find_page_faults(session)}
        tables = {str(column.table.name): column.name for column in batch}
        missed += [
            f"{table}.{column}"
            for table, column in tables.items()
            if not {table, SHOWN_AT.get(table, table)} & found
        ]
    assert missed == []


def _batches():
    """Yield columns to change at once, one of each table; ids, on which much hangs, alone."""
    columns = [
        column
        for column in bound_columns()
        if (column.table.name, column.name) not in TRIED and column.table.name not in WITHOUT_ROWS
    ]
    of_tables: dict[str, list[object]] = {}
    for column in columns:
        is_person = any(key.column.table.name == "person" for key in column.foreign_keys)
        if not is_person and (column.name == "id" or column.name.endswith("_id")):
            yield [column]
        else:
            of_tables.setdefault(column.table.name, []).append(column)
    for batch in zip_longest(*of_tables.values()):
        yield [column for column in batch if column is not None]


def test_named_columns_are_of_compared_tables():
    assert unbound_columns().keys() <= {table.name for table in compared_tables()}
