"""Queries for the set-up of processes: planned ones, published changes, what is missing."""

from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import selectinload

from deliberate.database import Base, db
from deliberate.models import Follow, Interaction, Person, Process, ProcessChange
from deliberate.vocabulary import Role
from deliberate.vocabulary.events.scores import AssessmentFrozen

PAGE = 20
_IS_SET_UP_HERE = Process.source.is_(None) | ~Process.of_case()
"""A case that is studied here and took place elsewhere has nothing to set up."""


def get_process_for_setup(slug: str) -> Process | None:
    """Return a process by its slug, planned or opened, with phases and institutions loaded."""
    return db.session.scalar(
        select(Process)
        .where(Process.slug == slug, _IS_SET_UP_HERE)
        .options(selectinload(Process.phases), selectinload(Process.institutions))
    )


def list_processes_for_setup(before: int | None = None) -> Sequence[Process]:
    """Return a page of all processes, newest first, and one more."""
    statement = select(Process).where(_IS_SET_UP_HERE)
    if before is not None:
        statement = statement.where(Process.id < before)
    return db.session.scalars(statement.order_by(Process.id.desc()).limit(PAGE + 1)).all()


def list_process_changes(process: Process) -> Sequence[ProcessChange]:
    """Return the changes of a process since it was opened, newest first."""
    return db.session.scalars(
        select(ProcessChange)
        .where(ProcessChange.process_id == process.id)
        .order_by(ProcessChange.id.desc())
        .limit(PAGE)
    ).all()


def has_ex_ante_assessment(process: Process) -> bool:
    """Return whether an assessment made before the process was frozen."""
    rows = db.session.scalars(
        select(Interaction.details).where(
            Interaction.kind == AssessmentFrozen.KIND, Interaction.process_id == process.id
        )
    )
    return any(details.get("stage") == "ex_ante" for details in rows)


SETUP_TABLES = frozenset(
    {
        "phase",
        "picture",
        "process_change",
        "process_contact",
        "process_document",
        "process_institution",
        "process_news",
    }
)
"""Tables with rows that are part of the set-up of a process and deleted with it."""


def has_contributions(process: Process) -> bool:
    """Return whether a row of any other table refers to a process: a text, poll, assessment."""
    references = [
        exists().where(column == process.id)
        for table in Base.metadata.sorted_tables
        if table.name not in SETUP_TABLES
        for column in table.columns
        if any(key.column is Process.__table__.c.id for key in column.foreign_keys)
    ]
    follows = exists().where(Follow.subject_type == "process", Follow.subject_id == process.id)
    return bool(db.session.scalar(select(or_(follows, *references))))


def moderation_units() -> set[int | None]:
    """Return the institutions with a person who may decide on reports; None is the platform."""
    institution_ids = select(Person.institution_id).where(
        Person.role.in_([Role.MODERATOR, Role.ADMIN]), Person.erased_at.is_(None)
    )
    return set(db.session.scalars(institution_ids.distinct()))
