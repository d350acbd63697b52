"""Official responses: those given, those owed, and how each institution answers."""

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations.responses.cases import settle_question
from deliberate.operations.responses.commitments import check_outcome, judge_response
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.proposals.proposals import is_author
from deliberate.queries.proposals.timeline import timeline_of
from deliberate.queries.responses import responses as response_queries
from deliberate.queries.responses.commitments import commitments_by_state
from deliberate.queries.responses.institution_figures import figures_of, passed_around, together
from deliberate.queries.responses.response_owner import case_of
from deliberate.queries.threads.open_questions import (
    my_questions,
    open_arguments,
    question_numbered,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("responses", url_prefix="/responses")
LISTS = ("waiting", "given", "due", "late", "fulfilled", "dropped")


@blueprint.page("", "public")
def index() -> ResponseReturnValue:
    """What waits, what was answered, what was promised, and each institution's figures."""
    shown = request.args.get("list", "waiting")
    shown = shown if shown in LISTS else "waiting"
    office = request.args.get("institution", type=int)
    rows = _rows(shown, office)
    figures = figures_of()
    return render_template(
        "responses/index.html",
        shown=shown,
        office=office,
        rows=rows[: response_queries.PAGE],
        next_url=_next(shown, office, rows),
        figures=[*figures, *together(figures)],
        offices=response_queries.all_institutions(),
        name_here=response_queries.name_here,
        passed_around=passed_around(),
    )


def _rows(shown: str, office: int | None) -> list[Any]:
    mark, number = request.args.get("after", ""), request.args.get("id", 0, type=int)
    try:
        at = datetime.fromisoformat(mark) if shown in {"waiting", "given"} and mark else None
        day = date.fromisoformat(mark) if shown not in {"waiting", "given"} and mark else None
    except ValueError:
        at = day = None
    if at is not None and at.tzinfo is None:
        at = None
    if shown == "waiting":
        return response_queries.waiting_longest(office, (at, number) if at else None)
    if shown == "given":
        return list(response_queries.newest_responses(office, (at, number) if at else None))
    return list(commitments_by_state(shown, office, (day, number) if day else None))


def _next(shown: str, office: int | None, rows: list[Any]) -> str:
    if len(rows) <= response_queries.PAGE:
        return ""
    last = rows[response_queries.PAGE - 1]
    if shown == "waiting":
        mark, number = last.proposal.qualified_at.isoformat(), last.proposal.id
    elif shown == "given":
        mark, number = last.published_at.isoformat(), last.id
    else:
        mark, number = last.due_on.isoformat(), last.id
    return url_for("responses.index", list=shown, institution=office, after=mark, id=number)


@blueprint.page("/<id:number>", "public")
def show(number: int) -> ResponseReturnValue:
    """The response to a proposal with every version, what it leaves open, or that it waits.

    What is asked of a joined proposal is answered where it was joined to.
    """
    person, proposal = current_person(), get_or_404(response_queries.proposal_answered(number))
    cards = response_queries.responses_of(number, person)
    if proposal.merged_into_id is not None and not cards:
        return redirect(url_for("responses.show", number=proposal.merged_into_id))
    case = case_of(number)
    return render_template(
        "responses/show.html",
        proposal=proposal,
        cards=cards,
        items=timeline_of(proposal, cards),
        open_arguments=open_arguments(number),
        reasons=response_queries.reasons_given(cards[0].response.id) if cards else [],
        question=case.pause_question if case and case.is_paused(now()) else "",
        is_mine=bool(is_author(person, proposal)),
        my_questions=my_questions(person, number) if person else [],
    )


@blueprint.page("/questions/<id:number>/settle", "signed_in", methods=["POST"], rate_limit=CLICKS)
def settle(number: int) -> ResponseReturnValue:
    """Say that one's question to the authority is answered."""
    comment = get_or_404(question_numbered(number))
    settle_question(current_person(), comment)
    flash(_("Your question is marked as answered."), "success")
    return see_other(url_for("responses.show", number=comment.proposal_id))


@blueprint.page("/<id:number>/judge", "signed_in", methods=["POST"], rate_limit=CLICKS)
def judge(number: int) -> ResponseReturnValue:
    """Say whether a response answers its proposal."""
    response = get_or_404(response_queries.response_numbered(number))
    answer, reason = request.form.get("answer", ""), request.form.get("reason", "")
    judge_response(current_person(), response, answer, reason)
    flash(_("Your word on this response is counted."), "success")
    return see_other(_back(response.proposal_id))


@blueprint.page("/<id:number>/check", "signed_in", methods=["POST"], rate_limit=CLICKS)
def check(number: int) -> ResponseReturnValue:
    """Say whether what was promised is really built."""
    response = get_or_404(response_queries.response_numbered(number))
    answer, reason = request.form.get("answer", ""), request.form.get("reason", "")
    check_outcome(current_person(), response, answer, reason)
    flash(_("Your word on the outcome is counted."), "success")
    return see_other(_back(response.proposal_id))


def _back(proposal_id: int) -> str:
    return url_for("responses.show", number=proposal_id) + "#response"
