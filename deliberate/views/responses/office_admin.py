"""Administration of the offices of an institution."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.responses import OfficeForm
from deliberate.operations.responses.offices import OfficeTexts, add_office, change_office
from deliberate.permissions.decision import require
from deliberate.permissions.responses import may_manage_offices
from deliberate.queries.responses.institutions import get_institution_by_slug
from deliberate.queries.responses.offices import get_office, list_offices
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

if TYPE_CHECKING:
    from deliberate.models import Institution, Office

blueprint = LocalizedBlueprint("office_admin", url_prefix="/desk/offices")
MANAGERS = ("staff", "admin")


@blueprint.page("/<slug>", *MANAGERS)
def index(slug: str) -> ResponseReturnValue:
    """List the offices of an institution, also closed ones."""
    institution = _managed_institution(slug)
    return render_template(
        "responses/office_admin/index.html",
        institution=institution,
        offices=list_offices(institution.id),
    )


@blueprint.page("/<slug>/new", *MANAGERS, methods=BOTH)
def add(slug: str) -> ResponseReturnValue:
    """Show the form for an office, or add it."""
    institution = _managed_institution(slug)
    form = OfficeForm(submitted_data())

    def submit() -> ResponseReturnValue:
        texts = OfficeTexts(**form.data)
        add_office(signed_in_person(), institution, texts, context=request_context())
        return _to_offices(institution, _("The office is added."))

    return _office_page(form, submit, institution)


@blueprint.page("/<slug>/<id:office_id>", *MANAGERS, methods=BOTH)
def edit(slug: str, office_id: int) -> ResponseReturnValue:
    """Show an office in the form, or change it."""
    institution, office = _managed_institution(slug), get_or_404(get_office(office_id))
    get_or_404(office if office.institution_id == institution.id else None)
    form = OfficeForm(submitted_data(), obj=office)

    def submit() -> ResponseReturnValue:
        change_office(
            signed_in_person(), office, OfficeTexts(**form.data), context=request_context()
        )
        return _to_offices(institution, _("The office is changed."))

    return _office_page(form, submit, institution, office)


def _office_page(
    form: OfficeForm,
    submit: Callable[[], ResponseReturnValue],
    institution: "Institution",
    office: "Office | None" = None,
) -> ResponseReturnValue:
    template = "responses/office_admin/edit.html"
    return form_page(form, submit, template, institution=institution, office=office)


def _managed_institution(slug: str) -> "Institution":
    """Return an institution whose offices the signed-in person may manage."""
    institution = get_or_404(get_institution_by_slug(slug))
    require(may_manage_offices(signed_in_person(), institution))
    return institution


def _to_offices(institution: "Institution", message: str) -> ResponseReturnValue:
    return redirect_with_message(url_for("office_admin.index", slug=institution.slug), message)
