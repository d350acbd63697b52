"""Assessing a process: ratings are drafts until they are frozen; freezing and publishing are acts.

Until then nobody but the assessors sees them, and each sees only their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.citivoice import load_framework
from deliberate.citivoice.judged import NOT_APPLICABLE
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
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.scores.assessments import (
    is_criterion,
    is_independent,
    is_question,
    may_adjudicate,
    may_assess,
    may_join,
    may_rate_in,
    may_work_on,
)
from deliberate.queries.scores.assessments import VALUES, differences, part_of
from deliberate.text import clean, clean_line
from deliberate.vocabulary import EvidenceKind, PledgeState, Stage

DRAFT = "an assessment in the making is seen by its assessors alone"


def begin_assessment(evaluator: Person, process: Process, stage: Stage) -> Assessment:
    """Start an assessment of a process as its first assessor; a later one is the next version."""
    with unrecorded(DRAFT) as session:
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
    """Become the second assessor."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_join(evaluator, assessment))
        independent = is_independent(evaluator, assessment.process)
        assessment.assessors.append(Assessor(person_id=evaluator.id, is_independent=independent))


@dataclass(frozen=True)
class Shown:
    """A piece of evidence as an assessor gives it."""

    kind: EvidenceKind
    dated: date
    reference: str


Rating = tuple[str, str, str, Shown | None]
"""Question, value, why, and a piece of evidence to add."""


def rate(
    evaluator: Person,
    assessment: Assessment,
    question: str,
    value: str,
    why: str = "",
    evidence: Shown | None = None,
) -> None:
    """Answer one question in one's own part, and add a piece of evidence to it."""
    rate_all(evaluator, assessment, [(question, value, why, evidence)])


def rate_all(
    evaluator: Person,
    assessment: Assessment,
    ratings: Sequence[Rating],
    promises: Mapping[str, "Promise"] | None = None,
) -> None:
    """Answer questions in one's own part; before a process also write their pledges."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate_in(evaluator, assessment))
        part = next(one for one in assessment.assessors if one.person_id == evaluator.id)
        for question, value, why, evidence in ratings:
            require(is_question(question))
            _rate(part, question, value, clean(why))
            if evidence is not None:
                _show(assessment, part, question, evidence)
        for question, told in (promises or {}).items():
            _promise(assessment, question, told)


def _rate(part: Assessor, question: str, value: str, why: str) -> None:
    if value not in VALUES:
        raise Refused(_("Choose one of the five answers."))
    if value == NOT_APPLICABLE and not why:
        raise Refused(_("Say why the question does not apply."))
    mine = next((one for one in part.ratings if one.question == question), None)
    if mine is None:
        mine = CriterionRating(question=question)
        part.ratings.append(mine)
    mine.value, mine.why = value, why


def _show(assessment: Assessment, part: Assessor, question: str, shown: Shown) -> None:
    if not clean_line(shown.reference):
        raise Refused(_("Say where the evidence is to be found."))
    assessment.evidence.append(
        Evidence(
            assessor_id=part.id,
            question=question,
            kind=EvidenceKind(shown.kind),
            dated=shown.dated,
            reference=clean_line(shown.reference)[:500],
        )
    )


def drop_evidence(evaluator: Person, assessment: Assessment, number: int) -> None:
    """Take back a piece of one's own evidence."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate_in(evaluator, assessment))
        part = part_of(assessment, evaluator)
        found = session.get(Evidence, number)
        if part is None or found is None or found.assessor_id != part.id:
            raise Refused(_("Only its assessors may do this."))
        session.delete(found)


@dataclass(frozen=True)
class Promise:
    """A pledge as it is written: what, by which institution, by when, seen in which indicator."""

    plan: str
    what: str
    due_on: date
    owner: Institution | None = None
    indicator: str = ""
    target: str = ""


def promise(evaluator: Person, assessment: Assessment, question: str, told: Promise) -> None:
    """Write the plan and the pledge of one question of an assessment before the process."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_work_on(evaluator, assessment))
        _promise(assessment, question, told)


def _promise(assessment: Assessment, question: str, told: Promise) -> None:
    require(is_question(question))
    if assessment.stage != Stage.EX_ANTE:
        raise Refused(_("Pledges are made before a process."))
    if not clean_line(told.what):
        raise Refused(_("Say what is promised."))
    pledge = next((p for p in assessment.pledges if p.question == question), None)
    if pledge is None:
        pledge = Pledge(question=question)
        assessment.pledges.append(pledge)
    pledge.plan, pledge.what = clean(told.plan), clean_line(told.what)[:500]
    pledge.owner_id = told.owner.id if told.owner else None
    pledge.due_on = told.due_on
    pledge.indicator = clean_line(told.indicator)[:12]
    pledge.target = clean_line(told.target)[:120]


def find_outcomes(
    evaluator: Person, assessment: Assessment, found: Sequence[tuple[Pledge, PledgeState, str]]
) -> None:
    """Say in an assessment afterwards what became of pledges, each with a note."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_work_on(evaluator, assessment))
        kept = {one.pledge_id: one for one in assessment.outcomes}
        for pledge, state, note in found:
            mine = kept.get(pledge.id)
            if mine is None:
                mine = PledgeOutcome(pledge_id=pledge.id)
                assessment.outcomes.append(mine)
            mine.outcome, mine.note = PledgeState(state), clean_line(note)[:500]


def note_context(
    evaluator: Person, assessment: Assessment, notes: Mapping[str, tuple[str, str]]
) -> None:
    """Write enabling conditions and context factors: a code and a note each, never scored."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_work_on(evaluator, assessment))
        kept = {one.code: one for one in assessment.notes}
        for code, (value, note) in notes.items():
            one = kept.get(code)
            if one is None:
                one = ContextNote(code=code)
                assessment.notes.append(one)
            one.value, one.note = clean_line(value)[:40], clean_line(note)[:500]


def tell_practices(evaluator: Person, assessment: Assessment, told: Mapping[str, str]) -> None:
    """Write what worked, by criterion, for processes that are weak there; empty takes it back."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_work_on(evaluator, assessment))
        if assessment.stage != Stage.EX_POST:
            raise Refused(_("Practices are told after a process."))
        kept = {one.criterion: one for one in assessment.practices}
        for criterion, body in told.items():
            require(is_criterion(criterion))
            one = kept.get(criterion)
            if not clean(body):
                assessment.practices = [p for p in assessment.practices if p is not one]
            elif one is None:
                assessment.practices.append(Practice(criterion=criterion, body=clean(body)))
            else:
                one.body = clean(body)


def save_judgement(evaluator: Person, assessment: Assessment) -> None:
    """End one's own part: it stays as it is, and shows once the other has saved too."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_rate_in(evaluator, assessment))
        part = part_of(assessment, evaluator)
        if part is None or not part.ratings:
            raise Refused(_("Answer at least one question first."))
        part.saved_at = now()


def adjudicate(
    evaluator: Person, assessment: Assessment, question: str, value: str, why: str
) -> None:
    """Settle a difference, with a reason; both ratings stay as they were."""
    with unrecorded(DRAFT) as session:
        session.refresh(assessment, with_for_update={"of": Assessment})
        require(may_adjudicate(evaluator, assessment))
        if question not in differences(assessment):
            raise Refused(_("The two do not differ here."))
        if value not in VALUES or not clean(why):
            raise Refused(_("Give the settled answer and the reason for it."))
        found = next((one for one in assessment.adjudications if one.question == question), None)
        if found is None:
            found = Adjudication(question=question)
            assessment.adjudications.append(found)
        found.value, found.why, found.person_id = value, clean(why), evaluator.id
