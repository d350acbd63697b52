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
    "UPDATE interaction SET details = '{}', seq = seq",
    "UPDATE interaction SET seq = 7, kind = 'person.erased' WHERE seq IS NULL",
    "UPDATE interaction SET seq = NULL",
    "UPDATE interaction SET seq = seq + 1",
    "DELETE FROM interaction",
]
SQLITE_STATEMENTS = [
    "INSERT OR REPLACE INTO interaction SELECT * FROM interaction",
    "REPLACE INTO interaction SELECT * FROM interaction",
    "UPDATE OR REPLACE interaction SET id = 'x'",
]
POSTGRES_STATEMENTS = [
    "TRUNCATE interaction",
    "INSERT INTO interaction SELECT * FROM interaction ON CONFLICT (id) DO UPDATE SET kind = 'x'",
]


@pytest.fixture
def key(app):
    return sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64)


def assert_rejected(statement: str) -> None:
    error = pytest.raises(DBAPIError, match=r"append-only|after it is written")
    with error, unrecorded("test settings") as session:
        session.execute(text(statement))


@pytest.mark.parametrize("sealed", [False, True])
def test_log_row_cannot_be_updated_deleted_or_replaced(app, key, sealed):
    factories.create_resident()
    if sealed:
        sealing.seal_batch(key, "test")
    dialect_statements = (
        SQLITE_STATEMENTS if db.engine.dialect.name == "sqlite" else POSTGRES_STATEMENTS
    )
    statements = STATEMENTS[:2] + STATEMENTS[3:] if sealed else STATEMENTS[:3] + STATEMENTS[5:]
    for statement in statements + dialect_statements:
        assert_rejected(statement)


def test_log_row_position_can_be_set_once(app, key):
    factories.create_resident()
    assert sealing.seal_batch(key, "test") == 1
    assert db.session.scalar(select(Interaction.seq)) == 0
