"""The desk: what an institution must answer, and what is done with each case."""

from datetime import datetime
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.responses import NoteForm, QuestionForm, ReferralForm
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses.referrals import (
    OUTSIDE,
    accept_referral,
    decline_referral,
    may_receive,
    refer_proposal,
)
from deliberate.permissions.decision import require
from deliberate.permissions.responses import coordinates, may_answer, may_read_case
from deliberate.queries.accounts.accounts import person_numbered
from deliberate.queries.proposals.timeline import referrals_of, timeline_of
from deliberate.queries.responses import desk as desk_queries
from deliberate.queries.responses.response_drafts import draft_of, drafts_to_sign
from deliberate.queries.responses.response_owner import (
    asked_id,
    case_of,
    open_referral,
    referral_numbered,
)
from deliberate.queries.responses.responses import (
    all_institutions,
    institution_numbered,
    name_here,
    proposal_answered,
)
from deliberate.queries.scores.assessments import awaiting_reply
from deliberate.queries.site.health_checks import is_seal_late
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("desk", url_prefix="/desk")
ELSEWHERE = {
    "moderator": "moderation.queue",
    "evaluator": "assessments.index",
    "researcher": "coding.index",
}
"""Where the desk of those is who answer for no institution."""
STATES = ("waiting", "assigned", "in_work", "overdue")


@blueprint.page("", "staff", "moderator", "evaluator", "researcher", "admin")
def index() -> ResponseReturnValue:
    """What the institution owes, fewest working days left first."""
    officer = current_person()
    office = officer.institution
    if officer.role in ELSEWHERE:
        return see_other(url_for(ELSEWHERE[officer.role]))
    if office is None or officer.role != "staff":
        return render_template("responses/desk/elsewhere.html", seal_late=is_seal_late())
    everything = bool(coordinates(officer)) and request.args.get("all") == "1"
    rows = _rows(None if everything else office.id)
    return render_template(
        "responses/desk/index.html",
        office=office,
        seal_late=is_seal_late(),
        everything=everything,
        may_coordinate=bool(coordinates(officer)),
        counts=desk_queries.desk_counts(office.id),
        rows=rows[: desk_queries.PAGE],
        next_url=_next(rows),
        offers=desk_queries.offers_to(office.id),
        judged=awaiting_reply(office.id),
        chosen=_chosen(),
        colleagues=desk_queries.colleagues_of(office.id),
        offices={o.id: o for o in all_institutions()},
        name_here=name_here,
    )


def _chosen() -> dict[str, Any]:
    state = request.args.get("state", "")
    return {
        "state": state if state in STATES else "",
        "assignee_id": request.args.get("assignee", type=int),
        "topic": request.args.get("topic", ""),
    }


def _rows(office: int | None) -> list[desk_queries.QueueRow]:
    mark = None
    try:
        at = datetime.fromisoformat(request.args.get("after", ""))
        mark = (at, request.args.get("id", 0, type=int)) if at.tzinfo else None
    except ValueError:
        pass
    return desk_queries.queue_of(office, after=mark, **_chosen())


def _next(rows: list[desk_queries.QueueRow]) -> str:
    if len(rows) <= desk_queries.PAGE:
        return ""
    last = rows[desk_queries.PAGE - 1].proposal
    query: Any = {key: value for key, value in request.args.items() if key not in {"after", "id"}}
    after = last.due_at.isoformat() if last.due_at else ""
    return url_for("desk.index", **query, after=after, id=last.id)


@blueprint.page("/proposals/<id:number>", "staff")
def case(number: int) -> ResponseReturnValue:
    """One case: the clock, who works on it, notes, hand-overs, and every act of the desk."""
    return _case_page(number)


def _case_page(number: int, status: int = 200, **forms: Any) -> ResponseReturnValue:
    officer, proposal = current_person(), get_or_404(proposal_answered(number))
    require(may_read_case(officer, proposal))
    found = case_of(number)
    page = render_template(
        "responses/desk/case.html",
        proposal=proposal,
        case=found,
        asked=institution_numbered(asked_id(proposal) or 0),
        may_answer=bool(may_answer(officer, proposal)),
        offer=_offer_for(officer, found),
        notes=desk_queries.notes_on(found.id) if found else [],
        hand_overs=referrals_of(number),
        items=timeline_of(proposal),
        draft=draft_of(number, officer.institution_id),
        to_sign=drafts_to_sign(proposal, officer),
        colleagues=desk_queries.colleagues_of(officer.institution_id),
        name_here=name_here,
        **{
            "note": forms.get("note") or NoteForm(),
            "question": forms.get("question") or QuestionForm(),
            "referral": forms.get("referral") or referral_form(officer),
            "failed": bool(forms),
        },
    )
    return page, status


def _offer_for(officer: Any, case: Any) -> Any:
    referral = open_referral(case)
    return referral if referral and may_receive(officer, referral) else None


def referral_form(officer: Any, written: Any = None) -> ReferralForm:
    """The form of a hand-over, with every other institution and the systems outside."""
    form = ReferralForm(written)
    others = [o for o in all_institutions() if o.id != officer.institution_id]
    offices = [(str(o.id), name_here(o)) for o in others]
    return form.offer(offices, OUTSIDE)


def _done(number: int, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return see_other(url_for("desk.case", number=number))


@blueprint.page("/proposals/<id:number>/take", "staff", methods=["POST"])
def take(number: int) -> ResponseReturnValue:
    """Begin to work on a case."""
    case_operations.take_case(current_person(), get_or_404(proposal_answered(number)))
    return _done(number, _("You work on this case now."))


@blueprint.page("/proposals/<id:number>/assign", "staff", methods=["POST"])
def assign(number: int) -> ResponseReturnValue:
    """Give a case to a colleague."""
    colleague = person_numbered(request.form.get("colleague", 0, type=int))
    case_operations.assign_case(
        current_person(), get_or_404(proposal_answered(number)), get_or_404(colleague)
    )
    return _done(number, _("The case was given to a colleague."))


@blueprint.page("/proposals/<id:number>/acknowledge", "staff", methods=["POST"])
def acknowledge(number: int) -> ResponseReturnValue:
    """Say publicly that the institution has it."""
    case_operations.acknowledge(current_person(), get_or_404(proposal_answered(number)))
    return _done(number, _("It is public now that you have this proposal."))


@blueprint.page("/proposals/<id:number>/note", "staff", methods=["POST"])
def note(number: int) -> ResponseReturnValue:
    """Leave a note for colleagues."""
    form = NoteForm(request.form)
    if not form.validate():
        return _case_page(number, 422, note=form)
    case_operations.add_note(
        current_person(), get_or_404(proposal_answered(number)), form.note.data
    )
    return _done(number, _("The note is kept for colleagues."))


@blueprint.page("/proposals/<id:number>/pause", "staff", methods=["POST"])
def pause(number: int) -> ResponseReturnValue:
    """Ask the author something; the clock waits."""
    form = QuestionForm(request.form)
    if not form.validate():
        return _case_page(number, 422, question=form)
    proposal = get_or_404(proposal_answered(number))
    case_operations.pause_clock(current_person(), proposal, form.question.data, int(form.days.data))
    return _done(number, _("The author was asked; the clock waits."))


@blueprint.page("/proposals/<id:number>/resume", "signed_in", methods=["POST"])
def resume(number: int) -> ResponseReturnValue:
    """Let the clock run again: the author who answered, or the office."""
    person = current_person()
    case_operations.resume_clock(person, get_or_404(proposal_answered(number)))
    if person.role != "staff":
        flash(_("The clock runs again."), "success")
        return see_other(url_for("proposals.show", number=number))
    return _done(number, _("The clock runs again."))


@blueprint.page("/proposals/<id:number>/refer", "staff", methods=["POST"])
def refer(number: int) -> ResponseReturnValue:
    """Hand the proposal over, publicly and with a reason."""
    officer = current_person()
    form = referral_form(officer, request.form)
    if not form.validate():
        return _case_page(number, 422, referral=form)
    to = institution_numbered(int(form.to_office.data or 0))
    refer_proposal(
        officer,
        get_or_404(proposal_answered(number)),
        to,
        form.reason.data,
        external_system=form.system.data or "",
        external_reference=form.reference.data or "",
    )
    return _done(number, _("The proposal was handed over; the trail is public."))


@blueprint.page("/referrals/<id:number>/accept", "staff", methods=["POST"])
def accept(number: int) -> ResponseReturnValue:
    """Take a proposal that was handed over."""
    referral = get_or_404(referral_numbered(number))
    accept_referral(current_person(), referral)
    return _done(referral.proposal_id, _("The proposal is yours now."))


@blueprint.page("/referrals/<id:number>/decline", "staff", methods=["POST"])
def decline(number: int) -> ResponseReturnValue:
    """Send a hand-over back, with a reason."""
    referral = get_or_404(referral_numbered(number))
    decline_referral(current_person(), referral, request.form.get("reason", ""))
    flash(_("The proposal went to the coordinating institution."), "success")
    return see_other(url_for("desk.index"))
