"""Retention: delete data that is no longer needed. Nothing of it is an act or a log row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Update,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import Base, TransientBase, db, transient, unrecorded
from deliberate.database.personal_data import Retention
from deliberate.database.personal_rows import Model, blank, is_over, list_models, marked_columns
from deliberate.models import Draft
from deliberate.operations.proposals.file_store import delete_files


@dataclass(frozen=True)
class RetentionRule:
    """A retention period of the rows of a model, or of one column whose rows stay."""

    model: Model
    period: Retention
    column: Column[Any] | None = None  # columns have values of many types

    def __str__(self) -> str:
        table = self.model.__tablename__
        place = table if self.column is None else f"{table}.{self.column.name}"
        return f"{self.period.name} ({place}): {self.period}"

    def is_expired(self, moment: datetime) -> ColumnElement[bool]:
        """Return the condition for rows with something to delete at a moment."""
        is_expired = is_over(self.model, self.period, moment)
        if self.column is None:
            return is_expired
        return and_(is_expired, self.column != blank(self.column))

    def purge(self, moment: datetime) -> Delete | Update:
        """Return the statement that deletes the rows, or blanks the column."""
        if self.column is None:
            return delete(self.model).where(self.is_expired(moment))
        values = {self.column.name: blank(self.column)}
        return update(self.model).where(self.is_expired(moment)).values(values)


@dataclass(frozen=True)
class ExpiredCount:
    """A retention rule and the number of rows past its period."""

    rule: RetentionRule
    count: int


def list_retention_rules(base: type[Base] | type[TransientBase]) -> Iterator[RetentionRule]:
    """Yield the retention rules that the models of a store declare."""
    for model in list_models(base):
        marks = model.personal_data
        if marks.retention is not None:
            yield RetentionRule(model, marks.retention)
        for column, mark in marked_columns(model):
            if mark.retention is not None:
                yield RetentionRule(model, mark.retention, column)


def purge_expired(*, dry_run: bool = False) -> list[ExpiredCount]:
    """Delete data past its retention period, unless `dry_run`; return how much there is."""
    moment = now()
    if dry_run:
        counts = _count_expired(db.session(), Base, moment)
    else:
        with unrecorded("retention") as session:
            counts = _count_expired(session, Base, moment)
            files = _draft_files(session, moment)
            _purge(session, Base, moment)
        delete_files(files)
    with transient(write=not dry_run) as store:
        counts += _count_expired(store, TransientBase, moment)
        if not dry_run:
            _purge(store, TransientBase, moment)
    return counts


def _count_expired(
    session: Session, base: type[Base] | type[TransientBase], moment: datetime
) -> list[ExpiredCount]:
    counts = []
    for rule in list_retention_rules(base):
        expired = select(func.count()).select_from(rule.model).where(rule.is_expired(moment))
        counts.append(ExpiredCount(rule, session.scalar(expired) or 0))
    return counts


def _purge(session: Session, base: type[Base] | type[TransientBase], moment: datetime) -> None:
    for rule in list_retention_rules(base):
        session.execute(rule.purge(moment), execution_options={"synchronize_session": False})


def _draft_files(session: Session, moment: datetime) -> list[str]:
    """Return the names of the files of drafts that are purged with or before their draft."""
    rules = [rule for rule in list_retention_rules(Base) if rule.model is Draft]
    drafts = session.scalars(select(Draft).where(or_(*(r.is_expired(moment) for r in rules))))
    return [file["name"] for draft in drafts for file in draft.files]
