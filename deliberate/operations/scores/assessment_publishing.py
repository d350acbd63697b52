"""Freezing an assessment with its hash, replies of institutions, and publication."""

import hashlib

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import canonical_json, unrecorded
from deliberate.models import Assessment, AssessmentReply, Person
from deliberate.operations.site.job_runs import run_each
from deliberate.permissions.decision import (
    InvalidInput,
    require,
)
from deliberate.permissions.scores.assessments import (
    is_lapsed_plan,
    is_overdue_plan,
    may_freeze_assessment,
    may_publish_assessment,
    may_reply_to_assessment,
)
from deliberate.queries.scores.assessments import unfrozen_plans
from deliberate.queries.scores.canonical_assessment import canonical_form
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean
from deliberate.vocabulary.events.scores import AssessmentFrozen, AssessmentPublished


def freeze_assessment(
    evaluator: Person | None, assessment: Assessment, *, context: RequestContext = NO_REQUEST
) -> None:
    """Freeze an assessment and log the hash of its canonical JSON. None: the process has opened.

    Nothing in it changes afterwards; a change needs a new assessment.
    """
    with recorded(evaluator, AssessmentFrozen, context) as act:
        act.lock(assessment)
        if evaluator is not None or not is_overdue_plan(assessment):
            require(may_freeze_assessment(evaluator, assessment))
        assessment.document = canonical_json(canonical_form(assessment))
        assessment.sha256 = hashlib.sha256(assessment.document.encode()).hexdigest()
        assessment.frozen_at = now()
        act.about(assessment, stage=assessment.stage, hash=assessment.sha256)


def freeze_due_plans() -> int:
    """Freeze the plans whose process has opened, each by itself, and return their number.

    A plan that nobody had saved is not frozen: an empty one would stay for good.
    """
    due = [plan for plan in unfrozen_plans() if is_overdue_plan(plan) and not is_lapsed_plan(plan)]
    return run_each("freeze_due_plans", due, lambda plan: freeze_assessment(None, plan))


def reply_to_assessment(officer: Person, assessment: Assessment, body: str) -> None:
    """Write or replace the reply of an institution to a frozen assessment, published with it."""
    with unrecorded("a reply is visible to the assessors alone until publication") as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_reply_to_assessment(officer, assessment))
        if not clean(body):
            raise InvalidInput(_("Please fill this in."))
        institution_id = officer.institution_id
        replies = (row for row in assessment.replies if row.institution_id == institution_id)
        reply = next(replies, None)
        if reply is None:
            reply = AssessmentReply(institution_id=institution_id)
            assessment.replies.append(reply)
        reply.body, reply.person_id, reply.replied_at = clean(body), officer.id, now()


def publish_assessment(
    evaluator: Person, assessment: Assessment, *, context: RequestContext = NO_REQUEST
) -> None:
    """Publish a frozen assessment with the replies of the institutions."""
    with recorded(evaluator, AssessmentPublished, context) as act:
        require(may_publish_assessment(evaluator, act.lock(assessment)))
        assessment.published_at = now()
        act.about(assessment, stage=assessment.stage)
