"""Writing a response: the form, the preview, the check by a colleague and the publication."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.days import parse_day, start_of_day
from deliberate.forms.responses import ResponseForm, draft_to_form_data, response_form_class
from deliberate.operations.responses.response_drafts import (
    DraftConflict,
    record_check,
    request_check,
    request_signatures,
    save_response_draft,
    schedule_response,
    sign_response,
)
from deliberate.operations.responses.response_publishing import publish_draft, require_publishable
from deliberate.operations.responses.responses import ResponseConflict
from deliberate.permissions.decision import require
from deliberate.permissions.responses import may_request_check, may_respond
from deliberate.queries.notices.recipients import count_recipients
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.queries.responses.response_drafts import (
    get_draft_to_sign,
    get_response_draft,
    get_response_template,
    list_response_templates,
)
from deliberate.queries.responses.response_owner import required_signatory_ids, signatory_ids
from deliberate.queries.responses.responses import (
    get_visible_proposal,
    latest_version,
    list_response_cards,
)
from deliberate.queries.threads.open_questions import open_arguments
from deliberate.text import parse_whole_number
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, redirect_with_message, see_other, submitted_data
from deliberate.views.site.request_context import (
    get_or_404,
    int_arg,
    int_field,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary.codes import is_final_response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deliberate.models import Institution, Proposal, Response, ResponseDraft

blueprint = LocalizedBlueprint("response_form", url_prefix="/desk/proposals")


def _proposal(proposal_id: int) -> "Proposal":
    proposal = get_or_404(get_visible_proposal(proposal_id))
    require(may_respond(signed_in_person(), proposal))
    return proposal


def _draft(proposal_id: int) -> "ResponseDraft":
    """Return the draft of the institution, complete enough to be shown as a response."""
    draft = get_or_404(get_response_draft(proposal_id, signed_in_person().institution_id))
    require_publishable(draft)
    return draft


def _form(proposal: "Proposal", draft: "ResponseDraft | None") -> ResponseForm:
    comments = open_arguments(proposal.id)
    form_class = response_form_class([comment.id for comment in comments])
    form = form_class(submitted_data(), data=_initial_data(proposal, draft))
    step = request.form.get("step")
    form.set_choices(
        ((row.id, localized_name(row)) for row in list_institutions()),
        extra_points=int(step == "add_point"),
        extra_commitments=int(step == "add_commitment"),
    )
    for comment in comments:
        form[f"answer_{comment.id}"].comment = comment
    return form


def _initial_data(proposal: "Proposal", draft: "ResponseDraft | None") -> dict[str, object]:
    data = {"base_version": latest_version(proposal.id), "revision": 0}
    if draft is None:
        return {**data, "language": proposal.language}
    return {**data, **draft_to_form_data(draft.content), "revision": draft.revision}


@blueprint.page("/<id:proposal_id>/response", "staff", methods=BOTH)
def edit(proposal_id: int) -> ResponseReturnValue:
    """Show the form with the draft of the institution, or run one step of it.

    The steps add a point or a commitment, save the draft, or save it and show the preview.
    """
    proposal, officer = _proposal(proposal_id), signed_in_person()
    if request.method == "GET":
        form = _form(proposal, get_response_draft(proposal_id, officer.institution_id))
        _insert_template(form)
        return _form_page(proposal, form)
    form = _form(proposal, None)
    step = request.form.get("step", "save")
    if step in {"add_point", "add_commitment"}:
        return _form_page(proposal, form)
    if step != "save" and not form.validate():
        return _form_page(proposal, form, 422)
    try:
        base_revision = parse_whole_number(form.revision.data or "") or 0
        save_response_draft(officer, proposal, form.draft_content(), base_revision)
    except DraftConflict as conflict:
        form.revision.data = str(conflict.draft.revision)
        return _form_page(proposal, form, 409, newer_draft=conflict.draft)
    if step == "save":
        return redirect_with_message(
            url_for("response_form.edit", proposal_id=proposal_id),
            _("The draft is saved for your institution."),
        )
    return see_other(url_for("response_form.preview", proposal_id=proposal_id))


def _insert_template(form: ResponseForm) -> None:
    template = get_response_template(int_arg("template") or 0)
    if template is not None and template.institution_id == signed_in_person().institution_id:
        form.body.data = "\n\n".join(filter(None, [form.body.data, template.body]))


def _form_page(
    proposal: "Proposal",
    form: ResponseForm,
    status: int = 200,
    **conflict: "ResponseDraft",
) -> ResponseReturnValue:
    page = render_template(
        "responses/response_form/form.html",
        proposal=proposal,
        form=form,
        arguments=[field for field in form if field.name.startswith("answer_")],
        open_arguments=open_arguments(proposal.id),
        cards=list_response_cards(proposal.id, signed_in_person()),
        templates=list_response_templates(signed_in_person().institution_id),
        **conflict,
    )
    return page, status


@blueprint.page("/<id:proposal_id>/response/check", "staff")
def preview(proposal_id: int) -> ResponseReturnValue:
    """Show the draft as it will be published."""
    return _preview_page(_proposal(proposal_id), _draft(proposal_id))


def _signatures(
    proposal: "Proposal", draft: "ResponseDraft", institutions: "Sequence[Institution]"
) -> list[tuple[str, bool]]:
    """Return the institutions that must sign the draft, each with whether it has.

    An interim response needs no signature.
    """
    content = draft.content
    if not is_final_response(content["decision"], content["outside_body"] or ""):
        return []
    required = required_signatory_ids(proposal.process) - {draft.institution_id}
    signed = set(signatory_ids(draft.id, draft.revision))
    return [(localized_name(row), row.id in signed) for row in institutions if row.id in required]


def _preview_page(
    proposal: "Proposal",
    draft: "ResponseDraft",
    status: int = 200,
    **problem: "bool | Response",
) -> ResponseReturnValue:
    institution = signed_in_person().institution
    institutions = list_institutions()
    signatures = _signatures(proposal, draft, institutions)
    page = render_template(
        "responses/response_form/preview.html",
        proposal=proposal,
        draft=draft,
        content=draft.content,
        commitments=[(row, parse_day(row["due"])) for row in draft.content["commitments"]],
        study_until=parse_day(draft.content["study_until"]),
        base_version=latest_version(proposal.id),
        needs_check=institution is not None
        and institution.needs_check
        and draft.checked_revision != draft.revision,
        signatures=signatures,
        may_ask_check=may_request_check(signed_in_person(), draft),
        needs_signatures=not all(has_signed for _name, has_signed in signatures),
        recipient_count=count_recipients(proposal.id),
        institution_names={str(row.id): localized_name(row) for row in institutions},
        **problem,
    )
    return page, status


@blueprint.page("/<id:proposal_id>/response/publish", "staff", methods=["POST"])
def publish(proposal_id: int) -> ResponseReturnValue:
    """Publish the draft as it was previewed, now or at the start of a day."""
    proposal, draft = _proposal(proposal_id), _draft(proposal_id)
    if int_field("revision") != draft.revision:
        return _preview_page(proposal, draft, 409, is_changed=True)
    if day := request.form.get("publish_on"):
        return _schedule(proposal, draft, day)
    try:
        base_version = int_field("base_version") or 0
        publish_draft(signed_in_person(), draft, base_version, context=request_context())
    except ResponseConflict as conflict:
        return _preview_page(proposal, draft, 409, newer_response=conflict.response)
    return redirect_with_message(
        url_for("responses.show", proposal_id=proposal_id),
        _("The response is public. Everyone who took part is notified."),
    )


def _schedule(proposal: "Proposal", draft: "ResponseDraft", day: str) -> ResponseReturnValue:
    publish_on = parse_day(day)
    if publish_on is None:
        return _preview_page(proposal, draft, 422, invalid_day=True)
    publish_at = start_of_day(proposal.process, publish_on)
    schedule_response(signed_in_person(), draft, publish_at)
    return redirect_with_message(
        url_for("desk.case", proposal_id=proposal.id),
        _("The response will be published on this day."),
    )


@blueprint.page("/<id:proposal_id>/response/ask", "staff", methods=["POST"])
def ask_check(proposal_id: int) -> ResponseReturnValue:
    """Ask the colleagues to check the draft."""
    request_check(signed_in_person(), _draft(proposal_id), context=request_context())
    return redirect_with_message(
        url_for("response_form.preview", proposal_id=proposal_id),
        _("Your colleagues are asked to check it."),
    )


@blueprint.page("/<id:proposal_id>/response/signatures", "staff", methods=["POST"])
def ask_signatures(proposal_id: int) -> ResponseReturnValue:
    """Ask the institutions that must sign the draft for their signature."""
    request_signatures(signed_in_person(), _draft(proposal_id), context=request_context())
    return redirect_with_message(
        url_for("response_form.preview", proposal_id=proposal_id),
        _("The institutions are asked to sign it."),
    )


@blueprint.page("/<id:proposal_id>/response/sign", "staff", methods=["POST"])
def sign(proposal_id: int) -> ResponseReturnValue:
    """Sign a draft for an institution whose signature is required."""
    draft = get_or_404(get_draft_to_sign(proposal_id, int_field("draft") or 0))
    sign_response(
        signed_in_person(),
        draft,
        int_arg("revision") or 0,
        context=request_context(),
    )
    return redirect_with_message(
        url_for("desk.case", proposal_id=proposal_id), _("Your institution has signed it.")
    )


@blueprint.page("/<id:proposal_id>/response/checked", "staff", methods=["POST"])
def check(proposal_id: int) -> ResponseReturnValue:
    """Approve the draft of a colleague, or send it back with a note."""
    passed = request.form.get("passed") == "1"
    record_check(
        signed_in_person(),
        _draft(proposal_id),
        int_field("revision") or 0,
        passed,
        request.form.get("note", ""),
        context=request_context(),
    )
    return redirect_with_message(
        url_for("response_form.preview", proposal_id=proposal_id), _("Your check is saved.")
    )
