"""Notices that follow from a date alone: missed deadlines, late commitments, weekly summaries."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, String, cast, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.days import local_today, site
from deliberate.models import (
    Case,
    Commitment,
    Institution,
    Notice,
    Process,
    Proposal,
    Referral,
    Response,
)
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
    CommitmentLateNotice,
    DataAccessEndsNotice,
    DeadlineMissedNotice,
    DueSoonNotice,
    NoticeEvent,
    OverdueNotice,
    ReferralReturnedNotice,
    WeeklySummaryNotice,
)

MONDAY = 1
NoticeRow = dict[str, object]
ACCESS_END_NOTICE_PERIOD = timedelta(days=14)
LATE_NOTICE_PERIOD = timedelta(days=30)
"""The age from which a late commitment is no longer news."""
MAX_REMINDERS = 200
"""The maximum number of notices per run; the next run writes the rest."""


def create_reminders() -> int:
    """Write a notice, once, for each date that has passed; return the number of notices."""
    db.session.rollback()
    rows = [
        *_missed_deadlines(),
        *_near_deadlines(),
        *_late_commitments(),
        *_lapsed_referrals(),
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


def _notice_exists(prefix: str, row_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that a notice exists whose key is a prefix and the id of a row."""
    key = literal(prefix) + cast(row_id, String)
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
    """Return, on Mondays at the site, a summary for each institution with open cases."""
    year, week, weekday = local_today(site()).isocalendar()
    if weekday != MONDAY:
        return
    for institution_id in db.session.scalars(select(Institution.id)):
        key = f"week.{institution_id}.{year}.{week}"
        if db.session.scalar(select(Notice.id).where(Notice.key == key)) is not None:
            continue
        counts = get_desk_counts(institution_id)
        if counts.open_cases:
            summary = WeeklySummaryNotice(
                open_cases=counts.open_cases, due_soon=counts.due_soon, overdue=counts.overdue
            )
            yield _notice_row(key, summary, institution_id=institution_id)
