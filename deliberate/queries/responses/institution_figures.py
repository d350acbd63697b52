"""How institutions answer: asked, in time, median, overdue now, each with its n."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import scipy  # its parts load when they are used
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Institution, Process, Proposal, Referral, Response
from deliberate.queries.processes.working_days import days_used
from deliberate.queries.responses.response_owner import asked_at, joined_case

DAY = 86400


@dataclass
class Figures:
    """One institution's answers in numbers; what was imported is counted in calendar days."""

    institution: Institution | None
    is_imported: bool = False
    is_total: bool = False
    asked: int = 0
    answered: int = 0
    in_time: int = 0
    overdue: int = 0
    referred: int = 0
    answers_it: int = 0
    judged: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    open_waits: list[float] = field(default_factory=list)

    @property
    def median(self) -> float | None:
        """Median days to an answer by Kaplan-Meier; those still waiting count as longer."""
        return median_wait(self.waits, self.open_waits)


def together(figures: Iterable[Figures]) -> list[Figures]:
    """All institutions in one line; what was imported in a line of its own."""
    found: dict[bool, Figures] = {}
    for one in figures:
        whole = found.setdefault(one.is_imported, Figures(None, one.is_imported, is_total=True))
        for name in ("asked", "answered", "in_time", "overdue", "referred", "answers_it", "judged"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
        whole.waits += one.waits
        whole.open_waits += one.open_waits
        for code, count in one.refused.items():
            whole.refused[code] = whole.refused.get(code, 0) + count
    return [found[key] for key in sorted(found)]


def median_wait(answered: Sequence[float], waiting: Sequence[float]) -> float | None:
    """The day by which half had an answer (Kaplan-Meier), None while more than half have none."""
    if not answered:
        return None
    curve = scipy.stats.ecdf(
        scipy.stats.CensoredData(uncensored=list(answered), right=list(waiting))
    ).sf
    reached = curve.quantiles[curve.probabilities <= 0.5]
    return float(reached[0]) if reached.size else None


Found = dict[tuple[int | None, bool], Figures]


def figures_of(process_id: int | None = None) -> list[Figures]:
    """The figures of every institution that was asked or answered, by its name."""
    moment = now()
    offices: dict[int | None, Institution] = {
        office.id: office for office in db.session.scalars(select(Institution))
    }
    processes = {process.id: process for process in db.session.scalars(select(Process))}
    found: Found = {}
    for office, of_process, *dates in db.session.execute(_asked(process_id, moment)):
        process = processes[of_process]
        key = (office, process.source is not None)
        figures = found.setdefault(key, Figures(offices.get(office), key[1]))
        _count(figures, process, moment, *dates)
    _add_judgements(found, process_id, offices)
    _add_referrals(found, process_id)
    return sorted(found.values(), key=_order)


def _order(figures: Figures) -> tuple[bool, str]:
    return figures.is_imported, figures.institution.name if figures.institution else ""


def _asked(process_id: int | None, moment: datetime) -> Select[*tuple[Any, ...]]:
    statement = joined_case(
        select(
            asked_at(moment),
            Proposal.process_id,
            Proposal.qualified_at,
            Proposal.due_at,
            Proposal.answered_at,
            func.coalesce(Proposal.withdrawn_at, Proposal.hidden_at, Proposal.merged_at),
        ).select_from(Proposal)
    ).where(Proposal.qualified_at.is_not(None))
    return statement if process_id is None else statement.where(Proposal.process_id == process_id)


def _count(
    figures: Figures,
    process: Process,
    moment: datetime,
    qualified_at: datetime,
    due_at: datetime | None,
    answered_at: datetime | None,
    gone_at: datetime | None,
) -> None:
    end = answered_at or gone_at or moment
    if process.source is not None:
        days = (end - qualified_at).total_seconds() / DAY
    else:
        days = float(days_used(process, qualified_at, end))
    figures.asked += 1
    (figures.waits if answered_at else figures.open_waits).append(max(days, 0.0))
    if answered_at is not None:
        figures.answered += 1
        figures.in_time += due_at is None or answered_at < due_at
    elif gone_at is None and due_at is not None and due_at <= moment:
        figures.overdue += 1


def _add_judgements(
    found: Found, process_id: int | None, offices: Mapping[int | None, Institution]
) -> None:
    statement = (
        select(
            Response.institution_id,
            Process.source.is_not(None),
            Response.code,
            func.count(Response.id),
            func.sum(Response.answers_yes),
            func.sum(Response.answers_yes + Response.answers_partly + Response.answers_no),
        )
        .join(Response.proposal)
        .join(Proposal.process)
        .group_by(Response.institution_id, Process.source.is_not(None), Response.code)
    )
    if process_id is not None:
        statement = statement.where(Proposal.process_id == process_id)
    for office, imported, code, count, yes, judged in db.session.execute(statement):
        key = (office, bool(imported))
        figures = found.setdefault(key, Figures(offices.get(office), key[1]))
        figures.answers_it += yes or 0
        figures.judged += judged or 0
        if code:
            figures.refused[code] = count


def _add_referrals(found: Found, process_id: int | None) -> None:
    statement = select(Referral.from_id, func.count(Referral.id)).group_by(Referral.from_id)
    if process_id is not None:
        statement = statement.join(Referral.proposal).where(Proposal.process_id == process_id)
    for office, count in db.session.execute(statement):
        if (office, False) in found:
            found[office, False].referred = count


def figures_for(institution_id: int) -> Figures | None:
    """The figures of one institution; its own cases before imported ones."""
    return next(
        (f for f in figures_of() if f.institution and f.institution.id == institution_id), None
    )


def passed_around(limit: int = 20) -> Sequence[tuple[Proposal, int]]:
    """Proposals handed over more than twice, the most first."""
    hand_overs = func.count(Referral.id)
    counted = (
        select(Referral.proposal_id, hand_overs.label("hand_overs"))
        .where(Referral.to_id.is_not(None))
        .group_by(Referral.proposal_id)
        .having(hand_overs > 2)
        .subquery()
    )
    rows = db.session.execute(
        select(Proposal, counted.c.hand_overs)
        .join(counted, counted.c.proposal_id == Proposal.id)
        .where(Proposal.hidden_at.is_(None))
        .options(joinedload(Proposal.institution))
        .order_by(counted.c.hand_overs.desc(), Proposal.id)
        .limit(limit)
    )
    return [(proposal, count) for proposal, count in rows]
