"""Freezing an assessment by its hash, the institutions' reply, publishing it."""

import hashlib

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import canonical, unrecorded
from deliberate.models import Assessment, AssessmentReply, Person
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.assessments import is_due, may_freeze, may_publish, may_reply
from deliberate.queries.scores.assessments import unfrozen_plans
from deliberate.queries.scores.canonical_assessment import frozen_form
from deliberate.recording import recorded
from deliberate.text import clean
from deliberate.vocabulary import Kind


def freeze_assessment(evaluator: Person | None, assessment: Assessment) -> None:
    """Fix an assessment: the hash of its canonical JSON enters the log. None: the process opened.

    From here on nothing in it changes; what changes is a new assessment.
    """
    with recorded(evaluator, Kind.ASSESSMENT_FROZEN) as act:
        act.locked(assessment)
        if evaluator is not None or not is_due(assessment):
            require(may_freeze(evaluator, assessment))
        assessment.document = canonical(frozen_form(assessment))
        assessment.sha256 = hashlib.sha256(assessment.document.encode()).hexdigest()
        assessment.frozen_at = now()
        act.about(assessment, stage=assessment.stage, hash=assessment.sha256)


def freeze_due_plans() -> int:
    """Freeze the plans whose process has opened; gives how many."""
    due = [plan for plan in unfrozen_plans() if is_due(plan)]
    for plan in due:
        freeze_assessment(None, plan)
    return len(due)


def reply_to(officer: Person, assessment: Assessment, body: str) -> None:
    """An institution's reply to a frozen assessment; it is published with it."""
    with unrecorded("a reply is seen by the assessors until it is published") as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_reply(officer, assessment))
        if not clean(body):
            raise Refused(_("Please fill this in."))
        office = officer.institution_id
        mine = next((one for one in assessment.replies if one.institution_id == office), None)
        if mine is None:
            mine = AssessmentReply(institution_id=office)
            assessment.replies.append(mine)
        mine.body, mine.person_id, mine.replied_at = clean(body), officer.id, now()


def publish_assessment(evaluator: Person, assessment: Assessment) -> None:
    """Show a frozen assessment to everybody, with the institutions' replies."""
    with recorded(evaluator, Kind.ASSESSMENT_PUBLISHED) as act:
        require(may_publish(evaluator, act.locked(assessment)))
        assessment.published_at = now()
        act.about(assessment, stage=assessment.stage)
