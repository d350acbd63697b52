"""Tables of draft texts in a release: versions, units with their lineage, contributions, answers.

Rows are those that the log has up to the tree head. What officers published is in them; texts of
participants are in the protected tier only.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from deliberate.database import db
from deliberate.exports.columns import AMENDMENTS, ANSWERS, DOCUMENTS, UNITS, Column
from deliberate.exports.content_tables import batches
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.models import (
    AnsweredContribution,
    Document,
    DocumentVersion,
    Process,
    UnitAnswer,
    UnitContribution,
    UnitText,
)
from deliberate.queries.documents.answers import list_named_ids
from deliberate.queries.documents.documents import list_units
from deliberate.queries.documents.lineage import list_sources

_FROM_EVENTS = ("author_id", "author_role", "account_class", "institution_id")


def write_draft_texts(
    workspace: DuckDBWorkspace, folder: Path, process: Process
) -> Iterator[dict[str, int]]:
    """Write documents.csv, units.csv, amendments.csv and answers.csv; yield the rows of each."""
    workspace.create_table("stored_documents", DOCUMENTS, batches(_documents(process)))
    workspace.create_view(
        "documents", _sealed("stored_documents", "version_id", "document_version")
    )
    yield {"documents.csv": workspace.write(folder / "documents.csv", DOCUMENTS, "documents")}
    workspace.create_table("stored_units", UNITS, _units(process))
    workspace.create_view(
        "units",
        "SELECT u.* FROM stored_units AS u SEMI JOIN documents AS d ON u.version_id = d.version_id"
        " ORDER BY u.version_id, u.position",
    )
    yield {"units.csv": workspace.write(folder / "units.csv", UNITS, "units")}
    workspace.create_table("stored_contributions", _stored_columns(), _contributions(process))
    workspace.create_view("amendments", _WITH_AUTHORS)
    rows = workspace.write(folder / "amendments.csv", AMENDMENTS, "amendments")
    yield {"amendments.csv": rows}
    workspace.create_table("stored_answers", ANSWERS, _answers(process))
    workspace.create_view("answers", _sealed("stored_answers", "answer_id", "unit_answer"))
    yield {"answers.csv": workspace.write(folder / "answers.csv", ANSWERS, "answers")}


def _sealed(table: str, key: str, subject_type: str) -> str:
    """Return the statement of the rows of a table whose acts are below the tree head."""
    return (
        f"SELECT s.* FROM {table} AS s SEMI JOIN (SELECT subject_id FROM events WHERE"  # noqa: S608  # constant names
        f" subject_type = '{subject_type}') AS e ON e.subject_id = s.{key} ORDER BY s.{key}"
    )


_WITH_AUTHORS = (
    "SELECT c.*, e.actor_id AS author_id, e.actor_role AS author_role, e.account_class,"
    " e.institution_id FROM stored_contributions AS c JOIN events AS e"
    " ON e.kind IN ('comment.posted', 'amendment.proposed')"
    " AND e.subject_type = 'unit_contribution' AND e.subject_id = c.contribution_id"
    " ORDER BY contribution_id"
)


def _documents(process: Process) -> Any:
    return (
        select(
            DocumentVersion.id,
            Document.id,
            DocumentVersion.number,
            Document.title,
            Document.language,
            Document.institution_id,
            DocumentVersion.published_at,
            Document.closed_at,
        )
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(Document.process_id == process.id)
        .order_by(DocumentVersion.id)
    )


def _stored_columns() -> list[Column]:
    return [column for column in AMENDMENTS if column.name not in _FROM_EVENTS]


def _units(process: Process) -> Iterator[Sequence[Any]]:
    """Yield the units of each version, with the units of the version before they come from."""
    versions = db.session.scalars(
        select(DocumentVersion)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(Document.process_id == process.id)
        .order_by(DocumentVersion.id)
    ).all()
    for version in versions:
        units = list_units(version)
        sources = list_sources(units)
        if units:
            yield [_unit(version, unit, sources[unit.id]) for unit in units]


def _unit(version: DocumentVersion, unit: UnitText, sources: Sequence[int]) -> tuple[Any, ...]:
    return (
        version.id,
        version.document_id,
        version.number,
        unit.unit_id,
        unit.position,
        unit.kind,
        unit.number or None,
        unit.address,
        unit.parent or None,
        unit.status if version.number > 1 else None,
        unit.is_moved,
        "|".join(map(str, sources)) or None,
        unit.heading or None,
        unit.body or None,
    )


def _contributions(process: Process) -> Iterator[Sequence[Any]]:
    named = select(AnsweredContribution.contribution_id)
    explained = named.join(UnitAnswer).where(UnitAnswer.reason != "")
    query = (
        select(
            UnitContribution.id,
            UnitContribution.document_id,
            UnitContribution.unit_id,
            DocumentVersion.number,
            UnitContribution.kind,
            UnitContribution.stance,
            UnitContribution.posted_at,
            UnitContribution.withdrawn_at,
            UnitContribution.hidden_at_column(),
            UnitContribution.join_count,
            UnitContribution.id.in_(named),
            UnitContribution.id.in_(explained),
        )
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .join(Document, Document.id == UnitContribution.document_id)
        .where(Document.process_id == process.id)
        .order_by(UnitContribution.id)
    )
    yield from batches(query)


def _answers(process: Process) -> Iterator[Sequence[Any]]:
    query = (
        select(
            UnitAnswer.id,
            UnitAnswer.document_id,
            UnitAnswer.unit_id,
            DocumentVersion.number,
            UnitAnswer.decision,
            UnitAnswer.ground,
            func.length(UnitAnswer.reason),
            UnitAnswer.institution_id,
            UnitAnswer.answered_at,
        )
        .join(DocumentVersion, DocumentVersion.id == UnitAnswer.version_id)
        .join(Document, Document.id == UnitAnswer.document_id)
        .where(Document.process_id == process.id)
        .order_by(UnitAnswer.id)
    )
    for batch in batches(query):
        named = list_named_ids([row[0] for row in batch])
        yield [(*row, "|".join(map(str, named[row[0]]))) for row in batch]
