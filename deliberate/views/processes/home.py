"""The home page."""

from typing import TYPE_CHECKING

from flask import render_template

from deliberate.clock import now
from deliberate.days import site
from deliberate.queries.processes.for_you import list_own_proposals, list_replies_to
from deliberate.queries.processes.home import (
    get_month_figures,
    get_site_figures,
    list_closing_soon,
    list_longest_waiting,
    list_newest_responses,
    list_open_processes,
)
from deliberate.queries.processes.phases import get_next_phase, phase_steps
from deliberate.queries.proposals.proposals import proposal_status
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.queries.responses.response_owner import institutions_of
from deliberate.queries.site.pictures import first_pictures, list_pictures
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_person
from deliberate.views.urls import comment_url
from deliberate.vocabulary import PictureUse

if TYPE_CHECKING:
    from deliberate.models import Person

blueprint = LocalizedBlueprint("home")


@blueprint.page("/", "public", name="front", cached=True)
def front_page() -> str:
    """Show what the platform is, open processes, what closes soon, waits and was answered.

    A signed-in reader first sees what waits for them.
    """
    processes, closing = list_open_processes(), list_closing_soon()
    answered, waiting = list_newest_responses(), list_longest_waiting()
    pictured = [process.id for process in processes]
    pictured += [item.process_id for item in closing if item.process_id is not None]
    pictures = list_pictures("process", pictured)
    shown = (pictures.get(process.id, {}).get(PictureUse.HEADER) for process in processes)
    return render_template(
        "processes/home.html",
        closing=closing,
        answered=answered,
        waiting=waiting,
        institutions=institutions_of(waiting),
        state_of=state_of,
        days_left=days_left,
        month=get_month_figures(site()),
        processes=[(process, phase_steps(process)) for process in processes],
        pictures=pictures,
        front_picture=next(filter(None, shown), None),
        proposal_pictures=first_pictures(
            [response.proposal_id for response in answered] + [row.id for row in waiting]
        ),
        coming=None if processes and closing else get_next_phase(now()),
        **_own_items(current_person()),
    )


def _own_items(person: "Person | None") -> dict[str, object]:
    """Return what only the reader sees, for a visitor the numbers of the site."""
    if person is None:
        return {"reader": None, "figures": get_site_figures()}
    own = list_own_proposals(person)
    return {
        "reader": person,
        "replies": [(comment, comment_url(comment)) for comment in list_replies_to(person)],
        "own_proposals": [(proposal, proposal_status(proposal)) for proposal in own],
    }
