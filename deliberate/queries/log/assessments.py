"""Comparison of frozen assessments with the log: documents, and the tables that pages show."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.database import canonical_json
from deliberate.models import Assessment, Interaction, StudySource
from deliberate.queries.log.page_faults import PageFault, select_entries
from deliberate.queries.scores.canonical_assessment import (
    SCHEMA,
    canonical_form,
    text_fingerprint,
)
from deliberate.vocabulary.events.scores import AssessmentFrozen


def compare_assessments(session: Session) -> Iterator[PageFault]:
    """Yield each frozen assessment whose document or whose tables are not what was sealed."""
    query = select_entries().where(Interaction.kind == AssessmentFrozen.KIND)
    entries = {entry.subject_id: entry for entry in session.execute(query)}
    frozen = select(Assessment).where(Assessment.frozen_at.is_not(None))
    for assessment in session.scalars(frozen.order_by(Assessment.id)).all():
        entry = entries.pop(assessment.id, None)
        if entry is None:
            yield PageFault("assessment", assessment.id, "id")
            continue
        document = assessment.document or ""
        digest = hashlib.sha256(document.encode()).hexdigest()
        if not digest == assessment.sha256 == entry.details["hash"]:
            yield PageFault("assessment", assessment.id, "document", entry.seq)
        elif not _shows_document(session, assessment, json.loads(document)):
            yield PageFault("assessment", assessment.id, "ratings", entry.seq)
    for assessment_id, entry in entries.items():
        yield PageFault("assessment", assessment_id, "-", entry.seq)


def _shows_document(session: Session, assessment: Assessment, document: dict[str, Any]) -> bool:
    """Return whether ratings, evidence, pledges and findings are those of the document.

    Documents of earlier versions have another form. The texts of a source that was redacted since
    are gone, and with them their fingerprint.
    """
    if document.get("schema") != SCHEMA:
        return True
    form = json.loads(canonical_json(canonical_form(assessment)))
    redacted = select(StudySource).where(
        StudySource.process_id == assessment.process_id, StudySource.redacted_at.is_not(None)
    )
    gone = {text_fingerprint(source) for source in session.scalars(redacted)}
    for now, then in zip(form["assessors"], document.get("assessors", ()), strict=False):
        for row, sealed in zip(now["evidence"], then["evidence"], strict=False):
            if row.get("text_sha256") in gone:
                row.update(sealed)
    return bool(form == document)
