"""Comparison of who wrote a text together, and of withdrawals they decide, with the log."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.models import (
    CoAuthor,
    Interaction,
    PersonKey,
    Proposal,
    UnitContribution,
    WithdrawalRequest,
)
from deliberate.models.proposals.coauthor import OBJECTION_PERIOD
from deliberate.queries.log.page_faults import (
    DURATION_OF_ACT,
    Entry,
    PageFault,
    grouped,
    is_another_act,
    select_entries,
)
from deliberate.vocabulary.events.documents import AmendmentProposed, AmendmentWithdrawn
from deliberate.vocabulary.events.proposals import (
    CoAuthorJoined,
    CoAuthorLeft,
    ProposalSubmitted,
    ProposalWithdrawn,
    WithdrawalAgreed,
    WithdrawalObjected,
    WithdrawalRequested,
)

Work = tuple[str, int]
"""The type and the id of a text with several authors."""
PUBLICATIONS = (ProposalSubmitted.KIND, AmendmentProposed.KIND)
WITHDRAWALS = (ProposalWithdrawn.KIND, AmendmentWithdrawn.KIND)
ASKED = (WithdrawalRequested.KIND, WithdrawalAgreed.KIND)
ENDS = (WithdrawalObjected.KIND, CoAuthorLeft.KIND, *WITHDRAWALS)
AUTHORSHIP = (*PUBLICATIONS, CoAuthorJoined.KIND, CoAuthorLeft.KIND)


def compare_authors(session: Session) -> Iterator[PageFault]:
    """Yield the texts whose authors, or whose requested withdrawals, differ from their acts."""
    written = _logged_authors(session)
    present = _present_authors(session)
    known = set(session.scalars(select(PersonKey.actor_id)))
    for work in sorted(written.keys() | present.keys()):
        # People whose accounts are erased have no key.
        if written[work] & known != present[work] & known:
            yield PageFault(*work, "coauthors")
    yield from _compare_requests(session)


def _logged_authors(session: Session) -> dict[Work, set[str]]:
    """Return the authors by the acts, of the texts that ever had a co-author."""
    authors: dict[Work, set[str]] = defaultdict(set)
    shared = set()
    for entry in session.execute(select_entries().where(Interaction.kind.in_(AUTHORSHIP))):
        work = (entry.subject_type, entry.subject_id)
        if entry.kind == CoAuthorLeft.KIND:
            authors[work].discard(entry.actor_id)
        else:
            authors[work].add(entry.actor_id)
        if entry.kind not in PUBLICATIONS:
            shared.add(work)
    return defaultdict(set, {work: authors[work] for work in shared})


def _present_authors(session: Session) -> dict[Work, set[str]]:
    """Return the authors by the tables, of the texts that have rows of co-authors."""
    authors: dict[Work, set[str]] = defaultdict(set)
    joined = select(CoAuthor, PersonKey.actor_id).outerjoin(
        PersonKey, PersonKey.person_id == CoAuthor.person_id
    )
    for row, actor_id in session.execute(joined.where(CoAuthor.joined_at.is_not(None))):
        work = _work_of(row)
        authors[work] |= {actor_id} if row.left_at is None and actor_id else set()
    for model in (Proposal, UnitContribution):
        ids = [row_id for kind, row_id in authors if kind == model.subject_type]
        first = select(model.id, PersonKey.actor_id).join(
            PersonKey, PersonKey.person_id == model.author_id
        )
        for row_id, actor_id in session.execute(first.where(model.id.in_(ids))):
            authors[model.subject_type, row_id].add(actor_id)
    return authors


def _work_of(row: CoAuthor | WithdrawalRequest) -> Work:
    if row.proposal_id is not None:
        return Proposal.subject_type, row.proposal_id
    return UnitContribution.subject_type, row.contribution_id or 0


@dataclass
class _Asked:
    """What the log has of a requested withdrawal: who agreed, and the act that ended it."""

    entry: Entry
    agreed: set[str] = field(default_factory=set)
    end: Entry | None = None

    def note(self, entry: Entry) -> None:
        """Take in a later act about the same text."""
        if entry.kind == WithdrawalAgreed.KIND:
            self.agreed.add(entry.actor_id)
        elif self.end is None and (
            entry.kind != CoAuthorLeft.KIND or entry.actor_id == self.entry.actor_id
        ):
            self.end = entry


def _compare_requests(session: Session) -> Iterator[PageFault]:
    """Compare who asked for a withdrawal and when, who agreed, and when and how it ended."""
    rows = session.scalars(select(WithdrawalRequest).order_by(WithdrawalRequest.id))
    requests: dict[Work, list[WithdrawalRequest]] = grouped(rows, _work_of)
    asked = _asked_withdrawals(session)
    for work in sorted(requests.keys() | asked.keys()):
        for row, acts in zip_longest(requests[work], asked[work]):
            if row is None:
                yield PageFault(*work, "withdrawal", acts.entry.seq)
            elif acts is None:
                yield PageFault("withdrawal_request", row.id, "id")
            else:
                yield from _compare_request(session, row, acts)


def _asked_withdrawals(session: Session) -> dict[Work, list[_Asked]]:
    """Return what was asked for by the log, each with the acts that answered it."""
    asked: dict[Work, list[_Asked]] = defaultdict(list)
    query = select_entries().where(Interaction.kind.in_((*ASKED, *ENDS)))
    for entry in session.execute(query):
        work = (entry.subject_type, entry.subject_id)
        if entry.kind == WithdrawalRequested.KIND:
            asked[work].append(_Asked(entry, {entry.actor_id}))
        elif asked[work]:
            asked[work][-1].note(entry)
    return asked


def _compare_request(session: Session, row: WithdrawalRequest, acts: _Asked) -> Iterator[PageFault]:
    table, seq = WithdrawalRequest.__tablename__, acts.entry.seq
    if is_another_act(session, row.requested_by_id, row.requested_at, acts.entry):
        yield PageFault(table, row.id, "requested_by_id", seq)
    if row.due_at != row.requested_at + OBJECTION_PERIOD:
        yield PageFault(table, row.id, "due_at", seq)
    keys = select(PersonKey.actor_id).where(PersonKey.person_id.in_(row.agreed_ids))
    if not set(session.scalars(keys)) <= acts.agreed:
        yield PageFault(table, row.id, "agreed_ids", seq)
    if not _has_its_end(session, row, acts.end):
        yield PageFault(table, row.id, "ended_at", acts.end.seq if acts.end else None)


def _has_its_end(session: Session, row: WithdrawalRequest, end: Entry | None) -> bool:
    """Return whether a request ended when an act ended it, or with its requester's account."""
    if (end is None or end.kind in WITHDRAWALS) and _may_have_no_act(row, end):
        return True
    if end is not None:
        return row.ended_at is not None and abs(row.ended_at - end.occurred_at) <= DURATION_OF_ACT
    key = select(PersonKey.actor_id).where(PersonKey.person_id == row.requested_by_id)
    return session.scalar(key) is None


def _may_have_no_act(row: WithdrawalRequest, end: Entry | None) -> bool:
    """Return whether a request is open, or ended by its date.

    From its date on it also ends without an act, where the text cannot be withdrawn any more.
    """
    if row.ended_at is None:
        return end is None or row.due_at > now()
    return row.due_at <= row.ended_at <= now()
