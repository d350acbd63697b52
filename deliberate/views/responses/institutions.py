"""One institution: what it owes, what it answered, what it promised."""

from flask import render_template
from flask.typing import ResponseReturnValue

from deliberate.queries.accounts.accounts import institution_named, is_following
from deliberate.queries.responses.commitments import commitments_by_state
from deliberate.queries.responses.institution_figures import figures_of
from deliberate.queries.responses.responses import (
    PAGE,
    name_here,
    newest_responses,
    waiting_longest,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404

blueprint = LocalizedBlueprint("institutions", url_prefix="/institutions")


@blueprint.page("/<slug>", "public")
def show(slug: str) -> ResponseReturnValue:
    """What one institution owes and gave, and how it answers."""
    office = get_or_404(institution_named(slug))
    person = current_person()
    return render_template(
        "responses/institutions.html",
        office=office,
        figures=[f for f in figures_of() if f.institution is office],
        waiting=waiting_longest(office.id)[:PAGE],
        given=newest_responses(office.id)[:PAGE],
        late=commitments_by_state("late", office.id)[:PAGE],
        due=commitments_by_state("due", office.id)[:PAGE],
        follows=person is not None and is_following(person, "institution", office.id),
        name_here=name_here,
    )
