"""The public page of an institution."""

from flask import render_template
from flask.typing import ResponseReturnValue

from deliberate.permissions.site import may_illustrate
from deliberate.queries.proposals.follows import is_following
from deliberate.queries.responses.commitments import list_commitments
from deliberate.queries.responses.institution_figures import list_institution_figures
from deliberate.queries.responses.institutions import get_institution_by_slug, localized_name
from deliberate.queries.responses.responses import (
    PAGE,
    list_pending_responses,
    newest_responses,
)
from deliberate.queries.site.pictures import get_header_picture
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_person, get_or_404

blueprint = LocalizedBlueprint("institutions", url_prefix="/institutions")


@blueprint.page("/<slug>", "public")
def show(slug: str) -> ResponseReturnValue:
    """Show an institution: figures, pending responses, published responses, commitments."""
    institution = get_or_404(get_institution_by_slug(slug))
    person = current_person()
    return render_template(
        "responses/institutions.html",
        institution=institution,
        figures=[row for row in list_institution_figures() if row.institution is institution],
        pending_responses=list_pending_responses(institution.id)[:PAGE],
        responses=newest_responses(institution.id)[:PAGE],
        late=list_commitments("late", institution.id)[:PAGE],
        due=list_commitments("due", institution.id)[:PAGE],
        follows=person is not None and is_following(person, "institution", institution.id),
        localized_name=localized_name,
        header_picture=get_header_picture("institution", institution.id),
        may_illustrate=may_illustrate(person, institution),
    )
