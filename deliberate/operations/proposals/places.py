"""The place of a proposal and its mark on the map, set in the acts that publish its text."""

from flask_babel import lazy_gettext as _

from deliberate.geography import Position
from deliberate.geography.places import Place
from deliberate.models import Proposal
from deliberate.permissions.decision import InvalidInput
from deliberate.queries.processes.name_lists import areas_of
from deliberate.queries.proposals.area_map import UNITS, AreaMap, get_area_map
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
    mark = proposal.shown_place.mark or _label_of(get_area_map(), proposal.area)
    proposal.map_x = round(mark[0] * UNITS) if mark else None
    proposal.map_y = round(mark[1] * UNITS) if mark else None


def _label_of(area_map: AreaMap, name: str) -> Position | None:
    area = area_map.areas.get(name)
    return area.label if area else None


def logged_place(proposal: Proposal) -> PlaceKind | None:
    """Return what the log says of a place: its shape, never where it is."""
    return proposal.stored_place.kind if proposal.place else None
