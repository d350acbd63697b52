"""Comparison of figures about a process with the log: population, counted groups, answers.

Each is bound by what the log has of it: the hash of the stated table, the numbers of the last
count, the hash over all answers of a questionnaire or of a survey of reasons, and over the
statements of the latter.
"""

import math
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deliberate.models import (
    GroupCount,
    Interaction,
    PopulationBand,
    Questionnaire,
    QuestionnaireAnswer,
    ReasonSurvey,
)
from deliberate.models.scores.questionnaire import answer_box_root
from deliberate.models.scores.reason_survey import reason_box_root, statements_hash
from deliberate.queries.log.page_faults import Entry, PageFault, select_entries
from deliberate.queries.scores.inclusion import list_population, population_hash
from deliberate.queries.scores.studies.reason_surveys import (
    compute_reason_index,
    reason_answer_lines,
)
from deliberate.vocabulary.events.scores import (
    BandCounted,
    GroupsCounted,
    PopulationStated,
    QuestionnaireOpened,
    QuestionnairePublished,
    ReasonSurveyOpened,
    ReasonSurveyPublished,
)

REASON_DAYS = (
    ("before_closes_at", "before_closes"),
    ("after_opens_at", "after_opens"),
    ("closes_at", "closes"),
)
"""Columns of the days of a survey of reasons, with the details of its opening."""
QUESTIONNAIRE_DAYS = (("closes_at", "closes"),)
Dated = Questionnaire | ReasonSurvey


def compare_process_figures(session: Session) -> Iterator[PageFault]:
    """Yield the figures of processes that differ from the log."""
    yield from _compare_population(session)
    yield from _compare_counts(session)
    yield from _compare_answers(session)
    yield from _compare_reason_surveys(session)


def _last_entries(session: Session, kind: str) -> dict[int, Entry]:
    """Return the last entry of a kind about each subject."""
    query = select_entries().where(Interaction.kind == kind)
    return {entry.subject_id: entry for entry in session.execute(query)}


def _compare_population(session: Session) -> Iterator[PageFault]:
    entries = _last_entries(session, PopulationStated.KIND)
    stated = set(session.scalars(select(PopulationBand.process_id).distinct()))
    for process_id in sorted(entries.keys() | stated):
        entry = entries.get(process_id)
        if entry is None:
            yield PageFault("population_band", process_id, "id")
        elif population_hash(list_population(process_id)) != entry.details["hash"]:
            yield PageFault("population_band", process_id, "share", entry.seq)


def _compare_counts(session: Session) -> Iterator[PageFault]:
    rounds = _last_entries(session, GroupsCounted.KIND)
    ended = _stated_since_count(session)
    stored: dict[int, dict[tuple[str, str], int]] = {process_id: {} for process_id in rounds}
    for row in session.scalars(select(GroupCount)):
        stored.setdefault(row.process_id, {})[row.field, row.band] = row.people
    for process_id, counts in sorted(stored.items()):
        entry = rounds.get(process_id)
        if entry is None:
            yield PageFault("group_count", process_id, "id")
            continue
        number = entry.details["round"]
        logged = {} if process_id in ended else _logged_counts(session, process_id, number)
        if counts != logged:
            yield PageFault("group_count", process_id, "people", entry.seq)


def _stated_since_count(session: Session) -> set[int]:
    """Return the processes with a table of the population newer than their last count."""
    last = {
        kind: dict(
            session.execute(
                select(Interaction.subject_id, func.max(Interaction.id))
                .where(Interaction.kind == kind)
                .group_by(Interaction.subject_id)
            ).all()
        )
        for kind in (PopulationStated.KIND, GroupsCounted.KIND)
    }
    counted = last[GroupsCounted.KIND]
    return {
        process_id
        for process_id, entry in last[PopulationStated.KIND].items()
        if process_id in counted and entry > counted[process_id]
    }


def _logged_counts(session: Session, process_id: int, number: int) -> dict[tuple[str, str], int]:
    """Return the people by field and band that the log has of a count."""
    query = select(Interaction.details).where(
        Interaction.kind == BandCounted.KIND, Interaction.subject_id == process_id
    )
    return {
        (details["field"], details["band"]): details["people"]
        for details in session.scalars(query)
        if details["round"] == number
    }


def _compare_answers(session: Session) -> Iterator[PageFault]:
    opened = _last_entries(session, QuestionnaireOpened.KIND)
    for questionnaire in session.scalars(select(Questionnaire).order_by(Questionnaire.id)):
        if entry := opened.get(questionnaire.id):
            yield from _compare_days(questionnaire, QUESTIONNAIRE_DAYS, entry)
    entries = _last_entries(session, QuestionnairePublished.KIND)
    published = select(Questionnaire).where(Questionnaire.published_at.is_not(None))
    for questionnaire in session.scalars(published.order_by(Questionnaire.id)):
        entry = entries.get(questionnaire.id)
        if entry is None:
            yield PageFault("questionnaire", questionnaire.id, "id")
        elif _root(session, questionnaire) != entry.details["root"]:
            yield PageFault("questionnaire", questionnaire.id, "answers", entry.seq)


def _root(session: Session, questionnaire: Questionnaire) -> str:
    lines = select(
        QuestionnaireAnswer.key, QuestionnaireAnswer.question, QuestionnaireAnswer.value
    ).where(QuestionnaireAnswer.questionnaire_id == questionnaire.id)
    return answer_box_root(questionnaire, session.execute(lines).all())


def _compare_days(row: Dated, days: Sequence[tuple[str, str]], entry: Entry) -> Iterator[PageFault]:
    """Yield the days that are not those of the act that opened it; earlier acts state none."""
    for column, name in days:
        stated = entry.details.get(name)
        if stated is not None and int(getattr(row, column).timestamp()) != stated:
            yield PageFault(row.__tablename__, row.id, column, entry.seq)


def _compare_reason_surveys(session: Session) -> Iterator[PageFault]:
    opened = _last_entries(session, ReasonSurveyOpened.KIND)
    ended = _last_entries(session, ReasonSurveyPublished.KIND)
    for survey in session.scalars(select(ReasonSurvey).order_by(ReasonSurvey.id)):
        entry = opened.get(survey.id)
        if entry is None:
            yield PageFault("reason_survey", survey.id, "id")
        elif statements_hash(survey.items) != entry.details["hash"]:
            yield PageFault("reason_survey", survey.id, "items", entry.seq)
        if entry is not None:
            yield from _compare_days(survey, REASON_DAYS, entry)
        if survey.published_at is not None:
            yield from _compare_published_reasons(survey, ended.get(survey.id))


def _compare_published_reasons(survey: ReasonSurvey, entry: Entry | None) -> Iterator[PageFault]:
    """Compare the answers of a published survey with its act, and its index with the answers."""
    root = reason_box_root(survey, reason_answer_lines(survey.id))
    if entry is None or root != entry.details["root"]:
        yield PageFault("reason_survey", survey.id, "answers", entry.seq if entry else None)
    elif not _is_same_index(survey.result, compute_reason_index(survey)):
        yield PageFault("reason_survey", survey.id, "result", entry.seq)


def _is_same_index(stored: object, computed: object) -> bool:
    """Return whether two results are alike; another machine may round numbers otherwise."""
    if isinstance(stored, dict) and isinstance(computed, dict):
        return stored.keys() == computed.keys() and all(
            _is_same_index(stored[name], computed[name]) for name in stored
        )
    if isinstance(stored, float) and isinstance(computed, float):
        return math.isclose(stored, computed, abs_tol=1e-9)
    return stored == computed
