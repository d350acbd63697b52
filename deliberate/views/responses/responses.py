"""Public pages of official responses: their lists, a response, and residents' judgements."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations.responses.cases import settle_question
from deliberate.operations.responses.judgements import check_outcome, judge_response
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.proposals.proposals import is_author
from deliberate.queries.proposals.timeline import get_timeline
from deliberate.queries.responses.commitments import list_commitments
from deliberate.queries.responses.institution_figures import (
    list_institution_figures,
    list_often_referred_proposals,
    total_figures,
)
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.queries.responses.response_owner import get_case
from deliberate.queries.responses.responses import (
    PAGE,
    PendingResponse,
    get_response,
    get_visible_proposal,
    list_judgement_reasons,
    list_pending_responses,
    list_response_cards,
    newest_responses,
)
from deliberate.queries.threads.open_questions import (
    get_question,
    list_own_open_questions,
    open_arguments,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import (
    current_person,
    date_arg,
    get_or_404,
    int_arg,
    moment_arg,
    request_context,
    signed_in_person,
)
from deliberate.views.site.sharing.share_cards import response_share_card

if TYPE_CHECKING:
    from deliberate.models import Commitment, Response

    Rows = Sequence[PendingResponse] | Sequence[Response] | Sequence[Commitment]

blueprint = LocalizedBlueprint("responses", url_prefix="/responses")
LISTS = ("waiting", "given", "due", "late", "fulfilled", "dropped")


@blueprint.page("", "public", cached=True)
def index() -> ResponseReturnValue:
    """Show pending and published responses, commitments, and figures by institution."""
    list_name = request.args.get("list", "waiting")
    list_name = list_name if list_name in LISTS else "waiting"
    institution_id = int_arg("institution")
    rows, next_key = _rows(list_name, institution_id)
    figures = list_institution_figures()
    return render_template(
        "responses/index.html",
        list_name=list_name,
        institution_id=institution_id,
        rows=rows[:PAGE],
        next_url=_next_url(list_name, institution_id, next_key),
        figures=[*figures, *total_figures(figures)],
        institutions=list_institutions(),
        localized_name=localized_name,
        often_referred=list_often_referred_proposals(),
    )


def _next_url(list_name: str, institution_id: int | None, next_key: tuple[str, int] | None) -> str:
    """Return the URL of the next page of a list, an empty string on the last page."""
    if next_key is None:
        return ""
    after, after_id = next_key
    return url_for(
        "responses.index", list=list_name, institution=institution_id, after=after, id=after_id
    )


def _rows(list_name: str, institution_id: int | None) -> "tuple[Rows, tuple[str, int] | None]":
    """Return the rows of a list after the position in the URL, and the key of the next page."""
    if list_name == "waiting":
        pending = list_pending_responses(institution_id, _after_moment())
        last = pending[PAGE - 1].proposal if len(pending) > PAGE else None
        if last is None or last.qualified_at is None:
            return pending, None
        return pending, (last.qualified_at.isoformat(), last.id)
    if list_name == "given":
        responses = newest_responses(institution_id, _after_moment())
        last_response = responses[PAGE - 1] if len(responses) > PAGE else None
        key = (last_response.published_at.isoformat(), last_response.id) if last_response else None
        return responses, key
    commitments = list_commitments(list_name, institution_id, _after_day())
    last_commitment = commitments[PAGE - 1] if len(commitments) > PAGE else None
    key = (last_commitment.due_on.isoformat(), last_commitment.id) if last_commitment else None
    return commitments, key


def _after_moment() -> tuple[datetime, int] | None:
    moment = moment_arg("after")
    return (moment, int_arg("id") or 0) if moment else None


def _after_day() -> tuple[date, int] | None:
    day = date_arg("after")
    return (day, int_arg("id") or 0) if day else None


@blueprint.page("/<id:proposal_id>", "public", cached=True)
def show(proposal_id: int) -> ResponseReturnValue:
    """Show the response to a proposal with all versions and the arguments it leaves open.

    A merged proposal without a response of its own redirects to the one it was merged into.
    """
    person, proposal = current_person(), get_or_404(get_visible_proposal(proposal_id))
    cards = list_response_cards(proposal_id, person)
    if proposal.merged_into_id is not None and not cards:
        return redirect(url_for("responses.show", proposal_id=proposal.merged_into_id))
    case = get_case(proposal_id)
    return render_template(
        "responses/show.html",
        proposal=proposal,
        cards=cards,
        share_card=response_share_card(proposal, cards[0]) if cards else None,
        items=get_timeline(proposal, cards),
        open_arguments=open_arguments(proposal_id),
        reasons=list_judgement_reasons(cards[0].response.id) if cards else [],
        asking_case=case if case and case.awaits_author(now()) else None,
        is_author=bool(is_author(person, proposal)),
        my_questions=list_own_open_questions(person, proposal_id) if person else [],
    )


@blueprint.page(
    "/questions/<id:comment_id>/settle", "signed_in", methods=["POST"], rate_limit=CLICKS
)
def settle(comment_id: int) -> ResponseReturnValue:
    """Mark a question to the authority as answered, as its author."""
    comment = get_or_404(get_question(comment_id))
    settle_question(signed_in_person(), comment, context=request_context())
    return redirect_with_message(
        url_for("responses.show", proposal_id=comment.proposal_id),
        _("Your question is marked as answered."),
    )


@blueprint.page("/<id:response_id>/judge", "signed_in", methods=["POST"], rate_limit=CLICKS)
def judge(response_id: int) -> ResponseReturnValue:
    """Judge whether a response answers its proposal."""
    response = get_or_404(get_response(response_id))
    answer, reason = request.form.get("answer", ""), request.form.get("reason", "")
    judge_response(signed_in_person(), response, answer, reason, context=request_context())
    return redirect_with_message(
        _response_url(response.proposal_id), _("Your answer on this response is counted.")
    )


@blueprint.page("/<id:response_id>/check", "signed_in", methods=["POST"], rate_limit=CLICKS)
def check(response_id: int) -> ResponseReturnValue:
    """Judge whether the commitments of a response were really carried out."""
    response = get_or_404(get_response(response_id))
    answer, reason = request.form.get("answer", ""), request.form.get("reason", "")
    check_outcome(signed_in_person(), response, answer, reason, context=request_context())
    return redirect_with_message(
        _response_url(response.proposal_id), _("Your answer on the outcome is counted.")
    )


def _response_url(proposal_id: int) -> str:
    return url_for("responses.show", proposal_id=proposal_id, _anchor="response")
