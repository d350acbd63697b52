"""The front page: what closes soon, what was just answered, what waits longest."""

from flask import current_app, render_template

from deliberate.clock import now
from deliberate.queries.processes.home import (
    closing_soon,
    just_answered,
    newest_open_process,
    this_month,
    waiting_longest,
)
from deliberate.queries.processes.processes import next_phase
from deliberate.queries.processes.working_days import phase_steps
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.views.site.blueprint import LocalizedBlueprint

blueprint = LocalizedBlueprint("home")


@blueprint.page("/", "public", name="front")
def front_page() -> str:
    """What should we decide together?"""
    process = newest_open_process()
    return render_template(
        "processes/home.html",
        closing=closing_soon(),
        answered=just_answered(),
        waiting=waiting_longest(),
        state_of=state_of,
        days_left=days_left,
        month=this_month(current_app.config["SETTINGS"].timezone),
        process=process,
        phases=phase_steps(process) if process else [],
        coming=next_phase(now()),
    )
