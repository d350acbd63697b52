"""The page of whoever operates the installation: how it runs, and what to do."""

from flask import render_template
from flask.typing import ResponseReturnValue

from deliberate.queries.site.operations_state import get_operations_state
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings

blueprint = LocalizedBlueprint("operations", url_prefix="/desk/operations")


@blueprint.page("/", "admin")
def show() -> ResponseReturnValue:
    """Show seal, jobs, deliveries, disk, backups and versions, with what to do for each."""
    return render_template("site/operations.html", state=get_operations_state(current_settings()))
