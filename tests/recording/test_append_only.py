"""Log rows cannot be updated, replaced, deleted or truncated, sealed or not."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.models import Interaction
from tests import factories

STATEMENTS = [
    "UPDATE interaction SET actor_role = 'admin'",
    "UPDATE interaction SET id = id",
    "DELETE FROM interaction",
]
POSITION_STATEMENTS = ["UPDATE position SET seq = seq + 1", "DELETE FROM position"]
SQLITE_STATEMENTS = [
    "INSERT OR REPLACE INTO interaction SELECT * FROM interaction",
    "REPLACE INTO interaction SELECT * FROM interaction",
    "UPDATE OR REPLACE interaction SET id = 'x'",
]
SQLITE_POSITION_STATEMENTS = ["REPLACE INTO position SELECT seq, 'x' FROM position"]
POSTGRES_STATEMENTS = [
    "TRUNCATE interaction",
    "TRUNCATE position",
    "INSERT INTO interaction SELECT * FROM interaction ON CONFLICT (id) DO UPDATE SET kind = 'x'",
]


def test_log_row_cannot_be_updated_deleted_or_replaced(app):
    factories.create_resident()
    is_sqlite = db.engine.dialect.name == "sqlite"
    for statement in STATEMENTS + (SQLITE_STATEMENTS if is_sqlite else POSTGRES_STATEMENTS):
        assert_rejected(statement)
    assert sealing.seal_log(app.config["SETTINGS"]) == 1
    for statement in STATEMENTS + POSITION_STATEMENTS:
        assert_rejected(statement)
    for statement in SQLITE_POSITION_STATEMENTS if is_sqlite else ():
        assert_rejected(statement)
    assert db.session.scalar(select(Interaction.seq)) == 0


def assert_rejected(statement: str) -> None:
    error = pytest.raises(DBAPIError, match="append-only")
    with error, unrecorded("test settings") as session:
        session.execute(text(statement))
