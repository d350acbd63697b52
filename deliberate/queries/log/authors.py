"""Comparison of who wrote a text together, and of withdrawals they decide, with the log."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.models import (
    CoAuthor,
    Interaction,
    PersonKey,
    Proposal,
    UnitContribution,
    WithdrawalRequest,
)
from deliberate.models.proposals.coauthor import OBJECTION_PERIOD
from deliberate.queries.log.page_faults import Entry, PageFault, is_another_act, select_entries
from deliberate.vocabulary.events.documents import AmendmentProposed
from deliberate.vocabulary.events.proposals import (
    CoAuthorJoined,
    CoAuthorLeft,
    ProposalSubmitted,
    WithdrawalAgreed,
    WithdrawalRequested,
)

Work = tuple[str, int]
"""The type and the id of a text with several authors."""
PUBLICATIONS = (ProposalSubmitted.KIND, AmendmentProposed.KIND)
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


def _compare_requests(session: Session) -> Iterator[PageFault]:
    """Compare who asked for a withdrawal and when, when it is decided, and who agreed."""
    requests: dict[Work, list[WithdrawalRequest]] = defaultdict(list)
    for row in session.scalars(select(WithdrawalRequest).order_by(WithdrawalRequest.id)):
        requests[_work_of(row)].append(row)
    asked: dict[Work, list[tuple[Entry, set[str]]]] = defaultdict(list)
    kinds = (WithdrawalRequested.KIND, WithdrawalAgreed.KIND)
    for entry in session.execute(select_entries().where(Interaction.kind.in_(kinds))):
        work = (entry.subject_type, entry.subject_id)
        if entry.kind == WithdrawalRequested.KIND:
            asked[work].append((entry, {entry.actor_id}))
        elif asked[work]:
            asked[work][-1][1].add(entry.actor_id)
    for work in sorted(requests.keys() | asked.keys()):
        for row, act in zip_longest(requests[work], asked[work]):
            if row is None:
                yield PageFault(*work, "withdrawal", act[0].seq)
            elif act is None:
                yield PageFault("withdrawal_request", row.id, "id")
            else:
                yield from _compare_request(session, row, *act)


def _compare_request(
    session: Session, row: WithdrawalRequest, entry: Entry, agreed: set[str]
) -> Iterator[PageFault]:
    table = WithdrawalRequest.__tablename__
    if is_another_act(session, row.requested_by_id, row.requested_at, entry):
        yield PageFault(table, row.id, "requested_by_id", entry.seq)
    if row.due_at != row.requested_at + OBJECTION_PERIOD:
        yield PageFault(table, row.id, "due_at", entry.seq)
    keys = select(PersonKey.actor_id).where(PersonKey.person_id.in_(row.agreed_ids))
    if not set(session.scalars(keys)) <= agreed:
        yield PageFault(table, row.id, "agreed_ids", entry.seq)
