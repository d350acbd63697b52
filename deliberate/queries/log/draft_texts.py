"""Comparison of what was said and decided on draft texts with the log.

The words of contributions and answers are compared with other texts of offices; here is what the
columns of their acts bind: on which unit and side, whose, what it quotes, who joined, what is
answered.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from deliberate.models import (
    AmendmentJoin,
    AnsweredContribution,
    ConsultationReport,
    Document,
    DocumentVersion,
    Interaction,
    PersonKey,
    UnitAnswer,
    UnitContribution,
    UnitText,
)
from deliberate.queries.log.page_faults import Entry, PageFault, select_entries
from deliberate.vocabulary.events.documents import (
    AmendmentJoined,
    AmendmentPromoted,
    AmendmentProposed,
    AmendmentRevised,
    AmendmentUnjoined,
    ConsultationReported,
    DocumentOpened,
    DocumentRevised,
    UnitAnswered,
)
from deliberate.vocabulary.events.proposals import CoAuthorJoined
from deliberate.vocabulary.events.threads import CommentPosted

CONTRIBUTIONS = (CommentPosted.KIND, AmendmentProposed.KIND)
VERSIONS = (DocumentOpened.KIND, DocumentRevised.KIND)


def compare_draft_texts(session: Session) -> Iterator[PageFault]:
    """Yield what differs from the log of versions, contributions, joins, answers and reports."""
    yield from _compare_versions(session)
    entries = _entries(session, *CONTRIBUTIONS)
    heirs = _joined_authors(session)
    for row in session.scalars(select(UnitContribution).order_by(UnitContribution.id)):
        entry = entries.get(row.id)
        if entry is not None:  # a contribution without one is a fault of its text
            yield from _compare_contribution(session, row, entry, heirs[row.id])
    yield from _compare_wordings(session)
    yield from _compare_joins(session)
    yield from _compare_answered(session)
    yield from _compare_reports(session)


def _entries(session: Session, *kinds: str) -> dict[int, Entry]:
    of_units = UnitContribution.subject_type if kinds == CONTRIBUTIONS else None
    query = select_entries().where(Interaction.kind.in_(kinds))
    if of_units is not None:
        query = query.where(Interaction.subject_type == of_units)
    return {entry.subject_id: entry for entry in session.execute(query)}


def _joined_authors(session: Session) -> dict[int, set[str]]:
    """Return the co-authors of each contribution, one of whom may have succeeded its author."""
    joined: dict[int, set[str]] = defaultdict(set)
    query = select_entries().where(
        Interaction.kind == CoAuthorJoined.KIND,
        Interaction.subject_type == UnitContribution.subject_type,
    )
    for entry in session.execute(query):
        joined[entry.subject_id].add(entry.actor_id)
    return joined


def _compare_wordings(session: Session) -> Iterator[PageFault]:
    """Compare the number of the present wording, and the proposal made of each amendment."""
    revised = _entries(session, AmendmentRevised.KIND)
    promoted = _entries(session, AmendmentPromoted.KIND)
    columns = select(UnitContribution.id, UnitContribution.number, UnitContribution.promoted_to_id)
    for row_id, number, promoted_to_id in session.execute(columns.order_by(UnitContribution.id)):
        last, made = revised.get(row_id), promoted.get(row_id)
        if number != (last.details["version"] if last else 1):
            yield PageFault("unit_contribution", row_id, "number", last.seq if last else None)
        if promoted_to_id != (made.details["into"] if made else None):
            position = made.seq if made else None
            yield PageFault("unit_contribution", row_id, "promoted_to_id", position)


def _compare_versions(session: Session) -> Iterator[PageFault]:
    """Compare the counted changes of each version, and which version of a draft is in force."""
    entries = _entries(session, *VERSIONS)
    numbers: dict[int, int] = {}
    for version in session.scalars(select(DocumentVersion).order_by(DocumentVersion.number)):
        numbers[version.document_id] = version.number
        entry = entries.get(version.id)
        names = ("units",) if version.number == 1 else ("changed", "moved", "added", "dropped")
        if entry is not None and any(
            version.counts.get(name) != entry.details.get(name) for name in names
        ):
            yield PageFault("document_version", version.id, "counts", entry.seq)
    for document in session.scalars(select(Document).order_by(Document.id)):
        if document.version != numbers.get(document.id):
            yield PageFault("document", document.id, "version")


@dataclass(frozen=True)
class _Sealed:
    """The columns of a contribution that its entry states."""

    kind: str
    unit_id: int | None
    parent_id: int | None
    stance: int | None
    author_role: str
    institution_id: int | None


def _sealed(entry: Entry) -> _Sealed:
    is_question = entry.details.get("kind") == "question"
    said = "question" if is_question else "comment"
    return _Sealed(
        "amendment" if entry.kind == AmendmentProposed.KIND else said,
        entry.details.get("unit"),
        entry.parent_id,
        entry.stance,
        entry.actor_role,
        entry.institution_id,
    )


def _compare_contribution(
    session: Session, row: UnitContribution, entry: Entry, heirs: Set[str]
) -> Iterator[PageFault]:
    table = UnitContribution.__tablename__
    sealed = _sealed(entry)
    key = session.get(PersonKey, row.author_id) if row.author_id else None
    is_inherited = key is not None and key.actor_id != entry.actor_id and key.actor_id in heirs
    names = ("kind", "unit_id", "parent_id", "stance")
    of_author = () if is_inherited else ("author_role", "institution_id")
    for name in (*names, *of_author):
        if getattr(row, name) != getattr(sealed, name):
            yield PageFault(table, row.id, name, entry.seq)
    if key is not None and key.actor_id != entry.actor_id and not is_inherited:
        yield PageFault(table, row.id, "author_id", entry.seq)
    yield from _compare_unit(session, row, entry)


def _compare_unit(session: Session, row: UnitContribution, entry: Entry) -> Iterator[PageFault]:
    """Compare the version a contribution was written on, and the words that it quotes."""
    table = UnitContribution.__tablename__
    number = entry.details.get("version")
    if number is not None and row.version.number != number:
        yield PageFault(table, row.id, "version_id", entry.seq)
    of_unit = (UnitText.version_id == row.version_id) & (UnitText.unit_id == row.unit_id)
    unit = session.scalar(select(UnitText).where(of_unit))
    if unit is None or row.document_id != row.version.document_id:
        yield PageFault(table, row.id, "version_id", entry.seq)
    elif row.quoted != unit.body:
        yield PageFault(table, row.id, "quoted", entry.seq)


def _compare_joins(session: Session) -> Iterator[PageFault]:
    """Compare who joined each amendment, and the number of those who did."""
    joined: dict[int, set[str]] = defaultdict(set)
    kinds = (AmendmentJoined.KIND, AmendmentUnjoined.KIND, CoAuthorJoined.KIND)
    query = select_entries().where(
        Interaction.kind.in_(kinds), Interaction.subject_type == UnitContribution.subject_type
    )
    for entry in session.execute(query):
        if entry.kind == AmendmentJoined.KIND:
            joined[entry.subject_id].add(entry.actor_id)
        else:  # who left it or became an author is not among those who joined
            joined[entry.subject_id].discard(entry.actor_id)
    rows: dict[int, set[str]] = defaultdict(set)
    keys = select(AmendmentJoin.contribution_id, PersonKey.actor_id).join(
        PersonKey, PersonKey.person_id == AmendmentJoin.person_id
    )
    for contribution_id, actor_id in session.execute(keys):
        rows[contribution_id].add(actor_id)
    known = set(session.scalars(select(PersonKey.actor_id)))
    for contribution_id in sorted(joined.keys() | rows.keys()):
        # People whose accounts are erased have no key; their joins count.
        if rows[contribution_id] != joined[contribution_id] & known:
            yield PageFault("amendment_join", contribution_id, "person_id")
    for row_id, count in session.execute(
        select(UnitContribution.id, UnitContribution.join_count).order_by(UnitContribution.id)
    ):
        if count != len(joined[row_id]):
            yield PageFault("unit_contribution", row_id, "join_count")


def _compare_answered(session: Session) -> Iterator[PageFault]:
    """Compare the contributions that each answer names."""
    named: dict[int, list[int]] = defaultdict(list)
    order = (AnsweredContribution.answer_id, AnsweredContribution.contribution_id)
    for answer_id, contribution_id in session.execute(select(*order).order_by(*order)):
        named[answer_id].append(contribution_id)
    query = select_entries().where(Interaction.kind == UnitAnswered.KIND)
    for entry in session.execute(query):
        answered: Sequence[int] = named.pop(entry.subject_id, [])
        pairs = zip_longest(answered, sorted(entry.details["answers"]))
        if any(row_id != logged for row_id, logged in pairs):
            yield PageFault("unit_answer", entry.subject_id, "answers", entry.seq)
    for answer_id in named:
        yield PageFault("unit_answer", answer_id, "answers")


def _compare_reports(session: Session) -> Iterator[PageFault]:
    """Compare the figures of each report with its act, and with the answers until then."""
    entries = _entries(session, ConsultationReported.KIND)
    for report in session.scalars(select(ConsultationReport).order_by(ConsultationReport.id)):
        entry = entries.pop(report.id, None)
        if entry is None:
            yield PageFault("consultation_report", report.id, "id")
            continue
        for name in ("contributions", "explained"):
            if getattr(report, name) != entry.details[name]:
                yield PageFault("consultation_report", report.id, name, entry.seq)
        if report.considered != _count_considered(session, report):
            yield PageFault("consultation_report", report.id, "considered", entry.seq)
    for report_id, entry in entries.items():
        yield PageFault("consultation_report", report_id, "-", entry.seq)


def _count_considered(session: Session, report: ConsultationReport) -> int:
    """Return how many contributions the answers until a report name."""
    query = (
        select(func.count(distinct(AnsweredContribution.contribution_id)))
        .join(UnitAnswer, UnitAnswer.id == AnsweredContribution.answer_id)
        .join(UnitContribution, UnitContribution.id == AnsweredContribution.contribution_id)
        .where(
            UnitContribution.document_id == report.document_id,
            UnitAnswer.answered_at <= report.published_at,
        )
    )
    return session.scalar(query) or 0
