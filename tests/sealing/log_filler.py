"""Bulk insertion of log entries."""

from sqlalchemy import insert, select

from deliberate.database import db, unrecorded
from deliberate.models import Interaction
from tests import factories

COPIED_COLUMNS = [
    c.key for c in Interaction.__table__.columns if c.key not in {"id", "salt", "leaf"}
]


def fill(count: int) -> None:
    """Insert unsealed entries that are copies of a recorded one."""
    person = factories.create_resident()
    template = db.session.scalars(select(Interaction).filter_by(actor_id=person.actor_id)).one()
    columns = {name: getattr(template, name) for name in COPIED_COLUMNS}
    rows = []
    for index in range(count):
        row = Interaction(**columns, id=f"{index:032x}", salt=index.to_bytes(16))
        rows.append({**columns, "id": row.id, "salt": row.salt, "leaf": row.leaf})
    with unrecorded("test settings") as session:
        session.execute(insert(Interaction), rows)
