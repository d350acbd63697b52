"""Queries for the calendar of a process: due dates, polls, and the changes of each date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from deliberate.database import db
from deliberate.days import last_day
from deliberate.models import (
    Document,
    Interaction,
    Poll,
    Process,
    Proposal,
    UnitAnswer,
    UnitContribution,
)
from deliberate.queries.documents.answer_desk import (
    get_answer_deadlines,
    list_documents_with_open_contributions,
)
from deliberate.queries.responses.response_owner import response_is_owed
from deliberate.vocabulary.events.polls import PollChanged, PollOpened
from deliberate.vocabulary.events.processes import (
    MeetingCorrected,
    MeetingHeld,
    PhaseScheduled,
    ProcessChanged,
    ProcessImported,
    ProcessOpened,
)
from deliberate.vocabulary.events.proposals import (
    ProposalMerged,
    ProposalRevised,
    ProposalUnmerged,
)
from deliberate.vocabulary.events.responses import ClockPaused, ClockResumed, ProposalQualified

MAX_EVENTS = 100
SubjectKey = tuple[str, int]
"""Type and id of the subject of an act."""

DATE_KINDS = (
    ProcessOpened.KIND,
    ProcessImported.KIND,
    ProcessChanged.KIND,
    PhaseScheduled.KIND,
    PollOpened.KIND,
    PollChanged.KIND,
    MeetingHeld.KIND,
    MeetingCorrected.KIND,
    ProposalQualified.KIND,
    ProposalRevised.KIND,
    ClockPaused.KIND,
    ClockResumed.KIND,
)
"""The acts that set or change what the calendar shows of their subject."""


@dataclass(frozen=True)
class DateChanges:
    """How often the entry of a calendar was set or changed, and when last."""

    count: int
    last_at: datetime

    def __add__(self, other: "DateChanges") -> "DateChanges":
        """Return the changes of both."""
        return DateChanges(self.count + other.count, max(self.last_at, other.last_at))


def list_due_dates(process: Process) -> list[tuple[Proposal, date]]:
    """Return the next 100 proposals of a process whose response is owed, with the due dates."""
    proposals = db.session.scalars(
        select(Proposal)
        .where(Proposal.process_id == process.id, response_is_owed(), Proposal.due_at.is_not(None))
        .order_by(Proposal.due_at, Proposal.id)
        .limit(MAX_EVENTS)
    )
    return [(row, last_day(process, row.due_at)) for row in proposals if row.due_at is not None]


def list_calendar_polls(process: Process) -> Sequence[Poll]:
    """Return the polls of a process, the last to close first, at most 100."""
    return db.session.scalars(
        select(Poll)
        .where(Poll.process_id == process.id)
        .order_by(Poll.closes_at.desc(), Poll.id.desc())
        .limit(MAX_EVENTS)
    ).all()


def get_date_changes(process: Process) -> Mapping[SubjectKey, DateChanges]:
    """Return the changes of the dates of a process, by the subject they belong to."""
    rows = db.session.execute(
        select(
            Interaction.subject_type,
            Interaction.subject_id,
            func.count(),
            func.max(Interaction.occurred_at),
        )
        .where(Interaction.process_id == process.id, Interaction.kind.in_(DATE_KINDS))
        .group_by(Interaction.subject_type, Interaction.subject_id)
    )
    changes = {
        (subject_type, subject_id): DateChanges(count, last_at)
        for subject_type, subject_id, count, last_at in rows
    }
    for key, merged_at in _mergers(process):
        change = DateChanges(1, merged_at)
        changes[key] = changes[key] + change if key in changes else change
    return changes | _draft_changes(process)


def _draft_changes(process: Process) -> dict[SubjectKey, DateChanges]:
    """Return the acts on contributions and answers, by draft text: each may move its deadline."""
    changes: dict[SubjectKey, DateChanges] = {}
    for model in (UnitContribution, UnitAnswer):
        rows = db.session.execute(
            select(model.document_id, func.count(), func.max(Interaction.occurred_at))
            .join(Interaction, Interaction.subject_id == model.id)
            .where(
                Interaction.process_id == process.id,
                Interaction.subject_type == model.subject_type,
            )
            .group_by(model.document_id)
        )
        for document_id, count, last_at in rows:
            key, change = (Document.subject_type, document_id), DateChanges(count, last_at)
            changes[key] = changes[key] + change if key in changes else change
    return changes


def list_answer_dates(process: Process) -> list[tuple[Document, date]]:
    """Return the draft texts of a process with the day by which an answer on each is due."""
    drafts = [row for row in list_documents_with_open_contributions() if row.process == process]
    firsts = [(row, get_answer_deadlines(row).first) for row in drafts]
    return [(row, last_day(process, first.due_at)) for row, first in firsts if first is not None]


def _mergers(process: Process) -> Iterable[tuple[SubjectKey, datetime]]:
    """Return the proposals into which others were merged, or no longer are, with the moments.

    They take over a deadline, or get their own back.
    """
    targets: dict[int, int] = {}
    rows = db.session.execute(
        select(Interaction.subject_id, Interaction.details, Interaction.occurred_at)
        .where(
            Interaction.process_id == process.id,
            Interaction.kind.in_((ProposalMerged.KIND, ProposalUnmerged.KIND)),
        )
        .order_by(Interaction.id)
    )
    for proposal_id, details, occurred_at in rows:
        targets[proposal_id] = details.get("into", targets.get(proposal_id, 0))
        yield ("proposal", targets[proposal_id]), occurred_at
