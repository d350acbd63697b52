"""The ledger of an import: what earlier runs stored, so that nothing is written twice."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from deliberate.database import db
from deliberate.imports.act_spool import StoredComments
from deliberate.imports.source_records import (
    SourceAct,
    SourceComment,
    SourceProposal,
    SourceQualification,
    SourceWithdrawal,
    StoredComment,
)
from deliberate.models import Comment, Institution, Person, PersonKey, Process, Proposal, Response


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """An imported person as the log refers to it."""

    id: int
    actor_id: str | None
    """None after erasure."""


@dataclass
class ImportLedger:
    """Rows of one imported process by the source's own ids."""

    accounts: dict[str, ImportedAccount] = field(default_factory=dict)
    proposals: dict[str, int] = field(default_factory=dict)
    comments: StoredComments = field(default_factory=StoredComments)
    qualified: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    responses: set[tuple[str, datetime]] = field(default_factory=set)
    versions: Counter[str] = field(default_factory=Counter)
    answered: set[int] = field(default_factory=set)
    """Ids of the proposals whose case a response has ended."""
    institutions: dict[str, int] = field(default_factory=dict)
    """Institution ids by slug."""

    @property
    def is_empty(self) -> bool:
        """Return whether no act of the process is stored."""
        return not self.proposals

    def holds(self, act: SourceAct) -> bool:
        """Return whether an act is stored already."""
        if isinstance(act, SourceProposal):
            return act.proposal in self.proposals
        if isinstance(act, SourceComment):
            return act.source_id in self.comments
        if isinstance(act, SourceQualification):
            return act.proposal in self.qualified
        if isinstance(act, SourceWithdrawal):
            return act.proposal in self.withdrawn
        return (act.proposal, act.at) in self.responses


def account_source(platform: str, slug: str, source_id: str) -> str:
    """Return the source key of an imported account; ids are unique only within one import."""
    return f"{platform}:{slug}:{source_id}"


def read_ledger(process: Process | None, platform: str, slug: str) -> ImportLedger:
    """Return the ledger of a process; empty if the process does not exist yet."""
    ledger = ImportLedger()
    session: Session = db.session()
    institutions = session.execute(select(Institution.slug, Institution.id))
    ledger.institutions = {row.slug: row.id for row in institutions}
    _read_accounts(session, ledger, account_source(platform, slug, ""))
    if process is not None:
        _read_proposals(session, ledger, process.id)
        _read_responses(session, ledger, process.id)
        _read_comments(session, ledger, process.id)
    return ledger


def _read_accounts(session: Session, ledger: ImportLedger, prefix: str) -> None:
    rows: Iterable[Any] = session.execute(
        select(Person.source, Person.id, PersonKey.actor_id)
        .outerjoin(PersonKey, PersonKey.person_id == Person.id)
        .where(Person.source.startswith(prefix, autoescape=True))
    )
    for source, person_id, actor_id in rows:
        ledger.accounts[source.removeprefix(prefix)] = ImportedAccount(person_id, actor_id)


def _read_proposals(session: Session, ledger: ImportLedger, process_id: int) -> None:
    columns = (
        Proposal.source_id,
        Proposal.id,
        Proposal.qualified_at,
        Proposal.withdrawn_at,
        Proposal.answered_at,
    )
    query = select(*columns).where(*_imported_into(process_id))
    proposals: Iterable[Any] = session.execute(query)
    for source_id, proposal_id, qualified_at, withdrawn_at, answered_at in proposals:
        ledger.proposals[source_id] = proposal_id
        if answered_at:
            ledger.answered.add(proposal_id)
        if qualified_at:
            ledger.qualified.add(source_id)
        if withdrawn_at:
            ledger.withdrawn.add(source_id)


def _imported_into(process_id: int) -> tuple[ColumnElement[bool], ...]:
    return Proposal.process_id == process_id, Proposal.source_id.is_not(None)


def _read_responses(session: Session, ledger: ImportLedger, process_id: int) -> None:
    responses: Iterable[Any] = session.execute(
        select(Proposal.source_id, Response.published_at)
        .join(Response, Response.proposal_id == Proposal.id)
        .where(*_imported_into(process_id))
    )
    for source_id, published_at in responses:
        ledger.responses.add((source_id, published_at))
        ledger.versions[source_id] += 1


def _read_comments(session: Session, ledger: ImportLedger, process_id: int) -> None:
    columns = (Comment.source_id, Comment.id, Proposal.source_id, Comment.root_id, Comment.depth)
    rows: Iterable[Any] = session.execute(
        select(*columns)
        .join(Proposal, Comment.proposal_id == Proposal.id)
        .where(Proposal.process_id == process_id, Comment.source_id.is_not(None))
    )
    for source_id, comment_id, proposal, root_id, depth in rows:
        ledger.comments[source_id] = StoredComment(comment_id, proposal, root_id, depth)
