"""A person's own data as a download: the account, its content, and its rows of the log."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, select

from deliberate.database import Base, db
from deliberate.models import (
    Comment,
    Draft,
    Follow,
    Interaction,
    OfficeRecovery,
    Person,
    PollVoter,
    Proposal,
    Rating,
    Support,
)
from deliberate.models.log.interaction import private_half, public_half

OWNED_TABLES: dict[str, type[Base]] = {
    "supports": Support,
    "ratings": Rating,
    "follows": Follow,
    "drafts": Draft,
    "help_at_offices": OfficeRecovery,
}


EXCLUDED_COLUMNS = frozenset(
    [
        "passphrase_hash",
        "code_hash",
        "salt",
        "body_html",
        "renderer",
        "person_id",
        "author_id",
        "begun_by_id",
        "confirmed_by_id",
        "name_key",
    ]
)
Model = TypeVar("Model", bound=Base)


def get_account_data(person: Person) -> dict[str, object]:
    """Return all data of an account as JSON values.

    Of ballots it contains only that one was cast: which one is unknown to the platform.
    """
    data: dict[str, object] = {
        "account": _row_values(person),
        "proposals": _rows(select(Proposal).where(Proposal.author_id == person.id)),
        "comments": _rows(select(Comment).where(Comment.author_id == person.id)),
    }
    for name, model in OWNED_TABLES.items():
        data[name] = _rows(select(model).where(model.__table__.c.person_id == person.id))
    voted = select(PollVoter.poll_id).where(PollVoter.person_id == person.id)
    data["polls_voted_in"] = list(db.session.scalars(voted))
    data["log"] = _log_rows(person)
    return data


def _rows(rows: Select[Model]) -> list[dict[str, object]]:
    return [_row_values(row) for row in db.session.scalars(rows).unique()]


def _row_values(row: Base) -> dict[str, object]:
    columns = [column.key for column in row.__table__.columns]
    return {key: _json_value(getattr(row, key)) for key in columns if key not in EXCLUDED_COLUMNS}


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _log_rows(person: Person) -> list[dict[str, object]]:
    if person.actor_id is None:
        return []
    rows = select(Interaction).where(Interaction.actor_id == person.actor_id)
    return [
        {"entry": row.seq, "public": public_half(row), "private": private_half(row)}
        for row in db.session.scalars(rows.order_by(Interaction.id))
    ]
