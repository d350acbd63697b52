"""The rows that the read API returns, page by page in the order of their ids.

Which rows are there is decided as for the pages that everybody reads. What a text column shows of a
row is asked of the row itself (`is_visible_to`), as pages do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from deliberate.database import db
from deliberate.models import (
    AnsweredComment,
    Comment,
    Commitment,
    Document,
    DocumentVersion,
    Institution,
    Meeting,
    Phase,
    Poll,
    Process,
    ProcessDocument,
    Proposal,
    Release,
    Response,
    ScoreSnapshot,
    UnitAnswer,
    UnitContribution,
    UnitText,
)
from deliberate.models.moderation.visibility import ANYONE

PublicRow = Any  # a row of one of the models below
OPEN_TIER = "open"


@dataclass(frozen=True)
class RowFilters:
    """What a list is limited to; empty values limit nothing."""

    process: str = ""
    proposal: int | None = None
    institution: str = ""


@dataclass(frozen=True)
class _Source:
    """The statement of all rows of a resource, and the columns that limit them."""

    statement: Select[Any]
    id_column: InstrumentedAttribute[int]
    proposal: InstrumentedAttribute[Any] | None = None
    institution: InstrumentedAttribute[Any] | None = None
    has_process: bool = True


_OPENED = Process.visible_to(ANYONE)


def _processes() -> _Source:
    parts = (selectinload(Process.phases), selectinload(Process.institutions))
    return _Source(select(Process).where(_OPENED).options(*parts), Process.id)


def _phases() -> _Source:
    rows = select(Phase).join(Phase.process).where(_OPENED)
    return _Source(rows.options(joinedload(Phase.process)), Phase.id)


def _proposals() -> _Source:
    rows = select(Proposal).join(Proposal.process).where(_OPENED)
    loaded = (
        joinedload(Proposal.process),
        joinedload(Proposal.institution),
        joinedload(Proposal.author),
    )
    return _Source(rows.options(*loaded), Proposal.id, Proposal.id, Proposal.institution_id)


def _comments() -> _Source:
    rows = select(Comment).join(Comment.proposal).join(Proposal.process).where(_OPENED)
    thread = joinedload(Comment.proposal)
    loaded = (thread.joinedload(Proposal.process), joinedload(Comment.institution))
    return _Source(rows.options(*loaded), Comment.id, Comment.proposal_id, Comment.institution_id)


def _responses() -> _Source:
    rows = select(Response).join(Response.proposal).join(Proposal.process).where(_OPENED)
    loaded = (
        joinedload(Response.proposal).joinedload(Proposal.process),
        joinedload(Response.institution),
        selectinload(Response.commitments),
    )
    return _Source(
        rows.options(*loaded), Response.id, Response.proposal_id, Response.institution_id
    )


def _commitments() -> _Source:
    rows = select(Commitment).join(Commitment.response).join(Response.proposal)
    rows = rows.join(Proposal.process).where(_OPENED)
    loaded = (
        joinedload(Commitment.response).joinedload(Response.proposal).joinedload(Proposal.process),
        joinedload(Commitment.institution),
        selectinload(Commitment.steps),
    )
    return _Source(
        rows.options(*loaded), Commitment.id, Response.proposal_id, Commitment.institution_id
    )


def _polls() -> _Source:
    rows = select(Poll).join(Poll.process).where(_OPENED)
    loaded = (joinedload(Poll.process), selectinload(Poll.options))
    return _Source(rows.options(*loaded), Poll.id, Poll.proposal_id)


def _draft_texts() -> _Source:
    rows = select(DocumentVersion).join(DocumentVersion.document).join(Document.process)
    loaded = contains_eager(DocumentVersion.document)
    return _Source(
        rows.where(_OPENED).options(loaded),
        DocumentVersion.id,
        institution=Document.institution_id,
    )


def _units() -> _Source:
    rows = select(UnitText).join(UnitText.version).join(DocumentVersion.document)
    rows = rows.join(Document.process).where(_OPENED)
    return _Source(rows.options(contains_eager(UnitText.version)), UnitText.id)


def _contributions() -> _Source:
    rows = select(UnitContribution).join(UnitContribution.document).join(Document.process)
    loaded = (joinedload(UnitContribution.version), joinedload(UnitContribution.author))
    return _Source(rows.where(_OPENED).options(*loaded), UnitContribution.id)


def _unit_answers() -> _Source:
    rows = select(UnitAnswer).join(UnitAnswer.document).join(Document.process).where(_OPENED)
    return _Source(
        rows.options(joinedload(UnitAnswer.version)),
        UnitAnswer.id,
        institution=UnitAnswer.institution_id,
    )


def _meetings() -> _Source:
    rows = select(Meeting).join(Meeting.process).where(_OPENED)
    loaded = (
        joinedload(Meeting.process),
        joinedload(Meeting.institution),
        selectinload(Meeting.corrections),
    )
    return _Source(rows.options(*loaded), Meeting.id, institution=Meeting.institution_id)


def _documents() -> _Source:
    rows = select(ProcessDocument).join(ProcessDocument.process)
    rows = rows.where(_OPENED, ProcessDocument.removed_at.is_(None))
    return _Source(rows.options(joinedload(ProcessDocument.process)), ProcessDocument.id)


def _institutions() -> _Source:
    rows = select(Institution)
    return _Source(rows, Institution.id, institution=Institution.id, has_process=False)


def _scores() -> _Source:
    last = select(func.max(ScoreSnapshot.id)).group_by(ScoreSnapshot.process_id)
    rows = select(ScoreSnapshot).join(ScoreSnapshot.process)
    rows = rows.where(_OPENED, ScoreSnapshot.id.in_(last))
    return _Source(rows.options(joinedload(ScoreSnapshot.process)), ScoreSnapshot.id)


def _releases() -> _Source:
    rows = select(Release).join(Release.process).where(_OPENED, Release.tier == OPEN_TIER)
    return _Source(rows, Release.id)


_SOURCES: Mapping[str, Callable[[], _Source]] = {
    "processes": _processes,
    "phases": _phases,
    "proposals": _proposals,
    "comments": _comments,
    "responses": _responses,
    "commitments": _commitments,
    "draft_texts": _draft_texts,
    "units": _units,
    "contributions": _contributions,
    "unit_answers": _unit_answers,
    "polls": _polls,
    "meetings": _meetings,
    "documents": _documents,
    "institutions": _institutions,
    "scores": _scores,
    "releases": _releases,
}


def list_public_rows(
    resource: str, filters: RowFilters, after: int, limit: int
) -> Sequence[PublicRow]:
    """Return the rows of a resource with ids above one, in the order of ids."""
    source = _SOURCES[resource]()
    rows = _filtered(source, filters).where(source.id_column > after)
    return db.session.scalars(rows.order_by(source.id_column).limit(limit)).all()


def get_public_row(resource: str, row_id: int) -> PublicRow | None:
    """Return one row of a resource, or None if everybody is shown no such row."""
    source = _SOURCES[resource]()
    return db.session.scalar(source.statement.where(source.id_column == row_id))


def filters_of(resource: str) -> tuple[str, ...]:
    """Return the names of the filters that a resource has."""
    source = _SOURCES[resource]()
    present = {
        "process": source.has_process,
        "proposal": source.proposal is not None,
        "institution": source.institution is not None,
    }
    return tuple(name for name, is_there in present.items() if is_there)


def _filtered(source: _Source, filters: RowFilters) -> Select[Any]:
    rows = source.statement
    if filters.process:
        rows = rows.where(Process.slug == filters.process)
    if filters.proposal is not None and source.proposal is not None:
        rows = rows.where(source.proposal == filters.proposal)
    if filters.institution and source.institution is not None:
        of_slug = select(Institution.id).where(Institution.slug == filters.institution)
        rows = rows.where(source.institution.in_(of_slug))
    return rows


def count_answered_comments(response_ids: Sequence[int]) -> dict[int, int]:
    """Return how many comments each of some responses answers."""
    column = AnsweredComment.response_id
    query = select(column, func.count()).where(column.in_(response_ids)).group_by(column)
    counts = db.session.execute(query).all()
    return {row[0]: row[1] for row in counts}


def list_commitments_of(response_ids: Sequence[int]) -> Sequence[Commitment]:
    """Return the commitments of some responses with their steps, in the order of ids."""
    rows = _commitments().statement.where(Commitment.response_id.in_(response_ids))
    return db.session.scalars(rows.order_by(Commitment.id)).all()
