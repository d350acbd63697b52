"""What waits for an answer on draft texts: Pasal with open contributions, and drafts of answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.database import db
from deliberate.models import (
    AnsweredContribution,
    Document,
    DocumentVersion,
    Person,
    Process,
    ProcessInstitution,
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
        return _deadline(self.document.process, self.since).due_at

    @property
    def days_left(self) -> int:
        """Return the working days until then, negative once it has passed."""
        return _deadline(self.document.process, self.since).days_left


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


class _Places:
    """Where the contributions to a draft text are answered: at a Pasal of a version."""

    def __init__(self, document: Document) -> None:
        self.document, self.lineage = document, get_lineage(document)
        self._units: dict[int, tuple[dict[int, str], dict[str, UnitText]]] = {}

    def _of_version(self, number: int) -> tuple[dict[int, str], dict[str, UnitText]]:
        """Return the addresses of the Pasal by unit, and the units by address."""
        if number not in self._units:
            rows = list_units(self.document.versions[number - 1])
            tops = {row.unit_id: top_address(row.address) for row in rows}
            self._units[number] = tops, {row.address: row for row in rows}
        return self._units[number]

    def find(self, unit_id: int, since: int) -> tuple[int, UnitText]:
        """Return the newest version that has a unit of a version, and the first Pasal with it."""
        for number in range(self.document.version, since - 1, -1):
            tops, by_address = self._of_version(number)
            heirs = self.lineage.follow([unit_id], since, number) & tops.keys()
            if heirs:
                break
        top = min((by_address[tops[heir]] for heir in heirs), key=lambda unit: unit.position)
        return number, top


@dataclass(frozen=True)
class AnswerDeadlines:
    """Until when contributions to a draft text are to be answered, as the desk has it."""

    by_page: Mapping[tuple[int, int], "AnswerDeadline"]
    """The deadline of each Pasal that waits, by the number of its version and its unit."""
    waiting: int
    """Contributions that no answer names."""

    @property
    def first(self) -> "AnswerDeadline | None":
        """Return the earliest deadline."""
        return min(self.by_page.values(), key=lambda row: row.due_at, default=None)


@dataclass(frozen=True)
class AnswerDeadline:
    """Until when an answer is due, and the working days until then, negative once it passed."""

    due_at: datetime
    days_left: int


def get_answer_deadlines(document: Document) -> AnswerDeadlines:
    """Return the deadlines of a draft text; the cost does not grow with its contributions."""
    query = (
        select(
            UnitContribution.unit_id,
            DocumentVersion.number,
            func.min(UnitContribution.posted_at),
            func.count(UnitContribution.id),
        )
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.document_id == document.id, _is_open())
        .group_by(UnitContribution.unit_id, DocumentVersion.number)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return AnswerDeadlines({}, 0)
    places, oldest = _Places(document), dict[tuple[int, int], datetime]()
    for unit_id, since, posted_at, _count in rows:
        number, top = places.find(unit_id, since)
        key = number, top.unit_id
        oldest[key] = min(oldest.get(key, posted_at), posted_at)
    by_page = {key: _deadline(document.process, since) for key, since in oldest.items()}
    return AnswerDeadlines(by_page, sum(row[3] for row in rows))


def _deadline(process: Process, since: datetime) -> AnswerDeadline:
    due_at = response_deadline(process, since)
    return AnswerDeadline(due_at, working_days_left(process, due_at))


def _open_pages(document: Document) -> list[OpenPage]:
    places = _Places(document)
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
        number, top = places.find(unit_id, since)
        version = document.versions[number - 1]
        fresh = OpenPage(document, version, top, posted_at, [])
        page = pages.setdefault((number, top.unit_id), fresh)
        page.since = min(page.since, posted_at)
        page.contribution_ids.append(contribution_id)
    assignees = _assignees(document)
    for page in pages.values():
        page.assignee = assignees.get(page.unit.unit_id)
    return list(pages.values())


def list_open_contributions(document: Document) -> Sequence[UnitContribution]:
    """Return the contributions to a draft text that are shown and named by no answer."""
    return db.session.scalars(
        select(UnitContribution)
        .where(UnitContribution.document_id == document.id, _is_open())
        .order_by(UnitContribution.id)
    ).all()


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


def list_answer_drafts(institution_id: int | None) -> Sequence[UnitAnswerDraft]:
    """Return the drafts of answers that an institution wrote or must sign, the oldest first."""
    signed_by = select(Document.id).join(
        ProcessInstitution, ProcessInstitution.process_id == Document.process_id
    )
    must_sign = signed_by.where(
        ProcessInstitution.institution_id == institution_id, ProcessInstitution.part == "must_sign"
    )
    return db.session.scalars(
        select(UnitAnswerDraft)
        .where(
            UnitAnswerDraft.institution_id.is_not_distinct_from(institution_id)
            | UnitAnswerDraft.document_id.in_(must_sign)
        )
        .options(
            joinedload(UnitAnswerDraft.document).joinedload(Document.process),
            joinedload(UnitAnswerDraft.author),
            selectinload(UnitAnswerDraft.signatures),
        )
        .order_by(UnitAnswerDraft.id)
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
