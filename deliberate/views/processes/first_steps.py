"""First steps of an installation, for administrators."""

from flask import render_template, url_for

from deliberate.queries.processes.first_steps import Step, list_first_steps
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings

blueprint = LocalizedBlueprint("first_steps", url_prefix="/desk/first-steps")
PAGES = {
    Step.INSTITUTIONS: "institution_admin.index",
    Step.COORDINATOR: "institution_admin.index",
    Step.STAFF: "invitations.index",
    Step.MODERATORS: "invitations.index",
    Step.ADMINISTRATORS: "invitations.index",
    Step.RULES: "rules_admin.edit",
    Step.AREAS: "verification.index",
    Step.PROCESS: "process_setup.new",
    Step.PHASES: "process_setup.index",
    Step.OPENING: "process_setup.index",
}
"""The page on which a step is done; the others are settings of the installation."""


@blueprint.page("/", "admin")
def index() -> str:
    """Show what is missing before the platform can be used, in order."""
    steps = list_first_steps(current_settings())
    return render_template(
        "processes/first_steps.html",
        steps=[(row, _page_url(row.step)) for row in steps],
        missing=sum(not row.is_done for row in steps),
    )


def _page_url(step: Step) -> str:
    return url_for(PAGES[step]) if step in PAGES else ""
