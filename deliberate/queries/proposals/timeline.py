"""Where a proposal stands: what happened to it and what is to come, dated."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Case, Commitment, Proposal, Referral, Response
from deliberate.queries.processes.working_days import days_used, local_day, working_days_left
from deliberate.queries.responses.response_owner import Desk, case_of
from deliberate.queries.responses.responses import ResponseCard, name_here, responses_of

Entry = tuple[datetime | date, dict[str, Any]]


def timeline_of(
    proposal: Proposal,
    responses: Sequence[ResponseCard] | None = None,
    desk: Desk | None = None,
) -> list[dict[str, Any]]:
    """Entries {title, note, state} for the timeline component; state: on, late or todo.

    What a page has read already it hands over.
    """
    cards = responses_of(proposal.id) if responses is None else responses
    desk = desk or _desk_of(proposal)
    case = desk.case if proposal.qualified_at else None
    past = [
        *_beginnings(proposal, case),
        *_hand_overs(proposal, desk.referrals if case else ()),
        *(_answer(proposal, card.response) for card in cards),
        *(step for card in cards for step in _steps(card)),
    ]
    past.sort(key=lambda entry: _moment(entry[0]))
    return [entry for _at, entry in past] + [*_to_come(proposal, case, cards)]


def _moment(at: datetime | date) -> str:
    return at.isoformat()


def _entry(
    proposal: Proposal, at: datetime, title: str, more: str = "", state: str = "on"
) -> Entry:
    note = day_words(local_day(proposal.process, at))
    return at, {"title": title, "note": f"{note} · {more}" if more else note, "state": state}


def day_words(day: date) -> str:
    """A day as timelines write it."""
    return str(format_date(day, "d MMM y"))


def _beginnings(proposal: Proposal, case: Case | None) -> Iterator[Entry]:
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
    if case is not None and case.acknowledged_at is not None:
        yield _entry(proposal, case.acknowledged_at, _("Acknowledged by the institution"))
    if case is not None and case.paused_at is not None:
        yield _entry(
            proposal,
            case.paused_at,
            _("Clock paused: a question to the author"),
            case.pause_question,
        )
        if case.pause_ends_at is not None and not case.is_paused(now()):
            yield _entry(proposal, case.pause_ends_at, _("Clock runs again"))


def _desk_of(proposal: Proposal) -> Desk:
    case = case_of(proposal.id) if proposal.qualified_at else None
    return Desk(case, referrals_of(proposal.id) if case else ())


def _hand_overs(proposal: Proposal, referrals: Sequence[Referral]) -> Iterator[Entry]:
    for referral in referrals:
        giver = name_here(referral.giver)
        if referral.to_id is None:
            title = _("Handed to %(system)s", system=referral.external_system)
            yield _entry(proposal, referral.referred_at, title, referral.external_reference)
            continue
        to = name_here(referral.receiver)
        title = _("Referred to %(institution)s", institution=to)
        by = _("by %(institution)s: %(reason)s", institution=giver, reason=referral.reason)
        yield _entry(proposal, referral.referred_at, title, by)
        yield from _reception(proposal, referral, to)


def _reception(proposal: Proposal, referral: Referral, to: str) -> Iterator[Entry]:
    if referral.accepted_at is not None:
        days = days_used(proposal.process, referral.referred_at, referral.accepted_at)
        took = ngettext("after %(n)s working day", "after %(n)s working days", days, n=days)
        title = _("With %(institution)s", institution=to)
        yield _entry(proposal, referral.accepted_at, title, took)
    elif referral.declined_at is not None:
        title = _("Sent back by %(institution)s", institution=to)
        yield _entry(proposal, referral.declined_at, title, referral.declined_reason)
    elif referral.state_at(now()) == "bounced" and referral.accept_by is not None:
        title = _("Not taken in time: back to the coordinating institution")
        yield _entry(proposal, referral.accept_by, title, state="late")


def _answer(proposal: Proposal, response: Response) -> Entry:
    by = name_here(response.institution)
    if response.version > 1:
        return _entry(proposal, response.published_at, _("Response, new version"), by)
    if proposal.qualified_at is None:
        return _entry(proposal, response.published_at, _("Responded"), by)
    days = days_used(proposal.process, proposal.qualified_at, response.published_at)
    took = ngettext("after %(n)s working day", "after %(n)s working days", days, n=days)
    return _entry(proposal, response.published_at, _("Responded"), f"{by}, {took}" if by else took)


def _steps(card: ResponseCard) -> Iterator[Entry]:
    words = {
        "updated": _("Commitment moved on"),
        "fulfilled": _("Commitment fulfilled"),
        "dropped": _("Commitment dropped"),
    }
    for commitment in card.response.commitments:
        for step in commitment.steps:
            more = f"{commitment.what}. {step.note}" if step.note else commitment.what
            yield _entry(card.response.proposal, step.taken_at, words[step.state], more)


def _to_come(
    proposal: Proposal, case: Case | None, cards: Sequence[ResponseCard]
) -> Iterator[dict[str, Any]]:
    if proposal.due_at is not None and duty_is_open(proposal):
        yield _due(proposal, proposal.due_at, case)
    promises = [p for card in cards[:1] for p in card.response.commitments if p.is_open]
    for promise in promises:
        yield promise_entry(promise, local_day(proposal.process, now()))
    if (
        cards
        and cards[0].response.commitments
        and not sum(cards[0].response.counts("built").values())
    ):
        yield {"title": _("Outcome checked by residents"), "note": "", "state": "todo"}


def duty_is_open(proposal: Proposal) -> bool:
    """Whether the answer is still owed."""
    return proposal.answered_at is None and proposal.is_open


def _due(proposal: Proposal, due_at: datetime, case: Case | None) -> dict[str, Any]:
    left = working_days_left(proposal.process, due_at)
    day = day_words(local_day(proposal.process, due_at))
    if left < 0:
        late = ngettext(
            "Overdue by %(n)s working day", "Overdue by %(n)s working days", -left, n=-left
        )
        return {"title": _("Response"), "note": late, "state": "late"}
    words = ngettext("%(n)s working day left", "%(n)s working days left", left, n=left)
    words = words if left else _("today is the last day")
    if case is not None and case.is_paused(now()):
        words = _("the clock is paused")
    return {"title": _("Response due"), "note": f"{day} · {words}", "state": "todo"}


def promise_entry(promise: Commitment, today: date) -> dict[str, Any]:
    """A commitment as the timeline's step to come."""
    state = promise.state_on(today)
    note = _("due %(day)s", day=day_words(promise.due_on))
    if state == "late":
        note = _("late, was due %(day)s", day=day_words(promise.due_on))
    return {"title": promise.what, "note": note, "state": "late" if state == "late" else "todo"}


def referrals_of(proposal_id: int) -> Sequence[Referral]:
    """Every hand-over of a proposal, oldest first."""
    return db.session.scalars(
        select(Referral)
        .where(Referral.proposal_id == proposal_id)
        .options(joinedload(Referral.giver), joinedload(Referral.receiver))
        .order_by(Referral.id)
    ).all()
