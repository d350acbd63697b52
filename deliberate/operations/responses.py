"""The authority answers: publishing an official response with its commitments."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.models import Commitment, Institution, Person, Proposal, Response
from deliberate.permissions import Refused, is_final, may_answer, require
from deliberate.queries.calendar import local_day
from deliberate.recording import Act, recorded
from deliberate.text import RENDERER, clean, clean_line, to_html, to_plain
from deliberate.vocabulary import Decision, Ground, Kind


def publish_response(
    responder: Person,
    proposal: Proposal,
    decision: Decision,
    headline: str,
    body: str,
    *,
    grounds: Sequence[Ground] = (),
    commitments: Sequence[tuple[str, Institution, date]] = (),
    answers: Sequence[int] = (),
    language: str = "id",
) -> Response:
    """Publish an official response; a later one is a new version beside the old.

    A refusal, whole or in part, needs a reason and a ground.
    """
    with recorded(responder, Kind.RESPONSE_PUBLISHED) as act:
        require(may_answer(responder, act.locked(proposal)))
        if decision in {Decision.NOT_ACCEPTED, Decision.ACCEPTED_IN_PART} and not grounds:
            raise Refused(_("A refusal needs a ground: law, budget, technical or other."))
        response = Response(
            proposal=proposal,
            version=_next_version(act, proposal),
            institution_id=responder.institution_id,
            responder_id=responder.id,
            decision=decision,
            headline=clean_line(headline),
            body=clean(body),
            grounds=[ground.value for ground in grounds],
            dated=local_day(proposal.process, now()),
            published_at=now(),
            language=language,
        )
        response.body_html, response.renderer = to_html(response.body), RENDERER
        response.commitments = [
            Commitment(what=clean_line(what), institution_id=office.id, due_on=due)
            for what, office, due in commitments
        ]
        act.session.add(response)
        proposal.decision = decision
        if is_final(decision) and proposal.answered_at is None:
            proposal.answered_at = response.published_at
        _about(act, response, answers)
    return response


def _next_version(act: Act, proposal: Proposal) -> int:
    last = act.session.scalar(
        select(func.max(Response.version)).where(Response.proposal_id == proposal.id)
    )
    return (last or 0) + 1


def _about(act: Act, response: Response, answers: Sequence[int]) -> None:
    act.session.flush()
    same = act.session.scalar(
        select(func.count(Response.id)).where(
            Response.body == response.body, Response.id != response.id
        )
    )
    act.about(
        response,
        written=f"{response.headline}\n\n{response.body}",
        salt=response.salt,
        decision=response.decision.value,
        points=0,
        reason_chars=len(to_plain(response.body_html)),
        grounds=len(response.grounds),
        answers=list(answers),
        commitments=len(response.commitments),
        repeats=same or 0,
    )
