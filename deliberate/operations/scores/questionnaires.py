"""Questionnaires at the close of a process: open, answer in secret, publish in numbers.

As with ballots, the log has that a person answered. Each answer is stored under a random key of its
own, so that no two answers can be joined, neither with one another nor with a person.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.citivoice.framework.questionnaires import load_questions
from deliberate.clock import now
from deliberate.days import end_of_day, local_date
from deliberate.models import (
    Person,
    Process,
    Questionnaire,
    QuestionnaireAnswer,
    QuestionnaireRoll,
)
from deliberate.models.scores.questionnaire import answer_box_root
from deliberate.operations.notices.notices import notify_person, notify_process
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.scores.questionnaires import may_answer, may_open_questionnaire
from deliberate.queries.scores.questionnaires import (
    CANNOT_SAY,
    VALUES,
    count_answered,
    list_due_questionnaires,
    list_organisers,
    questions_of,
)
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.vocabulary import QuestionnaireAudience
from deliberate.vocabulary.events.scores import (
    QuestionnaireAnswered,
    QuestionnaireOpened,
    QuestionnairePublished,
)
from deliberate.vocabulary.notices import OrganisersAskedNotice, QuestionnaireOpenedNotice

FEWEST_DAYS, MOST_DAYS = 7, 60


def open_questionnaire(
    admin: Person,
    process: Process,
    audience: QuestionnaireAudience,
    days: int,
    *,
    context: RequestContext = NO_REQUEST,
) -> Questionnaire:
    """Open a questionnaire for some days; it is published when they are over. Raises Refused."""
    with recorded(admin, QuestionnaireOpened, context) as act:
        require(may_open_questionnaire(act.lock(admin), act.lock(process), audience))
        if not FEWEST_DAYS <= days <= MOST_DAYS:
            raise InvalidInput(
                _("From %(least)s to %(most)s days.", least=FEWEST_DAYS, most=MOST_DAYS)
            )
        catalogue = load_questions()
        questionnaire = Questionnaire(
            process_id=process.id,
            audience=audience,
            version=catalogue.version,
            opened_by_id=admin.id,
            closes_at=end_of_day(process, local_date(process, now()) + timedelta(days=days)),
        )
        act.session.add(questionnaire)
        act.about(
            questionnaire,
            audience=audience,
            questions=len(catalogue.questions[audience]),
            closes=int(questionnaire.closes_at.timestamp()),
        )
        _notify_asked(act, process, audience)
    return questionnaire


def _notify_asked(act: Act[...], process: Process, audience: QuestionnaireAudience) -> None:
    """Notify those whom a questionnaire asks; whoever opened it knows."""
    if audience == QuestionnaireAudience.PARTICIPANTS:
        notify_process(act, process, QuestionnaireOpenedNotice())
        return
    for person in list_organisers(process.id):
        if act.actor is None or person.id != act.actor.id:
            notify_person(act, person, OrganisersAskedNotice(), process=process)


def answer_questionnaire(
    person: Person,
    questionnaire: Questionnaire,
    answers: Mapping[str, int],
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Answer every question of a questionnaire, once; nobody can change it. Raises Refused."""
    with recorded(person, QuestionnaireAnswered, context) as act:
        require(may_answer(act.lock(person), act.lock(questionnaire)))
        asked = {question.id for question in questions_of(questionnaire)}
        if answers.keys() != asked or not set(answers.values()) <= {CANNOT_SAY, *VALUES}:
            raise InvalidInput(_("Answer every question; “cannot say” is an answer too."))
        act.session.add(QuestionnaireRoll(questionnaire_id=questionnaire.id, person_id=person.id))
        act.session.add_all(
            QuestionnaireAnswer(
                key=secrets.token_hex(32),
                questionnaire_id=questionnaire.id,
                question=question,
                value=value,
            )
            for question, value in answers.items()
        )
        act.about(questionnaire)


def publish_closed_questionnaires() -> int:
    """Publish each questionnaire that has ended; return how many."""
    due = list_due_questionnaires()
    for questionnaire_id in due:
        with suppress(Refused):  # another host published it meanwhile
            _publish(questionnaire_id)
    return len(due)


def _publish(questionnaire_id: int) -> None:
    """Log a hash over the answers: from then on a changed or dropped answer is found."""
    with recorded(None, QuestionnairePublished) as act:
        questionnaire = act.lock(act.session.get_one(Questionnaire, questionnaire_id))
        if questionnaire.published_at is not None or questionnaire.is_open:
            raise Refused(_("This questionnaire is open, or published already."))
        lines = act.session.execute(
            select(
                QuestionnaireAnswer.key, QuestionnaireAnswer.question, QuestionnaireAnswer.value
            ).where(QuestionnaireAnswer.questionnaire_id == questionnaire_id)
        )
        questionnaire.box_root = answer_box_root(questionnaire, lines.all())
        questionnaire.published_at = now()
        act.about(
            questionnaire,
            audience=QuestionnaireAudience(questionnaire.audience),
            people=count_answered(questionnaire_id),
            root=questionnaire.box_root,
        )
