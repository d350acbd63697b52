"""The home page."""

from flask import render_template

from deliberate.clock import now
from deliberate.days import site
from deliberate.queries.processes.home import (
    get_month_figures,
    get_newest_open_process,
    list_closing_soon,
    list_longest_waiting,
    list_newest_responses,
)
from deliberate.queries.processes.phases import get_next_phase, phase_steps
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.queries.responses.response_owner import institutions_of
from deliberate.views.site.blueprint import LocalizedBlueprint

blueprint = LocalizedBlueprint("home")


@blueprint.page("/", "public", name="front")
def front_page() -> str:
    """Show what closes soon, new and pending responses, the phases, and this month."""
    process, waiting = get_newest_open_process(), list_longest_waiting()
    return render_template(
        "processes/home.html",
        closing=list_closing_soon(),
        answered=list_newest_responses(),
        waiting=waiting,
        institutions=institutions_of(waiting),
        state_of=state_of,
        days_left=days_left,
        month=get_month_figures(site()),
        process=process,
        phases=phase_steps(process) if process else [],
        coming=get_next_phase(now()),
    )
