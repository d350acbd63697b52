"""Queries on the phases of processes: their states, the next one, and those open now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Phase, Process
from deliberate.vocabulary import PhaseSwitch


@dataclass(frozen=True)
class PhaseStep:
    """A phase of a process with its state: done, now or todo."""

    kind: str
    opens_at: datetime
    closes_at: datetime
    state: str
    process: Process


def phase_steps(process: Process) -> list[PhaseStep]:
    """Return the phases of a process in order, each with its state now."""
    moment = now()
    return [
        PhaseStep(phase.kind, phase.opens_at, phase.closes_at, _phase_state(phase, moment), process)
        for phase in process.phases
    ]


def _phase_state(phase: Phase, moment: datetime) -> str:
    if phase.closes_at <= moment:
        return "done"
    return "now" if phase.opens_at <= moment else "todo"


def get_next_phase(moment: datetime) -> Phase | None:
    """Return the phase of an open process that begins next after a moment."""
    return db.session.scalar(
        select(Phase)
        .join(Phase.process)
        .where(Phase.opens_at > moment, Process.opened_at.is_not(None), Process.closed_at.is_(None))
        .order_by(Phase.opens_at, Phase.id)
        .limit(1)
    )


def processes_allowing(switch: PhaseSwitch) -> list[Process]:
    """Return the processes whose current phase permits an activity, the next to close first."""
    moment = now()
    phases = db.session.scalars(
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
    return [phase.process for phase in phases if switch in phase.switches]


def get_next_phase_allowing(switch: PhaseSwitch) -> Phase | None:
    """Return the next phase of an open process that will permit an activity."""
    phases = db.session.scalars(
        select(Phase)
        .join(Phase.process)
        .where(Phase.opens_at > now(), Process.opened_at.is_not(None), Process.closed_at.is_(None))
        .options(joinedload(Phase.process))
        .order_by(Phase.opens_at, Phase.id)
        .limit(50)
    )
    return next((phase for phase in phases if switch in phase.switches), None)
