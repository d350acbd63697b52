"""The authority answers: publishing an official response, its points, and what it promises."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.models import (
    Comment,
    Commitment,
    Institution,
    Person,
    Proposal,
    Referral,
    Response,
    ResponseAnswer,
    ResponseDraft,
)
from deliberate.operations.notices.notices import tell_people
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.responses import is_final, may_answer
from deliberate.queries.processes.working_days import local_day
from deliberate.queries.responses.response_owner import must_sign_ids, signed_ids
from deliberate.recording import Act, recorded
from deliberate.text import RENDERER, clean, clean_line, to_html, to_plain
from deliberate.vocabulary import Ground, Kind, ResponseDecision

REFUSALS = {ResponseDecision.NOT_ACCEPTED, ResponseDecision.ACCEPTED_IN_PART}
STUDY = timedelta(days=60)
"""How far the second date of an answer that needs study lies ahead when none is named."""


@dataclass(frozen=True)
class Point:
    """One point of an answer: accepted, accepted_in_part, not_accepted or open."""

    text: str
    verdict: str
    reason: str = ""
    ground: str = ""
    reference: str = ""
    answers: tuple[int, ...] = ()


class AnsweredMeanwhile(Exception):
    """A colleague published on the same proposal first; `response` is what stands now."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"version {response.version} stands")
        self.response = response


def publish_response(
    responder: Person,
    proposal: Proposal,
    decision: ResponseDecision,
    headline: str,
    body: str,
    *,
    grounds: Sequence[Ground] = (),
    commitments: Sequence[tuple[str, Institution, date]] = (),
    answers: Sequence[int] = (),
    language: str = "id",
    points: Sequence[Point] = (),
    study_until: date | None = None,
    outside_body: str = "",
    note: str = "",
    seen: int | None = None,
    draft: ResponseDraft | None = None,
) -> Response:
    """Publish an official response; a later one is a new version beside the old.

    A refusal, whole or in part, needs a reason and a ground. `seen` is the version the officer
    wrote after: raises AnsweredMeanwhile if a newer one stands. A draft goes with the act.
    """
    with recorded(responder, Kind.RESPONSE_PUBLISHED) as act:
        require(may_answer(responder, act.locked(proposal)))
        last = _last_response(act, proposal)
        if seen is not None and last is not None and last.version > seen:
            raise AnsweredMeanwhile(last)
        signed = _checked_and_signed(act, responder, proposal, decision, draft)
        response = Response(
            proposal=proposal,
            version=last.version + 1 if last else 1,
            institution_id=responder.institution_id,
            responder_id=responder.id,
            decision=decision,
            headline=clean_line(headline),
            body=clean(body),
            grounds=_all_grounds(grounds, points),
            points=[_kept(point) for point in points],
            dated=local_day(proposal.process, now()),
            published_at=now(),
            language=language,
            signatories=signed,
            outside_body=clean_line(outside_body),
            note=clean_line(note),
        )
        response.body_html, response.renderer = to_html(response.body), RENDERER
        if decision == ResponseDecision.NOT_OURS and not _is_passed_on(act, response):
            raise Refused(_("Say whose matter it is: name a body, or refer the proposal first."))
        response.study_until = _study_date(proposal, decision, study_until, last)
        _refuse_unreasoned(response)
        response.commitments = _promises(response, commitments)
        act.session.add(response)
        _stand(proposal, response)
        chosen = _answers(act, response, answers, points)
        _about(act, response, chosen)
        if draft is not None:
            act.session.delete(draft)
        _tell(act, response)
    return response


def _last_response(act: Act, proposal: Proposal) -> Response | None:
    return act.session.scalar(
        select(Response)
        .where(Response.proposal_id == proposal.id)
        .order_by(Response.version.desc())
        .limit(1)
    )


def _checked_and_signed(
    act: Act,
    responder: Person,
    proposal: Proposal,
    decision: ResponseDecision,
    draft: ResponseDraft | None,
) -> list[int]:
    """The institutions that signed; refuses what lacks a second pair of eyes or a signature."""
    office = responder.institution
    revision = act.locked(draft).revision if draft else None
    if office is not None and office.needs_check:
        passed = draft is not None and draft.checked_revision == revision
        if not passed:
            raise Refused(_("A colleague must check this answer before it is published."))
    signed = set(signed_ids(draft.id, draft.revision)) if draft else set()
    missing = must_sign_ids(proposal.process) - signed - {responder.institution_id}
    if missing and is_final(decision):
        raise Refused(_("Not every institution that must sign has signed this answer."))
    return sorted(signed)


def _all_grounds(grounds: Iterable[Ground], points: Iterable[Point]) -> list[str]:
    given = [ground.value for ground in grounds]
    return list(dict.fromkeys([*given, *(point.ground for point in points if point.ground)]))


def _kept(point: Point) -> dict[str, object]:
    return {
        "text": clean_line(point.text),
        "verdict": point.verdict,
        "reason": clean(point.reason),
        "ground": point.ground,
        "reference": clean_line(point.reference),
        "answers": list(point.answers),
    }


def _study_date(
    proposal: Proposal, decision: ResponseDecision, until: date | None, last: Response | None
) -> date | None:
    """The one second date of an answer that needs study; it is given once."""
    if decision != ResponseDecision.NEEDS_STUDY:
        return None
    if last is not None and last.study_until is not None:
        raise Refused(_("This proposal was given a second date already; decide now."))
    today = local_day(proposal.process, now())
    chosen = until or today + STUDY
    if chosen <= today:
        raise Refused(_("The second date lies in the future."))
    return chosen


def _refuse_unreasoned(response: Response) -> None:
    if response.decision in REFUSALS:
        if not response.grounds:
            raise Refused(_("A refusal needs a ground: law, budget, technical or other."))
        reasons = [response.body, *(point["reason"] for point in response.points)]
        if not any(reasons):
            raise Refused(_("A refusal needs a reason."))
    for point in response.points:
        refused = point["verdict"] in {"not_accepted", "accepted_in_part"}
        if refused and not (point["reason"] and point["ground"]):
            raise Refused(_("A point that is not accepted needs a reason and a ground."))


def _promises(
    response: Response, commitments: Iterable[tuple[str, Institution, date]]
) -> list[Commitment]:
    promises = [
        Commitment(what=clean_line(what), institution_id=office.id, due_on=due)
        for what, office, due in commitments
    ]
    if any(promise.due_on < response.dated for promise in promises):
        raise Refused(_("A commitment's date lies in the future."))
    return promises


def _stand(proposal: Proposal, response: Response) -> None:
    """What the proposal shows of its newest response; who answers first is the one asked."""
    proposal.decision = response.decision
    if proposal.institution_id is None:
        proposal.institution_id = response.institution_id
    final = is_final(response.decision) or bool(response.outside_body)
    if final and proposal.answered_at is None:
        proposal.answered_at = response.published_at


def _answers(
    act: Act, response: Response, whole: Sequence[int], points: Sequence[Point]
) -> list[int]:
    """Keep which comments are answered by which point; all stand in this proposal's thread."""
    chosen = dict.fromkeys(whole, 0)
    for number, point in enumerate(points, 1):
        chosen.update(dict.fromkeys(point.answers, number))
    found = act.session.scalars(
        select(Comment.id).where(
            Comment.proposal_id == response.proposal.id, Comment.id.in_(chosen)
        )
    )
    if len(found.all()) != len(chosen):
        raise Refused(_("An answered comment stands in another thread."))
    act.session.flush()
    act.session.add_all(
        ResponseAnswer(response_id=response.id, comment_id=comment_id, point=point)
        for comment_id, point in chosen.items()
    )
    return list(chosen)


def _about(act: Act, response: Response, answers: Sequence[int]) -> None:
    same = act.session.scalar(
        select(func.count(Response.id)).where(
            Response.body == response.body, Response.body != "", Response.id != response.id
        )
    )
    act.about(
        response,
        written=written_text(response),
        salt=response.salt,
        decision=response.decision.value,
        points=len(response.points),
        reason_chars=len(to_plain(response.body_html))
        + sum(len(point["reason"]) for point in response.points),
        grounds=len(response.grounds),
        answers=list(answers),
        commitments=len(response.commitments),
        repeats=same or 0,
    )


def written_text(response: Response) -> str:
    """Everything the answer says, as the log's proof of its content takes it."""
    said = [response.headline, response.body]
    said += [f"{p['text']}: {p['verdict']}. {p['reason']}" for p in response.points]
    return "\n\n".join(said)


def _tell(act: Act, response: Response) -> None:
    again = "response.again" if response.version > 1 else "response.published"
    told = {"response": response.id, "decision": response.decision.value}
    tell_people(act, again, response.proposal, **told)


def _is_passed_on(act: Act, response: Response) -> bool:
    """Whether "not ours" names whose it is: a body outside, or a referral that was taken."""
    if response.outside_body:
        return True
    accepted = select(Referral.id).where(
        Referral.proposal_id == response.proposal.id,
        (Referral.accepted_at.is_not(None)) | (Referral.to_id.is_(None)),
    )
    return act.session.scalar(accepted.limit(1)) is not None
