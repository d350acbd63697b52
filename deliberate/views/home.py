"""The front page: what closes soon, what was just answered, what waits longest."""

from flask import current_app, render_template

from deliberate.clock import now
from deliberate.queries import front
from deliberate.queries.calendar import phase_steps
from deliberate.queries.processes import next_phase
from deliberate.queries.states import days_left, state_of
from deliberate.views.frame import Room

room = Room("home")


@room.page("/", "public", name="front")
def front_page() -> str:
    """What should we decide together?"""
    process = front.newest_open_process()
    return render_template(
        "home/front_page.html",
        closing=front.closing_soon(),
        answered=front.just_answered(),
        waiting=front.waiting_longest(),
        state_of=state_of,
        days_left=days_left,
        month=front.this_month(current_app.config["SETTINGS"].timezone),
        process=process,
        phases=phase_steps(process) if process else [],
        coming=next_phase(now()),
    )
