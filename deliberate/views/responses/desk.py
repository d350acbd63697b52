"""The desk of an institution: its open cases, a case with its acts, questions in threads."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

from flask import Response, flash, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.exports.tables.desk_csv import queue_lines
from deliberate.forms.responses import CaseTopicForm, NoteForm, QuestionForm, ReferralForm
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses.referrals import (
    EXTERNAL_SYSTEMS,
    accept_referral,
    decline_referral,
    refer_proposal,
)
from deliberate.permissions.decision import require
from deliberate.permissions.responses import (
    is_coordinator,
    is_response_owed,
    may_accept_referral,
    may_pause_clock,
    may_read_case,
    may_refer,
    may_respond,
    may_resume_clock,
    may_take_case,
)
from deliberate.queries.accounts.people import get_person
from deliberate.queries.processes.first_steps import count_missing_steps
from deliberate.queries.processes.name_lists import topics_of_all_processes
from deliberate.queries.proposals.timeline import get_timeline, list_referrals
from deliberate.queries.responses import desk as desk_queries
from deliberate.queries.responses.institutions import (
    get_institution,
    list_institutions,
    localized_name,
)
from deliberate.queries.responses.outside_systems import list_system_names
from deliberate.queries.responses.response_drafts import get_response_draft, list_drafts_to_sign
from deliberate.queries.responses.response_owner import (
    get_case,
    get_referral,
    pending_referral,
    response_owner_id,
)
from deliberate.queries.responses.responses import get_visible_proposal
from deliberate.queries.scores.assessments import assessments_awaiting_reply
from deliberate.queries.site.health_checks import is_sealing_late
from deliberate.queries.threads.open_questions import PAGE as QUESTION_PAGE
from deliberate.queries.threads.open_questions import open_arguments, open_questions
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message, see_other
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    int_arg,
    int_field,
    int_fields,
    moment_arg,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import Role

if TYPE_CHECKING:
    from werkzeug.datastructures import ImmutableMultiDict

    from deliberate.models import Case, Person, Proposal, Referral

blueprint = LocalizedBlueprint("desk", url_prefix="/desk")
DESKS = {
    "moderator": "moderation_queue.index",
    "evaluator": "assessments.index",
    "researcher": "coding.index",
}
"""The desks of roles that work for no institution."""
STATES = ("waiting", "assigned", "in_work", "overdue")
CSV_PAGE = 200


class CaseFilters(TypedDict):
    """The filters of the queue in the query string."""

    state: str
    assignee_id: int | None
    topic: str


def _topic_form() -> CaseTopicForm:
    form = CaseTopicForm(request.args)
    form.topic.offer(topics_of_all_processes())
    return form


@blueprint.page("", "staff", "moderator", "evaluator", "researcher", "admin")
def index() -> ResponseReturnValue:
    """Show the open cases of the institution, oldest deadline first."""
    officer = signed_in_person()
    institution = officer.institution
    if officer.role in DESKS:
        return see_other(url_for(DESKS[officer.role]))
    if institution is None or officer.role != "staff":
        is_admin = officer.role == Role.ADMIN
        return render_template(
            "responses/desk/elsewhere.html",
            is_seal_late=is_sealing_late(),
            missing_steps=count_missing_steps(current_settings()) if is_admin else 0,
        )
    coordinates = bool(is_coordinator(officer))
    shows_all = coordinates and request.args.get("all") == "1"
    rows = _open_cases(None if shows_all else institution.id)
    return render_template(
        "responses/desk/index.html",
        institution=institution,
        is_seal_late=is_sealing_late(),
        shows_all=shows_all,
        is_coordinator=coordinates,
        counts=desk_queries.get_desk_counts(institution.id),
        rows=rows[: desk_queries.PAGE],
        next_url=_next_url(rows),
        pending_referrals=desk_queries.list_pending_referrals(institution.id),
        drafts_to_sign=list_drafts_to_sign(institution.id),
        assessments_to_reply=assessments_awaiting_reply(institution.id),
        filters=_filters(),
        topic_form=_topic_form(),
        colleagues=desk_queries.list_staff(institution.id),
        institutions={row.id: row for row in list_institutions()},
        localized_name=localized_name,
    )


def _filters() -> CaseFilters:
    state = request.args.get("state", "")
    return {
        "state": state if state in STATES else "",
        "assignee_id": int_arg("assignee"),
        "topic": CaseTopicForm(request.args).topic.data,
    }


def _open_cases(institution_id: int | None) -> list[desk_queries.QueueRow]:
    due_at = moment_arg("after")
    after = (due_at, int_arg("id") or 0) if due_at else None
    return desk_queries.list_open_cases(institution_id, after=after, **_filters())


def _next_url(rows: list[desk_queries.QueueRow]) -> str:
    if len(rows) <= desk_queries.PAGE:
        return ""
    last = rows[desk_queries.PAGE - 1].proposal
    return url_for(
        "desk.index",
        state=request.args.get("state"),
        assignee=request.args.get("assignee"),
        topic=_filters()["topic"] or None,
        all=request.args.get("all"),
        after=last.due_at.isoformat() if last.due_at else "",
        id=last.id,
    )


@blueprint.page("/cases.csv", "staff")
def cases_csv() -> Response:
    """Return the open cases of the institution as CSV."""
    response = Response(
        stream_with_context(queue_lines(_all_open_cases(signed_in_person().institution_id))),
        content_type="text/csv; charset=utf-8",
    )
    response.headers["Content-Disposition"] = "attachment; filename=cases.csv"
    return response


def _all_open_cases(institution_id: int | None) -> Iterator[desk_queries.QueueRow]:
    after = None
    while True:
        rows = desk_queries.list_open_cases(institution_id, after=after, limit=CSV_PAGE)
        yield from rows[:CSV_PAGE]
        if len(rows) <= CSV_PAGE:
            return
        last = rows[CSV_PAGE - 1].proposal
        after = (last.due_at, last.id) if last.due_at else None


@blueprint.page("/assign", "staff", methods=["POST"])
def assign_selected() -> ResponseReturnValue:
    """Assign the selected cases to a colleague."""
    proposal_ids = int_fields("case")[: desk_queries.PAGE]
    colleague = get_or_404(get_person(int_field("colleague") or 0))
    proposals = [row for row in map(get_visible_proposal, proposal_ids) if row is not None]
    refusals = case_operations.assign_cases(
        signed_in_person(), proposals, colleague, context=request_context()
    )
    count = len(proposals) - len(refusals)
    if count:
        message = ngettext("%(n)s case was assigned.", "%(n)s cases were assigned.", count, n=count)
        flash(message, "success")
    for refusal in refusals:
        flash(f"#{refusal.proposal.id}: {refusal.reason}", "error")
    return see_other(url_for("desk.index"))


@blueprint.page("/questions", "staff")
def questions() -> ResponseReturnValue:
    """Show the open questions to the institution in threads, oldest first."""
    rows = open_questions(signed_in_person().institution_id, int_arg("after") or 0)
    shown = rows[:QUESTION_PAGE]
    more = len(rows) > len(shown)
    return render_template(
        "responses/desk/questions.html",
        questions=shown,
        next_url=url_for("desk.questions", after=shown[-1].id) if more else "",
    )


@blueprint.page("/proposals/<id:proposal_id>", "staff")
def case(proposal_id: int) -> ResponseReturnValue:
    """Show a case: deadline, assignee, notes, referrals and the acts of the institution."""
    return _case_page(proposal_id)


def _case_page(
    proposal_id: int,
    status: int = 200,
    *,
    note_form: NoteForm | None = None,
    question_form: QuestionForm | None = None,
    referral_form: ReferralForm | None = None,
) -> ResponseReturnValue:
    officer, proposal = signed_in_person(), get_or_404(get_visible_proposal(proposal_id))
    require(may_read_case(officer, proposal))
    desk_case = get_case(proposal_id)
    page = render_template(
        "responses/desk/case.html",
        proposal=proposal,
        case=desk_case,
        responsible_institution=get_institution(response_owner_id(proposal) or 0),
        may_respond=may_respond(officer, proposal),
        is_owed=is_response_owed(proposal),
        may_take=may_take_case(officer, proposal, desk_case),
        may_pause=may_pause_clock(officer, proposal, desk_case),
        may_resume=bool(may_resume_clock(officer, proposal, desk_case)),
        may_refer=may_refer(officer, proposal, desk_case),
        pending_referral=_acceptable_referral(officer, desk_case),
        notes=desk_queries.list_case_notes(desk_case.id) if desk_case else [],
        referrals=list_referrals(proposal_id),
        items=get_timeline(proposal),
        open_arguments=open_arguments(proposal.id),
        institution_names={str(row.id): localized_name(row) for row in list_institutions()},
        draft=get_response_draft(proposal_id, officer.institution_id),
        drafts_to_sign=list_drafts_to_sign(officer.institution_id, proposal.id),
        colleagues=desk_queries.list_staff(officer.institution_id),
        localized_name=localized_name,
        note_form=note_form or NoteForm(),
        question_form=question_form or QuestionForm(),
        referral_form=referral_form or _referral_form(officer),
        failed=status != 200,
    )
    return page, status


def _acceptable_referral(officer: "Person", desk_case: "Case | None") -> "Referral | None":
    referral = pending_referral(desk_case)
    return referral if referral and may_accept_referral(officer, referral) else None


def _referral_form(
    officer: "Person", data: "ImmutableMultiDict[str, str] | None" = None
) -> ReferralForm:
    form = ReferralForm(data)
    others = (row for row in list_institutions() if row.id != officer.institution_id)
    systems = dict.fromkeys((*EXTERNAL_SYSTEMS, *list_system_names()))
    form.set_choices([(str(row.id), localized_name(row)) for row in others], systems)
    return form


def _proposal(proposal_id: int) -> "Proposal":
    return get_or_404(get_visible_proposal(proposal_id))


def _case_with_message(proposal_id: int, message: str) -> ResponseReturnValue:
    return redirect_with_message(url_for("desk.case", proposal_id=proposal_id), message)


@blueprint.page("/proposals/<id:proposal_id>/take", "staff", methods=["POST"])
def take(proposal_id: int) -> ResponseReturnValue:
    """Start to work on a case."""
    case_operations.take_case(signed_in_person(), _proposal(proposal_id), context=request_context())
    return _case_with_message(proposal_id, _("You work on this case now."))


@blueprint.page("/proposals/<id:proposal_id>/assign", "staff", methods=["POST"])
def assign(proposal_id: int) -> ResponseReturnValue:
    """Assign a case to a colleague."""
    colleague = get_or_404(get_person(int_field("colleague") or 0))
    case_operations.assign_case(
        signed_in_person(), _proposal(proposal_id), colleague, context=request_context()
    )
    return _case_with_message(proposal_id, _("The case was assigned to a colleague."))


@blueprint.page("/proposals/<id:proposal_id>/acknowledge", "staff", methods=["POST"])
def acknowledge(proposal_id: int) -> ResponseReturnValue:
    """Acknowledge publicly that the institution received the proposal."""
    case_operations.acknowledge_proposal(
        signed_in_person(), _proposal(proposal_id), context=request_context()
    )
    return _case_with_message(proposal_id, _("It is now public that you received this proposal."))


@blueprint.page("/proposals/<id:proposal_id>/note", "staff", methods=["POST"])
def note(proposal_id: int) -> ResponseReturnValue:
    """Add an internal note to a case."""
    form = NoteForm(request.form)
    if not form.validate():
        return _case_page(proposal_id, 422, note_form=form)
    case_operations.add_case_note(
        signed_in_person(), _proposal(proposal_id), form.note.data, context=request_context()
    )
    return _case_with_message(proposal_id, _("The note is saved for colleagues."))


@blueprint.page("/proposals/<id:proposal_id>/pause", "staff", methods=["POST"])
def pause(proposal_id: int) -> ResponseReturnValue:
    """Ask the author a question and pause the response clock."""
    form = QuestionForm(request.form)
    if not form.validate():
        return _case_page(proposal_id, 422, question_form=form)
    case_operations.pause_clock(
        signed_in_person(),
        _proposal(proposal_id),
        form.question.data,
        int(form.days.data),
        context=request_context(),
    )
    return _case_with_message(proposal_id, _("The author was asked; the deadline is paused."))


@blueprint.page("/proposals/<id:proposal_id>/resume", "signed_in", methods=["POST"])
def resume(proposal_id: int) -> ResponseReturnValue:
    """Resume the response clock, as the author or as the institution."""
    person = signed_in_person()
    case_operations.resume_clock(person, _proposal(proposal_id), context=request_context())
    if person.role != "staff":
        return redirect_with_message(
            url_for("proposals.show", proposal_id=proposal_id), _("The deadline runs again.")
        )
    return _case_with_message(proposal_id, _("The deadline runs again."))


@blueprint.page("/proposals/<id:proposal_id>/refer", "staff", methods=["POST"])
def refer(proposal_id: int) -> ResponseReturnValue:
    """Refer a proposal to another institution or to an external system."""
    officer = signed_in_person()
    form = _referral_form(officer, request.form)
    if not form.validate():
        return _case_page(proposal_id, 422, referral_form=form)
    refer_proposal(
        officer,
        _proposal(proposal_id),
        get_institution(int(form.institution.data or 0)),
        form.reason.data,
        external_system=form.system.data or form.other_system.data or "",
        external_reference=form.reference.data or "",
        context=request_context(),
    )
    return _case_with_message(
        proposal_id, _("The proposal was referred. Everyone can see the referral.")
    )


@blueprint.page("/referrals/<id:referral_id>/accept", "staff", methods=["POST"])
def accept(referral_id: int) -> ResponseReturnValue:
    """Accept a referral."""
    referral = get_or_404(get_referral(referral_id))
    accept_referral(signed_in_person(), referral, context=request_context())
    return _case_with_message(
        referral.proposal_id, _("Your institution is now responsible for this proposal.")
    )


@blueprint.page("/referrals/<id:referral_id>/decline", "staff", methods=["POST"])
def decline(referral_id: int) -> ResponseReturnValue:
    """Decline a referral with a reason."""
    referral = get_or_404(get_referral(referral_id))
    decline_referral(
        signed_in_person(), referral, request.form.get("reason", ""), context=request_context()
    )
    return redirect_with_message(
        url_for("desk.index"), _("The proposal went to the coordinating institution.")
    )
