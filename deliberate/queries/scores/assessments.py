"""Assessments as pages and scores read them: questions, ratings, what is settled, what agrees."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from deliberate.citivoice import Judged, load_framework
from deliberate.citivoice.judged import NO_EVIDENCE, NOT_APPLICABLE, agreement_of, judged_score
from deliberate.database import db
from deliberate.models import (
    Assessment,
    AssessmentReply,
    Assessor,
    Person,
    Pledge,
    Process,
    ProcessInstitution,
)
from deliberate.vocabulary import Stage

VALUES = ("0", "1", "2", NOT_APPLICABLE, NO_EVIDENCE)


@dataclass(frozen=True)
class Question:
    """One question of the framework, with an id that stays."""

    id: str
    criterion: str
    en: str
    name_id: str

    def said(self, language: str) -> str:
        """The question in a language."""
        return self.en if language == "en" else self.name_id


@cache
def questions() -> tuple[Question, ...]:
    """Every question of the framework, in its order."""
    return tuple(
        Question(asked["question"], name, asked["en"], asked["id"])
        for name, criterion in load_framework()["criteria"].items()
        for asked in criterion["questions"]
    )


@cache
def question_ids() -> frozenset[str]:
    """The ids of all questions."""
    return frozenset(question.id for question in questions())


def questions_of(criterion: str) -> list[Question]:
    """The questions of one criterion."""
    return [question for question in questions() if question.criterion == criterion]


# --- finding -------------------------------------------------------------------------------------


def assessment_numbered(number: int) -> Assessment | None:
    """One assessment with everything that belongs to it."""
    return db.session.scalar(
        select(Assessment).where(Assessment.id == number).options(*_everything())
    )


def processes_to_assess(limit: int = 50) -> Sequence[Process]:
    """Processes, the newest first; a plan is written while one is not open yet."""
    return db.session.scalars(select(Process).order_by(Process.id.desc()).limit(limit)).all()


def process_to_assess(slug: str) -> Process | None:
    """The process with this address, opened or only planned."""
    return db.session.scalar(select(Process).where(Process.slug == slug))


def newest_assessments(before: int | None = None, limit: int = 21) -> Sequence[Assessment]:
    """Assessments for the desk, the newest first, those before a number."""
    found = select(Assessment).order_by(Assessment.id.desc()).limit(limit)
    if before is not None:
        found = found.where(Assessment.id < before)
    return db.session.scalars(
        found.options(selectinload(Assessment.assessors), selectinload(Assessment.process))
    ).all()


def awaiting_reply(office_id: int) -> Sequence[Assessment]:
    """Frozen judgements on which an institution may still reply and has not."""
    mine = select(ProcessInstitution.process_id).where(
        ProcessInstitution.institution_id == office_id
    )
    replied = select(AssessmentReply.assessment_id).where(
        AssessmentReply.institution_id == office_id
    )
    found = select(Assessment).where(
        Assessment.stage == Stage.EX_POST,
        Assessment.frozen_at.is_not(None),
        Assessment.published_at.is_(None),
        Assessment.process_id.in_(mine),
        Assessment.id.not_in(replied),
    )
    shown = found.order_by(Assessment.frozen_at).limit(20)
    return db.session.scalars(shown.options(selectinload(Assessment.process))).all()


def public_assessments(process_id: int, as_of: datetime | None = None) -> list[Assessment]:
    """What everybody may read of a process: frozen plans and published judgements, oldest first."""
    found = db.session.scalars(
        select(Assessment)
        .where(Assessment.process_id == process_id, Assessment.frozen_at.is_not(None))
        .order_by(Assessment.id)
        .options(*_everything())
    )
    return [
        one
        for one in found
        if one.is_public and (as_of is None or (one.published_at or one.frozen_at or as_of) < as_of)
    ]


def _everything() -> tuple[Any, ...]:
    return (
        selectinload(Assessment.process),
        selectinload(Assessment.assessors).selectinload(Assessor.ratings),
        selectinload(Assessment.pledges),
        selectinload(Assessment.evidence),
        selectinload(Assessment.adjudications),
        selectinload(Assessment.notes),
        selectinload(Assessment.replies),
        selectinload(Assessment.outcomes),
        selectinload(Assessment.practices),
    )


# --- what it says --------------------------------------------------------------------------------


def part_of(assessment: Assessment, person: Person | None) -> Assessor | None:
    """Somebody's own part in an assessment."""
    mine = (part for part in assessment.assessors if person and part.person_id == person.id)
    return next(mine, None)


def saved_parts(assessment: Assessment) -> list[Assessor]:
    """The parts whose assessors have saved their judgement."""
    return [part for part in assessment.assessors if part.saved_at is not None]


def both_saved(assessment: Assessment) -> bool:
    """Whether two assessors have saved: then each may see the other's."""
    return len(saved_parts(assessment)) >= 2


def judgement_of(assessment: Assessment, part: Assessor) -> dict[str, str]:
    """Each question's value by one assessor; a rating without evidence is "no evidence"."""
    shown = {one.question for one in assessment.evidence if one.assessor_id == part.id}
    given = {one.question: one.value for one in part.ratings}
    return {
        question.id: value
        if (value := given.get(question.id, NO_EVIDENCE)) == NOT_APPLICABLE or question.id in shown
        else NO_EVIDENCE
        for question in questions()
    }


def settled(assessment: Assessment) -> dict[str, str]:
    """Each question's value as it stands: both say so, or it was adjudicated, or one alone."""
    judgements = [judgement_of(assessment, part) for part in saved_parts(assessment)]
    decided = {one.question: one.value for one in assessment.adjudications}
    return {question.id: _settle(question.id, judgements, decided) for question in questions()}


def _settle(question: str, judgements: list[dict[str, str]], decided: dict[str, str]) -> str:
    said = {judgement[question] for judgement in judgements}
    if len(said) == 1:
        return said.pop()
    return decided.get(question, NO_EVIDENCE)


def differences(assessment: Assessment) -> list[str]:
    """Questions on which the two who saved differ."""
    if not both_saved(assessment):
        return []
    one, other = (judgement_of(assessment, part) for part in saved_parts(assessment)[:2])
    return [question.id for question in questions() if one[question.id] != other[question.id]]


def undecided(assessment: Assessment) -> list[str]:
    """Differences that nobody has adjudicated."""
    decided = {one.question for one in assessment.adjudications}
    return [question for question in differences(assessment) if question not in decided]


def agreement(assessment: Assessment) -> tuple[float | None, int]:
    """Quadratic weighted kappa of the two assessors, and over how many questions."""
    if not both_saved(assessment):
        return None, 0
    one, other = (judgement_of(assessment, part) for part in saved_parts(assessment)[:2])
    return agreement_of(list(one.values()), list(other.values()))


def profile(assessment: Assessment) -> dict[str, float | None]:
    """Each criterion's score from what is settled; there is no number above criteria."""
    values = settled(assessment)
    names = dict.fromkeys(question.criterion for question in questions())
    return {
        name: judged_score([values[question.id] for question in questions_of(name)])
        for name in names
    }


# --- beside the log ------------------------------------------------------------------------------


def judged_of(process_id: int, as_of: datetime | None = None) -> dict[str, Judged]:
    """What was planned and what was judged, by criterion, for the document of scores."""
    plan, after = in_force(public_assessments(process_id, as_of))
    planned = profile(plan) if plan else {}
    judged = profile(after) if after else {}
    said = after or plan
    return {
        name: Judged(planned.get(name), judged.get(name), len(saved_parts(said)) if said else 0)
        for name in sorted({*planned, *judged})
        if planned.get(name) is not None or judged.get(name) is not None
    }


def in_force(found: list[Assessment]) -> tuple[Assessment | None, Assessment | None]:
    """The plan and the judgement that count: the last plan begun before the start, the newest."""
    plans = [one for one in found if one.stage == Stage.EX_ANTE]
    timely = [one for one in plans if not is_late(one)]
    after = [one for one in found if one.stage == Stage.EX_POST]
    return next(iter([*timely[-1:], *plans[-1:]]), None), next(iter(after[-1:]), None)


def is_late(assessment: Assessment) -> bool:
    """Whether a plan was begun after its process had."""
    start = start_of(assessment.process)
    return start is not None and assessment.begun_at >= start


def start_of(process: Process) -> datetime | None:
    """When an opened process begins: with its first phase; None while it is only planned."""
    if process.opened_at is None:
        return None
    return max(
        process.opened_at,
        min((phase.opens_at for phase in process.phases), default=process.opened_at),
    )


def pledges_after(found: list[Assessment], today: date) -> list[tuple[Pledge, str]]:
    """Each pledge of the plan in force with its state: kept, late, broken or due."""
    plan, after = in_force(found)
    if plan is None:
        return []
    known = {one.pledge_id: str(one.outcome) for one in after.outcomes} if after else {}
    return [
        (pledge, known.get(pledge.id) or ("late" if pledge.due_on < today else "due"))
        for pledge in plan.pledges
    ]


def pledge_counts(found: list[Assessment], today: date) -> Counter[str]:
    """How many pledges were kept, late, broken, or are not due yet."""
    return Counter(state for _pledge, state in pledges_after(found, today))


def open_pledges(process_id: int) -> list[Pledge]:
    """The pledges of the plan in force, for those who judge afterwards."""
    plan, _after = in_force(public_assessments(process_id))
    return plan.pledges if plan else []


def unfrozen_plans() -> Sequence[Assessment]:
    """Plans that nobody has frozen."""
    return db.session.scalars(
        select(Assessment).where(Assessment.stage == Stage.EX_ANTE, Assessment.frozen_at.is_(None))
    ).all()
