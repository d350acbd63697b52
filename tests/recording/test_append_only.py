"""A row of the log cannot be changed, replaced, deleted or emptied away, sealed or not."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.models import Interaction
from tests import factories

WAYS = [
    "UPDATE interaction SET actor_role = 'admin'",
    "UPDATE interaction SET details = '{}', seq = seq",
    "UPDATE interaction SET seq = 7, kind = 'person.erased' WHERE seq IS NULL",
    "UPDATE interaction SET seq = NULL",
    "UPDATE interaction SET seq = seq + 1",
    "DELETE FROM interaction",
]
SQLITE_WAYS = [
    "INSERT OR REPLACE INTO interaction SELECT * FROM interaction",
    "REPLACE INTO interaction SELECT * FROM interaction",
    "UPDATE OR REPLACE interaction SET id = 'x'",
]
POSTGRES_WAYS = [
    "TRUNCATE interaction",
    "INSERT INTO interaction SELECT * FROM interaction ON CONFLICT (id) DO UPDATE SET kind = 'x'",
]


@pytest.fixture
def key(app):
    return sealing.signing_key(app.config["SETTINGS"].log_path, "1" * 64)


def refused(statement: str) -> None:
    error = pytest.raises(DBAPIError, match=r"append-only|after it is written")
    with error, unrecorded("test settings") as session:
        session.execute(text(statement))


@pytest.mark.parametrize("sealed", [False, True])
def test_a_row_stays_as_it_was_written(app, key, sealed):
    factories.resident()
    if sealed:
        sealing.seal(key, "test")
    own = SQLITE_WAYS if db.engine.dialect.name == "sqlite" else POSTGRES_WAYS
    ways = WAYS[:2] + WAYS[3:] if sealed else WAYS[:3] + WAYS[5:]
    for statement in ways + own:
        refused(statement)


def test_the_seal_alone_may_be_set(app, key):
    factories.resident()
    assert sealing.seal(key, "test") == 1
    assert db.session.scalar(select(Interaction.seq)) == 0
