"""Processes as administrators read them: planned ones too, what changed, what is missing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from deliberate.database import db
from deliberate.models import Interaction, Person, Process, ProcessChange
from deliberate.vocabulary import Kind, Role

PAGE = 20


def process_to_set_up(slug: str) -> Process | None:
    """The process with this address, whether residents see it or not."""
    return db.session.scalar(
        select(Process)
        .where(Process.slug == slug)
        .options(selectinload(Process.phases), selectinload(Process.institutions))
    )


def processes_to_set_up(before: int | None = None) -> Sequence[Process]:
    """All processes, the newest first, one more than a page."""
    found = select(Process)
    if before is not None:
        found = found.where(Process.id < before)
    return db.session.scalars(found.order_by(Process.id.desc()).limit(PAGE + 1)).all()


def changes_of(process: Process) -> Sequence[ProcessChange]:
    """What was changed of a process since it opened, newest first."""
    return db.session.scalars(
        select(ProcessChange)
        .where(ProcessChange.process_id == process.id)
        .order_by(ProcessChange.id.desc())
        .limit(PAGE)
    ).all()


def is_assessed_before(process: Process) -> bool:
    """Whether an assessment before the process was frozen: promises made later prove nothing."""
    found = db.session.scalars(
        select(Interaction.details).where(
            Interaction.kind == Kind.ASSESSMENT_FROZEN.value, Interaction.process_id == process.id
        )
    )
    return any(details.get("stage") == "ex_ante" for details in found)


def units_of_moderators() -> set[int | None]:
    """The units from which somebody can decide on reports; None is the platform's own."""
    deciding = select(Person.institution_id).where(
        Person.role.in_([Role.MODERATOR, Role.ADMIN]), Person.erased_at.is_(None)
    )
    return set(db.session.scalars(deciding.distinct()))
