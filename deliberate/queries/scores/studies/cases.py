"""Published judgements of several processes side by side, and the practices they describe."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager, selectinload

from deliberate.citivoice import load_framework
from deliberate.database import db
from deliberate.models import Assessment, Assessor, Evidence, Practice, Process
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.assessments import criterion_scores, public_assessments
from deliberate.queries.scores.percent import percent_or_none
from deliberate.queries.scores.studies.settling import settled_notes
from deliberate.vocabulary import AssessmentStage

MAX_CASES, MAX_COLUMNS = 60, 4


@dataclass(frozen=True)
class Case:
    """A process with the newest published judgement of it."""

    process: Process
    judgement: Assessment

    def criteria(self) -> dict[str, int | None]:
        """Return the judged score of each criterion, 0 to 100."""
        scores = criterion_scores(self.judgement)
        return {name: percent_or_none(score) for name, score in scores.items()}

    def conditions(self) -> dict[str, str]:
        """Return the settled value of each condition that somebody described."""
        known = load_framework()["enabling_conditions"]
        notes = settled_notes(self.judgement)
        return {note.code: note.value for note in notes if note.code in known}


@dataclass(frozen=True)
class FoundPractice:
    """A practice with the case in which it worked."""

    case: Case
    practice: Practice


def list_cases() -> list[Case]:
    """Return every process with a published judgement, by title: there is no ranking."""
    newest = (
        select(func.max(Assessment.id))
        .where(Assessment.stage == AssessmentStage.EX_POST, Assessment.published_at.is_not(None))
        .group_by(Assessment.process_id)
    )
    judgements = db.session.scalars(
        select(Assessment)
        .join(Assessment.process)
        .where(Assessment.id.in_(newest), _is_open_or_case())
        .order_by(Process.title, Process.id)
        .limit(MAX_CASES)
        .options(
            contains_eager(Assessment.process),
            selectinload(Assessment.assessors).selectinload(Assessor.ratings),
            selectinload(Assessment.evidence).joinedload(Evidence.source),
            selectinload(Assessment.adjudications),
            selectinload(Assessment.notes),
            selectinload(Assessment.practices),
        )
    )
    return [Case(judgement.process, judgement) for judgement in judgements]


def get_judged_process(slug: str) -> Process | None:
    """Return an opened process, or a case of which anybody may read an assessment."""
    process = get_process(slug)
    if process is not None:
        return process
    case = db.session.scalar(select(Process).where(Process.slug == slug, Process.of_case()))
    return case if case is not None and public_assessments(case.id) else None


def list_judged_cases() -> list[Process]:
    """Return the cases that took place elsewhere of which an assessment is public, by title."""
    is_public = Assessment.visible_to(ANYONE)
    ids = select(Assessment.process_id).where(is_public)
    rows = select(Process).where(Process.of_case(), Process.id.in_(ids))
    return list(db.session.scalars(rows.order_by(Process.title).limit(MAX_CASES)))


def _is_open_or_case() -> ColumnElement[bool]:
    return Process.opened_at.is_not(None) | Process.of_case()


def select_cases(cases: Sequence[Case], slugs: Collection[str]) -> list[Case]:
    """Return the cases with these slugs, else the first ones; at most MAX_COLUMNS."""
    chosen = [case for case in cases if case.process.slug in slugs]
    return (chosen or list(cases))[:MAX_COLUMNS]


def find_practices(cases: Sequence[Case], text: str, criterion: str) -> list[FoundPractice]:
    """Return the practices that contain every word of a text, of one criterion or of all."""
    words = text.casefold().split()
    return [
        FoundPractice(case, practice)
        for case in cases
        for practice in case.judgement.practices
        if criterion in ("", practice.criterion)
        and all(word in practice.body.casefold() for word in words)
    ]
