"""Judgements of residents: does a response answer the proposal, is the result really built."""

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.days import local_today
from deliberate.models import Judgement, Person, Response
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.responses import may_judge
from deliberate.queries.responses.responses import are_delivered, list_commitments_of
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.responses import OutcomeChecked, ResponseJudged

ANSWERS = ("yes", "partly", "no")


def judge_response(
    resident: Person,
    response: Response,
    answer: str,
    reason: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Judge whether a response answers the proposal; a new judgement replaces the old one."""
    with recorded(resident, ResponseJudged, context) as act:
        require(may_judge(resident))
        act.lock(response)
        _record_judgement(act, resident, response, "answers", answer, reason)
        act.about(response, answers_it=answer)


def check_outcome(
    resident: Person,
    response: Response,
    answer: str,
    reason: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Judge whether the commitments were carried out, once none of them is due any more."""
    with recorded(resident, OutcomeChecked, context) as act:
        require(may_judge(resident))
        if not _is_delivered(act.lock(response)):
            raise Refused(_("You can answer this once the commitments are due."))
        _record_judgement(act, resident, response, "built", answer, reason)
        act.about(response, built=answer)


def _is_delivered(response: Response) -> bool:
    today = local_today(response.proposal.process)
    return are_delivered(list_commitments_of(response.proposal_id), today)


def _record_judgement(
    act: Act[...], resident: Person, response: Response, question: str, answer: str, reason: str
) -> None:
    if answer not in ANSWERS:
        raise InvalidInput(_("Choose yes, partly or no."))
    judgement = act.session.scalar(
        select(Judgement).where(
            Judgement.response_id == response.id,
            Judgement.question == question,
            Judgement.person_id == resident.id,
        )
    )
    if judgement is None:
        judgement = Judgement(response_id=response.id, question=question, person_id=resident.id)
        act.session.add(judgement)
    elif judgement.answer == answer and judgement.reason == clean_line(reason):
        raise Refused(_("You already gave this answer."))
    else:
        _change_count(response, question, judgement.answer, -1)
    judgement.answer, judgement.reason = answer, clean_line(reason)[:500]
    judgement.judged_at = now()
    _change_count(response, question, answer, 1)


def _change_count(response: Response, question: str, answer: str, difference: int) -> None:
    name = f"{question}_{answer}"
    setattr(response, name, getattr(response, name) + difference)
