"""Many entries at once, each like one that was really written."""

from sqlalchemy import insert, select

from deliberate.database import db, unrecorded
from deliberate.models import Interaction
from tests import factories

COPIED = [c.key for c in Interaction.__table__.columns if c.key not in {"id", "salt", "leaf"}]


def fill(count: int) -> None:
    """Write so many entries that wait to be sealed, beside the one they are like."""
    person = factories.resident()
    like = db.session.scalars(select(Interaction).filter_by(actor_id=person.actor_id)).one()
    columns = {name: getattr(like, name) for name in COPIED}
    rows = []
    for number in range(count):
        row = Interaction(**columns, id=f"{number:032x}", salt=number.to_bytes(16))
        rows.append({**columns, "id": row.id, "salt": row.salt, "leaf": row.leaf})
    with unrecorded("test settings") as session:
        session.execute(insert(Interaction), rows)
