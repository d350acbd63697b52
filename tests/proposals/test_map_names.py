"""Test that the pins of the map of all areas leave the names readable."""

from deliberate.clock import override_now
from deliberate.geography.map_picture import name_box
from deliberate.queries.proposals.area_map import get_area_map
from deliberate.queries.proposals.listing import ProposalFilters
from deliberate.queries.proposals.map_marks import PIN_SIZE, overview_map
from tests.sample_city import CITY_NOW


def test_no_pin_of_the_overview_covers_the_name_of_an_area(shared_city):
    with shared_city.app_context(), override_now(CITY_NOW):
        display, area_map = overview_map(ProposalFilters()), get_area_map()
    names = {
        name: name_box(name, item.label, area_map.view) for name, item in area_map.areas.items()
    }
    pins = [mark for mark in display.marks if mark.proposal_id]
    covered = [
        (mark.title, name)
        for mark in pins
        for name, (left, top, right, bottom) in names.items()
        if mark.x - PIN_SIZE[0] < right
        and left < mark.x + PIN_SIZE[0]
        and top < mark.y
        and mark.y - PIN_SIZE[1] < bottom
    ]
    assert pins and covered == []
