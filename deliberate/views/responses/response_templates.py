"""Text blocks that an institution reuses in its responses."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.responses import TemplateForm
from deliberate.operations.responses.response_drafts import (
    delete_response_template,
    save_response_template,
)
from deliberate.queries.responses.response_drafts import (
    get_response_template,
    list_response_templates,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, signed_in_person

blueprint = LocalizedBlueprint("response_templates", url_prefix="/desk/templates")


@blueprint.page("", "staff", methods=BOTH)
def index() -> ResponseReturnValue:
    """Show the response templates of the institution, or save one."""
    officer = signed_in_person()
    form = TemplateForm(submitted_data())

    def submit() -> ResponseReturnValue:
        save_response_template(officer, form.name.data, form.body.data)
        return redirect_with_message(
            url_for("response_templates.index"), _("The template is saved.")
        )

    return form_page(
        form,
        submit,
        "responses/response_templates.html",
        templates=list_response_templates(officer.institution_id),
    )


@blueprint.page("/<id:template_id>/discard", "staff", methods=["POST"])
def delete(template_id: int) -> ResponseReturnValue:
    """Delete a response template."""
    template = get_or_404(get_response_template(template_id))
    delete_response_template(signed_in_person(), template)
    return redirect_with_message(url_for("response_templates.index"), _("The template is deleted."))
