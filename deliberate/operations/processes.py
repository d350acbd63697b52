"""Opening a process, dating its phases, closing it."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Institution, Person, Phase, Process, ProcessInstitution
from deliberate.permissions import Refused, may_set_up, require
from deliberate.queries.polls import poll_without_outcome
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
) -> Phase:
    """Give a phase its dates and switches; phases of a process never overlap. Raises Refused."""
    with recorded(admin, Kind.PHASE_SCHEDULED) as act:
        if admin is not None:
            require(may_set_up(act.locked(admin)))
        phase = next((p for p in act.locked(process).phases if p.kind == kind), None)
        others = [p for p in process.phases if p is not phase]
        if opens_at >= closes_at:
            raise Refused(_("A phase ends after it begins."))
        if any(p.opens_at < closes_at and opens_at < p.closes_at for p in others):
            raise Refused(_("Phases of a process do not overlap."))
        if phase is None:
            phase = Phase(kind=kind)
            process.phases.append(phase)
        phase.opens_at, phase.closes_at = opens_at, closes_at
        phase.switches = sorted(switch.value for switch in switches)
        act.about(
            phase,
            phase=kind.value,
            opens=int(opens_at.timestamp()),
            closes=int(closes_at.timestamp()),
            switches=phase.switches,
        )
    return phase


def close_process(admin: Person, process: Process) -> None:
    """End a process, once what came of each of its polls is said; everything stays readable."""
    with recorded(admin, Kind.PROCESS_CLOSED) as act:
        require(may_set_up(act.locked(admin)))
        act.locked(process)
        if poll := poll_without_outcome(process.id):
            raise Refused(_("Say first what came of the poll “%(question)s”.", question=poll))
        process.closed_at = now()
        act.about(process)
