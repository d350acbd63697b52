"""The desk of a poll: opening it, moving its close, entering ballots, publishing, the outcome."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.polls.ballots import ballot_form
from deliberate.forms.polls.polls import ChangePollForm, OpenPollForm, OutcomeForm, VoterForm
from deliberate.operations.polls.polls import (
    Rules,
    change_poll,
    enter_ballot,
    open_poll,
    publish_result,
    state_outcome,
)
from deliberate.operations.polls.statements import decide_statement
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.polls import may_enter_ballots, may_run_poll
from deliberate.queries.accounts.accounts import person_named
from deliberate.queries.log import receipt_of
from deliberate.queries.polls import polls as poll_queries
from deliberate.queries.polls.electorate import has_resident_list, resident_areas
from deliberate.queries.processes.processes import get_process, processes_before
from deliberate.queries.responses.responses import proposal_answered
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other
from deliberate.vocabulary import (
    ChangeGround,
    Counting,
    Electorate,
    OptionState,
    PollType,
    ResultRule,
)

blueprint = LocalizedBlueprint("poll_admin", url_prefix="/desk/polls")
ONE = "/<id:number>"
BOTH = ("GET", "POST")
RUNNERS = ("staff", "moderator", "admin")


@blueprint.page("/", *RUNNERS)
def index() -> ResponseReturnValue:
    """Where a poll can be opened, and the polls there are."""
    shown, _more = poll_queries.poll_page()
    return render_template(
        "polls/poll_admin/index.html", processes=processes_before(None, 20), polls=shown
    )


@blueprint.page("/new/<slug>", *RUNNERS, methods=BOTH)
def open_one(slug: str) -> ResponseReturnValue:
    """Open a poll in a process, or on one of its proposals."""
    process = get_or_404(get_process(slug))
    proposal = _proposal_of(process)
    form: Any = OpenPollForm(request.form if request.method == "POST" else None)
    form.offer_areas(resident_areas())
    if request.method == "GET" and has_resident_list():
        form.electorate.data = Electorate.VERIFIED.value
    refusal = ""
    if request.method == "POST" and form.validate():
        try:
            poll = open_poll(
                current_person(),
                process,
                form.question.data,
                [label for label, _cost in form.lines()],
                form.closes_at.data,
                proposal=proposal,
                background=form.background.data or "",
                quorum=form.quorum.data or 0,
                with_pass=form.not_sure.data or "",
                opens_at=form.opens_at.data,
                rules=_rules(form),
            )
        except Refused as refused:
            refusal = str(refused.reason)
        else:
            flash(_("The poll is open for all to see."), "success")
            return see_other(url_for("polls.show", number=poll.id))
    page = render_template(
        "polls/poll_admin/open_one.html",
        process=process,
        proposal=proposal,
        form=form,
        refusal=refusal,
    )
    return page, (422 if form.errors or refusal else 200)


def _proposal_of(process: Any) -> Any:
    number = request.args.get("proposal", type=int)
    proposal = proposal_answered(number) if number else None
    return proposal if proposal is not None and proposal.process_id == process.id else None


def _rules(form: Any) -> Rules:
    kind = PollType(form.type.data)
    return Rules(
        type=kind,
        is_secret=form.secrecy.data == "secret",
        result_rule=ResultRule(form.result_rule.data),
        electorate=Electorate(form.electorate.data),
        areas=form.areas.data or (),
        counts_areas=form.counts_areas.data,
        shuffles=form.shuffles.data,
        counting=Counting(form.counting.data),
        min_choices=form.min_choices.data or 1,
        max_choices=form.max_choices.data,
        amount=form.amount.data if kind == PollType.BUDGET else None,
        min_share=form.min_share.data or 0,
        costs=[cost or 0 for _label, cost in form.lines()] if kind == PollType.BUDGET else (),
    )


@blueprint.page(f"{ONE}/change", *RUNNERS, methods=BOTH)
def change(number: int) -> ResponseReturnValue:
    """Move the close of a running poll, with a reason everybody reads."""
    poll = _run(number)
    form: Any = ChangePollForm(request.form if request.method == "POST" else None, obj=poll)
    refusal = ""
    if request.method == "POST" and form.validate():
        try:
            change_poll(
                current_person(),
                poll,
                form.closes_at.data,
                ChangeGround(form.ground.data),
                form.reason.data,
            )
        except Refused as refused:
            refusal = str(refused.reason)
        else:
            return _back(number, _("The closing time is moved; the reason stands on the page."))
    page = render_template("polls/poll_admin/change.html", poll=poll, form=form, refusal=refusal)
    return page, (422 if form.errors or refusal else 200)


@blueprint.page(f"{ONE}/publish", *RUNNERS, methods=("POST",))
def publish(number: int) -> ResponseReturnValue:
    """Publish the result of a closed poll."""
    publish_result(current_person(), _run(number))
    return _back(number, _("The result is published."))


@blueprint.page(f"{ONE}/outcome", *RUNNERS, methods=BOTH)
def outcome(number: int) -> ResponseReturnValue:
    """Say what came of a poll."""
    poll = _run(number)
    form = OutcomeForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        state_outcome(current_person(), poll, form.body.data)
        return _back(number, _("What came of the poll stands on its page."))
    page = render_template("polls/poll_admin/outcome.html", poll=poll, form=form)
    return page, (422 if form.errors else 200)


@blueprint.page(f"{ONE}/ballot", "staff", "admin", methods=BOTH)
def enter(number: int) -> ResponseReturnValue:
    """Enter a ballot on behalf of somebody at an office; the code is handed to them alone."""
    poll = _run(number)
    require(may_enter_ballots(current_person(), poll))
    sent = request.form if request.method == "POST" else None
    form = ballot_form(poll, poll.shown_options, sent)
    voter_form = VoterForm(sent)
    if sent is None:
        return render_template(
            "polls/poll_admin/enter.html", poll=poll, form=form, voter_form=voter_form
        )
    spoilt = bool(voter_form.not_countable.data)
    voter = person_named((voter_form.sign_in_name.data or "").strip())
    if voter_form.sign_in_name.data and voter is None:
        voter_form.sign_in_name.errors = [_("No account has this sign-in name.")]
    elif spoilt or form.validate():
        return _entered(poll, voter, None if spoilt else form.choice(), form, voter_form)
    page = render_template(
        "polls/poll_admin/enter.html", poll=poll, form=form, voter_form=voter_form
    )
    return page, 422


def _entered(poll: Any, voter: Any, choice: Any, form: Any, voter_form: Any) -> ResponseReturnValue:
    refusal = ""
    try:
        cast = enter_ballot(
            current_person(), poll, voter, choice, voting_code=form.voting_code.data or ""
        )
    except Refused as refused:
        refusal = str(refused.reason)
    else:
        receipt = receipt_of(cast.entry_id)
        return render_template(
            "polls/vote.html", poll=poll, cast=cast, receipt=receipt, at_desk=True
        )
    page = render_template(
        "polls/poll_admin/enter.html", poll=poll, form=form, voter_form=voter_form, refusal=refusal
    )
    return page, 422


@blueprint.page(f"{ONE}/statements", *RUNNERS, methods=BOTH)
def statements(number: int) -> ResponseReturnValue:
    """Statements that wait: let each in, or not."""
    poll = _run(number)
    if request.method == "GET":
        waiting = [o for o in poll.options if o.state == OptionState.WAITING]
        return render_template("polls/poll_admin/statements.html", poll=poll, waiting=waiting)
    chosen = next(
        (
            o
            for o in poll.options
            if str(o.id) in (request.form.get("show"), request.form.get("decline"))
        ),
        None,
    )
    state = OptionState.SHOWN if "show" in request.form else OptionState.DECLINED
    decide_statement(current_person(), get_or_404(chosen), state)
    return see_other(url_for("poll_admin.statements", number=number))


def _run(number: int) -> Any:
    poll = get_or_404(poll_queries.poll_numbered(number))
    require(may_run_poll(current_person(), poll))
    return poll


def _back(number: int, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return see_other(url_for("polls.show", number=number))
