"""The tables that `log verify` compares."""

from sqlalchemy import Table

from deliberate.database import db
from tests.log.bound_tables import not_compared


def compared_tables() -> list[Table]:
    """Return the tables of which at least something is compared."""
    return [table for table in db.metadata.sorted_tables if table.name not in not_compared()]
