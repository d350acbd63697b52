"""A person's own data as a download: what the models mark as theirs, and their rows of the log."""

from datetime import date, datetime

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.database import Base, TransientBase, db, transient
from deliberate.database.personal_rows import Model, belongs_to, downloaded_columns, list_models
from deliberate.models import Interaction, Person
from deliberate.models.log.detached import log_path, read_detached
from deliberate.models.log.interaction import private_half, public_half


def get_account_data(person: Person) -> dict[str, object]:
    """Return all data of an account as JSON values, by table, with the names of the tables.

    Of ballots it contains only that one was cast: which one is unknown to the platform.
    """
    data: dict[str, object] = {"log": _log_rows(person)}
    labels = {"log": gettext(Interaction.personal_data.label)}
    with transient(write=False) as store:
        for session, base in ((db.session(), Base), (store, TransientBase)):
            for model in list_models(base):
                marks = model.personal_data
                if marks.owners:
                    data[marks.name] = _rows(session, model, person)
                    labels[marks.name] = gettext(marks.label)
    (data["account"],) = _rows(db.session(), Person, person)
    return {"labels": labels, **data}


def _rows(session: Session, model: Model, person: Person) -> list[dict[str, object]]:
    columns = downloaded_columns(model)
    own = belongs_to(model, person.id, model.personal_data.owners)
    statement = select(*columns).where(own).order_by(*model.__table__.primary_key)
    return [
        {column.key: _json_value(value) for column, value in zip(columns, row, strict=True)}
        for row in session.execute(statement)
    ]


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _log_rows(person: Person) -> list[dict[str, object]]:
    if person.actor_id is None:
        return []
    rows = select(Interaction).where(Interaction.actor_id == person.actor_id)
    own = {"actor": person.actor_id}
    detached = read_detached(db.session(), log_path(), "actor_id = $actor", own)
    return [
        {"entry": row.seq, "public": public_half(row), "private": private_half(row)}
        for row in sorted([*db.session.scalars(rows), *detached], key=lambda row: row.id)
    ]
