"""Surveys of reasons: open, answer in secret twice, take back, publish the index.

The log has that a person answered, never what. The answers are stored under a key computed from a
secret of the survey, so that those before and after are joined; the secret is deleted at the end.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.days import end_of_day, local_today, start_of_day
from deliberate.models import Person, Process, ReasonAnswer, ReasonItem, ReasonRoll, ReasonSurvey
from deliberate.models.scores.reason_survey import (
    CONSIDERATION,
    PREFERENCE,
    reason_box_root,
    statements_hash,
)
from deliberate.operations.notices.notices import notify_process
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.scores.reason_surveys import (
    may_answer_reason_survey,
    may_open_reason_survey,
    may_withdraw_reason_answers,
)
from deliberate.queries.scores.studies.reason_surveys import (
    CANNOT_SAY,
    CONSIDERATIONS,
    HIGHEST,
    MAX_STATEMENT,
    PREFERENCES,
    compute_reason_index,
    list_due_reason_surveys,
    reason_answer_lines,
)
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.scores import (
    ReasonSurveyAnswered,
    ReasonSurveyOpened,
    ReasonSurveyPublished,
    ReasonSurveyWithdrawn,
)
from deliberate.vocabulary.notices import ReasonSurveyAfterNotice, ReasonSurveyOpenedNotice

Statement = tuple[str, str]
"""A statement in Indonesian and in English."""
MAX_DAYS = 730


@dataclass(frozen=True)
class SurveyDays:
    """The last day of the answers before, and the first and the last of those after."""

    before_until: date
    after_from: date
    after_until: date


def open_reason_survey(
    person: Person,
    process: Process,
    considerations: Sequence[Statement],
    preferences: Sequence[Statement],
    days: SurveyDays,
    *,
    context: RequestContext = NO_REQUEST,
) -> ReasonSurvey:
    """Open both questionnaires with their days; nothing of them changes later. Raises Refused."""
    with recorded(person, ReasonSurveyOpened, context) as act:
        require(may_open_reason_survey(act.lock(person), act.lock(process)))
        _require_statements(considerations, CONSIDERATIONS)
        _require_statements(preferences, PREFERENCES)
        _require_days(process, days)
        survey = ReasonSurvey(
            process_id=process.id,
            opened_by_id=person.id,
            before_closes_at=end_of_day(process, days.before_until),
            after_opens_at=start_of_day(process, days.after_from),
            closes_at=end_of_day(process, days.after_until),
        )
        survey.items = [
            *_items(CONSIDERATION, considerations),
            *_items(PREFERENCE, preferences),
        ]
        act.session.add(survey)
        act.about(
            survey,
            considerations=len(considerations),
            preferences=len(preferences),
            hash=statements_hash(survey.items),
            before_closes=int(survey.before_closes_at.timestamp()),
            after_opens=int(survey.after_opens_at.timestamp()),
            closes=int(survey.closes_at.timestamp()),
        )
        notify_process(act, process, ReasonSurveyOpenedNotice())
        notify_process(act, process, ReasonSurveyAfterNotice(), not_before=survey.after_opens_at)
    return survey


def _items(letter: str, statements: Sequence[Statement]) -> list[ReasonItem]:
    return [
        ReasonItem(name=f"{letter}{place}", text_id=indonesian, text_en=english)
        for place, (indonesian, english) in enumerate(statements, 1)
    ]


def _require_statements(statements: Sequence[Statement], limits: tuple[int, int]) -> None:
    fewest, most = limits
    texts = [text for pair in statements for text in pair]
    is_short = all(0 < len(text) <= MAX_STATEMENT for text in texts)
    if not fewest <= len(statements) <= most or not is_short:
        raise InvalidInput(
            _(
                "From %(fewest)s to %(most)s statements, each in both languages and of at most "
                "%(length)s characters.",
                fewest=fewest,
                most=most,
                length=MAX_STATEMENT,
            )
        )


def _require_days(process: Process, days: SurveyDays) -> None:
    today = local_today(process)
    if not today <= days.before_until < days.after_from <= days.after_until:
        raise InvalidInput(_("The days must follow one another, the first from today on."))
    if days.after_until > today + timedelta(days=MAX_DAYS):
        raise InvalidInput(_("The last day must be within two years."))


def answer_reason_survey(
    person: Person,
    survey: ReasonSurvey,
    values: Mapping[str, int],
    *,
    consents: bool,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Answer every statement at the present stage, once, by consent. Raises Refused."""
    with recorded(person, ReasonSurveyAnswered, context) as act:
        require(may_answer_reason_survey(act.lock(person), act.lock(survey)))
        if not consents:
            raise InvalidInput(_("Without your consent nothing is stored."))
        _require_values(survey, values)
        stage = survey.stage
        if stage is None:  # the end came between the check and here
            raise Refused(_("These questions have ended."))
        key = survey.key_of(person.id)
        act.session.add(ReasonRoll(survey_id=survey.id, stage=stage, person_id=person.id))
        act.session.add_all(
            ReasonAnswer(key=key, survey_id=survey.id, stage=stage, item=item, value=value)
            for item, value in values.items()
        )
        act.about(survey, stage=stage)


def _require_values(survey: ReasonSurvey, values: Mapping[str, int]) -> None:
    considerations = {item.name for item in survey.considerations}
    options = {item.name for item in survey.preferences}
    places = sorted(values.get(name, 0) for name in options)
    if values.keys() != considerations | options or not all(
        CANNOT_SAY <= values[name] <= HIGHEST for name in considerations
    ):
        raise InvalidInput(_("Answer every question; “cannot say” is an answer too."))
    if places != list(range(1, len(options) + 1)):
        raise InvalidInput(_("Give each option another place, from 1 on."))


def withdraw_reason_answers(
    person: Person, survey: ReasonSurvey, *, context: RequestContext = NO_REQUEST
) -> None:
    """Take the consent back and delete one's own answers of both stages. Raises Refused."""
    with recorded(person, ReasonSurveyWithdrawn, context) as act:
        require(may_withdraw_reason_answers(act.lock(person), act.lock(survey)))
        _delete_answers(act.session, survey, person.id)
        act.about(survey)


def delete_reason_answers(session: Session, person_id: int) -> None:
    """Delete the answers of an erased account, as long as a key tells which they are."""
    own = select(ReasonRoll.survey_id).where(ReasonRoll.person_id == person_id)
    surveys = select(ReasonSurvey).where(
        ReasonSurvey.id.in_(own), ReasonSurvey.link_key.is_not(None)
    )
    for survey in session.scalars(surveys).all():
        _delete_answers(session, survey, person_id)


def _delete_answers(session: Session, survey: ReasonSurvey, person_id: int) -> None:
    session.execute(delete(ReasonAnswer).where(ReasonAnswer.key == survey.key_of(person_id)))
    session.execute(
        delete(ReasonRoll).where(
            ReasonRoll.survey_id == survey.id, ReasonRoll.person_id == person_id
        )
    )


def publish_ended_reason_surveys() -> int:
    """Publish the index of each survey that has ended; return how many."""
    due = list_due_reason_surveys()
    for survey_id in due:
        with suppress(Refused):  # another host published it meanwhile
            _publish(survey_id)
    return len(due)


def _publish(survey_id: int) -> None:
    """Compute the index, log a hash over the answers, and delete the key that joins them."""
    with recorded(None, ReasonSurveyPublished) as act:
        survey = act.lock(act.session.get_one(ReasonSurvey, survey_id))
        if survey.published_at is not None or not survey.has_ended:
            raise Refused(_("These questions are open, or published already."))
        survey.result = compute_reason_index(survey)
        survey.box_root = reason_box_root(survey, reason_answer_lines(survey_id))
        survey.published_at = now()
        survey.link_key = None
        act.about(survey, pairs=survey.result["pairs"], root=survey.box_root)
