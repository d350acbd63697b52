"""Official responses: those given, those owed, and how each institution answers."""

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations import cases, commitments
from deliberate.operations.pacing import PRESSES
from deliberate.permissions import is_author
from deliberate.queries import duty, institutions, promises, questions, responses
from deliberate.queries.timeline import timeline_of
from deliberate.views.frame import Room, asking, or_404, see_other

room = Room("responses", under="/responses")
LISTS = ("waiting", "given", "due", "late", "fulfilled", "dropped")


@room.page("", "public")
def index() -> ResponseReturnValue:
    """What waits, what was answered, what was promised, and each institution's figures."""
    shown = request.args.get("list", "waiting")
    shown = shown if shown in LISTS else "waiting"
    office = request.args.get("institution", type=int)
    rows = _rows(shown, office)
    figures = institutions.figures_of()
    return render_template(
        "responses/index.html",
        shown=shown,
        office=office,
        rows=rows[: responses.PAGE],
        next_url=_next(shown, office, rows),
        figures=[*figures, *institutions.together(figures)],
        offices=responses.all_institutions(),
        name_here=responses.name_here,
        passed_around=institutions.passed_around(),
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
        return responses.waiting_longest(office, (at, number) if at else None)
    if shown == "given":
        return list(responses.newest_responses(office, (at, number) if at else None))
    return list(promises.commitments_by_state(shown, office, (day, number) if day else None))


def _next(shown: str, office: int | None, rows: list[Any]) -> str:
    if len(rows) <= responses.PAGE:
        return ""
    last = rows[responses.PAGE - 1]
    if shown == "waiting":
        mark, number = last.proposal.qualified_at.isoformat(), last.proposal.id
    elif shown == "given":
        mark, number = last.published_at.isoformat(), last.id
    else:
        mark, number = last.due_on.isoformat(), last.id
    return url_for("responses.index", list=shown, institution=office, after=mark, id=number)


@room.page("/<int(max=2147483647):number>", "public")
def show(number: int) -> ResponseReturnValue:
    """The response to a proposal with every version, what it leaves open, or that it waits.

    What is asked of a joined proposal is answered where it was joined to.
    """
    person, proposal = asking(), or_404(responses.proposal_answered(number))
    cards = responses.responses_of(number, person)
    if proposal.merged_into_id is not None and not cards:
        return redirect(url_for("responses.show", number=proposal.merged_into_id))
    case = duty.case_of(number)
    return render_template(
        "responses/show.html",
        proposal=proposal,
        cards=cards,
        items=timeline_of(proposal, cards),
        open_arguments=questions.open_arguments(number),
        reasons=responses.reasons_given(cards[0].response.id) if cards else [],
        question=case.pause_question if case and case.is_paused(now()) else "",
        is_mine=bool(is_author(person, proposal)),
        my_questions=questions.my_questions(person, number) if person else [],
    )


@room.page(
    "/questions/<int(max=2147483647):number>/settle", "signed_in", methods=["POST"], pace=PRESSES
)
def settle(number: int) -> ResponseReturnValue:
    """Say that one's question to the authority is answered."""
    comment = or_404(questions.question_numbered(number))
    cases.settle_question(asking(), comment)
    flash(_("Your question is marked as answered."), "success")
    return see_other(url_for("responses.show", number=comment.proposal_id))


@room.page("/<int(max=2147483647):number>/judge", "signed_in", methods=["POST"], pace=PRESSES)
def judge(number: int) -> ResponseReturnValue:
    """Say whether a response answers its proposal."""
    response = or_404(responses.response_numbered(number))
    answer, reason = request.form.get("answer", ""), request.form.get("reason", "")
    commitments.judge_response(asking(), response, answer, reason)
    flash(_("Your word on this response is counted."), "success")
    return see_other(_back(response.proposal_id))


@room.page("/<int(max=2147483647):number>/check", "signed_in", methods=["POST"], pace=PRESSES)
def check(number: int) -> ResponseReturnValue:
    """Say whether what was promised is really built."""
    response = or_404(responses.response_numbered(number))
    answer, reason = request.form.get("answer", ""), request.form.get("reason", "")
    commitments.check_outcome(asking(), response, answer, reason)
    flash(_("Your word on the outcome is counted."), "success")
    return see_other(_back(response.proposal_id))


def _back(proposal_id: int) -> str:
    return url_for("responses.show", number=proposal_id) + "#response"
