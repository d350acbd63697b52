"""The place of a proposal and its mark on the map, set in the acts that publish its text."""

from flask_babel import lazy_gettext as _

from deliberate.geography.places import Place
from deliberate.models import Proposal
from deliberate.permissions.decision import InvalidInput
from deliberate.queries.processes.name_lists import areas_of
from deliberate.queries.proposals.area_map import get_area_map, units_of
from deliberate.vocabulary import PlaceKind


def set_place(proposal: Proposal, place: Place) -> None:
    """Set the place of a proposal, and its area where it has none and the process lists it.

    Raises InvalidInput for a place that is not on the map.
    """
    area_map = get_area_map()
    if any(area_map.is_empty or not area_map.view.contains(p) for p in place.positions):
        raise InvalidInput(_("The place is not on the map. Choose one on it."))
    proposal.place, proposal.place_is_exact = place.geometry, place.is_exact
    if place.mark and not proposal.area:
        area = area_map.area_at(place.mark)
        if area and areas_of(proposal.process).allows(area.shape.name):
            proposal.area = area.shape.name


def update_mark(proposal: Proposal) -> None:
    """Put the mark of a proposal at its place as it is shown, else at the name of its area."""
    mark = proposal.shown_place.mark
    if mark:
        proposal.map_x, proposal.map_y = units_of(mark)
    else:
        proposal.map_x, proposal.map_y = get_area_map().mark_of_area(proposal.area)


def logged_place(proposal: Proposal) -> PlaceKind | None:
    """Return the detail of a place in the log: its shape, never its position."""
    return proposal.stored_place.kind if proposal.place else None
