"""The calendars of all processes, for administrators."""

from flask import render_template, url_for

from deliberate.queries.processes.process_setup import PAGE, list_processes_for_setup
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import int_arg

blueprint = LocalizedBlueprint("calendar_admin", url_prefix="/desk/calendar")


@blueprint.page("/", "admin")
def index() -> str:
    """List the processes with the calendar that counts their working days."""
    rows = list_processes_for_setup(int_arg("after"))
    processes = rows[:PAGE]
    after = processes[-1].id if len(rows) > len(processes) else None
    return render_template(
        "processes/calendar_admin.html",
        processes=processes,
        next_url=url_for("calendar_admin.index", after=after) if after else "",
    )
