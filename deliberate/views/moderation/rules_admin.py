"""Administration of the moderation rules: publish a new version."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.moderation import RulesForm
from deliberate.operations.moderation.rules import publish_rules
from deliberate.queries.moderation.rules import get_current_rules, list_rules_versions
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import request_context, signed_in_person

blueprint = LocalizedBlueprint("rules_admin", url_prefix="/desk/rules")


@blueprint.page("/", "admin", methods=BOTH)
def edit() -> ResponseReturnValue:
    """Show the rules and their earlier versions, or publish a new version."""
    form = RulesForm(submitted_data(), obj=get_current_rules())

    def submit() -> ResponseReturnValue:
        publish_rules(
            signed_in_person(), form.body.data, form.body_en.data, context=request_context()
        )
        message = _("The rules are published and apply from now on.")
        return redirect_with_message(url_for("static_pages.rules"), message)

    return form_page(form, submit, "moderation/rules_admin.html", versions=list_rules_versions())
