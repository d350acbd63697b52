"""Assessments for pages and scores: questions, ratings, settled values and agreement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.base import ExecutableOption

from deliberate.citivoice import Judged, load_framework
from deliberate.citivoice.scoring.judged_scores import (
    NO_EVIDENCE,
    NOT_APPLICABLE,
    Agreement,
    criterion_rating_score,
    rater_agreement,
)
from deliberate.database import db
from deliberate.days import start_of_day
from deliberate.models import (
    Assessment,
    AssessmentReply,
    Assessor,
    Evidence,
    Finding,
    FindingSource,
    Person,
    Pledge,
    Process,
    ProcessInstitution,
)
from deliberate.vocabulary import AssessmentStage

VALUES = ("0", "1", "2", NOT_APPLICABLE, NO_EVIDENCE)


@dataclass(frozen=True)
class Question:
    """A question of the framework with its stable id."""

    id: str
    criterion: str
    en: str
    name_id: str
    rubric: Mapping[str, Mapping[str, Sequence[str]]]

    def text_in(self, language: str) -> str:
        """Return the question in a language."""
        return self.en if language == "en" else self.name_id

    def rubric_in(self, stage: str, language: str) -> dict[str, tuple[str, str]]:
        """Return what each value of the scale looks like at a stage, with an example."""
        return rubric_of(self.rubric, stage, language)


def rubric_of(
    rubric: Mapping[str, Mapping[str, Sequence[str]]], stage: str, language: str
) -> dict[str, tuple[str, str]]:
    """Return text and example of each value of a rubric of the framework, by value."""
    texts = rubric[stage]
    pairs = zip(texts[language], texts[f"example_{language}"], strict=True)
    return {str(value): pair for value, pair in enumerate(pairs)}


@cache
def questions(version: str | None = None) -> tuple[Question, ...]:
    """Return every question of the framework in its order, as they are or were asked."""
    framework = load_framework(version)
    rubric = framework["rubric"]
    return tuple(
        Question(id_ := question["question"], name, question["en"], question["id"], rubric[id_])
        for name, criterion in framework["criteria"].items()
        for question in criterion["questions"]
    )


@cache
def question_ids(version: str | None = None) -> frozenset[str]:
    """Return the ids of all questions."""
    return frozenset(question.id for question in questions(version))


def questions_of(name: str, version: str | None = None) -> list[Question]:
    """Return the questions of a category (DP) or criterion (DP1), or one question (DP1.2)."""
    return [question for question in questions(version) if name in names_of(question)]


def replacing_questions(question: str, version: str | None = None) -> list[str]:
    """Return the ids under which a version asks what a question of any version asked.

    A question that asked two things at once was replaced by several; others keep their id.
    """
    asked = question_ids(version)
    if question in asked:
        return [question]
    replaced: Mapping[str, list[str]] = load_framework().get("replaced", {})
    later = replaced.get(question, [])
    earlier = [old for old, names in replaced.items() if question in names]
    return [name for name in (*later, *earlier) if name in asked]


def names_of(question: Question) -> tuple[str, str, str]:
    """Return the category, the criterion and the id of a question."""
    return question.criterion[:2], question.criterion, question.id


def get_assessment(assessment_id: int) -> Assessment | None:
    """Return an assessment with its related rows, or None."""
    return db.session.scalar(
        select(Assessment).where(Assessment.id == assessment_id).options(*_load_options())
    )


def assessable_processes(limit: int = 50) -> Sequence[Process]:
    """Return processes, newest first, including planned ones: plans are written before opening."""
    return db.session.scalars(select(Process).order_by(Process.id.desc()).limit(limit)).all()


def get_assessable_process(slug: str) -> Process | None:
    """Return the process with this slug, opened or only planned."""
    return db.session.scalar(select(Process).where(Process.slug == slug))


def newest_assessments(before: int | None = None, limit: int = 21) -> Sequence[Assessment]:
    """Return assessments, newest first, optionally only those with an id below `before`."""
    query = select(Assessment).order_by(Assessment.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Assessment.id < before)
    return db.session.scalars(
        query.options(selectinload(Assessment.assessors), selectinload(Assessment.process))
    ).all()


def assessments_awaiting_reply(institution_id: int) -> Sequence[Assessment]:
    """Return frozen assessments to which an institution may still reply and has not replied."""
    processes = select(ProcessInstitution.process_id).where(
        ProcessInstitution.institution_id == institution_id
    )
    replied = select(AssessmentReply.assessment_id).where(
        AssessmentReply.institution_id == institution_id
    )
    query = select(Assessment).where(
        Assessment.frozen_at.is_not(None),
        Assessment.published_at.is_(None),
        Assessment.process_id.in_(processes),
        Assessment.id.not_in(replied),
    )
    query = query.order_by(Assessment.frozen_at).limit(20)
    return db.session.scalars(query.options(selectinload(Assessment.process))).all()


def public_assessments(process_id: int, as_of: datetime | None = None) -> list[Assessment]:
    """Return the frozen plans and published judgements of a process, oldest first."""
    frozen = db.session.scalars(
        select(Assessment)
        .where(Assessment.process_id == process_id, Assessment.frozen_at.is_not(None))
        .order_by(Assessment.id)
        .options(*_load_options())
    )
    return [
        assessment
        for assessment in frozen
        if assessment.is_visible_to(None)
        and (as_of is None or (assessment.published_at or assessment.frozen_at or as_of) < as_of)
    ]


def _load_options() -> tuple[ExecutableOption, ...]:
    return (
        selectinload(Assessment.process),
        selectinload(Assessment.assessors).selectinload(Assessor.ratings),
        selectinload(Assessment.pledges).joinedload(Pledge.owner),
        selectinload(Assessment.evidence).joinedload(Evidence.source),
        selectinload(Assessment.adjudications),
        selectinload(Assessment.notes),
        selectinload(Assessment.replies),
        selectinload(Assessment.outcomes),
        selectinload(Assessment.practices),
        selectinload(Assessment.findings)
        .selectinload(Finding.sources)
        .joinedload(FindingSource.source),
    )


def assessor_of(assessment: Assessment, person: Person | None) -> Assessor | None:
    """Return the assessor row of a person in an assessment, or None."""
    if person is None:
        return None
    return next((row for row in assessment.assessors if row.person_id == person.id), None)


def saved_assessors(assessment: Assessment) -> list[Assessor]:
    """Return the assessors who have saved their judgement."""
    return [assessor for assessor in assessment.assessors if assessor.saved_at is not None]


def shown_evidence(assessment: Assessment) -> list[Evidence]:
    """Return the evidence that everybody may read: of saved judgements, covered by consent."""
    saved = {row.id for row in saved_assessors(assessment)}
    return [row for row in assessment.evidence if row.assessor_id in saved and row.is_covered]


def have_both_saved(assessment: Assessment) -> bool:
    """Return whether two assessors have saved, so that each may see the other's ratings."""
    return len(saved_assessors(assessment)) >= 2


def judgement_by(assessment: Assessment, assessor: Assessor) -> dict[str, str]:
    """Return each question's value by one assessor. A rating without evidence counts as "NE"."""
    evidenced = {
        evidence.question
        for evidence in assessment.evidence
        if evidence.assessor_id == assessor.id and evidence.is_covered
    }
    values = {rating.question: rating.value for rating in assessor.ratings}
    judgement = {}
    for question in questions(assessment.framework):
        value = values.get(question.id, NO_EVIDENCE)
        counts = value == NOT_APPLICABLE or question.id in evidenced
        judgement[question.id] = value if counts else NO_EVIDENCE
    return judgement


def settlements_in_force(assessment: Assessment) -> dict[str, str]:
    """Return the final values that both assessors or a third person settled, by item."""
    return {row.question: row.value for row in assessment.adjudications if row.settled_at}


def settled_values(assessment: Assessment) -> dict[str, str]:
    """Return each question's final value: the common or settled one, else "NE"."""
    judgements = [judgement_by(assessment, row) for row in saved_assessors(assessment)]
    settled = settlements_in_force(assessment)
    return {
        question.id: _settled_value(question.id, judgements, settled)
        for question in questions(assessment.framework)
    }


def _settled_value(question: str, judgements: list[dict[str, str]], settled: dict[str, str]) -> str:
    values = {judgement[question] for judgement in judgements}
    if len(values) == 1:
        return values.pop()
    return settled.get(question, NO_EVIDENCE)


def answers_without_evidence(assessment: Assessment, assessor: Assessor) -> list[str]:
    """Return the ids of the questions rated 0, 1 or 2 by an assessor without any evidence."""
    counted = judgement_by(assessment, assessor)
    return [
        rating.question
        for rating in assessor.ratings
        if rating.value != NO_EVIDENCE and counted.get(rating.question) == NO_EVIDENCE
    ]


def assessor_agreement(assessment: Assessment) -> Agreement:
    """Return how far the two assessors agree on the questions that both rated."""
    if not have_both_saved(assessment):
        return rater_agreement([], [])
    first, second = (judgement_by(assessment, row) for row in saved_assessors(assessment)[:2])
    return rater_agreement(tuple(first.values()), tuple(second.values()))


def criterion_scores(assessment: Assessment) -> dict[str, float | None]:
    """Return each criterion's score from the settled values. There is no number above criteria."""
    values = settled_values(assessment)
    version = assessment.framework
    names = dict.fromkeys(question.criterion for question in questions(version))
    return {
        name: criterion_rating_score(
            [values[question.id] for question in questions_of(name, version)]
        )
        for name in names
    }


def judged_criteria(process_id: int, as_of: datetime | None = None) -> dict[str, Judged]:
    """Return the planned and judged score of each criterion for the score document."""
    plan, judgement = plan_and_judgement_in_force(public_assessments(process_id, as_of))
    planned = criterion_scores(plan) if plan else {}
    judged = criterion_scores(judgement) if judgement else {}
    source = judgement or plan
    assessor_count = len(saved_assessors(source)) if source else 0
    return {
        name: Judged(planned.get(name), judged.get(name), assessor_count)
        for name in sorted({*planned, *judged})
        if planned.get(name) is not None or judged.get(name) is not None
    }


def plan_and_judgement_in_force(
    assessments: list[Assessment],
) -> tuple[Assessment | None, Assessment | None]:
    """Return the plan and the judgement that count: the last timely plan and the newest judgement.

    A late plan counts only where there is no timely one.
    """
    plans = [row for row in assessments if row.stage == AssessmentStage.EX_ANTE]
    timely_plans = [plan for plan in plans if not is_late_plan(plan)]
    judgements = [row for row in assessments if row.stage == AssessmentStage.EX_POST]
    plan = next(iter([*timely_plans[-1:], *plans[-1:]]), None)
    return plan, next(iter(judgements[-1:]), None)


def is_late_plan(assessment: Assessment) -> bool:
    """Return whether an assessment was begun after its process had started."""
    start = process_start(assessment.process)
    return start is not None and assessment.begun_at >= start


def process_start(process: Process) -> datetime | None:
    """Return the start of a process, at the earliest its first phase; None while it is only
    planned. A case starts on the day that its evaluator stated.
    """
    if process.is_case:
        return start_of_day(process, process.began_on) if process.began_on else None
    if process.opened_at is None:
        return None
    return max(
        process.opened_at,
        min((phase.opens_at for phase in process.phases), default=process.opened_at),
    )


def unfrozen_plans() -> Sequence[Assessment]:
    """Return the plans that are not frozen."""
    return db.session.scalars(
        select(Assessment).where(
            Assessment.stage == AssessmentStage.EX_ANTE, Assessment.frozen_at.is_(None)
        )
    ).all()
