"""Every table is tried with a tampering that `log verify` must find, or named as not compared."""

import re

from deliberate.database import db
from tests.log.bound_tables import not_compared
from tests.log.tamperings import PAGES

TRIED = {
    table
    for tampering in PAGES
    for statement in tampering.statements
    for table in re.findall(r"(?:UPDATE|DELETE FROM|INSERT INTO) (\w+)", statement)
}


def test_every_table_is_tried_or_named_as_not_compared(app):
    tables = {table.name for table in db.metadata.sorted_tables}
    assert tables - TRIED - not_compared() == set()


def test_only_tables_are_named_as_not_compared(app):
    assert not_compared() <= {table.name for table in db.metadata.sorted_tables}
