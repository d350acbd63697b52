"""Figures on how institutions respond: cases, responses in time, median days, judgements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, func, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Institution, Process, Proposal, Referral, Response
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.processes.working_days import working_days_elapsed
from deliberate.queries.responses.response_owner import institutions_of, join_case, owner_id_at
from deliberate.queries.responses.waiting_times import answered_shares

SECONDS_PER_DAY = 86400
COUNTS = (
    "cases",
    "answered",
    "answered_in_time",
    "overdue",
    "referrals_sent",
    "judged_yes",
    "judgements",
)
"""The fields of InstitutionFigures that are summed over institutions."""


@dataclass
class InstitutionFigures:
    """The figures of an institution; imported cases are counted in calendar days."""

    institution: Institution | None
    is_imported: bool = False
    is_total: bool = False
    cases: int = 0
    answered: int = 0
    answered_in_time: int = 0
    overdue: int = 0
    referrals_sent: int = 0
    judged_yes: int = 0
    judgements: int = 0
    refusal_codes: dict[str, int] = field(default_factory=dict)
    answered_days: list[float] = field(default_factory=list)
    open_days: list[float] = field(default_factory=list)

    @property
    def due(self) -> int:
        """Return the number of cases that were answered or are overdue: the base of "in time"."""
        return self.answered + self.overdue

    @property
    def median(self) -> float | None:
        """Return the median days to a response (Kaplan-Meier; open cases are censored)."""
        return median_wait(self.answered_days, self.open_days)


def total_figures(figures: Iterable[InstitutionFigures]) -> list[InstitutionFigures]:
    """Return the sums over all institutions, imported cases in a separate total."""
    totals: dict[bool, InstitutionFigures] = {}
    for row in figures:
        total = totals.setdefault(
            row.is_imported, InstitutionFigures(None, row.is_imported, is_total=True)
        )
        for name in COUNTS:
            setattr(total, name, getattr(total, name) + getattr(row, name))
        total.answered_days += row.answered_days
        total.open_days += row.open_days
        for code, count in row.refusal_codes.items():
            total.refusal_codes[code] = total.refusal_codes.get(code, 0) + count
    return [totals[key] for key in sorted(totals)]


def median_wait(answered_days: Sequence[float], open_days: Sequence[float]) -> float | None:
    """Return the day by which half of the cases were answered (Kaplan-Meier estimate).

    None is returned while more than half have no response.
    """
    shares = answered_shares(answered_days, open_days)
    return next((wait for wait, share in shares if share >= 0.5), None)


FiguresByKey = dict[tuple[int | None, bool], InstitutionFigures]
"""Figures by the id of the institution and whether its cases were imported."""


def list_institution_figures(process_id: int | None = None) -> list[InstitutionFigures]:
    """Return the figures of every institution with cases, ordered by name, imported ones last."""
    moment = now()
    institutions: dict[int | None, Institution] = {
        institution.id: institution for institution in db.session.scalars(select(Institution))
    }
    processes = {process.id: process for process in db.session.scalars(select(Process))}
    figures: FiguresByKey = {}
    cases = db.session.execute(_case_dates(process_id, moment))
    for owner_id, case_process_id, qualified_at, due_at, answered_at, closed_at in cases:
        process = processes[case_process_id]
        key = (owner_id, process.source is not None)
        row = figures.setdefault(key, InstitutionFigures(institutions.get(owner_id), key[1]))
        if qualified_at is not None:
            _count(row, process, moment, qualified_at, due_at, answered_at, closed_at)
    _add_judgements(figures, process_id, institutions)
    _add_referrals(figures, process_id, institutions)
    return sorted(figures.values(), key=_sort_key)


def _sort_key(figures: InstitutionFigures) -> tuple[bool, str]:
    return figures.is_imported, figures.institution.name if figures.institution else ""


def _case_dates(
    process_id: int | None, moment: datetime
) -> Select[int | None, int, datetime | None, datetime | None, datetime | None, datetime]:
    statement = join_case(
        select(
            owner_id_at(moment),
            Proposal.process_id,
            Proposal.qualified_at,
            Proposal.due_at,
            Proposal.answered_at,
            func.coalesce(Proposal.withdrawn_at, Proposal.hidden_at_column(), Proposal.merged_at),
        ).select_from(Proposal)
    ).where(Proposal.qualified_at.is_not(None))
    return statement if process_id is None else statement.where(Proposal.process_id == process_id)


def _count(
    figures: InstitutionFigures,
    process: Process,
    moment: datetime,
    qualified_at: datetime,
    due_at: datetime | None,
    answered_at: datetime | None,
    closed_at: datetime | None,
) -> None:
    days = _days_between(process, qualified_at, answered_at or closed_at or moment)
    figures.cases += 1
    (figures.answered_days if answered_at else figures.open_days).append(max(days, 0.0))
    if answered_at is not None:
        figures.answered += 1
        figures.answered_in_time += due_at is None or answered_at < due_at
    elif closed_at is None and due_at is not None and due_at <= moment:
        figures.overdue += 1


def _days_between(process: Process, start: datetime, end: datetime) -> float:
    """Return the working days of a process, or the days of an imported one."""
    if process.source is not None:
        return (end - start).total_seconds() / SECONDS_PER_DAY
    return float(working_days_elapsed(process, start, end))


def _add_judgements(
    figures: FiguresByKey,
    process_id: int | None,
    institutions: Mapping[int | None, Institution],
) -> None:
    rows = db.session.execute(_judgements_query(process_id))
    for institution_id, imported, code, count, yes, judged in rows:
        key = (institution_id, bool(imported))
        row = figures.setdefault(key, InstitutionFigures(institutions.get(institution_id), key[1]))
        row.judged_yes += yes or 0
        row.judgements += judged or 0
        if code:
            row.refusal_codes[code] = count


def _judgements_query(
    process_id: int | None,
) -> Select[int | None, bool, str, int, int, int]:
    """Return a query for responses and judgements by institution, import and refusal code."""
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
    return statement


def _add_referrals(
    figures: FiguresByKey,
    process_id: int | None,
    institutions: Mapping[int | None, Institution],
) -> None:
    """Add the referrals of each institution, also of one that has no case any more."""
    statement = select(Referral.from_id, func.count(Referral.id)).group_by(Referral.from_id)
    if process_id is not None:
        statement = statement.join(Referral.proposal).where(Proposal.process_id == process_id)
    for institution_id, count in db.session.execute(statement):
        key = (institution_id, False)
        row = figures.setdefault(key, InstitutionFigures(institutions.get(institution_id)))
        row.referrals_sent = count


@dataclass(frozen=True)
class ReferredProposal:
    """A proposal with the number of its referrals between institutions."""

    proposal: Proposal
    referral_count: int
    institution: Institution | None
    """The institution that has it now."""


def list_often_referred_proposals(limit: int = 20) -> list[ReferredProposal]:
    """Return proposals referred more than twice, the most often referred first."""
    referral_count = func.count(Referral.id)
    counts = (
        select(Referral.proposal_id, referral_count.label("referral_count"))
        .where(Referral.to_id.is_not(None))
        .group_by(Referral.proposal_id)
        .having(referral_count > 2)
        .subquery()
    )
    rows = db.session.execute(
        select(Proposal, counts.c.referral_count)
        .join(counts, counts.c.proposal_id == Proposal.id)
        .where(Proposal.visible_to(ANYONE))
        .order_by(counts.c.referral_count.desc(), Proposal.id)
        .limit(limit)
    ).all()
    institutions = institutions_of(proposal for proposal, _count in rows)
    return [
        ReferredProposal(proposal, count, institutions.get(proposal.id)) for proposal, count in rows
    ]
