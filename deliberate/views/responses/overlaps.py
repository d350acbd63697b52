"""Who is responsible for which topic: the public map, and the desk that keeps it."""

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.responses import MandateForm, OverlapDecisionForm, OverlapForm
from deliberate.operations.responses.overlaps import (
    end_mandate,
    open_overlap,
    settle_overlap,
    state_mandate,
)
from deliberate.permissions.decision import require
from deliberate.permissions.responses import may_clarify_mandates
from deliberate.queries.responses.institutions import (
    get_institution_by_slug,
    list_institutions,
    localized_name,
)
from deliberate.queries.responses.overlaps import (
    get_mandate,
    get_overlap,
    list_cases,
    list_mandates,
    overlap_map,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import proposal_url

blueprint = LocalizedBlueprint("overlaps")


@blueprint.page("/overlaps", "public", cached=True)
def index() -> ResponseReturnValue:
    """Show mandates, practice and refusals by topic, and the overlaps."""
    return render_template(
        "responses/overlaps/index.html", map=overlap_map(g.language), localized_name=localized_name
    )


@blueprint.page("/overlaps/<slug>/<any(answered,declined):what>", "public", cached=True)
def cases(slug: str, what: str) -> ResponseReturnValue:
    """List the cases of a cell of the map: what an institution answered or declined on a topic."""
    institution = get_or_404(get_institution_by_slug(slug))
    topic = request.args.get("topic", "")[:80]
    return render_template(
        "responses/overlaps/cases.html",
        institution=localized_name(institution),
        topic=topic,
        what=what,
        rows=[(row, proposal_url(row)) for row in list_cases(topic, institution, what)],
    )


@blueprint.page("/desk/overlaps", "staff", "admin", methods=BOTH)
def desk() -> ResponseReturnValue:
    """List the mandates, or state one."""
    require(may_clarify_mandates(signed_in_person()))
    form = MandateForm(submitted_data())
    form.set_institutions((row.slug, localized_name(row)) for row in list_institutions())

    def submit() -> ResponseReturnValue:
        institution = get_or_404(get_institution_by_slug(form.institution.data))
        state_mandate(
            signed_in_person(),
            form.topic.data or "",
            institution,
            form.basis.data or "",
            context=request_context(),
        )
        return redirect_with_message(url_for("overlaps.desk"), _("The mandate is stated."))

    return form_page(
        form,
        submit,
        "responses/overlaps/desk.html",
        show_refusal=True,
        mandates=list_mandates(),
        map=overlap_map(g.language),
        localized_name=localized_name,
    )


@blueprint.page("/desk/overlaps/mandates/<id:mandate_id>/end", "staff", "admin", methods=["POST"])
def end(mandate_id: int) -> ResponseReturnValue:
    """State that a mandate holds no more."""
    mandate = get_or_404(get_mandate(mandate_id))
    end_mandate(signed_in_person(), mandate, context=request_context())
    return redirect_with_message(url_for("overlaps.desk"), _("The mandate is ended."))


@blueprint.page("/desk/overlaps/new", "staff", "admin", methods=BOTH, name="open")
def open_new() -> ResponseReturnValue:
    """Open the question of who is responsible for a topic."""
    require(may_clarify_mandates(signed_in_person()))
    form = OverlapForm(submitted_data())
    form.set_institutions((row.slug, localized_name(row)) for row in list_institutions())

    def submit() -> ResponseReturnValue | None:
        institution = get_or_404(get_institution_by_slug(form.institution.data))
        if form.due.day is None:
            return None
        open_overlap(
            signed_in_person(),
            form.topic.data or "",
            institution,
            form.due.day,
            form.reason.data or "",
            context=request_context(),
        )
        return redirect_with_message(url_for("overlaps.index"), _("The overlap is open."))

    return form_page(form, submit, "responses/overlaps/open.html", show_refusal=True)


@blueprint.page("/desk/overlaps/<id:overlap_id>/settle", "staff", "admin", methods=BOTH)
def settle(overlap_id: int) -> ResponseReturnValue:
    """Settle an overlap by a written decision."""
    overlap = get_or_404(get_overlap(overlap_id))
    require(may_clarify_mandates(signed_in_person()))
    form = OverlapDecisionForm(submitted_data())

    def submit() -> ResponseReturnValue:
        settle_overlap(
            signed_in_person(), overlap, form.decision.data or "", context=request_context()
        )
        return redirect_with_message(url_for("overlaps.index"), _("The overlap is settled."))

    return form_page(
        form, submit, "responses/overlaps/settle.html", show_refusal=True, overlap=overlap
    )
