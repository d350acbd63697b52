"""Draft texts, their versions and the units of a version."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.database import db
from deliberate.legal_texts.units import ParsedText, Unit
from deliberate.models import (
    Document,
    DocumentVersion,
    Process,
    UnitAnswer,
    UnitContribution,
    UnitText,
)
from deliberate.models.moderation.visibility import ANYONE

MAX_DOCUMENTS = 100
"""Draft texts of a process that a page lists."""


def get_document(document_id: int) -> Document | None:
    """Return a draft text of an opened process, with its process and versions."""
    return db.session.scalar(
        select(Document)
        .join(Document.process)
        .where(Document.id == document_id, Process.visible_to(ANYONE))
        .options(
            joinedload(Document.process),
            selectinload(Document.versions),
            joinedload(Document.institution),
        )
    )


def list_draft_texts(process: Process) -> Sequence[Document]:
    """Return the draft texts of a process, the newest first."""
    return db.session.scalars(
        select(Document)
        .where(Document.process_id == process.id)
        .order_by(Document.id.desc())
        .limit(MAX_DOCUMENTS)
    ).all()


def get_version(document: Document, number: int | None = None) -> DocumentVersion | None:
    """Return a version of a draft text, by default the one in force."""
    wanted = document.version if number is None else number
    return next((version for version in document.versions if version.number == wanted), None)


def list_units(version: DocumentVersion) -> Sequence[UnitText]:
    """Return the units of a version, in order."""
    return db.session.scalars(
        select(UnitText).where(UnitText.version_id == version.id).order_by(UnitText.position)
    ).all()


def get_unit(version: DocumentVersion, address: str) -> UnitText | None:
    """Return the unit of a version with an address."""
    return db.session.scalar(
        select(UnitText).where(UnitText.version_id == version.id, UnitText.address == address)
    )


def get_unit_by_id(version: DocumentVersion, unit_id: int) -> UnitText | None:
    """Return the text of a unit in a version, None where it has none there."""
    return db.session.scalar(
        select(UnitText).where(UnitText.version_id == version.id, UnitText.unit_id == unit_id)
    )


def plain_units(rows: Sequence[UnitText]) -> list[Unit]:
    """Return stored units as the pure functions take them."""
    return [
        Unit(row.kind, row.number, row.address, row.parent, row.heading, row.body) for row in rows
    ]


def get_parsed_text(version: DocumentVersion) -> ParsedText:
    """Return a version as it was read, with its units."""
    units = [
        Unit(u.kind, u.number, u.address, u.parent, u.heading, u.body, u.explanation)
        for u in list_units(version)
    ]
    return ParsedText(version.preamble, units, version.closing, version.explanation)


def top_address(address: str) -> str:
    """Return the address of the page on which a unit is read: that of its Pasal or heading."""
    return address if address.startswith("bab-") else address.split("/", 1)[0]


def part_address(address: str) -> str:
    """Return the address of the ayat, or other part directly in a Pasal, that a unit belongs to.

    It is empty for what is no part of a Pasal.
    """
    top, *below = address.split("/")
    return f"{top}/{below[0]}" if below and not address.startswith("bab-") else ""


def get_document_id_of(subject_type: str, row_id: int) -> int | None:
    """Return the id of the draft text of a version, an answer or a contribution."""
    models: dict[str, type[DocumentVersion | UnitAnswer | UnitContribution]] = {
        model.subject_type: model for model in (DocumentVersion, UnitAnswer, UnitContribution)
    }
    model = models[subject_type]
    return db.session.scalar(select(model.document_id).where(model.id == row_id))
