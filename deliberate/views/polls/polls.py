"""Pages of a poll for voters: question, ballot, result and outcome, and the list of polls."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.forms.polls.ballots import (
    STATEMENT_VIEWS,
    BallotForm,
    FindBallotForm,
    StatementForm,
    build_ballot_form,
)
from deliberate.operations.polls.ballots import (
    BallotReceipt,
    CodeRefused,
    cast_ballot,
    change_ballot,
    hash_code,
)
from deliberate.operations.polls.office_ballots import object_to_ballot
from deliberate.operations.polls.statements import StatementRefused, suggest_statement
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.polls import (
    may_enter_ballots,
    may_object,
    may_run_poll,
    may_suggest_statement,
    may_vote,
)
from deliberate.permissions.site import may_remove_picture
from deliberate.queries.log.receipts import get_receipt
from deliberate.queries.polls.counted_ballots import (
    ballot_keys,
    is_ballot_counted,
    public_ballots,
)
from deliberate.queries.polls.electorate import count_entitled
from deliberate.queries.polls.office_ballots import get_entered_ballot
from deliberate.queries.polls.polls import get_poll, has_voted, poll_card, poll_page, poll_state
from deliberate.queries.polls.result_tables import options_by_rank, result_tables
from deliberate.queries.polls.results import area_tallies
from deliberate.queries.proposals.map_marks import place_map
from deliberate.queries.site.pictures import list_pictures
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    form_page,
    redirect_with_message,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.views.site.sharing.share_cards import poll_share_card
from deliberate.vocabulary import PollType

if TYPE_CHECKING:
    from deliberate.models import Poll

blueprint = LocalizedBlueprint("polls", url_prefix="/polls")
POLL = "/<id:poll_id>"


@blueprint.page("/", "public", cached=True)
def index() -> str:
    """Show a page of all polls, newest first."""
    state = request.args.get("state", "")
    polls, last_id = poll_page(state, int_arg("after"))
    next_url = url_for("polls.index", state=state or None, after=last_id) if last_id else ""
    return render_template("polls/index.html", polls=polls, state=state, next_url=next_url)


@blueprint.page(POLL, "public", cached=True)
def show(poll_id: int) -> str:
    """Show a poll with its rules and its ballot, after the close with its result."""
    return _poll_page(get_or_404(get_poll(poll_id)))


@blueprint.page(f"{POLL}/ballot", "signed_in", methods=BOTH)
def vote(poll_id: int) -> ResponseReturnValue:
    """Cast a ballot, and show its receipt and in a secret poll its code, once.

    The code is not stored, so the response to the POST request shows it. The same form sent again
    is recognised by its key and answered without the code. The response does not reveal the choice.
    """
    poll = get_or_404(get_poll(poll_id))
    if request.method == "GET":
        return see_other(url_for("polls.show", poll_id=poll_id))
    form = build_ballot_form(poll, poll.options_for(current_person()), request.form)
    if not form.validate():
        return _poll_page(poll, form), UNPROCESSABLE
    try:
        ballot_receipt = _cast_ballot(poll, form)
    except CodeRefused as refused:
        form.refuse(form.voting_code, refused.reason)
        return _poll_page(poll, form), UNPROCESSABLE
    return _receipt_page(poll, ballot_receipt)


def _cast_ballot(poll: "Poll", form: BallotForm) -> BallotReceipt:
    return cast_ballot(
        signed_in_person(),
        poll,
        form.choice(),
        voting_code=form.voting_code.data or "",
        mail_receipt=form.mail_receipt.data,
        context=request_context(),
    )


def _receipt_page(poll: "Poll", ballot_receipt: BallotReceipt, *, is_change: bool = False) -> str:
    return render_template(
        "polls/receipt.html",
        poll=poll,
        ballot_code=ballot_receipt.ballot_code,
        receipt=get_receipt(ballot_receipt.interaction_id),
        is_change=is_change,
    )


@blueprint.page(f"{POLL}/sum", "public", methods=BOTH)
def budget_total(poll_id: int) -> ResponseReturnValue:
    """Show what a budget ballot costs so far, for browsers without JavaScript; store nothing."""
    poll = get_or_404(get_poll(poll_id))
    if request.method == "GET" or poll.type != PollType.BUDGET:
        return see_other(url_for("polls.show", poll_id=poll_id))
    form = build_ballot_form(poll, poll.options_for(current_person()), request.form)
    chosen = {option_id for option_id, _value in form.choice()}
    spent = sum(option.cost for option in poll.shown_options if option.id in chosen)
    return _poll_page(poll, form, spent=spent, shows_errors=False)


@blueprint.page(f"{POLL}/one-by-one", "public", methods=BOTH)
def one_by_one(poll_id: int) -> ResponseReturnValue:
    """Show statements one at a time; earlier answers travel in the form until it is sent."""
    poll = get_or_404(get_poll(poll_id))
    if poll.type != PollType.STATEMENTS or poll_state(poll) != "open":
        return see_other(url_for("polls.show", poll_id=poll_id))
    options = poll.options_for(current_person())
    answers = {
        option.id: value
        for option in options
        if (value := request.form.get(f"option_{option.id}")) in STATEMENT_VIEWS
    }
    unanswered = [option for option in options if option.id not in answers]
    return render_template(
        "polls/one_by_one.html",
        poll=poll,
        answers=answers,
        next_option=unanswered[0] if unanswered and "enough" not in request.form else None,
        option_count=len(options),
        views=STATEMENT_VIEWS,
    )


@blueprint.page(f"{POLL}/change", "signed_in", methods=BOTH)
def change(poll_id: int) -> ResponseReturnValue:
    """Show the form to change a ballot until the close, or change it.

    A secret ballot is changed with its code, a public one by its voter.
    """
    poll = get_or_404(get_poll(poll_id))
    voter = signed_in_person()
    form = build_ballot_form(poll, poll.options_for(voter), submitted_data(), asks_ballot_code=True)

    def submit() -> ResponseReturnValue | None:
        try:
            interaction_id = change_ballot(
                voter, poll, form.ballot_code.data or "", form.choice(), context=request_context()
            )
        except CodeRefused as refused:
            form.refuse(form.ballot_code, refused.reason)
            return None
        return _receipt_page(poll, BallotReceipt("", interaction_id), is_change=True)

    return form_page(form, submit, "polls/change.html", poll=poll, may_vote=may_vote(voter, poll))


@blueprint.page(f"{POLL}/ballots", "public", methods=BOTH)
def ballots(poll_id: int) -> ResponseReturnValue:
    """Show the counted ballots: hashes without choices, in a public poll names with choices."""
    poll = get_or_404(get_poll(poll_id))
    after = request.args.get("after", "")
    form = FindBallotForm(submitted_data())
    is_valid = request.method == "POST" and form.validate()
    key = hash_code(form.ballot_code.data or "") if is_valid else ""
    page = render_template(
        "polls/ballots.html",
        poll=poll,
        state=poll_state(poll),
        keys=ballot_keys(poll, after) if poll.is_secret else (),
        public_ballots=public_ballots(poll, after),
        labels={option.id: option.label for option in poll.options},
        form=form,
        key=key,
        is_counted=bool(key) and is_ballot_counted(poll, key),
    )
    return page, (UNPROCESSABLE if form.errors else 200)


@blueprint.page(f"{POLL}/statements", "signed_in", methods=BOTH, rate_limit=TEXTS)
def suggest(poll_id: int) -> ResponseReturnValue:
    """Show the form to add a statement to a poll, or add it; a moderator decides on it."""
    poll = get_or_404(get_poll(poll_id))
    form = StatementForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        try:
            suggest_statement(
                signed_in_person(), poll, form.statement.data or "", context=request_context()
            )
        except StatementRefused as refused:
            form.statement.errors = [str(refused.reason)]
            return None
        message = _("Your statement is waiting for a moderator.")
        return redirect_with_message(url_for("polls.show", poll_id=poll_id), message)

    may_suggest = may_suggest_statement(current_person(), poll)
    return form_page(form, submit, "polls/suggest.html", poll=poll, may_suggest=may_suggest)


@blueprint.page("/<id:poll_id>/office-ballot", "signed_in", methods=BOTH)
def office_ballot(poll_id: int) -> ResponseReturnValue:
    """Show the voter a ballot that an office entered in their name, or object to it."""
    poll, voter = get_or_404(get_poll(poll_id)), signed_in_person()
    entered = get_or_404(get_entered_ballot(poll, voter))
    if request.method == "POST":
        object_to_ballot(voter, entered, context=request_context())
        message = _("The ballot is void and other officers know. You can vote yourself.")
        return redirect_with_message(url_for("polls.show", poll_id=poll_id), message)
    return render_template(
        "polls/office_ballot.html",
        poll=poll,
        entered=entered,
        is_closed=poll.is_closed(now()),
        may_object=may_object(voter, entered),
    )


def _poll_page(
    poll: "Poll",
    form: BallotForm | None = None,
    *,
    spent: int | None = None,
    shows_errors: bool = True,
) -> str:
    person = current_person()
    card = poll_card(poll)
    decision = may_vote(person, poll)
    tally = card.tally
    return render_template(
        "polls/show.html",
        card=card,
        share_card=poll_share_card(card),
        poll=poll,
        form=form or build_ballot_form(poll, poll.options_for(person), None),
        failed=form is not None and shows_errors,
        spent=spent,
        has_voted=has_voted(person, poll),
        may_mail=person is not None and person.email_confirmed_at is not None,
        reason="" if decision or person is None else decision.reason,
        may_run=bool(may_run_poll(person, poll)),
        may_enter_ballots=bool(may_enter_ballots(person, poll)),
        entitled=count_entitled(poll) if card.state == "closed" else None,
        tables=result_tables(poll, tally) if tally else (),
        places=options_by_rank(poll, tally) if tally else (),
        areas=area_tallies(poll) if tally else {},
        place_map=place_map(poll.proposal) if poll.proposal else None,
        pictures=list_pictures("option", [option.id for option in poll.shown_options]),
        may_remove_pictures=any(may_remove_picture(person, o) for o in poll.shown_options[:1]),
    )
