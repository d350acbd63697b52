"""Writing the findings of a study: each change is a new version."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Assessment, Finding, FindingSource, Person, StudySource
from deliberate.operations.scores.assessments import DRAFT_REASON
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.scores.assessments import may_write_findings
from deliberate.queries.scores.studies.findings import RECOMMENDATIONS, topics, versions_of
from deliberate.text import clean, clean_line


@dataclass(frozen=True)
class FindingInput:
    """A finding in one or both languages; `addressee` is whom a recommendation is for."""

    body_id: str
    body_en: str = ""
    addressee: str = ""
    sources: Sequence[StudySource] = ()


def write_finding(
    evaluator: Person, assessment: Assessment, topic: str, content: FindingInput
) -> None:
    """Write the next version of a finding. Without a text it is taken back."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_write_findings(evaluator, assessment))
        body_id, body_en = clean(content.body_id), clean(content.body_en)
        _require_valid(assessment, topic, content, bool(body_id or body_en))
        earlier = versions_of(assessment, topic)
        finding = Finding(
            topic=topic,
            version=earlier[0].version + 1 if earlier else 1,
            body_id=body_id,
            body_en=body_en,
            addressee=clean_line(content.addressee)[:200],
            person_id=evaluator.id,
            written_at=now(),
        )
        finding.sources = [FindingSource(source_id=source.id) for source in content.sources]
        assessment.findings.append(finding)


def _require_valid(
    assessment: Assessment, topic: str, content: FindingInput, has_text: bool
) -> None:
    if topic not in topics():
        raise InvalidInput(_("There is no such topic."))
    if topic in RECOMMENDATIONS and has_text and not clean_line(content.addressee):
        raise InvalidInput(_("Say whom the recommendation is for."))
    for source in content.sources:
        if source.process_id != assessment.process_id:
            raise InvalidInput(_("This source belongs to another study."))
        if not source.is_usable:
            message = _(
                "%(source)s has not consented, so it cannot be evidence.", source=source.label
            )
            raise InvalidInput(message)
