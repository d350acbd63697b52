"""Publication of official responses with their points and commitments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.days import local_today
from deliberate.models import (
    AnsweredComment,
    Comment,
    Commitment,
    Institution,
    Person,
    Proposal,
    Referral,
    Response,
    ResponseDraft,
)
from deliberate.operations.notices.notices import notify_participants
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.responses import may_respond
from deliberate.queries.responses.response_owner import missing_signatory_ids, signatory_ids
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import RENDERER, clean, clean_line, to_html, to_plain
from deliberate.vocabulary import ResponseDecision, ResponseGround
from deliberate.vocabulary.codes import is_final_response
from deliberate.vocabulary.events.responses import ResponsePublished
from deliberate.vocabulary.notices import (
    InterimResponseNotice,
    NewResponseVersionNotice,
    NoticeEvent,
    ResponseNotice,
)

REFUSAL_DECISIONS = {ResponseDecision.NOT_ACCEPTED, ResponseDecision.ACCEPTED_IN_PART}
DEFAULT_STUDY_PERIOD = timedelta(days=60)
"""The time to the date of a decision "needs study" where none is given."""


@dataclass(frozen=True)
class Point:
    """A point of a response; the verdict is accepted, accepted_in_part, not_accepted or open."""

    text: str
    verdict: str
    reason: str = ""
    ground: str = ""
    reference: str = ""
    answers: tuple[int, ...] = ()
    """The ids of the comments that the point answers."""


class ResponseConflict(Exception):
    """A colleague published a newer version, available as `response`."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"the current version is {response.version}")
        self.response = response


def publish_response(
    responder: Person,
    proposal: Proposal,
    decision: ResponseDecision,
    headline: str,
    body: str,
    *,
    grounds: Sequence[ResponseGround] = (),
    commitments: Sequence[tuple[str, Institution, date]] = (),
    answers: Sequence[int] = (),
    points: Sequence[Point] = (),
    study_until: date | None = None,
    outside_body: str = "",
    note: str = "",
    base_version: int | None = None,
    draft: ResponseDraft | None = None,
    language: str = "id",
    context: RequestContext = NO_REQUEST,
) -> Response:
    """Publish a version of the official response to a proposal and return it.

    A refusal, in whole or in part, needs a reason and a ground. `answers` are the ids of the
    comments answered by the response as a whole. `base_version` is the version that the responder
    knew: ResponseConflict is raised if there is a newer one. The draft is deleted by the act.
    """
    with recorded(responder, ResponsePublished, context) as act:
        require(may_respond(responder, act.lock(proposal)))
        latest = _latest_response(act, proposal)
        if base_version is not None and latest is not None and latest.version > base_version:
            raise ResponseConflict(latest)
        is_final = is_final_response(decision, clean_line(outside_body))
        signatories = _require_check_and_signatures(act, responder, proposal, is_final, draft)
        response = Response(
            proposal=proposal,
            version=latest.version + 1 if latest else 1,
            institution_id=responder.institution_id,
            responder_id=responder.id,
            decision=decision,
            headline=clean_line(headline),
            body=clean(body),
            grounds=_all_grounds(grounds, points),
            points=[_point_json(point) for point in points],
            dated=local_today(proposal.process),
            published_at=now(),
            language=language,
            signatories=signatories,
            outside_body=clean_line(outside_body),
            note=clean_line(note),
        )
        response.body_html, response.renderer = to_html(response.body), RENDERER
        if decision == ResponseDecision.NOT_OURS and not _names_responsible_body(act, response):
            raise InvalidInput(_("Name the responsible body, or refer the proposal first."))
        response.study_until = _study_date(proposal, decision, study_until, latest)
        _require_reasons(response)
        response.commitments = _build_commitments(response, commitments)
        act.session.add(response)
        _update_proposal(proposal, response)
        comment_ids = _record_answered_comments(act, response, answers, points)
        _describe(act, response, comment_ids)
        if draft is not None:
            act.session.delete(draft)
        _notify(act, response)
    return response


def _latest_response(act: Act[...], proposal: Proposal) -> Response | None:
    return act.session.scalar(
        select(Response)
        .where(Response.proposal_id == proposal.id)
        .order_by(Response.version.desc())
        .limit(1)
    )


def _require_check_and_signatures(
    act: Act[...],
    responder: Person,
    proposal: Proposal,
    is_final: bool,
    draft: ResponseDraft | None,
) -> list[int]:
    """Return the ids of the institutions that signed the draft.

    Raises Refused if a check or, for a final response, a signature is missing.
    """
    institution = responder.institution
    revision = act.lock(draft).revision if draft else None
    if institution is not None and institution.needs_check:
        is_checked = draft is not None and draft.checked_revision == revision
        if not is_checked:
            raise Refused(_("A colleague must check this response before it is published."))
    missing = missing_signatory_ids(proposal.process, responder.institution_id, draft)
    if missing and is_final:
        raise Refused(_("Not every institution that must sign has signed this response."))
    return sorted(signatory_ids(draft.id, draft.revision)) if draft else []


def _all_grounds(grounds: Iterable[ResponseGround], points: Iterable[Point]) -> list[str]:
    names = [ground.value for ground in grounds]
    names += [point.ground for point in points if point.ground]
    return list(dict.fromkeys(names))


def _point_json(point: Point) -> dict[str, object]:
    return {
        "text": clean_line(point.text),
        "verdict": point.verdict,
        "reason": clean(point.reason),
        "ground": point.ground,
        "reference": clean_line(point.reference),
        "answers": list(point.answers),
    }


def _study_date(
    proposal: Proposal, decision: ResponseDecision, until: date | None, latest: Response | None
) -> date | None:
    """Return the date by which a decision "needs study" becomes final; it is set only once."""
    if decision != ResponseDecision.NEEDS_STUDY:
        return None
    if latest is not None and latest.study_until is not None:
        raise InvalidInput(_("This proposal already has a second date; decide now."))
    today = local_today(proposal.process)
    study_until = until or today + DEFAULT_STUDY_PERIOD
    if study_until <= today:
        raise InvalidInput(_("The second date must be in the future."))
    return study_until


def _require_reasons(response: Response) -> None:
    if response.decision in REFUSAL_DECISIONS:
        if not response.grounds:
            raise InvalidInput(_("A refusal needs a ground: law, budget, technical or other."))
        reasons = [response.body, *(point["reason"] for point in response.points)]
        if not any(reasons):
            raise InvalidInput(_("A refusal needs a reason."))
    for point in response.points:
        is_refused = point["verdict"] in {"not_accepted", "accepted_in_part"}
        if is_refused and not (point["reason"] and point["ground"]):
            raise InvalidInput(_("A point that is not accepted needs a reason and a ground."))


def _build_commitments(
    response: Response, commitments: Iterable[tuple[str, Institution, date]]
) -> list[Commitment]:
    rows = [
        Commitment(what=clean_line(what), institution_id=institution.id, due_on=due_on)
        for what, institution, due_on in commitments
    ]
    if any(row.due_on < response.dated for row in rows):
        raise InvalidInput(_("The date of a commitment must be in the future."))
    return rows


def _update_proposal(proposal: Proposal, response: Response) -> None:
    """Copy the decision to the proposal and store the first responder as responsible."""
    proposal.decision = response.decision
    if proposal.institution_id is None:
        proposal.institution_id = response.institution_id
    if response.is_final and proposal.answered_at is None:
        proposal.answered_at = response.published_at


def _record_answered_comments(
    act: Act[...], response: Response, answers: Sequence[int], points: Sequence[Point]
) -> list[int]:
    """Store which comments are answered by which point and return their ids.

    Raises Refused for a comment of another thread.
    """
    point_numbers = _point_numbers(answers, points)
    existing = act.session.scalars(
        select(Comment.id).where(
            Comment.proposal_id == response.proposal.id, Comment.id.in_(point_numbers)
        )
    )
    if len(existing.all()) != len(point_numbers):
        raise InvalidInput(_("An answered comment belongs to another thread."))
    act.session.flush()
    act.session.add_all(
        AnsweredComment(response_id=response.id, comment_id=comment_id, point=number)
        for comment_id, number in point_numbers.items()
    )
    return list(point_numbers)


def _point_numbers(answers: Sequence[int], points: Sequence[Point]) -> dict[int, int]:
    """Return the number of the point that answers each comment, 0 for the response as a whole."""
    point_numbers = dict.fromkeys(answers, 0)
    for number, point in enumerate(points, 1):
        point_numbers.update(dict.fromkeys(point.answers, number))
    return point_numbers


def _describe(act: Act[...], response: Response, answers: Sequence[int]) -> None:
    repeats = act.session.scalar(
        select(func.count(Response.id)).where(
            Response.body == response.body, Response.body != "", Response.id != response.id
        )
    )
    act.set_text(lambda: response.sealed_text, response)
    reason_chars = sum(len(point["reason"]) for point in response.points)
    act.describe(
        response,
        ResponsePublished(
            decision=response.decision,
            points=len(response.points),
            reason_chars=len(to_plain(response.body_html)) + reason_chars,
            grounds=len(response.grounds),
            answers=list(answers),
            commitments=len(response.commitments),
            repeats=repeats or 0,
        ),
    )


def _notify(act: Act[...], response: Response) -> None:
    notify_participants(act, response.proposal, _notice_on(response))


def _notice_on(response: Response) -> NoticeEvent:
    if response.is_first_final:
        return ResponseNotice(response=response.id)
    if response.proposal.answered_at is None:
        return InterimResponseNotice(response=response.id)
    return NewResponseVersionNotice(response=response.id)


def _names_responsible_body(act: Act[...], response: Response) -> bool:
    """Return whether an external body or a referral names who is responsible."""
    if response.outside_body:
        return True
    accepted = select(Referral.id).where(
        Referral.proposal_id == response.proposal.id,
        (Referral.accepted_at.is_not(None)) | (Referral.to_id.is_(None)),
    )
    return act.session.scalar(accepted.limit(1)) is not None
