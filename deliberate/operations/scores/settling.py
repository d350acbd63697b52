"""Settling the differences of two assessors: by both of them, or by a third evaluator."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Adjudication, Assessment, Person
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.scores.assessments import may_adjudicate
from deliberate.queries.scores.assessments import assessor_of
from deliberate.queries.scores.studies.settling import (
    Difference,
    differences,
    proposal_fingerprint,
)
from deliberate.text import clean

DRAFT_REASON = "a settlement is visible to evaluators alone until it is frozen"


def adjudicate_difference(
    evaluator: Person, assessment: Assessment, item: str, value: str, reason: str
) -> None:
    """Settle a difference with a reason; both entries stay unchanged.

    What an assessor gives is a proposal until the other agrees; a third evaluator decides.
    """
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_adjudicate(evaluator, assessment))
        difference, is_assessor = _difference(assessment, item), is_own(assessment, evaluator)
        if value not in difference.choices or not clean(reason):
            raise InvalidInput(_("Give the settled answer and the reason for it."))
        row = difference.settlement
        if row is None:
            row = Adjudication(question=item)
            assessment.adjudications.append(row)
        elif is_assessor and row.settled_at and row.agreed_by_id is None:
            raise Refused(_("A third person has settled this."))
        row.value, row.reason, row.person_id = value, clean(reason), evaluator.id
        row.agreed_by_id, row.settled_at = None, None if is_assessor else now()


def agree_to_settlement(evaluator: Person, assessment: Assessment, item: str, seen: str) -> None:
    """Agree to what the other assessor proposed, so that it counts.

    `seen` is the fingerprint of the proposal that was read: a changed one is refused.
    """
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_adjudicate(evaluator, assessment))
        row = _difference(assessment, item).settlement
        if row is None or row.settled_at is not None:
            raise Refused(_("Nothing is proposed here."))
        if not is_own(assessment, evaluator) or row.person_id == evaluator.id:
            raise Refused(_("The other assessor agrees to a proposal."))
        if proposal_fingerprint(row) != seen:
            raise Refused(_("The proposal has changed since you read it. Read it again."))
        row.agreed_by_id, row.settled_at = evaluator.id, now()


def is_own(assessment: Assessment, evaluator: Person) -> bool:
    """Return whether the evaluator is one of the assessors."""
    return assessor_of(assessment, evaluator) is not None


def _difference(assessment: Assessment, item: str) -> Difference:
    found = next((row for row in differences(assessment) if row.id == item), None)
    if found is None:
        raise Refused(_("The two assessors do not differ here."))
    return found
