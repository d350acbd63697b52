"""A log sealed before proofs were kept short proves its entries all the same."""

from datetime import UTC, datetime

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db
from deliberate.sealing import verifier

ENTRIES = 600
ENTRY = """
INSERT INTO interaction (id, occurred_at, kind, actor_role, account_class, subject_type,
                         subject_id, origin, details, salt, leaf)
VALUES (:id, :at, 'person.joined', 'resident', 'person', 'person', 1, 'web', '{}', :salt, :leaf)
"""


@pytest.fixture
def house(tmp_path):
    app = create_app(Settings(mode="test", data_dir=str(tmp_path), secret_key="t" * 40))
    with app.app_context():
        upgrade(revision="0005")
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def test_roots_over_what_was_sealed_before_are_kept(house):
    leaves = [number.to_bytes(32) for number in range(ENTRIES)]
    at = datetime(2026, 3, 2, tzinfo=UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    with db.engine.connect().execution_options(writing=True) as connection:
        for number, leaf in enumerate(leaves):
            values = {"id": f"{number:032x}", "at": at, "salt": leaf[:16], "leaf": leaf}
            connection.execute(text(ENTRY), values)
            given = {"seq": number, "id": values["id"]}
            connection.execute(text("UPDATE interaction SET seq = :seq WHERE id = :id"), given)
        connection.commit()
    upgrade(revision="0006")
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT level, place, root FROM subtree ORDER BY place"))
        blocks = [verifier.roots_over(leaves[n : n + 256], ())[0] for n in (0, 256)]
        assert list(kept) == [(8, 0, blocks[0]), (8, 1, blocks[1])]
    downgrade(revision="0005")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM interaction")).scalar() == ENTRIES
