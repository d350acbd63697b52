"""Drafting an assessment of a process: joining, rating, pledges, context and adjudication.

A draft is visible to its assessors alone, and each sees only their own ratings until both have
saved. Freezing and publishing are acts, drafting is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.citivoice import load_framework
from deliberate.citivoice.scoring.judged_scores import NOT_APPLICABLE
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import (
    Adjudication,
    Assessment,
    Assessor,
    ContextNote,
    CriterionRating,
    Evidence,
    Institution,
    Person,
    Pledge,
    PledgeOutcome,
    Practice,
    Process,
)
from deliberate.permissions.decision import (
    InvalidInput,
    RefusalKind,
    Refused,
    require,
)
from deliberate.permissions.scores.assessments import (
    is_criterion,
    is_independent,
    is_question,
    may_adjudicate,
    may_assess,
    may_edit_assessment,
    may_join_assessment,
    may_rate,
)
from deliberate.queries.scores.assessments import VALUES, assessor_of, differences
from deliberate.text import clean, clean_line
from deliberate.vocabulary import AssessmentStage, EvidenceKind, PledgeState

DRAFT_REASON = "a draft assessment is visible to its assessors alone"


def begin_assessment(evaluator: Person, process: Process, stage: AssessmentStage) -> Assessment:
    """Begin an assessment of a process as its first assessor; a later one is the next version."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(process, with_for_update={"of": Process})
        require(may_assess(evaluator))
        of_stage = (Assessment.process_id == process.id, Assessment.stage == stage)
        if session.scalar(select(Assessment.id).where(*of_stage, Assessment.frozen_at.is_(None))):
            raise Refused(_("An assessment of this stage is under way; join it."))
        last = session.scalar(select(func.max(Assessment.version)).where(*of_stage)) or 0
        assessment = Assessment(
            process=process,
            stage=stage,
            version=last + 1,
            framework=load_framework()["version"],
            begun_at=now(),
        )
        assessment.assessors.append(
            Assessor(person_id=evaluator.id, is_independent=is_independent(evaluator, process))
        )
        session.add(assessment)
    return assessment


def join_assessment(evaluator: Person, assessment: Assessment) -> None:
    """Join an assessment as the second assessor."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_join_assessment(evaluator, assessment))
        independent = is_independent(evaluator, assessment.process)
        assessment.assessors.append(Assessor(person_id=evaluator.id, is_independent=independent))


@dataclass(frozen=True)
class EvidenceInput:
    """A piece of evidence to add to a rating."""

    kind: EvidenceKind
    dated: date
    reference: str


@dataclass(frozen=True)
class RatingInput:
    """An answer to a question: 0, 1, 2, NA (with a reason) or NE, and evidence to add."""

    question: str
    value: str
    reason: str = ""
    evidence: EvidenceInput | None = None


def rate_questions(
    evaluator: Person,
    assessment: Assessment,
    ratings: Sequence[RatingInput],
    pledges: Mapping[str, "PledgeInput"] | None = None,
) -> None:
    """Answer questions as an assessor and, before a process, write their pledges."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate(evaluator, assessment))
        assessor = next(row for row in assessment.assessors if row.person_id == evaluator.id)
        for rating in ratings:
            require(is_question(rating.question))
            _set_rating(assessor, rating.question, rating.value, clean(rating.reason))
            if rating.evidence is not None:
                _add_evidence(assessment, assessor, rating.question, rating.evidence)
        for question, pledge in (pledges or {}).items():
            _set_pledge(assessment, question, pledge)


def _set_rating(assessor: Assessor, question: str, value: str, reason: str) -> None:
    if value not in VALUES:
        raise InvalidInput(_("Choose one of the five answers."))
    if value == NOT_APPLICABLE and not reason:
        raise InvalidInput(_("Say why the question does not apply."))
    rating = next((row for row in assessor.ratings if row.question == question), None)
    if rating is None:
        rating = CriterionRating(question=question)
        assessor.ratings.append(rating)
    rating.value, rating.reason = value, reason


def _add_evidence(
    assessment: Assessment, assessor: Assessor, question: str, evidence: EvidenceInput
) -> None:
    if not clean_line(evidence.reference):
        raise InvalidInput(_("Enter where the evidence can be found."))
    assessment.evidence.append(
        Evidence(
            assessor_id=assessor.id,
            question=question,
            kind=EvidenceKind(evidence.kind),
            dated=evidence.dated,
            reference=clean_line(evidence.reference)[:500],
        )
    )


def remove_evidence(evaluator: Person, assessment: Assessment, evidence_id: int) -> None:
    """Remove a piece of the assessor's own evidence."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate(evaluator, assessment))
        assessor = assessor_of(assessment, evaluator)
        evidence = session.get(Evidence, evidence_id)
        if assessor is None or evidence is None or evidence.assessor_id != assessor.id:
            raise Refused(_("Only its assessors may do this."), RefusalKind.PERSON)
        session.delete(evidence)


@dataclass(frozen=True)
class PledgeInput:
    """A plan and pledge to write: action, institution, due date, indicator and target."""

    plan: str
    action: str
    due_on: date
    owner: Institution | None = None
    indicator: str = ""
    target: str = ""


def write_pledge(
    evaluator: Person, assessment: Assessment, question: str, pledge: PledgeInput
) -> None:
    """Write the plan and the pledge of one question in an assessment before the process."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_edit_assessment(evaluator, assessment))
        _set_pledge(assessment, question, pledge)


def _set_pledge(assessment: Assessment, question: str, content: PledgeInput) -> None:
    require(is_question(question))
    if assessment.stage != AssessmentStage.EX_ANTE:
        raise Refused(_("Pledges are made before a process."))
    if not clean_line(content.action):
        raise InvalidInput(_("Enter what is promised."))
    owner_id = content.owner.id if content.owner else None  # loads it: before the row is added
    pledge = next((row for row in assessment.pledges if row.question == question), None)
    if pledge is None:
        pledge = Pledge(question=question)
        assessment.pledges.append(pledge)
    pledge.plan, pledge.action = clean(content.plan), clean_line(content.action)[:500]
    pledge.owner_id = owner_id
    pledge.due_on = content.due_on
    pledge.indicator = clean_line(content.indicator)[:12]
    pledge.target = clean_line(content.target)[:120]


def record_pledge_outcomes(
    evaluator: Person,
    assessment: Assessment,
    outcomes: Sequence[tuple[Pledge, PledgeState, str]],
) -> None:
    """Record the outcome of pledges with a note each in an assessment after the process."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_edit_assessment(evaluator, assessment))
        existing = {row.pledge_id: row for row in assessment.outcomes}
        for pledge, state, note in outcomes:
            outcome = existing.get(pledge.id)
            if outcome is None:
                outcome = PledgeOutcome(pledge_id=pledge.id)
                assessment.outcomes.append(outcome)
            outcome.outcome, outcome.note = PledgeState(state), clean_line(note)[:500]


def write_context_notes(
    evaluator: Person, assessment: Assessment, notes: Mapping[str, tuple[str, str]]
) -> None:
    """Write enabling conditions and context factors: a code and a note each, never scored."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_edit_assessment(evaluator, assessment))
        existing = {row.code: row for row in assessment.notes}
        for code, (value, note) in notes.items():
            row = existing.get(code)
            if row is None:
                row = ContextNote(code=code)
                assessment.notes.append(row)
            row.value, row.note = clean_line(value)[:40], clean_line(note)[:500]


def write_practices(evaluator: Person, assessment: Assessment, texts: Mapping[str, str]) -> None:
    """Write what worked, by criterion, for processes weak there; an empty text removes it."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_edit_assessment(evaluator, assessment))
        if assessment.stage != AssessmentStage.EX_POST:
            raise Refused(_("Practices are described after a process."))
        existing = {row.criterion: row for row in assessment.practices}
        for criterion, body in texts.items():
            require(is_criterion(criterion))
            practice = existing.get(criterion)
            if not clean(body):
                assessment.practices = [row for row in assessment.practices if row is not practice]
            elif practice is None:
                assessment.practices.append(Practice(criterion=criterion, body=clean(body)))
            else:
                practice.body = clean(body)


def save_judgement(evaluator: Person, assessment: Assessment) -> None:
    """Save the assessor's own judgement. It no longer changes and shows once both have saved."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate(evaluator, assessment))
        assessor = assessor_of(assessment, evaluator)
        if assessor is None or not assessor.ratings:
            raise InvalidInput(_("Answer at least one question first."))
        assessor.saved_at = now()


def adjudicate_difference(
    evaluator: Person, assessment: Assessment, question: str, value: str, reason: str
) -> None:
    """Settle a difference with a reason; both ratings stay unchanged."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_adjudicate(evaluator, assessment))
        if question not in differences(assessment):
            raise Refused(_("The two assessors do not differ here."))
        if value not in VALUES or not clean(reason):
            raise InvalidInput(_("Give the settled answer and the reason for it."))
        row = next((row for row in assessment.adjudications if row.question == question), None)
        if row is None:
            row = Adjudication(question=question)
            assessment.adjudications.append(row)
        row.value, row.reason, row.person_id = value, clean(reason), evaluator.id
