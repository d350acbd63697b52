"""Simplification keeps shared borders, the shape of small areas, and what is larger than asked."""

from itertools import pairwise
from math import sin

from deliberate.geography.polygons import signed_area
from deliberate.geography.simplification import simplify_line, simplify_polygons

BORDER = [(1.0, y / 50) for y in range(51)]
WAVY = [(1.0 + 0.02 * sin(y), y / 50) for y in range(1, 50)]
LEFT = [(0.0, 0.0), (1.0, 0.0), *WAVY, (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
RIGHT = [(2.0, 1.0), (1.0, 1.0), *WAVY[::-1], (1.0, 0.0), (2.0, 0.0), (2.0, 1.0)]


def edges(ring):
    return {frozenset(edge) for edge in pairwise(ring)}


def test_straight_line_keeps_its_ends_only():
    assert simplify_line(BORDER, 0.001) == [BORDER[0], BORDER[-1]]


def test_corner_larger_than_the_tolerance_stays():
    line = [(0.0, 0.0), (1.0, 0.3), (2.0, 0.0)]
    assert simplify_line(line, 0.2) == line and len(simplify_line(line, 0.4)) == 2


def test_shared_border_is_the_same_in_both_areas():
    (left,), (right,) = (
        simplified[0] for simplified in simplify_polygons([[[LEFT]], [[RIGHT]]], 0.01)
    )
    shared = edges(left) & edges(right)
    assert len(left) < len(LEFT)
    assert {position for edge in shared for position in edge} >= {(1.0, 0.0), (1.0, 1.0)}
    assert signed_area(left) + signed_area(right) - 2.0 < 1e-9


def test_area_in_the_hole_of_another_keeps_filling_it():
    island = [
        (0.4 + 0.1 * a, 0.4 + 0.1 * b) for a, b in ((0, 0), (1, 0.02), (2, 0), (2, 2), (0, 2))
    ]
    island.append(island[0])
    start = [*island[2:-1], *island[:3]]
    around = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    outer, inner = simplify_polygons([[[around, start[::-1]]], [[island]]], 0.05)
    assert edges(outer[0][1]) == edges(inner[0][0])


def test_area_smaller_than_the_tolerance_stays_whole():
    tiny = [(0.0, 0.0), (0.01, 0.0), (0.01, 0.01), (0.0, 0.01), (0.0, 0.0)]
    ((simplified,),) = simplify_polygons([[[tiny]]], 1.0)
    assert set(simplified[0]) == set(tiny)
