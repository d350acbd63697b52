"""What waits for an answer on draft texts: Pasal with open contributions, and drafts of answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.database import db
from deliberate.models import (
    AnsweredContribution,
    Document,
    DocumentVersion,
    Person,
    Process,
    UnitAnswerDraft,
    UnitAssignment,
    UnitContribution,
    UnitText,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.documents.documents import list_units, top_address
from deliberate.queries.documents.lineage import get_lineage
from deliberate.queries.processes.working_days import response_deadline, working_days_left
from deliberate.queries.responses.response_owner import required_signatory_ids

MAX_DRAFTS = 100


@dataclass
class OpenPage:
    """A Pasal with contributions that no answer names, in the newest version that has it."""

    document: Document
    version: DocumentVersion
    unit: UnitText
    since: datetime
    """When the oldest of them was posted: the clock runs from there."""
    contribution_ids: list[int]
    assignee: Person | None = None

    @property
    def due_at(self) -> datetime:
        """Return until when the oldest one is to be answered."""
        return response_deadline(self.document.process, self.since)

    @property
    def days_left(self) -> int:
        """Return the working days until then, negative once it has passed."""
        return working_days_left(self.document.process, self.due_at)


def list_documents_with_open_contributions() -> Sequence[Document]:
    """Return the draft texts of opened processes with contributions that no answer names."""
    waiting = select(UnitContribution.document_id).where(_is_open())
    return db.session.scalars(
        select(Document)
        .join(Document.process)
        .where(Process.visible_to(ANYONE), Document.id.in_(waiting))
        .options(
            joinedload(Document.process).selectinload(Process.institutions),
            selectinload(Document.versions),
        )
        .order_by(Document.id)
    ).all()


def _is_open() -> ColumnElement[bool]:
    """Return the condition of open contributions: shown, and named by no answer."""
    answered = select(AnsweredContribution.contribution_id)
    return UnitContribution.visible_to(ANYONE) & UnitContribution.id.not_in(answered)


def list_open_pages(documents: Iterable[Document]) -> list[OpenPage]:
    """Return the Pasal of some draft texts that wait for answers, the earliest deadline first."""
    pages = [page for document in documents for page in _open_pages(document)]
    return sorted(pages, key=lambda page: (page.due_at, page.document.id, page.unit.position))


def _open_pages(document: Document) -> list[OpenPage]:
    lineage = get_lineage(document)
    units = {version.number: list_units(version) for version in document.versions}
    tops = {
        number: ({u.unit_id: top_address(u.address) for u in rows}, {u.address: u for u in rows})
        for number, rows in units.items()
    }
    pages: dict[tuple[int, int], OpenPage] = {}
    query = (
        select(
            UnitContribution.id,
            UnitContribution.unit_id,
            DocumentVersion.number,
            UnitContribution.posted_at,
        )
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.document_id == document.id, _is_open())
        .order_by(UnitContribution.id)
    )
    for contribution_id, unit_id, since, posted_at in db.session.execute(query):
        for number in range(document.version, since - 1, -1):
            addresses, by_address = tops[number]
            heirs = lineage.follow([unit_id], since, number) & addresses.keys()
            if heirs:
                break
        top = min((by_address[addresses[heir]] for heir in heirs), key=lambda unit: unit.position)
        version = document.versions[number - 1]
        fresh = OpenPage(document, version, top, posted_at, [])
        page = pages.setdefault((number, top.unit_id), fresh)
        page.since = min(page.since, posted_at)
        page.contribution_ids.append(contribution_id)
    assignees = _assignees(document)
    for page in pages.values():
        page.assignee = assignees.get(page.unit.unit_id)
    return list(pages.values())


def _assignees(document: Document) -> dict[int, Person | None]:
    rows = db.session.scalars(
        select(UnitAssignment)
        .where(UnitAssignment.document_id == document.id)
        .options(joinedload(UnitAssignment.assignee))
    )
    return {row.unit_id: row.assignee for row in rows}


def get_answer_draft(draft_id: int) -> UnitAnswerDraft | None:
    """Return a draft of an answer with its signatures."""
    return db.session.get(UnitAnswerDraft, draft_id)


def list_answer_drafts() -> Sequence[UnitAnswerDraft]:
    """Return the drafts of answers that wait for consent, the oldest first."""
    return db.session.scalars(
        select(UnitAnswerDraft)
        .options(
            joinedload(UnitAnswerDraft.document).joinedload(Document.process),
            joinedload(UnitAnswerDraft.author),
            selectinload(UnitAnswerDraft.signatures),
        )
        .order_by(UnitAnswerDraft.id)
        .limit(MAX_DRAFTS)
    ).all()


@dataclass(frozen=True)
class MissingConsents:
    """What an answer still needs before it is published."""

    needs_check: bool
    institution_ids: frozenset[int]
    """The institutions that must sign it and have not."""

    def __bool__(self) -> bool:
        """Return whether anything is missing."""
        return self.needs_check or bool(self.institution_ids)


def missing_consents(
    person: Person, document: Document, draft: UnitAnswerDraft | None = None
) -> MissingConsents:
    """Return what an answer of a person's institution needs, or what a draft still waits for."""
    institution = draft.institution if draft else person.institution
    is_checked = draft is not None and draft.is_approved
    signed = {row.institution_id for row in draft.signatures} if draft else set()
    own = {institution.id} if institution else set()
    return MissingConsents(
        bool(institution and institution.needs_check) and not is_checked,
        frozenset(required_signatory_ids(document.process) - own - signed),
    )


def list_contributions_of(draft: UnitAnswerDraft) -> Sequence[UnitContribution]:
    """Return the contributions that a draft of an answer names."""
    return db.session.scalars(
        select(UnitContribution)
        .where(UnitContribution.id.in_(draft.contribution_ids))
        .order_by(UnitContribution.id)
        .options(joinedload(UnitContribution.author))
    ).all()
