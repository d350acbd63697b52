"""Describing what took place elsewhere, so that a study can judge it without a log."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError

from deliberate.models import Institution, Person, Process, ProcessInstitution
from deliberate.models.processes import SOURCE_CASE
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.scores.assessments import may_assess
from deliberate.queries.scores.assessments import get_assessable_process
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, clean_line, to_slug
from deliberate.vocabulary.events.scores import CaseDescribed

SLUG_START = "case-"
"""Begins every address of a case, so that none is that of a page or of a process."""


@dataclass(frozen=True)
class CaseInput:
    """What is studied: its name and description, who answers for it, and when it began."""

    title: str
    title_en: str = ""
    question: str = ""
    institution: Institution | None = None
    began_on: date | None = None


def describe_case(
    evaluator: Person, content: CaseInput, *, context: RequestContext = NO_REQUEST
) -> Process:
    """Describe an app, a regulation or another thing that ran elsewhere. It is never opened.

    An institution that answers for it replies before publication, as in a process.
    """
    if not clean_line(content.title):
        raise InvalidInput(_("Please fill this in."))
    institution_id = content.institution.id if content.institution else None
    try:
        with recorded(evaluator, CaseDescribed, context) as act:
            require(may_assess(act.lock(evaluator)))
            process = Process(
                slug=_free_slug(content.title),
                title=clean_line(content.title),
                title_en=clean_line(content.title_en),
                question=clean(content.question),
                source=SOURCE_CASE,
                began_on=content.began_on,
            )
            if institution_id is not None:
                process.institutions = [
                    ProcessInstitution(institution_id=institution_id, part="lead")
                ]
            act.session.add(process)
            act.about(process)
    except IntegrityError as error:
        raise InvalidInput(_("Somebody described the same just now. Send it again.")) from error
    return process


def _free_slug(title: str) -> str:
    """Return the first address that no other process has."""
    start = f"{SLUG_START}{to_slug(title) or 'x'}"
    slug, number = start, 1
    while get_assessable_process(slug) is not None:
        number += 1
        slug = f"{start}-{number}"
    return slug
