"""Comparison of when proposals qualified for a response with the acts that say or move it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.models import Interaction, Proposal
from deliberate.queries.log.page_faults import DURATION_OF_ACT, Entry, PageFault, select_entries
from deliberate.vocabulary.events.proposals import ProposalMerged, ProposalUnmerged
from deliberate.vocabulary.events.responses import ProposalQualified

KINDS = (ProposalQualified.KIND, ProposalMerged.KIND, ProposalUnmerged.KIND)


@dataclass
class _Qualifications:
    """The acts by which each proposal qualified, replayed from the log in its order.

    A target of a merger takes over an earlier qualification, and gets its own back when the
    merger is undone before it is answered.
    """

    answered_at: dict[int, datetime | None]
    qualified: dict[int, Entry | None] = field(default_factory=dict)
    mergers: dict[int, tuple[int, Entry | None]] = field(default_factory=dict)
    """The target of each merged proposal, and by which act it had qualified before."""

    def apply(self, entry: Entry) -> None:
        if entry.kind == ProposalQualified.KIND:
            self.qualified[entry.subject_id] = entry
        elif entry.kind == ProposalMerged.KIND:
            self._merge(entry.subject_id, entry.details["into"])
        elif entry.subject_id in self.mergers:
            self._unmerge(entry)

    def _merge(self, proposal_id: int, target_id: int) -> None:
        own, merged = self.qualified.get(target_id), self.qualified.get(proposal_id)
        self.mergers[proposal_id] = target_id, own
        if merged and (own is None or merged.occurred_at < own.occurred_at):
            self.qualified[target_id] = merged

    def _unmerge(self, entry: Entry) -> None:
        target_id, own = self.mergers.pop(entry.subject_id)
        answered_at = self.answered_at.get(target_id)
        if answered_at is None or answered_at > entry.occurred_at:
            self.qualified[target_id] = own


def compare_qualifications(session: Session) -> Iterator[PageFault]:
    """Yield each proposal that qualified at another time than the log says, or without an act."""
    columns = select(Proposal.id, Proposal.qualified_at, Proposal.answered_at)
    proposals = session.execute(columns.order_by(Proposal.id)).all()
    replay = _Qualifications({row.id: row.answered_at for row in proposals})
    for entry in session.execute(select_entries().where(Interaction.kind.in_(KINDS))):
        replay.apply(entry)
    for row in proposals:
        qualified = replay.qualified.get(row.id)
        if not _is_same_time(row.qualified_at, qualified):
            position = qualified.seq if qualified else None
            yield PageFault("proposal", row.id, "qualified_at", position)


def _is_same_time(stored: datetime | None, entry: Entry | None) -> bool:
    if stored is None or entry is None:
        return stored is None and entry is None
    occurred_at: datetime = entry.occurred_at
    return abs(stored - occurred_at) <= DURATION_OF_ACT
