"""Polls: the question, the ballot, the result, and what came of it."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from deliberate.forms.ballots import ballot_form
from deliberate.operations import polls as operations
from deliberate.permissions import may_vote
from deliberate.queries import electorate, polls
from deliberate.views.frame import Room, asking, or_404, see_other

room = Room("polls", under="/polls")
STATES = ("open", "closed")


@room.page("/", "public")
def index() -> ResponseReturnValue:
    """All polls, newest first."""
    state = request.args.get("state", "")
    after = request.args.get("after", type=int)
    shown, more = polls.poll_page(state, after)
    following = url_for("polls.index", state=state or None, after=more) if more else ""
    return render_template("polls/index.html", polls=shown, state=state, following=following)


@room.page("/<int(max=2147483647):number>", "public")
def show(number: int) -> ResponseReturnValue:
    """One poll: who may vote and how it counts, the ballot, then the result."""
    return _page(or_404(polls.poll_numbered(number)))


@room.page("/<int(max=2147483647):number>/ballot", "signed_in", methods=("GET", "POST"))
def vote(number: int) -> ResponseReturnValue:
    """Count a ballot and hand over its receipt, and in a secret poll its code, this once.

    The code is kept nowhere, so it stands in the answer itself; sent again, the form is known
    and says "counted already", without the code. Nothing in the answer tells the choice.
    """
    poll = or_404(polls.poll_numbered(number))
    if request.method == "GET":
        return see_other(url_for("polls.show", number=number))
    form = ballot_form(poll, poll.ordered_for(asking()), request.form)
    if not form.validate():
        return _page(poll, form), 422
    try:
        cast = operations.cast_ballot(
            asking(), poll, form.choice(), voting_code=form.voting_code.data or ""
        )
    except operations.CodeRefused as refusal:
        form.refuse(form.voting_code, refusal.reason)
        return _page(poll, form), 422
    return render_template("polls/vote.html", card=polls.card(poll), poll=poll, cast=cast)


def _page(poll: Any, form: Any = None) -> str:
    person = asking()
    card = polls.card(poll)
    answer = may_vote(person, poll)
    return render_template(
        "polls/show.html",
        card=card,
        poll=poll,
        form=form or ballot_form(poll, poll.ordered_for(person), None),
        failed=form is not None,
        has_voted=polls.has_voted(person, poll),
        reason="" if answer or person is None else answer.reason,
        entitled=electorate.count_entitled(poll) if card.state == "closed" else None,
    )
