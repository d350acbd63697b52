"""Queries on the phases of processes: their states, the next one, and those open now."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Phase, Process
from deliberate.vocabulary import PhaseKind, PhaseSwitch

PHASE_NAMES = {
    PhaseKind.IDEAS: _("Ideas"),
    PhaseKind.DISCUSSION: _("Discussion"),
    PhaseKind.RESPONSE: _("Response"),
    PhaseKind.DELIVERY: _("Delivery"),
    PhaseKind.REVIEW: _("Review"),
}


def phase_title(phase: Phase) -> str:
    """Return the name of a phase in the reader's language: its own, else that of its kind."""
    return phase.own_name(str(get_locale())) or phase_kind_title(phase.kind)


def phase_kind_title(kind: str) -> str:
    """Return the name of a kind of phase in the reader's language."""
    return str(PHASE_NAMES[PhaseKind(kind)])


def phase_title_by_key(process: Process, key: str) -> str:
    """Return the name of a phase by its key, that of its kind if the phase was removed."""
    phase = process.get_phase(key)
    return phase_title(phase) if phase else phase_kind_title(key.partition("-")[0])


@dataclass(frozen=True)
class PhaseStep:
    """A phase of a process with its state: done, now or todo."""

    name: str
    opens_at: datetime
    closes_at: datetime
    state: str
    process: Process


def phase_steps(process: Process) -> list[PhaseStep]:
    """Return the phases of a process in order, each with its state now."""
    moment = now()
    return [
        PhaseStep(
            phase_title(phase),
            phase.opens_at,
            phase.closes_at,
            _phase_state(phase, moment),
            process,
        )
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
