"""Answering a proposal: the form, a look before publishing, a check, the publication."""

from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from deliberate.forms.responses import ResponseForm, answering, from_draft
from deliberate.operations.responses.response_drafts import (
    WrittenMeanwhile,
    ask_check,
    give_check,
    save_response_draft,
    schedule_response,
    sign_response,
)
from deliberate.operations.responses.response_publishing import publish_draft
from deliberate.operations.responses.responses import AnsweredMeanwhile
from deliberate.permissions.decision import require
from deliberate.permissions.responses import may_answer
from deliberate.queries.notices.recipients import people_told
from deliberate.queries.processes.working_days import start_of
from deliberate.queries.responses import responses as response_queries
from deliberate.queries.responses.response_drafts import (
    draft_of,
    draft_to_sign,
    template_numbered,
    templates_of,
)
from deliberate.queries.responses.response_owner import must_sign_ids, signed_ids
from deliberate.queries.threads.open_questions import open_arguments
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("response_form", url_prefix="/desk/proposals")


def _proposal(number: int) -> Any:
    proposal = get_or_404(response_queries.proposal_answered(number))
    require(may_answer(current_person(), proposal))
    return proposal


def _form(proposal: Any, draft: Any, written: MultiDict[str, str] | None) -> ResponseForm:
    comments = open_arguments(proposal.id)
    kind = answering([comment.id for comment in comments])
    form = kind(written, data=_begun(proposal, draft))
    step = written.get("step") if written else ""
    offices = [(o.id, response_queries.name_here(o)) for o in response_queries.all_institutions()]
    form.offer(offices, points=step == "add_point", promises=step == "add_commitment")
    for comment in comments:
        form[f"answer_{comment.id}"].comment = comment
    return form


def _begun(proposal: Any, draft: Any) -> dict[str, Any]:
    begun = {"seen": response_queries.response_count(proposal.id), "revision": 0}
    if draft is None:
        return {**begun, "language": proposal.language}
    return {**begun, **from_draft(draft.written), "revision": draft.revision}


@blueprint.page("/<id:number>/response", "staff")
def form(number: int) -> ResponseReturnValue:
    """The response form, as the office left it."""
    proposal = _proposal(number)
    draft = draft_of(number, current_person().institution_id)
    filled = _form(proposal, draft, None)
    chosen = template_numbered(request.args.get("template", 0, type=int))
    if chosen is not None and chosen.institution_id == current_person().institution_id:
        filled.body.data = "\n\n".join(filter(None, [filled.body.data, chosen.body]))
    return _shown(proposal, filled)


def _shown(
    proposal: Any, filled: ResponseForm, status: int = 200, **more: Any
) -> ResponseReturnValue:
    page = render_template(
        "responses/response_form/form.html",
        proposal=proposal,
        form=filled,
        arguments=[f for f in filled if f.name.startswith("answer_")],
        cards=response_queries.responses_of(proposal.id),
        templates=templates_of(current_person().institution_id),
        **more,
    )
    return page, status


@blueprint.page("/<id:number>/response", "staff", methods=["POST"], name="write")
def write(number: int) -> ResponseReturnValue:
    """One step of the form: room for a point or a promise, keeping the draft, going on to check."""
    proposal, officer = _proposal(number), current_person()
    filled = _form(proposal, None, request.form)
    step = request.form.get("step", "save")
    if step in {"add_point", "add_commitment"}:
        return _shown(proposal, filled)
    if step != "save" and not filled.validate():
        return _shown(proposal, filled, 422)
    try:
        seen = int(filled.revision.data or 0)
        save_response_draft(officer, proposal, filled.written(), seen)
    except WrittenMeanwhile as meanwhile:
        filled.revision.data = str(meanwhile.draft.revision)
        return _shown(proposal, filled, 409, theirs=meanwhile.draft)
    if step == "save":
        flash(_("The draft is kept for your office."), "success")
        return see_other(url_for("response_form.form", number=number))
    return see_other(url_for("response_form.look", number=number))


@blueprint.page("/<id:number>/response/check", "staff")
def look(number: int) -> ResponseReturnValue:
    """The answer as it will stand, before it is published."""
    proposal = _proposal(number)
    draft = get_or_404(draft_of(number, current_person().institution_id))
    return _looked(proposal, draft)


def _looked(proposal: Any, draft: Any, status: int = 200, **more: Any) -> ResponseReturnValue:
    page = render_template(
        "responses/response_form/look.html",
        proposal=proposal,
        draft=draft,
        written=draft.written,
        seen=response_queries.response_count(proposal.id),
        needs_check=current_person().institution.needs_check,
        signing=_signing(proposal, draft),
        people=people_told(proposal.id),
        offices={
            str(o.id): response_queries.name_here(o) for o in response_queries.all_institutions()
        },
        **more,
    )
    return page, status


def _signing(proposal: Any, draft: Any) -> list[tuple[str, bool]]:
    signed = set(signed_ids(draft.id, draft.revision))
    wanted = must_sign_ids(proposal.process) - {draft.institution_id}
    offices = [response_queries.institution_numbered(office) for office in sorted(wanted)]
    return [(response_queries.name_here(o), o.id in signed) for o in offices if o is not None]


@blueprint.page("/<id:number>/response/publish", "staff", methods=["POST"])
def publish(number: int) -> ResponseReturnValue:
    """Publish the draft as it was looked at, now or at the start of a day."""
    proposal, officer = _proposal(number), current_person()
    draft = get_or_404(draft_of(number, officer.institution_id))
    if request.form.get("revision", type=int) != draft.revision:
        return _looked(proposal, draft, 409, changed=True)
    if day := request.form.get("publish_on"):
        return _schedule(proposal, draft, day)
    try:
        seen = request.form.get("seen", 0, type=int)
        publish_draft(officer, draft, seen)
    except AnsweredMeanwhile as meanwhile:
        return _looked(proposal, draft, 409, theirs=meanwhile.response)
    flash(_("The response is public; everyone who took part is told."), "success")
    return see_other(url_for("responses.show", number=number))


def _schedule(proposal: Any, draft: Any, day: str) -> ResponseReturnValue:
    try:
        at = start_of(proposal.process, date.fromisoformat(day))
    except ValueError:
        return _looked(proposal, draft, 422, wrong_day=True)
    schedule_response(current_person(), draft, at)
    flash(_("The response will be published on this day."), "success")
    return see_other(url_for("desk.case", number=proposal.id))


@blueprint.page("/<id:number>/response/ask", "staff", methods=["POST"])
def ask(number: int) -> ResponseReturnValue:
    """Ask a colleague to check the answer."""
    draft = get_or_404(draft_of(number, current_person().institution_id))
    ask_check(current_person(), draft)
    flash(_("Your colleagues are asked to check it."), "success")
    return see_other(url_for("response_form.look", number=number))


@blueprint.page("/<id:number>/response/sign", "staff", methods=["POST"])
def sign(number: int) -> ResponseReturnValue:
    """Sign an answer in the making, for an institution that must sign."""
    draft = get_or_404(draft_to_sign(number, request.form.get("draft", 0, type=int)))
    sign_response(current_person(), draft)
    flash(_("Your institution has signed it."), "success")
    return see_other(url_for("desk.case", number=number))


@blueprint.page("/<id:number>/response/checked", "staff", methods=["POST"])
def checked(number: int) -> ResponseReturnValue:
    """Say that a colleague's answer may be published, or what is missing."""
    draft = get_or_404(draft_of(number, current_person().institution_id))
    passed = request.form.get("passed") == "1"
    give_check(current_person(), draft, passed, request.form.get("note", ""))
    flash(_("Your check is noted."), "success")
    return see_other(url_for("response_form.look", number=number))
