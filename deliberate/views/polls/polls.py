"""Polls: the question, the ballot, the result, and what came of it."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.polls.ballots import VIEWS, FindForm, StatementForm, ballot_form
from deliberate.operations.polls.polls import (
    BallotReceipt,
    CodeRefused,
    cast_ballot,
    change_ballot,
    hash_code,
)
from deliberate.operations.polls.statements import StatementRefused, suggest_statement
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.polls import may_run_poll, may_suggest_statement, may_vote
from deliberate.queries.log import receipt_of
from deliberate.queries.polls import polls as poll_queries
from deliberate.queries.polls.electorate import count_entitled
from deliberate.queries.polls.result_tables import by_result, tables_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other
from deliberate.vocabulary import PollType

blueprint = LocalizedBlueprint("polls", url_prefix="/polls")
ONE = "/<id:number>"
BOTH = ("GET", "POST")


@blueprint.page("/", "public")
def index() -> ResponseReturnValue:
    """All polls, newest first."""
    state = request.args.get("state", "")
    after = request.args.get("after", type=int)
    shown, more = poll_queries.poll_page(state, after)
    following = url_for("polls.index", state=state or None, after=more) if more else ""
    return render_template("polls/index.html", polls=shown, state=state, following=following)


@blueprint.page(ONE, "public")
def show(number: int) -> ResponseReturnValue:
    """One poll: who may vote and how it counts, the ballot, then the result."""
    return _page(_poll(number))


@blueprint.page(f"{ONE}/ballot", "signed_in", methods=BOTH)
def vote(number: int) -> ResponseReturnValue:
    """Count a ballot and hand over its receipt, and in a secret poll its code, this once.

    The code is kept nowhere, so it stands in the answer itself; sent again, the form is known
    and says "counted already", without the code. Nothing in the answer tells the choice.
    """
    poll = _poll(number)
    if request.method == "GET":
        return see_other(url_for("polls.show", number=number))
    form = ballot_form(poll, poll.ordered_for(current_person()), request.form)
    if not form.validate():
        return _page(poll, form), 422
    try:
        cast = cast_ballot(
            current_person(),
            poll,
            form.choice(),
            voting_code=form.voting_code.data or "",
            mail_receipt=form.mail_receipt.data,
        )
    except CodeRefused as refusal:
        form.refuse(form.voting_code, refusal.reason)
        return _page(poll, form), 422
    return _counted(poll, cast)


def _counted(poll: Any, cast: BallotReceipt, *, changed: bool = False) -> str:
    receipt = receipt_of(cast.entry_id)
    return render_template(
        "polls/vote.html", poll=poll, cast=cast, receipt=receipt, changed=changed
    )


@blueprint.page(f"{ONE}/sum", "public", methods=BOTH)
def add_up(number: int) -> ResponseReturnValue:
    """What a budget ballot costs so far; for readers without a script. Nothing is kept."""
    poll = _poll(number)
    if request.method == "GET" or poll.type != PollType.BUDGET:
        return see_other(url_for("polls.show", number=number))
    form = ballot_form(poll, poll.ordered_for(current_person()), request.form)
    chosen = {option for option, _value in form.choice()}
    spent = sum(option.cost for option in poll.shown_options if option.id in chosen)
    return _page(poll, form, spent=spent, failed=False)


@blueprint.page(f"{ONE}/one-by-one", "public", methods=BOTH)
def one_by_one(number: int) -> ResponseReturnValue:
    """Statements one at a time. What was answered travels in the form until it is sent."""
    poll = _poll(number)
    if poll.type != PollType.STATEMENTS or poll_queries.state_of(poll) != "open":
        return see_other(url_for("polls.show", number=number))
    options = poll.ordered_for(current_person())
    given = {
        option.id: value
        for option in options
        if (value := request.form.get(f"option_{option.id}")) in VIEWS
    }
    left = [option for option in options if option.id not in given]
    return render_template(
        "polls/one_by_one.html",
        poll=poll,
        given=given,
        next_one=left[0] if left and "enough" not in request.form else None,
        number_of=len(options),
        views=VIEWS,
    )


@blueprint.page(f"{ONE}/change", "signed_in", methods=BOTH)
def change(number: int) -> ResponseReturnValue:
    """Change one's ballot until the close: a secret one by its code, a public one as its voter."""
    poll = _poll(number)
    sent = request.form if request.method == "POST" else None
    form = ballot_form(poll, poll.ordered_for(current_person()), sent, asks_key=True)
    if sent is None:
        return render_template("polls/change.html", poll=poll, form=form, answer=_may(poll))
    if form.validate():
        try:
            entry_id = change_ballot(
                current_person(), poll, form.ballot_code.data or "", form.choice()
            )
        except CodeRefused as refusal:
            form.refuse(form.ballot_code, refusal.reason)
        else:
            cast = BallotReceipt("", entry_id)
            return _counted(poll, cast, changed=True)
    return render_template("polls/change.html", poll=poll, form=form, answer=_may(poll)), 422


@blueprint.page(f"{ONE}/ballots", "public", methods=BOTH)
def ballots(number: int) -> ResponseReturnValue:
    """The ballots that were counted: hashes without choices; in a public poll names with them."""
    poll = _poll(number)
    after = request.args.get("after", "")
    form = FindForm(request.form if request.method == "POST" else None)
    key = ""
    if request.method == "POST" and form.validate():
        key = hash_code(form.ballot_code.data)
    return render_template(
        "polls/ballots.html",
        poll=poll,
        state=poll_queries.state_of(poll),
        keys=poll_queries.ballot_keys(poll, after) if poll.is_secret else (),
        named=poll_queries.open_ballots(poll, after),
        labels={option.id: option.label for option in poll.options},
        form=form,
        key=key,
        found=bool(key) and poll_queries.is_counted(poll, key),
    ), (422 if form.errors else 200)


@blueprint.page(f"{ONE}/statements", "signed_in", methods=BOTH, rate_limit=TEXTS)
def suggest(number: int) -> ResponseReturnValue:
    """Add a statement to a poll; a moderator lets it in."""
    poll = _poll(number)
    form = StatementForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            suggest_statement(current_person(), poll, form.statement.data)
        except StatementRefused as refusal:
            form.statement.errors = [str(refusal.reason)]
        else:
            flash(_("Your statement is waiting for a moderator."), "success")
            return see_other(url_for("polls.show", number=number))
    page = render_template(
        "polls/suggest.html",
        poll=poll,
        form=form,
        answer=may_suggest_statement(current_person(), poll),
    )
    return page, (422 if form.errors else 200)


def _poll(number: int) -> Any:
    return get_or_404(poll_queries.poll_numbered(number))


def _may(poll: Any) -> Any:
    return may_vote(current_person(), poll)


def _page(poll: Any, form: Any = None, *, spent: int | None = None, failed: bool = True) -> str:
    person = current_person()
    card = poll_queries.card(poll)
    answer = may_vote(person, poll)
    tally = card.tally
    return render_template(
        "polls/show.html",
        card=card,
        poll=poll,
        form=form or ballot_form(poll, poll.ordered_for(person), None),
        failed=form is not None and failed,
        spent=spent,
        has_voted=poll_queries.has_voted(person, poll),
        may_mail=person is not None and person.email_confirmed_at is not None,
        reason="" if answer or person is None else answer.reason,
        runs_it=bool(may_run_poll(person, poll)),
        entitled=count_entitled(poll) if card.state == "closed" else None,
        tables=tables_of(poll, tally) if tally else (),
        places=by_result(poll, tally) if tally else (),
        areas=poll_queries.area_tallies(poll) if tally else {},
    )
