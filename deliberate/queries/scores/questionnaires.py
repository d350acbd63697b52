"""Questionnaires of what people experienced: those of a process, and their figures."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import func, select

from deliberate.citivoice.framework.questionnaires import Question, load_questions
from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    Interaction,
    Person,
    ProcessInstitution,
    Questionnaire,
    QuestionnaireAnswer,
    QuestionnaireRoll,
)
from deliberate.models.log.detached import log_path, read_detached
from deliberate.queries.scores.inclusion import TAKING_PART
from deliberate.vocabulary import QuestionnaireAudience, Role

CANNOT_SAY = 0
VALUES = (1, 2, 3, 4, 5)
AGREES = 4
"""The smallest value that is agreement."""
LEAST_ANSWERS = {QuestionnaireAudience.PARTICIPANTS: 10, QuestionnaireAudience.ORGANISERS: 5}
"""Answers below which a figure is not shown; few people run a process."""


@dataclass(frozen=True)
class ExperiencedFigure:
    """How many agreed with a statement, of those who could say."""

    question: Question
    audience: QuestionnaireAudience
    people: int
    """Answers other than “cannot say”."""
    agreed: int | None
    """None where too few answered."""
    low: float | None = None
    high: float | None = None

    @property
    def share(self) -> float | None:
        """Return the share that agreed."""
        return None if self.agreed is None else self.agreed / self.people


@dataclass(frozen=True)
class QuestionnaireFigures:
    """A published questionnaire with its figures, and the people who answered."""

    questionnaire: Questionnaire
    people: int
    figures: Sequence[ExperiencedFigure]


def list_questionnaires(process_id: int) -> Sequence[Questionnaire]:
    """Return the questionnaires of a process, the participants' one first."""
    own = select(Questionnaire).where(Questionnaire.process_id == process_id)
    return db.session.scalars(own.order_by(Questionnaire.audience.desc())).all()


def get_questionnaire(process_id: int, audience: QuestionnaireAudience) -> Questionnaire | None:
    """Return the questionnaire of a process for an audience."""
    return db.session.scalar(
        select(Questionnaire).where(
            Questionnaire.process_id == process_id, Questionnaire.audience == audience
        )
    )


def has_open_questionnaire(process_id: int) -> bool:
    """Return whether residents who took part in a process are asked now."""
    questionnaire = get_questionnaire(process_id, QuestionnaireAudience.PARTICIPANTS)
    return questionnaire is not None and questionnaire.is_open


def questions_of(questionnaire: Questionnaire) -> tuple[Question, ...]:
    """Return the questions that a questionnaire asks, in the version that it was opened with."""
    return load_questions(questionnaire.version).questions[questionnaire.audience]


def has_answered(person: Person, questionnaire: Questionnaire) -> bool:
    """Return whether a person has answered a questionnaire."""
    return db.session.get(QuestionnaireRoll, (questionnaire.id, person.id)) is not None


def has_taken_part(person: Person, questionnaire: Questionnaire) -> bool:
    """Return whether a person took part in a process before its questionnaire opened.

    Later acts do not qualify: new accounts could fill the answers otherwise.
    """
    acts = select(Interaction.id).where(
        Interaction.actor_id == person.actor_id,
        Interaction.process_id == questionnaire.process_id,
        Interaction.kind.in_(TAKING_PART),
        Interaction.occurred_at < questionnaire.opened_at,
    )
    if db.session.scalar(acts.limit(1)) is not None:
        return True
    asked = {"actor": person.actor_id, "process": questionnaire.process_id}
    before = "actor_id = $actor AND process_id = $process AND occurred_at < $opened"
    opened = questionnaire.opened_at.astimezone(UTC).replace(tzinfo=None)
    detached = read_detached(db.session(), log_path(), before, {**asked, "opened": opened})
    return any(act.kind in TAKING_PART for act in detached)


def works_in_process(person: Person, process_id: int) -> bool:
    """Return whether the institution of a person has a part in a process."""
    part = select(ProcessInstitution.id).where(
        ProcessInstitution.process_id == process_id,
        ProcessInstitution.institution_id == person.institution_id,
    )
    return db.session.scalar(part.limit(1)) is not None


def list_organisers(process_id: int) -> Sequence[Person]:
    """Return those whom the organisers' questionnaire of a process asks.

    They are the staff of the institutions that have a part in it, moderators and administrators.
    """
    parts = select(ProcessInstitution.institution_id).where(
        ProcessInstitution.process_id == process_id
    )
    is_staff = (Person.role == Role.STAFF) & Person.institution_id.in_(parts)
    runs = is_staff | Person.role.in_((Role.MODERATOR, Role.ADMIN))
    people = select(Person).where(runs, Person.erased_at.is_(None)).order_by(Person.id)
    return db.session.scalars(people).all()


def list_due_questionnaires() -> Sequence[int]:
    """Return the ids of the questionnaires that have ended and are not published."""
    due = select(Questionnaire.id).where(
        Questionnaire.closes_at <= now(), Questionnaire.published_at.is_(None)
    )
    return db.session.scalars(due.order_by(Questionnaire.id)).all()


def count_answered(questionnaire_id: int) -> int:
    """Return the number of people who answered."""
    roll = select(func.count(QuestionnaireRoll.person_id))
    answered = roll.where(QuestionnaireRoll.questionnaire_id == questionnaire_id)
    return db.session.scalar(answered) or 0


def experienced_figures(process_id: int) -> list[QuestionnaireFigures]:
    """Return the figures of the published questionnaires of a process."""
    return [
        QuestionnaireFigures(row, count_answered(row.id), _figures(row))
        for row in list_questionnaires(process_id)
        if row.published_at is not None
    ]


def experienced_by_criterion(process_id: int) -> dict[str, list[ExperiencedFigure]]:
    """Return the figures that stand beside each criterion, each on its own, never averaged."""
    criteria: dict[str, list[ExperiencedFigure]] = defaultdict(list)
    for published in experienced_figures(process_id):
        for figure in published.figures:
            criteria[figure.question.criterion].append(figure)
    return dict(criteria)


def _figures(questionnaire: Questionnaire) -> list[ExperiencedFigure]:
    audience = QuestionnaireAudience(questionnaire.audience)
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    answers = (
        select(QuestionnaireAnswer.question, QuestionnaireAnswer.value, func.count())
        .where(QuestionnaireAnswer.questionnaire_id == questionnaire.id)
        .group_by(QuestionnaireAnswer.question, QuestionnaireAnswer.value)
    )
    for question, value, people in db.session.execute(answers):
        counts[question][value] = people
    questions = questions_of(questionnaire)
    return [_figure(question, audience, counts[question.id]) for question in questions]


def _figure(
    question: Question, audience: QuestionnaireAudience, counts: Counter[int]
) -> ExperiencedFigure:
    people = sum(counts[value] for value in VALUES)
    if people < LEAST_ANSWERS[audience]:
        return ExperiencedFigure(question, audience, people, None)
    from deliberate.citivoice.indicators.formulas import wilson

    agreed = sum(counts[value] for value in VALUES if value >= AGREES)
    return ExperiencedFigure(question, audience, people, agreed, *wilson(agreed, people))
