"""Draft texts: opened with a first version, revised, closed. Published versions never change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.legal_texts.matching import Lineage, match_versions
from deliberate.legal_texts.units import ParsedText, Unit
from deliberate.models import (
    Document,
    DocumentUnit,
    DocumentVersion,
    Person,
    Process,
    UnitSource,
    UnitText,
)
from deliberate.operations.documents.reading import read_units
from deliberate.operations.notices.notices import notify_contributors, notify_process
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.documents import may_open_document, may_revise_document
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.documents import (
    DocumentClosed,
    DocumentOpened,
    DocumentRevised,
)
from deliberate.vocabulary.notices import (
    ConsultationClosedNotice,
    ConsultationOpenedNotice,
    DraftRevisedNotice,
)


@dataclass(frozen=True)
class DraftEntry:
    """The first version of a draft text, as it was imported or typed."""

    title: str
    language: str
    text: str


@dataclass(frozen=True)
class RevisionEntry:
    """A new version of a draft text; `base` is the number of the version it was matched with.

    `sources` are the origins that the officer corrected, by address of the new unit.
    """

    base: int
    text: str
    note: str
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)


class VersionPublishedMeanwhile(Refused):
    """Another officer published a version after this one was matched."""


def open_document(
    staff: Person, process: Process, entry: DraftEntry, *, context: RequestContext = NO_REQUEST
) -> Document:
    """Open the consultation on a draft text. Raises Refused, InvalidInput."""
    parsed = read_units(clean(entry.text))
    with recorded(staff, DocumentOpened, context) as act:
        require(may_open_document(act.lock(staff), act.lock(process)))
        title = clean_line(entry.title)
        if not title:
            raise InvalidInput(_("Write the title of the draft."))
        document = Document(
            process_id=process.id,
            title=title,
            language=entry.language,
            opened_by_id=staff.id,
            institution_id=staff.institution_id,
        )
        act.session.add(document)
        version = _add_version(act, staff, document, parsed, entry.text, "")
        ids = {unit.address: _add_unit(act, document, unit) for unit in parsed.units}
        act.session.flush()
        _add_texts(act, version, parsed.units, {key: unit.id for key, unit in ids.items()})
        version.counts = {"units": len(parsed.units)}
        act.set_text(lambda: version.sealed_text, version)
        act.about(version, units=len(parsed.units))
        notify_process(act, process, ConsultationOpenedNotice(document=document.id))
    return document


def revise_document(
    staff: Person, document: Document, entry: RevisionEntry, *, context: RequestContext = NO_REQUEST
) -> DocumentVersion:
    """Publish a new version; its units continue those of the version before.

    Raises Refused, InvalidInput, and VersionPublishedMeanwhile if `entry.base` is not in force.
    """
    parsed = read_units(clean(entry.text))
    with recorded(staff, DocumentRevised, context) as act:
        require(may_revise_document(act.lock(staff), act.lock(document)))
        _refuse_invalid_revision(document, entry)
        before = get_units(act, document)
        lineage = match_versions([_as_unit(row) for row in before], parsed.units, entry.sources)
        document.version += 1
        version = _add_version(act, staff, document, parsed, entry.text, clean(entry.note))
        _continue_units(act, version, before, parsed.units, lineage)
        version.counts = counts = count_changes(lineage)
        act.set_text(lambda: version.sealed_text, version)
        act.about(
            version,
            version=version.number,
            changed=counts["changed"],
            moved=counts["moved"],
            added=counts["added"],
            dropped=counts["dropped"],
        )
        notice = DraftRevisedNotice(document=document.id, version=version.number)
        notify_contributors(act, document, notice)
    return version


def close_document(
    staff: Person, document: Document, *, context: RequestContext = NO_REQUEST
) -> None:
    """End the consultation on a draft text; everything stays readable. Raises Refused."""
    with recorded(staff, DocumentClosed, context) as act:
        require(may_revise_document(act.lock(staff), act.lock(document)))
        document.closed_at = now()
        act.about(document)
        notify_process(act, document.process, ConsultationClosedNotice(document=document.id))


def count_changes(lineage: Lineage) -> dict[str, int]:
    """Return how many units changed, moved, were added and dropped, and how many there are."""
    matches = lineage.matches
    return {
        "changed": sum(bool(match.sources) and match.text == "changed" for match in matches),
        "moved": sum(match.is_moved for match in matches),
        "added": sum(not match.sources for match in matches),
        "dropped": len(lineage.dropped),
        "units": len(matches),
    }


def _refuse_invalid_revision(document: Document, entry: RevisionEntry) -> None:
    if entry.base != document.version:
        raise VersionPublishedMeanwhile(
            _(
                "Version %(n)s was published in the meantime. Your text is kept and compared "
                "with it: look at it again.",
                n=document.version,
            )
        )
    if not clean(entry.note):
        raise InvalidInput(_("Write what changed and why."))
    if clean(entry.text) == clean(document.versions[-1].source):
        raise InvalidInput(_("This text is the same as the version in force."))


def get_units(act: Act[...], document: Document) -> list[UnitText]:
    """Return the units of the version in force, in order."""
    rows = act.session.scalars(
        select(UnitText)
        .join(DocumentVersion)
        .where(
            DocumentVersion.document_id == document.id, DocumentVersion.number == document.version
        )
        .order_by(UnitText.position)
    )
    return list(rows)


def _as_unit(row: UnitText) -> Unit:
    return Unit(row.kind, row.number, row.address, row.parent, row.heading, row.body)


def _add_version(
    act: Act[...], staff: Person, document: Document, parsed: ParsedText, text: str, note: str
) -> DocumentVersion:
    act.session.flush()
    version = DocumentVersion(
        document=document,
        number=document.version,
        note=note,
        source=clean(text),
        preamble=parsed.preamble,
        closing=parsed.closing,
        explanation=parsed.explanation,
        published_by_id=staff.id,
    )
    act.session.add(version)
    act.session.flush()
    return version


def _add_unit(act: Act[...], document: Document, unit: Unit) -> DocumentUnit:
    row = DocumentUnit(document_id=document.id, kind=unit.kind)
    act.session.add(row)
    return row


def _add_texts(
    act: Act[...],
    version: DocumentVersion,
    units: Sequence[Unit],
    ids: Mapping[str, int],
    lineage: Lineage | None = None,
) -> None:
    matches = {match.to: match for match in lineage.matches} if lineage else {}
    for position, unit in enumerate(units):
        match = matches.get(unit.address)
        act.session.add(
            UnitText(
                version_id=version.id,
                unit_id=ids[unit.address],
                position=position,
                kind=unit.kind,
                number=unit.number,
                address=unit.address,
                parent=unit.parent,
                heading=unit.heading,
                body=unit.text,
                explanation=unit.explanation,
                status=match.status if match else "new",
                is_moved=bool(match and match.is_moved),
            )
        )


def _continue_units(
    act: Act[...],
    version: DocumentVersion,
    before: Sequence[UnitText],
    units: Sequence[Unit],
    lineage: Lineage,
) -> None:
    """Give each unit the id of its first source, one heir an id; store where others come from."""
    old_ids = {row.address: row.unit_id for row in before}
    sources = {match.to: match.sources for match in lineage.matches}
    continued: dict[str, int] = {}
    for match in sorted(lineage.matches, key=lambda match: -match.likeness):
        first = old_ids.get(match.sources[0]) if match.sources else None
        if first is not None and first not in continued.values():
            continued[match.to] = first
    created = {
        unit.address: _add_unit(act, version.document, unit)
        for unit in units
        if unit.address not in continued
    }
    act.session.flush()
    ids = continued | {address: row.id for address, row in created.items()}
    _add_texts(act, version, units, ids, lineage)
    for address, origins in sources.items():
        for source_id in {old_ids[origin] for origin in origins} - {ids[address]}:
            row = UnitSource(version_id=version.id, unit_id=ids[address], source_id=source_id)
            act.session.add(row)
