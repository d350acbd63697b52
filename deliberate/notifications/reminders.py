"""Notices that follow from a date alone: missed deadlines, late commitments, weekly summaries."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.days import local_today, site, start_of_day
from deliberate.models import (
    Case,
    Comment,
    Commitment,
    Institution,
    Notice,
    Phase,
    Poll,
    Process,
    Proposal,
    Referral,
    Response,
    UnitContribution,
    authors_of,
)
from deliberate.queries.moderation.contributions import Contribution, document_of, proposal_of
from deliberate.queries.moderation.queue import reported_contributions
from deliberate.queries.proposals.coauthors import list_coauthor_ids
from deliberate.queries.releases.data_access_requests import active_requests
from deliberate.queries.responses.commitments import is_past_due
from deliberate.queries.responses.desk import get_desk_counts, is_due_soon
from deliberate.queries.responses.response_owner import (
    coordinating_institution_id,
    join_case,
    owner_id_at,
    response_is_owed,
)
from deliberate.vocabulary.notices import (
    ArgumentsNotice,
    CommitmentDueNotice,
    CommitmentLateNotice,
    CommitmentNearNotice,
    DataAccessEndsNotice,
    DeadlineMissedNotice,
    DueSoonNotice,
    NoticeEvent,
    OverdueNotice,
    PhaseBeganNotice,
    PollClosingNotice,
    PollResultNotice,
    ReferralReturnedNotice,
    ReportLateNotice,
    ShownNotice,
    WeeklySummaryNotice,
)

NoticeRow = dict[str, object]
Held = TypeVar("Held", Comment, Proposal, UnitContribution)
ACCESS_END_NOTICE_PERIOD = timedelta(days=14)
LATE_NOTICE_PERIOD = timedelta(days=30)
"""The age from which a late commitment is no longer news."""
COMMITMENT_NOTICE_PERIOD = timedelta(days=3)
CLOSING_NOTICE_PERIOD = timedelta(days=1)
NEWS_PERIOD = timedelta(days=3)
"""The age from which a result, a phase or the end of a hold is no longer news."""
MAX_REMINDERS = 200
"""The maximum number of notices per run; the next run writes the rest."""


def create_reminders() -> int:
    """Write a notice, once, for each date that has passed; return the number of notices."""
    db.session.rollback()
    rows = [
        *_missed_deadlines(),
        *_near_deadlines(),
        *_late_commitments(),
        *_near_commitments(),
        *_lapsed_referrals(),
        *_new_arguments(),
        *_closing_polls(),
        *_poll_results(),
        *_new_phases(),
        *_ended_holds(),
        *_late_reports(),
        *_weekly_summaries(),
        *_ending_data_access(),
    ][:MAX_REMINDERS]
    if not rows:
        return 0
    with unrecorded("delivery") as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        statement = sqlite.insert(Notice) if is_sqlite else postgresql.insert(Notice)
        session.execute(statement.on_conflict_do_nothing(index_elements=["key"]), rows)
    return len(rows)


def _notice_row(key: str, event: NoticeEvent, **columns: object) -> NoticeRow:
    return {
        "key": key,
        "kind": event.KIND,
        "proposal_id": None,
        "process_id": None,
        "institution_id": None,
        "person_id": None,
        "details": event.details(),
        "created_at": now(),
        "last_person_id": 0,
        **columns,
    }


def _ending_data_access() -> Iterator[NoticeRow]:
    """Return notices on access to protected research data that ends within two weeks."""
    for request in active_requests():
        if request.access_until - local_today(request.process) <= ACCESS_END_NOTICE_PERIOD:
            yield _notice_row(
                f"ends.{request.id}",
                DataAccessEndsNotice(until=request.access_until.isoformat()),
                person_id=request.person_id,
            )


def _owed_without_notice(prefix: str) -> Select[*tuple[int, int | None]]:
    """Return a statement on proposals with an owed response and without a notice of a prefix.

    Imported proposals are left out.
    """
    statement = join_case(
        select(Proposal.id, owner_id_at(now())).select_from(Proposal).join(Proposal.process)
    )
    return (
        statement.where(
            response_is_owed(), Process.source.is_(None), ~_notice_exists(prefix, Proposal.id)
        )
        .order_by(Proposal.due_at, Proposal.id)
        .limit(MAX_REMINDERS)
    )


def _missed_deadlines() -> Iterator[NoticeRow]:
    overdue = db.session.execute(_owed_without_notice("missed.").where(Proposal.due_at <= now()))
    for proposal_id, owner_id in overdue:
        yield _notice_row(f"missed.{proposal_id}", DeadlineMissedNotice(), proposal_id=proposal_id)
        if owner_id is not None:
            yield _notice_row(
                f"overdue.{proposal_id}",
                OverdueNotice(),
                proposal_id=proposal_id,
                institution_id=owner_id,
            )


def _near_deadlines() -> Iterator[NoticeRow]:
    rows = db.session.execute(_owed_without_notice("soon.").where(is_due_soon()))
    for proposal_id, owner_id in rows:
        if owner_id is not None:
            yield _notice_row(
                f"soon.{proposal_id}",
                DueSoonNotice(),
                proposal_id=proposal_id,
                institution_id=owner_id,
            )


def _late_commitments() -> Iterator[NoticeRow]:
    for commitment_id, proposal_id in db.session.execute(_late_commitments_query()):
        yield _notice_row(
            f"late.{commitment_id}",
            CommitmentLateNotice(commitment=commitment_id),
            proposal_id=proposal_id,
        )


def _late_commitments_query() -> Select[int, int]:
    """Return a query for commitment and proposal ids, the earliest due date first."""
    return (
        select(Commitment.id, Response.proposal_id)
        .join(Commitment.response)
        .join(Response.proposal)
        .join(Proposal.process)
        .where(
            Process.source.is_(None),
            Commitment.fulfilled_at.is_(None),
            Commitment.dropped_at.is_(None),
            is_past_due(),
            Commitment.due_on >= now().date() - LATE_NOTICE_PERIOD,
            ~_notice_exists("late.", Commitment.id),
        )
        .order_by(Commitment.due_on, Commitment.id)
        .limit(MAX_REMINDERS)
    )


def _near_commitments() -> Iterator[NoticeRow]:
    """Return notices on commitments that are due within three days, to all and to the desk."""
    for commitment in db.session.scalars(_near_commitments_query()):
        response = commitment.response
        yield _notice_row(
            f"due.{commitment.id}",
            CommitmentDueNotice(commitment=commitment.id),
            proposal_id=response.proposal_id,
        )
        institution_id = commitment.institution_id or response.institution_id
        if institution_id is not None:
            yield _notice_row(
                f"due.{commitment.id}.desk",
                CommitmentNearNotice(commitment=commitment.id),
                proposal_id=response.proposal_id,
                institution_id=institution_id,
            )


def _near_commitments_query() -> Select[Commitment]:
    """Return a query for open commitments due from today within three days."""
    today = now().date()
    return (
        select(Commitment)
        .join(Commitment.response)
        .join(Response.proposal)
        .join(Proposal.process)
        .options(joinedload(Commitment.response))
        .where(
            Process.source.is_(None),
            Commitment.fulfilled_at.is_(None),
            Commitment.dropped_at.is_(None),
            ~is_past_due(),
            Commitment.due_on.between(today, today + COMMITMENT_NOTICE_PERIOD),
            ~_notice_exists("due.", Commitment.id),
        )
        .order_by(Commitment.due_on, Commitment.id)
        .limit(MAX_REMINDERS)
    )


def _new_arguments() -> Iterator[NoticeRow]:
    """Return, for each proposal with new arguments of yesterday, a notice to its author."""
    today = local_today(site())
    suffix = f".{today:%Y%m%d}"
    begins = start_of_day(site(), today - timedelta(days=1))
    rows = db.session.execute(_new_arguments_query(begins, begins + timedelta(days=1), suffix))
    for proposal_id, author_id, count in rows:
        yield _notice_row(
            f"arguments.{proposal_id}{suffix}",
            ArgumentsNotice(count=count),
            proposal_id=proposal_id,
            person_id=author_id,
        )
        for person_id in list_coauthor_ids(proposal_id):
            yield _notice_row(
                f"arguments.{proposal_id}{suffix}.{person_id}",
                ArgumentsNotice(count=count),
                proposal_id=proposal_id,
                person_id=person_id,
            )


def _new_arguments_query(
    begins: datetime, ends: datetime, suffix: str
) -> Select[*tuple[int, int | None, int]]:
    """Return a query for proposals, their authors and the number of arguments of a period."""
    return (
        select(Proposal.id, Proposal.author_id, func.count(Comment.id))
        .join(Comment, Comment.proposal_id == Proposal.id)
        .join(Proposal.process)
        .where(
            Process.source.is_(None),
            Proposal.author_id.is_not(None),
            Comment.posted_at >= begins,
            Comment.posted_at < ends,
            Comment.depth == 0,
            Comment.author_id != Proposal.author_id,
            Comment.visible_to(None),
            ~_notice_exists("arguments.", Proposal.id, suffix),
        )
        .group_by(Proposal.id, Proposal.author_id)
        .order_by(Proposal.id)
        .limit(MAX_REMINDERS)
    )


def _closing_polls() -> Iterator[NoticeRow]:
    """Return notices on polls that close within a day and opened more than a day ago."""
    polls = _polls_without_notice("closing.").where(
        Poll.closes_at > now(),
        Poll.closes_at <= now() + CLOSING_NOTICE_PERIOD,
        Poll.opens_at <= now() - CLOSING_NOTICE_PERIOD,
    )
    for poll in db.session.scalars(polls):
        yield _poll_notice("closing", poll, PollClosingNotice(poll=poll.id))


def _poll_results() -> Iterator[NoticeRow]:
    """Return notices on polls of which the result has been shown since a few days at most."""
    shown_since = func.coalesce(Poll.published_at, Poll.closes_at)
    polls = _polls_without_notice("result.").where(
        Poll.closes_at <= now(), shown_since > now() - NEWS_PERIOD
    )
    for poll in db.session.scalars(polls):
        if poll.shows_result(now()):
            yield _poll_notice("result", poll, PollResultNotice(poll=poll.id))


def _polls_without_notice(prefix: str) -> Select[Poll]:
    return (
        select(Poll)
        .join(Poll.process)
        .where(Process.source.is_(None), Poll.source.is_(None), ~_notice_exists(prefix, Poll.id))
        .order_by(Poll.closes_at, Poll.id)
        .limit(MAX_REMINDERS)
    )


def _poll_notice(prefix: str, poll: Poll, event: NoticeEvent) -> NoticeRow:
    return _notice_row(f"{prefix}.{poll.id}", event, process_id=poll.process_id)


def _new_phases() -> Iterator[NoticeRow]:
    """Return notices on phases of open processes that began a few days ago at most."""
    phases = (
        select(Phase)
        .join(Phase.process)
        .where(
            Process.source.is_(None),
            Process.opened_at < Phase.opens_at,
            Process.closed_at.is_(None),
            Phase.opens_at <= now(),
            Phase.opens_at > now() - NEWS_PERIOD,
            ~_notice_exists("phase.", Phase.id),
        )
        .order_by(Phase.opens_at, Phase.id)
        .limit(MAX_REMINDERS)
    )
    for phase in db.session.scalars(phases):
        yield _notice_row(
            f"phase.{phase.id}", PhaseBeganNotice(phase=phase.key), process_id=phase.process_id
        )


def _ended_holds() -> Iterator[NoticeRow]:
    """Return notices to the authors of texts of which a hold by a rule ended recently."""
    released: list[Contribution] = [*_released(Comment), *_released(Proposal)]
    for row in (*released, *_released(UnitContribution)):
        proposal, document = proposal_of(row), document_of(row)
        notice = _notice_row(
            f"shown.{row.subject_type}.{row.id}",
            ShownNotice(
                subject=row.subject_type, id=row.id, document=document.id if document else None
            ),
            proposal_id=proposal.id if proposal else None,
            person_id=row.author_id,
        )
        yield notice
        for person in authors_of(row):
            if person.id == row.author_id:
                continue
            yield notice | {"key": f"{notice['key']}.{person.id}", "person_id": person.id}


def _released(model: type[Held]) -> Sequence[Held]:
    """Return texts that a rule held until recently without a notice so far."""
    return db.session.scalars(
        select(model)
        .where(
            model.held_until <= now(),
            model.held_until > now() - NEWS_PERIOD,
            model.hidden_ground.is_not(None),
            model.withdrawn_at.is_(None),
            model.author_id.is_not(None),
            ~_notice_exists(f"shown.{model.subject_type}.", model.id),
        )
        .order_by(model.held_until, model.id)
        .limit(MAX_REMINDERS)
    ).all()


def _late_reports() -> Iterator[NoticeRow]:
    """Return notices to moderators on texts reported more than a day ago without a decision."""
    for report in reported_contributions():
        if report.is_late:
            yield _late_report(report.first_report_id, report.contribution)


def _late_report(first_report_id: int, contribution: Contribution) -> NoticeRow:
    proposal, document = proposal_of(contribution), document_of(contribution)
    notice = ReportLateNotice(
        subject=contribution.subject_type,
        id=contribution.id,
        document=document.id if document else None,
    )
    proposal_id = proposal.id if proposal else None
    return _notice_row(f"report.{first_report_id}", notice, proposal_id=proposal_id)


def _notice_exists(
    prefix: str, row_id: InstrumentedAttribute[int], suffix: str = ""
) -> ColumnElement[bool]:
    """Return the condition that a notice exists whose key is the id of a row between two texts."""
    key = literal(prefix) + cast(row_id, String) + literal(suffix)
    return select(Notice.id).where(Notice.key == key).exists()


def _lapsed_referrals() -> Iterator[NoticeRow]:
    referrals = db.session.execute(
        select(Referral.id, Referral.proposal_id)
        .join(Case, Case.pending_referral_id == Referral.id)
        .where(Referral.accept_by <= now())
        .where(~_notice_exists("bounced.", Referral.id))
        .limit(MAX_REMINDERS)
    ).all()
    institution_id = coordinating_institution_id()
    for referral_id, proposal_id in referrals if institution_id is not None else ():
        yield _notice_row(
            f"bounced.{referral_id}",
            ReferralReturnedNotice(referral=referral_id),
            proposal_id=proposal_id,
            institution_id=institution_id,
        )


def _weekly_summaries() -> Iterator[NoticeRow]:
    """Return a summary for each institution with open cases that has none of this week.

    The first moment of a week at the site is on Monday; later ones make up for a job that failed.
    """
    year, week, _weekday = local_today(site()).isocalendar()
    for institution_id in db.session.scalars(_without_summary(f".{year}.{week}")):
        key = f"week.{institution_id}.{year}.{week}"
        counts = get_desk_counts(institution_id)
        if counts.open_cases:
            summary = WeeklySummaryNotice(
                open_cases=counts.open_cases, due_soon=counts.due_soon, overdue=counts.overdue
            )
            yield _notice_row(key, summary, institution_id=institution_id)


def _without_summary(week: str) -> Select[int]:
    """Return a query for the institutions without a weekly summary of a week."""
    return select(Institution.id).where(~_notice_exists("week.", Institution.id, week))
