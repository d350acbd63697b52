"""Exact predicates on polygons.

The answers of CASES are those of shapely 2: "border" where `polygon.touches(point)`, "inside" where
`polygon.contains(point)`, else "outside". To compute them again, install shapely and compare
for each case `shapely.Polygon(SHAPES[name][0], SHAPES[name][1:])` with `shapely.Point(position)`.
"""

from math import cos, pi, sin

import pytest

from deliberate.geography import polygons
from deliberate.geography.polygons import (
    Location,
    covers,
    distance_to_edge,
    is_simple,
    label_position,
    locate,
    turn,
)

SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
HOLE = [(1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0), (1.0, 1.0)]
DENT = [(0.0, 0.0), (6.0, 0.0), (6.0, 4.0), (3.0, 1.0), (0.0, 4.0), (0.0, 0.0)]
FIJI = [(177.0, -19.0), (183.0, -19.0), (183.0, -15.0), (177.0, -15.0), (177.0, -19.0)]
SHAPES = {
    "SQUARE": [SQUARE],
    "RING": [SQUARE, HOLE],
    "SLOPE": [[(0.0, 0.0), (0.3, 0.1), (0.2, 0.4), (0.0, 0.0)]],
    "DENT": [DENT],
    "CITY": [[(116.7, -0.98), (116.74, -0.99), (116.73, -0.94), (116.7, -0.98)]],
    "FIJI": [FIJI],
}
CASES = [
    ("SQUARE", (2.0, 2.0), "inside"),
    ("SQUARE", (0.0, 0.0), "border"),
    ("SQUARE", (4.0, 2.0), "border"),
    ("SQUARE", (5.0, 2.0), "outside"),
    ("RING", (0.5, 2.0), "inside"),
    ("RING", (2.0, 2.0), "outside"),
    ("RING", (1.0, 2.0), "border"),
    ("RING", (1.0, 1.0), "border"),
    ("SLOPE", (0.15, 0.05), "border"),
    ("SLOPE", (0.1, 0.2), "border"),
    ("SLOPE", (0.15, 0.15), "inside"),
    ("SLOPE", (0.06, 0.02), "outside"),
    ("DENT", (3.0, 1.0), "border"),
    ("DENT", (3.0, 1.0000000000000002), "outside"),
    ("DENT", (3.0, 0.9999999999999999), "inside"),
    ("DENT", (5.0, 3.0), "border"),
    ("CITY", (116.7223, -0.9712), "inside"),
    ("CITY", (-0.9712, 116.7223), "outside"),
    ("FIJI", (180.0, -17.0), "inside"),
    ("FIJI", (-179.0, -17.0), "outside"),
]


@pytest.mark.parametrize(("name", "position", "answer"), CASES)
def test_position_is_located_as_shapely_locates_it(name, position, answer):
    assert locate(position, SHAPES[name]) == Location(answer)


def test_turn_is_exact_where_floats_round_to_zero():
    nearly = (0.1 + 0.2, 0.3)  # its longitude is 0.30000000000000004
    assert turn((0.0, 0.0), (0.3, 0.3), (0.6, 0.6)) == 0
    assert turn((0.0, 0.0), (1.0, 1.0), nearly) == -1


def test_polygons_cover_their_borders_and_not_their_holes():
    assert covers([SHAPES["RING"]], (1.0, 2.0))
    assert not covers([SHAPES["RING"]], (2.0, 2.0))


def test_ring_whose_edges_cross_is_not_simple():
    assert is_simple(SQUARE) and is_simple(DENT)
    assert not is_simple([(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)])
    assert not is_simple([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 0.0)])


def test_label_stands_inside_a_polygon_with_a_hole_in_its_middle():
    assert locate(label_position([SHAPES["RING"]]), SHAPES["RING"]) == Location.INSIDE


def test_label_stands_inside_a_narrow_polygon():
    strip = [[(0.0, 0.0), (10.0, 10.0), (10.2, 10.0), (0.2, 0.0), (0.0, 0.0)]]
    assert locate(label_position([strip]), strip) == Location.INSIDE


def test_label_stands_in_the_middle_of_a_square():
    x, y = label_position([[SQUARE]])
    assert x == pytest.approx(2, abs=0.1) and y == pytest.approx(2, abs=0.1)


def test_label_of_a_ring_with_many_positions_compares_few_of_them(monkeypatch):
    ring = [
        ((3 + step % 7) * cos(pi * step / 500), (3 + step % 7) * sin(pi * step / 500))
        for step in range(1000)
    ]
    compared = []

    def count(*edge):
        compared.append(edge)
        return distance_to_edge(*edge)

    monkeypatch.setattr(polygons, "distance_to_edge", count)
    label_position([[[*ring, ring[0]]]])
    assert len(compared) < 100 * 1000
