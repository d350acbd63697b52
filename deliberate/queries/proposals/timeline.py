"""The timeline of a proposal: its past steps and the steps to come."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import date_text, last_day_text, local_today
from deliberate.models import Case, Commitment, OutsideStatus, Proposal, Referral, Response
from deliberate.queries.processes.working_days import working_days_elapsed, working_days_left
from deliberate.queries.responses.commitments import step_title
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.responses.outside_systems import list_statuses, report_title
from deliberate.queries.responses.response_owner import Desk, get_case
from deliberate.queries.responses.responses import ResponseCard, list_response_cards
from deliberate.vocabulary import OutsideState


@dataclass(frozen=True)
class TimelineEntry:
    """A step of the timeline component; the state is reached, overdue or upcoming."""

    title: str
    note: str
    state: str = "reached"


DatedEntry = tuple[datetime, TimelineEntry]


def get_timeline(
    proposal: Proposal,
    responses: Sequence[ResponseCard] | None = None,
    desk: Desk | None = None,
) -> list[TimelineEntry]:
    """Return the timeline of a proposal, past steps first, sorted by date.

    `responses` and `desk` are read from the database where the caller has not loaded them.
    """
    cards = list_response_cards(proposal.id) if responses is None else responses
    desk = desk or _load_desk(proposal)
    case = desk.case if proposal.qualified_at else None
    past = [
        *_proposal_entries(proposal, case),
        *_referral_entries(proposal, desk.referrals if case else ()),
        *(_response_entry(proposal, card.response) for card in cards),
        *(entry for card in cards for entry in _commitment_entries(card)),
    ]
    past.sort(key=lambda dated: dated[0])
    return [entry for _at, entry in past] + [*_coming_entries(proposal, case, cards)]


def _entry(
    proposal: Proposal, at: datetime, title: str, more: str = "", state: str = "reached"
) -> DatedEntry:
    note = date_text(at, place=proposal.process)
    return at, TimelineEntry(title, f"{note} · {more}" if more else note, state)


def _proposal_entries(proposal: Proposal, case: Case | None) -> Iterator[DatedEntry]:
    yield _entry(proposal, proposal.published_at, _("Published"))
    if proposal.qualified_at is not None:
        needed = proposal.process.support_threshold
        reached = ngettext("%(n)s supporter", "%(n)s supporters", needed, n=needed)
        yield _entry(
            proposal,
            proposal.qualified_at,
            reached if needed else _("Response owed"),
            _("a response is owed from this day") if needed else "",
        )
    if proposal.withdrawn_at is not None:
        yield _entry(proposal, proposal.withdrawn_at, _("Withdrawn by the author"))
    if case is not None:
        yield from _case_entries(proposal, case)


def _case_entries(proposal: Proposal, case: Case) -> Iterator[DatedEntry]:
    if case.acknowledged_at is not None:
        yield _entry(proposal, case.acknowledged_at, _("Acknowledged by the institution"))
    if case.paused_at is not None:
        title = _("Deadline paused: a question to the author")
        yield _entry(proposal, case.paused_at, title, case.pause_question)
        if case.pause_ends_at is not None and not case.is_paused(now()):
            yield _entry(proposal, case.pause_ends_at, _("Deadline resumed"))


def _load_desk(proposal: Proposal) -> Desk:
    case = get_case(proposal.id) if proposal.qualified_at else None
    return Desk(case, list_referrals(proposal.id) if case else ())


def _referral_entries(proposal: Proposal, referrals: Sequence[Referral]) -> Iterator[DatedEntry]:
    outside = [referral.id for referral in referrals if referral.to_id is None]
    reported: dict[int, list[OutsideStatus]] = defaultdict(list)
    for status in list_statuses(outside):
        reported[status.referral_id].append(status)
    for referral in referrals:
        referrer = localized_name(referral.from_institution)
        if referral.to_id is None:
            title = _("Referred to %(system)s", system=referral.external_system)
            yield _entry(proposal, referral.referred_at, title, referral.external_reference)
            yield from _outside_entries(proposal, reported[referral.id])
            continue
        to = localized_name(referral.to_institution)
        title = _("Referred to %(institution)s", institution=to)
        by = _("by %(institution)s: %(reason)s", institution=referrer, reason=referral.reason)
        yield _entry(proposal, referral.referred_at, title, by)
        yield from _referral_outcome(proposal, referral, to)


def _outside_entries(proposal: Proposal, statuses: Sequence[OutsideStatus]) -> Iterator[DatedEntry]:
    """Yield what an outside system reported."""
    for status in statuses:
        title = report_title(status.system, OutsideState(status.state))
        more = " · ".join(filter(None, (status.number, status.note)))
        yield _entry(proposal, status.reported_at or status.received_at, title, more)


def _referral_outcome(proposal: Proposal, referral: Referral, to: str) -> Iterator[DatedEntry]:
    if referral.accepted_at is not None:
        days = working_days_elapsed(proposal.process, referral.referred_at, referral.accepted_at)
        took = ngettext("after %(n)s working day", "after %(n)s working days", days, n=days)
        title = _("With %(institution)s", institution=to)
        yield _entry(proposal, referral.accepted_at, title, took)
    elif referral.declined_at is not None:
        title = _("Declined by %(institution)s", institution=to)
        yield _entry(proposal, referral.declined_at, title, referral.declined_reason)
    elif referral.state_at(now()) == "bounced" and referral.accept_by is not None:
        title = _("Not accepted in time: back to the coordinating institution")
        yield _entry(proposal, referral.accept_by, title, state="overdue")


def _response_entry(proposal: Proposal, response: Response) -> DatedEntry:
    by = localized_name(response.institution)
    if not response.is_final:
        return _entry(proposal, response.published_at, _("Interim answer"), by)
    if not response.is_first_final:
        return _entry(proposal, response.published_at, _("Response, new version"), by)
    if proposal.qualified_at is None or response.published_at < proposal.qualified_at:
        return _entry(proposal, response.published_at, _("Responded"), by)
    days = working_days_elapsed(proposal.process, proposal.qualified_at, response.published_at)
    took = ngettext("after %(n)s working day", "after %(n)s working days", days, n=days)
    return _entry(proposal, response.published_at, _("Responded"), f"{by}, {took}" if by else took)


def _commitment_entries(card: ResponseCard) -> Iterator[DatedEntry]:

    for commitment in card.response.commitments:
        for step in commitment.steps:
            more = f"{commitment.what}. {step.note}" if step.note else commitment.what
            if step.state == "fulfilled" and commitment.is_fulfilled_late:
                day = date_text(commitment.due_on, place=card.response.proposal.process)
                more = f"{more} · {_('late, was due %(day)s', day=day)}"
            yield _entry(card.response.proposal, step.taken_at, step_title(step.state), more)


def _coming_entries(
    proposal: Proposal, case: Case | None, cards: Sequence[ResponseCard]
) -> Iterator[TimelineEntry]:
    if proposal.due_at is not None and proposal.answered_at is None and proposal.is_active:
        yield _due_entry(proposal, proposal.due_at, case)
    if cards:
        yield from _coming_commitments(proposal, cards[0])


def _coming_commitments(proposal: Proposal, card: ResponseCard) -> Iterator[TimelineEntry]:
    """Yield the open commitments of the newest response, then the check by residents."""
    today = local_today(proposal.process)
    commitments = [row.commitment for row in card.commitments]
    for commitment in commitments:
        if commitment.is_open:
            yield _commitment_due_entry(proposal, commitment, today)
    if commitments and not sum(card.response.counts("built").values()):
        yield TimelineEntry(_("Outcome checked by residents"), "", "upcoming")


def _due_entry(proposal: Proposal, due_at: datetime, case: Case | None) -> TimelineEntry:
    days = working_days_left(proposal.process, due_at)
    if days < 0:
        overdue = ngettext(
            "Overdue by %(n)s working day", "Overdue by %(n)s working days", -days, n=-days
        )
        return TimelineEntry(_("Response"), overdue, "overdue")
    if case is not None and case.is_paused(now()):
        remaining = _("the deadline is paused")
    elif days:
        remaining = ngettext("%(n)s working day left", "%(n)s working days left", days, n=days)
    else:
        remaining = _("today is the last day")
    day = last_day_text(due_at, proposal.process)
    return TimelineEntry(_("Response due"), f"{day} · {remaining}", "upcoming")


def _commitment_due_entry(proposal: Proposal, commitment: Commitment, today: date) -> TimelineEntry:
    day = date_text(commitment.due_on, place=proposal.process)
    if commitment.state_on(today) == "late":
        return TimelineEntry(commitment.what, _("late, was due %(day)s", day=day), "overdue")
    return TimelineEntry(commitment.what, _("due %(day)s", day=day), "upcoming")


def list_referrals(proposal_id: int) -> Sequence[Referral]:
    """Return the referrals of a proposal, the oldest first."""
    return db.session.scalars(
        select(Referral)
        .where(Referral.proposal_id == proposal_id)
        .options(joinedload(Referral.from_institution), joinedload(Referral.to_institution))
        .order_by(Referral.id)
    ).all()
