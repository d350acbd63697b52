"""The public page of an institution."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations.proposals.follows import follow_subject, unfollow_subject
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.site import may_illustrate
from deliberate.queries.proposals.follows import is_following
from deliberate.queries.responses.commitments import list_commitments
from deliberate.queries.responses.institution_figures import list_institution_figures
from deliberate.queries.responses.institutions import get_institution_by_slug, localized_name
from deliberate.queries.responses.offices import list_open_offices
from deliberate.queries.responses.responses import (
    PAGE,
    list_pending_responses,
    newest_responses,
)
from deliberate.queries.site.pictures import get_header_picture
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    request_context,
    signed_in_person,
)

blueprint = LocalizedBlueprint("institutions", url_prefix="/institutions")


@blueprint.page("/<slug>", "public", cached=True)
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
        offices=list_open_offices(institution.id),
        late=list_commitments("late", institution.id)[:PAGE],
        due=list_commitments("due", institution.id)[:PAGE],
        follows=person is not None and is_following(person, "institution", institution.id),
        localized_name=localized_name,
        header_picture=get_header_picture("institution", institution.id),
        may_illustrate=may_illustrate(person, institution),
    )


@blueprint.page("/<slug>/follow", "signed_in", methods=["POST"], rate_limit=CLICKS)
def follow(slug: str) -> ResponseReturnValue:
    """Follow an institution."""
    institution = get_or_404(get_institution_by_slug(slug))
    follow_subject(signed_in_person(), institution, context=request_context())
    return redirect_with_message(
        url_for("institutions.show", slug=slug),
        _("You follow this institution: its news come to your account."),
    )


@blueprint.page("/<slug>/follow/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def unfollow(slug: str) -> ResponseReturnValue:
    """Stop following an institution."""
    institution = get_or_404(get_institution_by_slug(slug))
    unfollow_subject(signed_in_person(), institution, context=request_context())
    return redirect_with_message(
        url_for("institutions.show", slug=slug), _("You no longer follow this institution.")
    )
