"""Processes as pages read them: which there are, their phases, what comes next."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Phase, Poll, Process
from deliberate.vocabulary import Switch


def get_process(slug: str) -> Process | None:
    """The process with this address, its phases and institutions read with it."""
    return db.session.scalar(
        select(Process)
        .where(Process.slug == slug, Process.opened_at.is_not(None))
        .options(selectinload(Process.phases), selectinload(Process.institutions))
    )


def processes_before(number: int | None, limit: int) -> Sequence[Process]:
    """Processes residents can see, newest first, those before a number."""
    opened = select(Process).where(Process.opened_at.is_not(None))
    if number is not None:
        opened = opened.where(Process.id < number)
    newest = opened.order_by(Process.id.desc()).limit(limit).options(selectinload(Process.phases))
    return db.session.scalars(newest).all()


def polls_of_process(process: Process, limit: int = 20) -> Sequence[Poll]:
    """The polls put to a process, those that close last first."""
    return db.session.scalars(
        select(Poll)
        .where(Poll.process_id == process.id)
        .order_by(Poll.closes_at.desc(), Poll.id.desc())
        .limit(limit)
    ).all()


def next_phase(moment: datetime) -> Phase | None:
    """The phase of any open process that begins next."""
    return db.session.scalar(
        select(Phase)
        .join(Phase.process)
        .where(Phase.opens_at > moment, Process.opened_at.is_not(None), Process.closed_at.is_(None))
        .order_by(Phase.opens_at, Phase.id)
        .limit(1)
    )


def next_date(moment: datetime) -> datetime | None:
    """When the next phase of any open process begins."""
    coming = next_phase(moment)
    return coming.opens_at if coming else None


def open_for(switch: Switch) -> list[Process]:
    """The processes whose present phase makes this possible, the one that closes next first."""
    moment = now()
    running = db.session.scalars(
        select(Phase)
        .join(Phase.process)
        .where(
            Phase.opens_at <= moment,
            Phase.closes_at > moment,
            Process.opened_at.is_not(None),
            Process.closed_at.is_(None),
        )
        .options(joinedload(Phase.process))
        .order_by(Phase.closes_at, Phase.id)
    )
    return [phase.process for phase in running if switch in phase.switches]


def next_phase_for(switch: Switch) -> Phase | None:
    """The next phase of any open process that will make this possible."""
    coming = db.session.scalars(
        select(Phase)
        .join(Phase.process)
        .where(Phase.opens_at > now(), Process.opened_at.is_not(None), Process.closed_at.is_(None))
        .options(joinedload(Phase.process))
        .order_by(Phase.opens_at, Phase.id)
        .limit(50)
    )
    return next((phase for phase in coming if switch in phase.switches), None)
