"""The content of a study's report: pages, files and figures all read it here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deliberate.citivoice import load_framework
from deliberate.citivoice.scoring.judged_scores import Agreement
from deliberate.models import Assessment, Assessor, Finding, Process, ScoreSnapshot
from deliberate.queries.scores.assessments import (
    Question,
    assessor_agreement,
    criterion_scores,
    judgement_by,
    plan_and_judgement_in_force,
    public_assessments,
    questions,
    saved_assessors,
    settled_values,
)
from deliberate.queries.scores.percent import percent_or_none
from deliberate.queries.scores.planned_judged_logged import measured_indicators
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.queries.scores.studies.findings import current_findings
from deliberate.queries.scores.studies.pledges import PledgeLine, pledge_lines
from deliberate.queries.scores.studies.settling import SettledNote, settled_notes


@dataclass(frozen=True)
class ReportCriterion:
    """A criterion with what was planned, judged and logged, 0 to 100; None without a value."""

    id: str
    names: Mapping[str, str]
    planned: int | None
    judged: int | None
    logged: int | None


@dataclass(frozen=True)
class ReportAnswer:
    """A question with the value of each assessor who saved, and the settled one."""

    question: Question
    values: tuple[str, ...]
    settled: str


@dataclass(frozen=True)
class StudyReport:
    """Everything that a report of a published judgement says."""

    process: Process
    plan: Assessment | None
    judgement: Assessment
    assessors: Sequence[Assessor]
    criteria: Sequence[ReportCriterion]
    answers: Sequence[ReportAnswer]
    conditions: Sequence[SettledNote]
    """Conditions that somebody described, with the settled value."""
    factors: Sequence[SettledNote]
    pledges: Sequence[PledgeLine]
    findings: Mapping[str, Finding]
    agreement: Agreement
    snapshot: ScoreSnapshot | None

    @property
    def notes(self) -> dict[str, SettledNote]:
        """Return the conditions and context factors by code."""
        return {note.code: note for note in (*self.conditions, *self.factors)}


def study_report(process: Process, today: date) -> StudyReport | None:
    """Return the report of the judgement in force of a process, None before its publication.

    What is planned and judged is counted from the frozen answers, so it equals the frozen JSON.
    """
    assessments = public_assessments(process.id)
    plan, judgement = plan_and_judgement_in_force(assessments)
    if judgement is None:
        return None
    snapshot = newest_snapshot(process.id)
    document = json.loads(snapshot.document) if snapshot else None
    conditions = load_framework()["enabling_conditions"]
    notes = settled_notes(judgement)
    return StudyReport(
        process=process,
        plan=plan,
        judgement=judgement,
        assessors=saved_assessors(judgement),
        criteria=_criteria(plan, judgement, document),
        answers=_answers(judgement),
        conditions=[note for note in notes if note.code in conditions],
        factors=[note for note in notes if note.code not in conditions],
        pledges=pledge_lines(assessments, today, measured_indicators(document) if document else {}),
        findings=current_findings(judgement),
        agreement=assessor_agreement(judgement),
        snapshot=snapshot,
    )


def _criteria(
    plan: Assessment | None, judgement: Assessment, document: Mapping[str, Any] | None
) -> list[ReportCriterion]:
    planned = criterion_scores(plan) if plan else {}
    judged = criterion_scores(judgement)
    logged = document["criteria"] if document else {}
    return [
        ReportCriterion(
            name,
            names,
            percent_or_none(planned.get(name)),
            percent_or_none(judged.get(name)),
            percent_or_none(logged.get(name, {}).get("logged")),
        )
        for name, names in load_framework()["criteria"].items()
    ]


def _answers(judgement: Assessment) -> list[ReportAnswer]:
    values = [judgement_by(judgement, row) for row in saved_assessors(judgement)]
    settled = settled_values(judgement)
    return [
        ReportAnswer(one, tuple(value[one.id] for value in values), settled[one.id])
        for one in questions(judgement.framework)
    ]
