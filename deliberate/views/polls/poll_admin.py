"""Pages for those who run a poll: open, change, enter ballots, publish, moderate statements."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.polls.ballots import BallotForm, build_ballot_form
from deliberate.forms.polls.polls import ChangePollForm, OpenPollForm, OutcomeForm, VoterForm
from deliberate.operations.polls.office_ballots import (
    SlipRefused,
    confirm_ballot,
    enter_ballot,
    hold_ballot,
)
from deliberate.operations.polls.polls import (
    PollRules,
    change_poll,
    open_poll,
    publish_result,
    state_outcome,
)
from deliberate.operations.polls.statements import decide_statement
from deliberate.permissions.accounts.office_entry import is_clerk
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.polls import (
    may_confirm_ballot,
    may_decide_statement,
    may_enter_ballots,
    may_run_poll,
)
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.queries.log.receipts import get_receipt
from deliberate.queries.polls.electorate import has_resident_list, resident_areas
from deliberate.queries.polls.office_ballots import (
    get_office_ballot,
    list_objections,
    list_waiting_ballots,
)
from deliberate.queries.polls.polls import get_poll, poll_page
from deliberate.queries.processes.processes import get_process, list_opened_processes
from deliberate.queries.responses.responses import get_visible_proposal
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
from deliberate.views.urls import visitor_of
from deliberate.vocabulary import (
    CountingMethod,
    Electorate,
    OptionState,
    PollChangeReason,
    PollType,
    ResultRule,
)

if TYPE_CHECKING:
    from deliberate.models import Person, Poll, Process, Proposal
    from deliberate.queries.polls.ballot_rules import Choice

blueprint = LocalizedBlueprint("poll_admin", url_prefix="/desk/polls")
POLL = "/<id:poll_id>"
RUNNERS = ("staff", "moderator", "admin")


@blueprint.page("/", *RUNNERS)
def index() -> str:
    """Show the processes in which a poll can be opened, and the newest polls."""
    polls, _last_id = poll_page()
    return render_template(
        "polls/poll_admin/index.html", processes=list_opened_processes(None, 20), polls=polls
    )


@blueprint.page("/new/<slug>", *RUNNERS, methods=BOTH)
def new(slug: str) -> ResponseReturnValue:
    """Show the form to open a poll in a process or on one of its proposals, or open it."""
    process = get_or_404(get_process(slug))
    proposal = _requested_proposal(process)
    form = OpenPollForm(submitted_data())
    form.set_place(process)
    form.offer_areas(resident_areas())
    if request.method == "GET" and has_resident_list():
        form.electorate.data = Electorate.VERIFIED.value

    def submit() -> ResponseReturnValue:
        poll = open_poll(
            signed_in_person(),
            process,
            form.question.data or "",
            [label for label, _cost in form.lines()],
            form.closes_at.data,
            proposal=proposal,
            background=form.background.data or "",
            quorum=form.quorum.data or 0,
            with_pass=form.not_sure.data or "",
            opens_at=form.opens_at.data,
            rules=_rules(form),
            context=request_context(),
        )
        return _to_poll(poll.id, _("The poll has been created."))

    return form_page(
        form,
        submit,
        "polls/poll_admin/new.html",
        show_refusal=True,
        process=process,
        proposal=proposal,
    )


def _requested_proposal(process: "Process") -> "Proposal | None":
    proposal_id = int_arg("proposal")
    proposal = get_visible_proposal(proposal_id) if proposal_id else None
    return proposal if proposal is not None and proposal.process_id == process.id else None


def _rules(form: OpenPollForm) -> PollRules:
    poll_type = PollType(form.type.data)
    is_budget = poll_type == PollType.BUDGET
    return PollRules(
        type=poll_type,
        is_secret=form.secrecy.data == "secret",
        result_rule=ResultRule(form.result_rule.data),
        electorate=Electorate(form.electorate.data),
        areas=form.areas.data or (),
        counts_areas=form.counts_areas.data,
        shuffles=form.shuffles.data,
        counting=CountingMethod(form.counting.data),
        min_choices=form.min_choices.data or 1,
        max_choices=form.max_choices.data,
        amount=form.amount.data if is_budget else None,
        min_share=form.min_share.data or 0,
        costs=[cost or 0 for _label, cost in form.lines()] if is_budget else (),
    )


@blueprint.page(f"{POLL}/change", *RUNNERS, methods=BOTH)
def change(poll_id: int) -> ResponseReturnValue:
    """Show the form to move the closing time of a poll with a public reason, or move it."""
    poll = _managed_poll(poll_id)
    form = ChangePollForm(submitted_data(), obj=poll)
    form.set_place(poll.process)

    def submit() -> ResponseReturnValue:
        change_poll(
            signed_in_person(),
            poll,
            form.closes_at.data,
            PollChangeReason(form.ground.data),
            form.reason.data or "",
            context=request_context(),
        )
        return _to_poll(
            poll_id, _("The closing time is changed. The reason is shown on the page of the poll.")
        )

    return form_page(form, submit, "polls/poll_admin/change.html", show_refusal=True, poll=poll)


@blueprint.page(f"{POLL}/publish", *RUNNERS, methods=("POST",))
def publish(poll_id: int) -> ResponseReturnValue:
    """Publish the result of a closed poll."""
    publish_result(signed_in_person(), _managed_poll(poll_id), context=request_context())
    return _to_poll(poll_id, _("The result is published."))


@blueprint.page(f"{POLL}/outcome", *RUNNERS, methods=BOTH)
def outcome(poll_id: int) -> ResponseReturnValue:
    """Show the form to state the outcome of a poll, or state it."""
    poll = _managed_poll(poll_id)
    form = OutcomeForm(submitted_data())

    def submit() -> ResponseReturnValue:
        state_outcome(signed_in_person(), poll, form.body.data or "", context=request_context())
        return _to_poll(poll_id, _("The outcome is published on the page of the poll."))

    return form_page(form, submit, "polls/poll_admin/outcome.html", poll=poll)


@blueprint.page(f"{POLL}/ballot", "staff", "admin", methods=BOTH)
def enter(poll_id: int) -> ResponseReturnValue:
    """Show the form to enter a resident's ballot at an office, or enter it and show its code."""
    poll = _managed_poll(poll_id)
    require(may_enter_ballots(current_person(), poll))
    form = build_ballot_form(poll, poll.shown_options, submitted_data())
    voter_form = VoterForm(submitted_data())
    if request.method == "GET":
        return _entry_page(poll, form, voter_form)
    is_spoilt, voter = bool(voter_form.not_countable.data), _voter(voter_form)
    if voter_form.validate() and not voter_form.errors and (is_spoilt or form.validate()):
        return _enter(poll, voter, None if is_spoilt else form.choice(), form, voter_form)
    return _entry_page(poll, form, voter_form), UNPROCESSABLE


def _voter(voter_form: VoterForm) -> "Person | None":
    """Return the person whose visit it is or whom the form names."""
    if "visit" in request.args:
        return visitor_of(request.args["visit"])
    return get_person_by_sign_in_name((voter_form.sign_in_name.data or "").strip())


def _enter(
    poll: "Poll",
    voter: "Person | None",
    choice: "Choice | None",
    form: BallotForm,
    voter_form: VoterForm,
) -> ResponseReturnValue:
    slip_number, code = voter_form.slip_number.data or "", form.voting_code.data or ""
    if voter is None and voter_form.sign_in_name.data:
        voter_form.sign_in_name.errors = [_("No account has this sign-in name.")]
        return _entry_page(poll, form, voter_form), UNPROCESSABLE
    clerk, context = signed_in_person(), request_context()
    is_held = voter is not None and not slip_number
    try:
        if voter is not None and is_held:
            receipt = hold_ballot(clerk, poll, voter, choice, voting_code=code, context=context)
        else:
            receipt = enter_ballot(
                clerk, poll, voter, choice, slip_number, voting_code=code, context=context
            )
    except SlipRefused as refused:
        voter_form.slip_number.errors = [str(refused.reason)]
        return _entry_page(poll, form, voter_form), UNPROCESSABLE
    except Refused as refused:
        return _entry_page(poll, form, voter_form, str(refused.reason)), UNPROCESSABLE
    page = render_template(
        "polls/poll_admin/entered.html",
        poll=poll,
        ballot_code=receipt.ballot_code,
        receipt=None if is_held else get_receipt(receipt.interaction_id),
        visit=request.args.get("visit", ""),
    )
    return page, {"Cache-Control": "no-store"}


def _entry_page(poll: "Poll", form: BallotForm, voter_form: VoterForm, refusal: str = "") -> str:
    return render_template(
        "polls/poll_admin/enter.html",
        poll=poll,
        form=form,
        voter_form=voter_form,
        refusal=refusal,
        visit=request.args.get("visit", ""),
        visitor=visitor_of(request.args["visit"]) if "visit" in request.args else None,
    )


@blueprint.page("/waiting-ballots", "staff", "admin")
def waiting() -> str:
    """List the ballots that wait for a second officer, and objections to ballots."""
    officer = signed_in_person()
    require(is_clerk(officer))
    institution_id = officer.institution_id or 0
    return render_template(
        "polls/poll_admin/waiting.html",
        waiting=[
            (row, may_confirm_ballot(officer, row)) for row in list_waiting_ballots(institution_id)
        ],
        objections=list_objections(institution_id),
    )


@blueprint.page("/waiting-ballots/<id:entry_id>", "staff", "admin", methods=["POST"])
def confirm(entry_id: int) -> ResponseReturnValue:
    """Confirm a ballot as the second officer."""
    entered = get_or_404(get_office_ballot(entry_id))
    confirm_ballot(signed_in_person(), entered, context=request_context())
    return redirect_with_message(url_for("poll_admin.waiting"), _("The ballot is counted."))


@blueprint.page(f"{POLL}/statements", *RUNNERS, methods=BOTH)
def statements(poll_id: int) -> ResponseReturnValue:
    """Show the statements that wait for a moderator, or accept or decline one."""
    poll = _managed_poll(poll_id)
    waiting = [option for option in poll.options if option.state == OptionState.WAITING]
    if request.method == "GET":
        return render_template(
            "polls/poll_admin/statements.html",
            poll=poll,
            waiting=waiting,
            may_decide=may_decide_statement(current_person(), poll),
        )
    is_accepted = "show" in request.form
    statement_id = request.form.get("show" if is_accepted else "decline")
    statement = next((o for o in poll.options if str(o.id) == statement_id), None)
    state = OptionState.SHOWN if is_accepted else OptionState.DECLINED
    decide_statement(signed_in_person(), get_or_404(statement), state, context=request_context())
    return see_other(url_for("poll_admin.statements", poll_id=poll_id))


def _managed_poll(poll_id: int) -> "Poll":
    """Return a poll that the signed-in person may run."""
    poll = get_or_404(get_poll(poll_id))
    require(may_run_poll(current_person(), poll))
    return poll


def _to_poll(poll_id: int, message: str) -> ResponseReturnValue:
    return redirect_with_message(url_for("polls.show", poll_id=poll_id), message)
