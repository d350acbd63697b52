"""Administration of institutions: add one, change its names, choose the coordinator."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.responses import InstitutionForm, NewInstitutionForm
from deliberate.operations.responses.institutions import (
    SlugTaken,
    add_institution,
    change_institution,
)
from deliberate.queries.responses.institutions import get_institution_by_slug, list_institutions
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

blueprint = LocalizedBlueprint("institution_admin", url_prefix="/desk/institutions")


@blueprint.page("/", "admin", methods=BOTH)
def index() -> ResponseReturnValue:
    """List the institutions, or add one."""
    form = NewInstitutionForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        try:
            add_institution(
                signed_in_person(),
                form.slug.data,
                form.name.data,
                name_en=form.name_en.data,
                is_coordinator=form.is_coordinator.data,
                context=request_context(),
            )
        except SlugTaken:
            form.slug.errors = [_("Another institution has this address.")]
            return None
        message = _("The institution is added.")
        return redirect_with_message(url_for("institution_admin.index"), message)

    template = "responses/institution_admin/index.html"
    return form_page(form, submit, template, institutions=list_institutions())


@blueprint.page("/<slug>", "admin", methods=BOTH)
def edit(slug: str) -> ResponseReturnValue:
    """Show an institution, or change its names and whether it coordinates."""
    institution = get_or_404(get_institution_by_slug(slug))
    form = InstitutionForm(submitted_data(), obj=institution)

    def submit() -> ResponseReturnValue:
        names = form.name.data, form.name_en.data
        change_institution(
            signed_in_person(),
            institution,
            *names,
            form.is_coordinator.data,
            context=request_context(),
        )
        message = _("The institution is changed.")
        return redirect_with_message(url_for("institution_admin.index"), message)

    template = "responses/institution_admin/edit.html"
    return form_page(form, submit, template, institution=institution)
