"""Places: what is stored, what others see, and sections of the map."""

import pytest

from deliberate.geography.map_view import HEIGHT, WIDTH, MapView
from deliberate.geography.places import InvalidPlace, make_place, place_of_geometry
from deliberate.vocabulary import PlaceKind

POINT = (116.708149, -0.961249)


def test_place_is_stored_to_four_decimals_and_shown_to_three():
    place = make_place(PlaceKind.POINT, [POINT])
    assert place.positions == ((116.7081, -0.9612),)
    assert place.shown.positions == ((116.708, -0.961),)


def test_exact_place_is_shown_as_it_is_stored():
    assert make_place(PlaceKind.POINT, [POINT], is_exact=True).shown.positions == (
        (116.7081, -0.9612),
    )


def test_last_click_is_the_point():
    assert make_place(PlaceKind.POINT, [(1.0, 2.0), (3.0, 4.0)]).positions == ((3.0, 4.0),)


def test_geometry_is_that_of_rfc_7946_and_is_read_back():
    corners = [(1.0, 2.0), (3.0, 2.0), (3.0, 4.0)]
    place = make_place(PlaceKind.AREA, corners)
    assert place.geometry == {
        "type": "Polygon",
        "coordinates": [[[1.0, 2.0], [3.0, 2.0], [3.0, 4.0], [1.0, 2.0]]],
    }
    assert place_of_geometry(place.geometry) == place


def test_area_that_rounding_makes_flat_is_shown_as_less():
    small = make_place(PlaceKind.AREA, [(1.0001, 2.0), (1.0003, 2.0), (1.0003, 2.0003)])
    assert small.shown.kind == PlaceKind.POINT and small.shown.positions == ((1.0, 2.0),)


@pytest.mark.parametrize(
    ("kind", "corners"),
    [
        (PlaceKind.LINE, [(1.0, 2.0)]),
        (PlaceKind.AREA, [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]),
        (PlaceKind.LINE, [(float(i), 0.0) for i in range(21)]),
    ],
)
def test_positions_that_are_no_place_of_the_kind_are_refused(kind, corners):
    with pytest.raises(InvalidPlace):
        make_place(kind, corners)


def test_section_maps_every_position_to_the_picture_and_back():
    view = MapView.around((116.6, -1.1, 116.9, -0.9))
    assert view.project((view.west, view.north)) == (0.0, 0.0)
    assert view.position_at(WIDTH, HEIGHT) == pytest.approx((view.east, view.south))
    assert view.position_at(*view.project(POINT)) == pytest.approx(POINT)
