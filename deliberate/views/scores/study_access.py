"""Access to studies for administrators: admitting assessors and erasing names, reading nothing."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations.scores.study_sources import admit_to_study, erase_name
from deliberate.queries.scores.studies.sources import (
    all_assessors_awaiting_study,
    get_source,
    sources_with_names,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

blueprint = LocalizedBlueprint("study_access", url_prefix="/desk/study-access")


@blueprint.page("/", "admin")
def index() -> ResponseReturnValue:
    """List the assessors without access to a study, and the respondents with stored names."""
    return render_template(
        "scores/study_access/index.html",
        waiting=all_assessors_awaiting_study(),
        named=sources_with_names(),
    )


@blueprint.page("/assessors/<id:assessor_id>", "admin", methods=("POST",))
def admit(assessor_id: int) -> ResponseReturnValue:
    """Let an assessor use the sources of the study of their process."""
    waiting = {row.id: row for row, _process in all_assessors_awaiting_study()}
    admit_to_study(signed_in_person(), get_or_404(waiting.get(assessor_id)))
    return redirect_with_message(url_for("study_access.index"), _("Access is given."))


@blueprint.page("/names/<id:source_id>", "admin", methods=("POST",))
def erase(source_id: int) -> ResponseReturnValue:
    """Erase the name of a respondent who asks for it."""
    source = get_or_404(get_source(source_id))
    erase_name(signed_in_person(), source, context=request_context())
    return redirect_with_message(url_for("study_access.index"), _("The name is erased."))
