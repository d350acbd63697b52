"""The desk: what an institution must answer, and what is done with each case."""

from datetime import datetime
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.responses import NoteForm, QuestionForm, ReferralForm
from deliberate.operations import cases, referrals
from deliberate.permissions import coordinates, may_answer, may_read_case, require
from deliberate.queries import desk, duty, people, response_drafts, responses
from deliberate.queries.assessments import awaiting_reply
from deliberate.queries.readiness import is_seal_late
from deliberate.queries.timeline import referrals_of, timeline_of
from deliberate.views.frame import Room, asking, or_404, see_other

room = Room("desk", under="/desk")
ELSEWHERE = {
    "moderator": "moderation.queue",
    "evaluator": "assessments.index",
    "researcher": "coding.index",
}
"""Where the desk of those is who answer for no institution."""
STATES = ("waiting", "assigned", "in_work", "overdue")


@room.page("", "staff", "moderator", "evaluator", "researcher", "admin")
def index() -> ResponseReturnValue:
    """What the institution owes, fewest working days left first."""
    officer = asking()
    office = officer.institution
    if officer.role in ELSEWHERE:
        return see_other(url_for(ELSEWHERE[officer.role]))
    if office is None or officer.role != "staff":
        return render_template("desk/elsewhere.html", seal_late=is_seal_late())
    everything = bool(coordinates(officer)) and request.args.get("all") == "1"
    rows = _rows(None if everything else office.id)
    return render_template(
        "desk/index.html",
        office=office,
        seal_late=is_seal_late(),
        everything=everything,
        may_coordinate=bool(coordinates(officer)),
        counts=desk.desk_counts(office.id),
        rows=rows[: desk.PAGE],
        next_url=_next(rows),
        offers=desk.offers_to(office.id),
        judged=awaiting_reply(office.id),
        chosen=_chosen(),
        colleagues=desk.colleagues_of(office.id),
        offices={o.id: o for o in responses.all_institutions()},
        name_here=responses.name_here,
    )


def _chosen() -> dict[str, Any]:
    state = request.args.get("state", "")
    return {
        "state": state if state in STATES else "",
        "assignee_id": request.args.get("assignee", type=int),
        "topic": request.args.get("topic", ""),
    }


def _rows(office: int | None) -> list[desk.QueueRow]:
    mark = None
    try:
        at = datetime.fromisoformat(request.args.get("after", ""))
        mark = (at, request.args.get("id", 0, type=int)) if at.tzinfo else None
    except ValueError:
        pass
    return desk.queue_of(office, after=mark, **_chosen())


def _next(rows: list[desk.QueueRow]) -> str:
    if len(rows) <= desk.PAGE:
        return ""
    last = rows[desk.PAGE - 1].proposal
    query: Any = {key: value for key, value in request.args.items() if key not in {"after", "id"}}
    after = last.due_at.isoformat() if last.due_at else ""
    return url_for("desk.index", **query, after=after, id=last.id)


@room.page("/proposals/<int(max=2147483647):number>", "staff")
def case(number: int) -> ResponseReturnValue:
    """One case: the clock, who works on it, notes, hand-overs, and every act of the desk."""
    return _case_page(number)


def _case_page(number: int, status: int = 200, **forms: Any) -> ResponseReturnValue:
    officer, proposal = asking(), or_404(responses.proposal_answered(number))
    require(may_read_case(officer, proposal))
    found = duty.case_of(number)
    page = render_template(
        "desk/case.html",
        proposal=proposal,
        case=found,
        asked=responses.institution_numbered(duty.asked_id(proposal) or 0),
        may_answer=bool(may_answer(officer, proposal)),
        offer=_offer_for(officer, found),
        notes=desk.notes_on(found.id) if found else [],
        hand_overs=referrals_of(number),
        items=timeline_of(proposal),
        draft=response_drafts.draft_of(number, officer.institution_id),
        to_sign=response_drafts.drafts_to_sign(proposal, officer),
        colleagues=desk.colleagues_of(officer.institution_id),
        name_here=responses.name_here,
        **{
            "note": forms.get("note") or NoteForm(),
            "question": forms.get("question") or QuestionForm(),
            "referral": forms.get("referral") or referral_form(officer),
            "failed": bool(forms),
        },
    )
    return page, status


def _offer_for(officer: Any, case: Any) -> Any:
    referral = duty.open_referral(case)
    return referral if referral and referrals.may_receive(officer, referral) else None


def referral_form(officer: Any, written: Any = None) -> ReferralForm:
    """The form of a hand-over, with every other institution and the systems outside."""
    form = ReferralForm(written)
    others = [o for o in responses.all_institutions() if o.id != officer.institution_id]
    offices = [(str(o.id), responses.name_here(o)) for o in others]
    return form.offer(offices, referrals.OUTSIDE)


def _done(number: int, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return see_other(url_for("desk.case", number=number))


@room.page("/proposals/<int(max=2147483647):number>/take", "staff", methods=["POST"])
def take(number: int) -> ResponseReturnValue:
    """Begin to work on a case."""
    cases.take_case(asking(), or_404(responses.proposal_answered(number)))
    return _done(number, _("You work on this case now."))


@room.page("/proposals/<int(max=2147483647):number>/assign", "staff", methods=["POST"])
def assign(number: int) -> ResponseReturnValue:
    """Give a case to a colleague."""
    colleague = people.person_numbered(request.form.get("colleague", 0, type=int))
    cases.assign_case(asking(), or_404(responses.proposal_answered(number)), or_404(colleague))
    return _done(number, _("The case was given to a colleague."))


@room.page("/proposals/<int(max=2147483647):number>/acknowledge", "staff", methods=["POST"])
def acknowledge(number: int) -> ResponseReturnValue:
    """Say publicly that the institution has it."""
    cases.acknowledge(asking(), or_404(responses.proposal_answered(number)))
    return _done(number, _("It is public now that you have this proposal."))


@room.page("/proposals/<int(max=2147483647):number>/note", "staff", methods=["POST"])
def note(number: int) -> ResponseReturnValue:
    """Leave a note for colleagues."""
    form = NoteForm(request.form)
    if not form.validate():
        return _case_page(number, 422, note=form)
    cases.add_note(asking(), or_404(responses.proposal_answered(number)), form.note.data)
    return _done(number, _("The note is kept for colleagues."))


@room.page("/proposals/<int(max=2147483647):number>/pause", "staff", methods=["POST"])
def pause(number: int) -> ResponseReturnValue:
    """Ask the author something; the clock waits."""
    form = QuestionForm(request.form)
    if not form.validate():
        return _case_page(number, 422, question=form)
    proposal = or_404(responses.proposal_answered(number))
    cases.pause_clock(asking(), proposal, form.question.data, int(form.days.data))
    return _done(number, _("The author was asked; the clock waits."))


@room.page("/proposals/<int(max=2147483647):number>/resume", "signed_in", methods=["POST"])
def resume(number: int) -> ResponseReturnValue:
    """Let the clock run again: the author who answered, or the office."""
    person = asking()
    cases.resume_clock(person, or_404(responses.proposal_answered(number)))
    if person.role != "staff":
        flash(_("The clock runs again."), "success")
        return see_other(url_for("proposals.show", number=number))
    return _done(number, _("The clock runs again."))


@room.page("/proposals/<int(max=2147483647):number>/refer", "staff", methods=["POST"])
def refer(number: int) -> ResponseReturnValue:
    """Hand the proposal over, publicly and with a reason."""
    officer = asking()
    form = referral_form(officer, request.form)
    if not form.validate():
        return _case_page(number, 422, referral=form)
    to = responses.institution_numbered(int(form.to_office.data or 0))
    referrals.refer_proposal(
        officer,
        or_404(responses.proposal_answered(number)),
        to,
        form.reason.data,
        external_system=form.system.data or "",
        external_reference=form.reference.data or "",
    )
    return _done(number, _("The proposal was handed over; the trail is public."))


@room.page("/referrals/<int(max=2147483647):number>/accept", "staff", methods=["POST"])
def accept(number: int) -> ResponseReturnValue:
    """Take a proposal that was handed over."""
    referral = or_404(duty.referral_numbered(number))
    referrals.accept_referral(asking(), referral)
    return _done(referral.proposal_id, _("The proposal is yours now."))


@room.page("/referrals/<int(max=2147483647):number>/decline", "staff", methods=["POST"])
def decline(number: int) -> ResponseReturnValue:
    """Send a hand-over back, with a reason."""
    referral = or_404(duty.referral_numbered(number))
    referrals.decline_referral(asking(), referral, request.form.get("reason", ""))
    flash(_("The proposal went to the coordinating institution."), "success")
    return see_other(url_for("desk.index"))
