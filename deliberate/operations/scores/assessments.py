"""Drafting an assessment of a process: joining, rating, pledges, context and practices.

A draft is visible to its assessors alone, and each sees only their own ratings until both have
saved. Freezing and publishing are acts, drafting is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.citivoice import load_framework
from deliberate.citivoice.scoring.judged_scores import NO_EVIDENCE, NOT_APPLICABLE
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import (
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
    StudySource,
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
    is_lapsed_plan,
    is_question,
    may_assess,
    may_join_assessment,
    may_rate,
    may_write_practices,
)
from deliberate.queries.scores.assessments import VALUES, assessor_of, judgement_by
from deliberate.queries.scores.studies.pledges import outcomes_by, pledges_by
from deliberate.queries.scores.studies.settling import CONDITION_VALUES, notes_by
from deliberate.queries.scores.studies.sources import has_sources, takes_part_in_study
from deliberate.text import clean, clean_line
from deliberate.vocabulary import AssessmentStage, EvidenceKind, PledgeState, TargetGoal

MAX_TARGET = 100
TARGET_UNIT = _(
    "Every indicator is scored from 0 to 100. Enter the target as a whole number from 0 to 100."
)
DRAFT_REASON = "a draft assessment is visible to its assessors alone"


def begin_assessment(evaluator: Person, process: Process, stage: AssessmentStage) -> Assessment:
    """Begin an assessment of a process as its first assessor; a later one is the next version."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(process, with_for_update={"of": Process})
        require(may_assess(evaluator))
        of_stage = (Assessment.process_id == process.id, Assessment.stage == stage)
        drafts = select(Assessment).where(*of_stage, Assessment.frozen_at.is_(None))
        if not all(is_lapsed_plan(draft) for draft in session.scalars(drafts)):
            raise Refused(_("An assessment of this stage is under way; join it."))
        last = session.scalar(select(func.max(Assessment.version)).where(*of_stage)) or 0
        assessment = Assessment(
            process=process,
            stage=stage,
            version=last + 1,
            framework=load_framework()["version"],
            begun_at=now(),
        )
        assessment.assessors.append(_new_assessor(evaluator, process))
        session.add(assessment)
    return assessment


def join_assessment(evaluator: Person, assessment: Assessment) -> None:
    """Join an assessment as the second assessor."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_join_assessment(evaluator, assessment))
        assessment.assessors.append(_new_assessor(evaluator, assessment.process))


def _new_assessor(evaluator: Person, process: Process) -> Assessor:
    """Return an assessor; independence rests on their word if another institution employs them.

    Beginning or joining an assessment opens no study that has sources already.
    """
    independent = is_independent(evaluator, process)
    takes_part = takes_part_in_study(evaluator, process.id)
    return Assessor(
        person_id=evaluator.id,
        is_independent=independent,
        is_declared=independent and evaluator.institution_id is not None,
        uses_study=takes_part or not has_sources(process.id),
    )


@dataclass(frozen=True)
class EvidenceInput:
    """A piece of evidence to add to a rating."""

    kind: EvidenceKind
    dated: date
    reference: str


@dataclass(frozen=True)
class RatingInput:
    """An answer to a question: 0, 1, 2, NA (with a reason) or NE, and evidence to add.

    `sources` are the sources of the study that the assessor uses here; None leaves them as they
    are.
    """

    question: str
    value: str
    reason: str = ""
    evidence: EvidenceInput | None = None
    sources: Sequence[StudySource] | None = None


def rate_questions(
    evaluator: Person, assessment: Assessment, ratings: Sequence[RatingInput]
) -> None:
    """Answer questions as an assessor, each with its evidence."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate(evaluator, assessment))
        assessor = next(row for row in assessment.assessors if row.person_id == evaluator.id)
        for rating in ratings:
            require(is_question(rating.question, assessment))
            _set_rating(assessor, rating.question, rating.value, clean(rating.reason))
            if rating.evidence is not None:
                _add_evidence(assessment, assessor, rating.question, rating.evidence)
            if rating.sources is not None:
                _set_sources(assessment, assessor, rating.question, rating.sources)


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


def _set_sources(
    assessment: Assessment, assessor: Assessor, question: str, sources: Sequence[StudySource]
) -> None:
    """Use exactly these sources of the study as evidence of the assessor at a question."""
    used = {
        row.source_id: row
        for row in assessment.evidence
        if row.assessor_id == assessor.id and row.question == question and row.source_id
    }
    for source in sources:
        if source.process_id != assessment.process_id:
            raise InvalidInput(_("This source belongs to another study."))
        if source.id not in used:
            _require_usable(source)
            assessment.evidence.append(
                Evidence(
                    assessor_id=assessor.id,
                    question=question,
                    kind=source.kind,
                    dated=source.dated,
                    reference="",
                    source_id=source.id,
                )
            )
    chosen = {source.id for source in sources}
    for source_id, row in used.items():
        if source_id not in chosen:
            assessment.evidence.remove(row)


def _require_usable(source: StudySource) -> None:
    if not source.is_usable:
        message = _("%(source)s has not consented, so it cannot be evidence.", source=source.label)
        raise InvalidInput(message)


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
    goal: TargetGoal | None = None
    target: str = ""


def write_pledges(
    evaluator: Person, assessment: Assessment, pledges: Mapping[str, PledgeInput | None]
) -> None:
    """Write the assessor's own pledges before a process, by question; None removes one."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate(evaluator, assessment))
        assessor = assessor_of(assessment, evaluator)
        assert assessor is not None  # noqa: S101  # may_rate: for the type checker
        for question, pledge in pledges.items():
            _set_pledge(assessment, assessor, question, pledge)


def _set_pledge(
    assessment: Assessment, assessor: Assessor, question: str, content: PledgeInput | None
) -> None:
    require(is_question(question, assessment))
    if assessment.stage != AssessmentStage.EX_ANTE:
        raise Refused(_("Pledges are made before a process."))
    own = pledges_by(assessment, assessor)
    pledge = next((row for row in own if row.question == question), None)
    if content is None:
        if pledge is not None:
            assessment.pledges.remove(pledge)
        return
    _require_whole(content)
    owner_id = content.owner.id if content.owner else None  # loads it: before the row is added
    if pledge is None:
        pledge = Pledge(question=question, assessor_id=assessor.id)
        assessment.pledges.append(pledge)
    pledge.plan, pledge.action = clean(content.plan), clean_line(content.action)[:500]
    pledge.owner_id = owner_id
    pledge.due_on = content.due_on
    pledge.indicator = clean_line(content.indicator)[:12]
    pledge.goal, pledge.target = content.goal, clean_line(content.target)[:120]


def _require_whole(pledge: PledgeInput) -> None:
    if not clean_line(pledge.action):
        raise InvalidInput(_("Enter what is promised."))
    if pledge.goal is not None:
        require_target(pledge.indicator, pledge.target)


def require_target(indicator: str, target: str) -> None:
    """Refuse a target that is not in the unit of its indicator: a whole number from 0 to 100."""
    if not indicator:
        raise InvalidInput(_("Choose the indicator of this target."))
    if not target.strip().isdecimal() or int(target) > MAX_TARGET:
        raise InvalidInput(TARGET_UNIT)


def record_pledge_outcomes(
    evaluator: Person,
    assessment: Assessment,
    outcomes: Sequence[tuple[Pledge, PledgeState, str]],
) -> None:
    """Record the outcome of pledges after the process, each with what shows it."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate(evaluator, assessment))
        assessor = assessor_of(assessment, evaluator)
        assert assessor is not None  # noqa: S101  # may_rate: for the type checker
        existing = outcomes_by(assessment, assessor)
        for pledge, state, note in outcomes:
            if not clean_line(note):
                raise InvalidInput(_("Say what shows it: a date, a document, an entry of the log."))
            outcome = existing.get(pledge.id)
            if outcome is None:
                outcome = PledgeOutcome(pledge_id=pledge.id, assessor_id=assessor.id)
                assessment.outcomes.append(outcome)
            outcome.outcome, outcome.note = PledgeState(state), clean_line(note)[:500]


def write_context_notes(
    evaluator: Person, assessment: Assessment, notes: Mapping[str, tuple[str, str]]
) -> None:
    """Write the assessor's own conditions and context factors: a code and a note each."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate(evaluator, assessment))
        assessor = assessor_of(assessment, evaluator)
        assert assessor is not None  # noqa: S101  # may_rate: for the type checker
        existing = notes_by(assessment, assessor)
        conditions = load_framework()["enabling_conditions"]
        for code, (value, note) in notes.items():
            if code in conditions and value not in ("", *CONDITION_VALUES):
                raise InvalidInput(_("Choose one of the four answers."))
            row = existing.get(code)
            if row is None:
                row = ContextNote(code=code, assessor_id=assessor.id)
                assessment.notes.append(row)
            row.value, row.note = clean_line(value)[:40], clean_line(note)[:500]


def write_practices(evaluator: Person, assessment: Assessment, texts: Mapping[str, str]) -> None:
    """Write what worked, by criterion, for processes weak there; an empty text removes it."""
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_write_practices(evaluator, assessment))
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


def save_judgement(evaluator: Person, assessment: Assessment, *, is_named: bool = True) -> None:
    """Save the assessor's own judgement. It no longer changes and shows once both have saved.

    Without `is_named`, readers see the number of the assessor instead of the name.
    """
    with unrecorded(DRAFT_REASON) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate(evaluator, assessment))
        assessor = assessor_of(assessment, evaluator)
        if assessor is None or set(judgement_by(assessment, assessor).values()) == {NO_EVIDENCE}:
            raise InvalidInput(_("Answer at least one question with evidence first."))
        assessor.is_named = is_named
        assessor.saved_at = now()
