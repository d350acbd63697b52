"""Opening a process, dating its phases, closing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Institution, Person, Phase, Process, ProcessInstitution
from deliberate.operations.processes.process_setup import note_change
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import has_limits, is_apart, may_move_phase, may_set_up
from deliberate.queries.polls.polls import poll_without_outcome
from deliberate.recording import Act, recorded
from deliberate.vocabulary import Kind, PhaseKind, Switch


def open_process(
    admin: Person | None,
    process: Process,
    parts: Sequence[tuple[Institution, str]] = (),
    *,
    imported_from: str | None = None,
    carries: str = "",
) -> Process:
    """Open a process; `parts` pairs institutions with lead, consulted or must_sign.

    An imported one is recorded as such, with the criteria its source can carry (ids joined by +).
    """
    kind = Kind.PROCESS_IMPORTED if imported_from else Kind.PROCESS_OPENED
    with recorded(admin, kind) as act:
        if admin is not None:
            require(may_set_up(act.locked(admin)))
            require(has_limits(process))
        process.opened_at = process.opened_at or now()
        process.source = imported_from
        process.institutions = [
            ProcessInstitution(institution_id=institution.id, part=part)
            for institution, part in parts
        ]
        act.session.add(process)
        if imported_from:
            act.about(process, source=imported_from, carries=carries)
        else:
            _about_opening(act, process)
    return process


def _about_opening(act: Act, process: Process) -> None:
    act.about(
        process,
        threshold=process.support_threshold,
        response_days=process.response_days,
        limits_stated=int(bool(process.open_points and process.fixed_points)),
    )


def schedule_phase(
    admin: Person | None,
    process: Process,
    kind: PhaseKind,
    opens_at: datetime,
    closes_at: datetime,
    switches: Sequence[Switch],
    reason: str = "",
) -> Phase:
    """Give a phase its dates and switches; phases of a process never overlap. Raises Refused.

    Once the process is open a phase moves only for a reason that everybody reads. A phase that
    began where another ended still does so: its dates follow, as a consequence of the act.
    """
    with recorded(admin, Kind.PHASE_SCHEDULED) as act:
        phase = next((p for p in act.locked(process).phases if p.kind == kind), None)
        if admin is not None:
            require(may_set_up(act.locked(admin)))
            require(may_move_phase(process, phase, opens_at, closes_at))
        others = [p for p in process.phases if p is not phase]
        moved = _follow(others, phase, opens_at, closes_at)
        require(is_apart(others, kind, opens_at, closes_at))
        if admin is not None and phase is not None and process.opened_at is not None:
            note_change(act, process, [p.kind for p in (phase, *moved)], reason, phase)
        if phase is None:
            phase = Phase(kind=kind)
            process.phases.append(phase)
        phase.opens_at, phase.closes_at = opens_at, closes_at
        phase.switches = sorted(switch.value for switch in switches)
        act.about(phase, **_dates(phase), reason_given=1 if reason else None)
        for other in moved:
            act.consequence(Kind.PHASE_SCHEDULED, other, **_dates(other))
    return phase


def _dates(phase: Phase) -> dict[str, Any]:
    return {
        "phase": PhaseKind(phase.kind).value,
        "opens": int(phase.opens_at.timestamp()),
        "closes": int(phase.closes_at.timestamp()),
        "switches": phase.switches,
    }


def _follow(
    others: Sequence[Phase], phase: Phase | None, opens_at: datetime, closes_at: datetime
) -> list[Phase]:
    """Neighbours of a phase that moves stay its neighbours, where something is left of them."""
    if phase is None:
        return []
    moved = []
    for other in others:
        if other.opens_at == phase.closes_at != closes_at < other.closes_at:
            other.opens_at = closes_at
            moved.append(other)
        elif other.closes_at == phase.opens_at != opens_at > other.opens_at:
            other.closes_at = opens_at
            moved.append(other)
    return moved


def close_process(admin: Person, process: Process) -> None:
    """End a process, once what came of each of its polls is said; everything stays readable."""
    with recorded(admin, Kind.PROCESS_CLOSED) as act:
        require(may_set_up(act.locked(admin)))
        act.locked(process)
        if poll := poll_without_outcome(process.id):
            raise Refused(_("Say first what came of the poll “%(question)s”.", question=poll))
        process.closed_at = now()
        act.about(process)
