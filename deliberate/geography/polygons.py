"""Exact predicates on polygons: the side of a position, and where to write a polygon's name."""

from collections.abc import Iterable, Sequence
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from math import hypot, inf

from deliberate.geography import Line, Polygon, Position

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""
LABEL_STEPS = 10


class Location(Enum):
    """A position relative to a polygon: inside, outside or on its border."""

    INSIDE = "inside"
    BORDER = "border"
    OUTSIDE = "outside"


def turn(a: Position, b: Position, c: Position) -> int:
    """Return 1 if a, b, c turn left, -1 if they turn right, 0 if they are on one line; exact.

    Floats decide where the rounding error cannot change the sign; fractions decide the rest.
    """
    left = (b[0] - a[0]) * (c[1] - a[1])
    right = (b[1] - a[1]) * (c[0] - a[0])
    difference = left - right
    if abs(difference) > 1e-14 * (abs(left) + abs(right)):
        return 1 if difference > 0 else -1
    (ax, ay), (bx, by), (cx, cy) = (map(Fraction, position) for position in (a, b, c))
    exact = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    return (exact > 0) - (exact < 0)


def locate_in_ring(position: Position, ring: Line) -> Location:
    """Return the side of a position relative to the area that a ring encloses."""
    x, y = position
    is_inside = False
    for a, b in pairwise(ring):
        in_range = min(a[0], b[0]) <= x <= max(a[0], b[0]) and min(a[1], b[1]) <= y <= max(
            a[1], b[1]
        )
        if in_range and turn(a, b, position) == 0:
            return Location.BORDER
        if (a[1] > y) != (b[1] > y):
            lower, upper = (a, b) if a[1] < b[1] else (b, a)
            is_inside ^= turn(lower, upper, position) > 0
    return Location.INSIDE if is_inside else Location.OUTSIDE


def locate(position: Position, polygon: Polygon) -> Location:
    """Return the side of a position relative to a polygon; inside a hole is outside."""
    outer, *holes = polygon
    location = locate_in_ring(position, outer)
    if location != Location.INSIDE:
        return location
    for hole in holes:
        in_hole = locate_in_ring(position, hole)
        if in_hole != Location.OUTSIDE:
            return Location.BORDER if in_hole == Location.BORDER else Location.OUTSIDE
    return Location.INSIDE


def covers(polygons: Iterable[Polygon], position: Position) -> bool:
    """Return whether a position is inside or on the border of one of some polygons."""
    return any(locate(position, polygon) != Location.OUTSIDE for polygon in polygons)


def signed_area(ring: Line) -> float:
    """Return the area of a ring in square degrees, positive if it runs counter-clockwise."""
    x0, y0 = ring[0]
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in pairwise(ring)) / 2


def is_simple(ring: Line) -> bool:
    """Return whether no two edges of a closed ring cross or touch but neighbours at their corner.

    It compares every pair of edges, so it is meant for the few corners that a person sets.
    """
    edges = list(pairwise(ring))
    if len(edges) < 3 or signed_area(ring) == 0:
        return False
    for i, (a, b) in enumerate(edges):
        for j in range(i + 2, len(edges)):
            if (i, j) != (0, len(edges) - 1) and _edges_meet(a, b, *edges[j]):
                return False
    return True


def _edges_meet(a: Position, b: Position, c: Position, d: Position) -> bool:
    turns = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(
        side == 0
        and min(p[0], q[0]) <= r[0] <= max(p[0], q[0])
        and min(p[1], q[1]) <= r[1] <= max(p[1], q[1])
        for side, (p, q, r) in zip(turns, ends, strict=True)
    )


def bounds_of(positions: Iterable[Position]) -> Bounds:
    """Return the smallest box around some positions; raise ValueError without any."""
    xs, ys = zip(*positions, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def label_position(polygons: Iterable[Polygon]) -> Position:
    """Return a position well inside the largest polygon, where its name can be written.

    It is the point of a grid with the largest distance to the border, and then of two finer grids
    around it. A narrow shape that has none inside is tried with a finer grid.
    """
    largest = max(polygons, key=lambda polygon: abs(signed_area(polygon[0])))
    west, south, east, north = bounds_of(largest[0])
    width, height = (east - west) / LABEL_STEPS, (north - south) / LABEL_STEPS
    best = _deepest(largest, _grid(west, south, width, height, LABEL_STEPS))
    if best is None:
        steps = 4 * LABEL_STEPS
        fine = _grid(west, south, width / 4, height / 4, steps)
        return _deepest(largest, fine) or largest[0][0]
    for _refinement in range(2):
        width, height = width / 3, height / 3
        around = _grid(best[0] - 1.5 * width, best[1] - 1.5 * height, width, height, 3)
        best = _deepest(largest, around) or best
    return best


def _grid(west: float, south: float, width: float, height: float, steps: int) -> list[Position]:
    """Return the middles of the cells of a grid."""
    return [
        (west + (column + 0.5) * width, south + (row + 0.5) * height)
        for column in range(steps)
        for row in range(steps)
    ]


def _deepest(polygon: Polygon, positions: Iterable[Position]) -> Position | None:
    """Return the position inside a polygon that is farthest from its border, if any is inside."""
    edges = [edge for ring in polygon for edge in pairwise(ring)]
    best, depth = None, 0.0
    for position in positions:
        distance = _distance_above(depth, position, edges)
        if distance is not None and locate(position, polygon) == Location.INSIDE:
            best, depth = position, distance
    return best


def _distance_above(
    depth: float, position: Position, edges: Sequence[tuple[Position, Position]]
) -> float | None:
    """Return the distance to the nearest edge, None once it is known to be at most `depth`."""
    nearest = inf
    for a, b in edges:
        nearest = min(nearest, distance_to_edge(position, a, b))
        if nearest <= depth:
            return None
    return nearest


def distance_to_edge(position: Position, a: Position, b: Position) -> float:
    """Return the distance in degrees from a position to the nearest point of an edge."""
    (x, y), (dx, dy) = position, (b[0] - a[0], b[1] - a[1])
    length = dx * dx + dy * dy
    share = ((x - a[0]) * dx + (y - a[1]) * dy) / length if length else 0.0
    share = min(max(share, 0.0), 1.0)
    return hypot(x - a[0] - share * dx, y - a[1] - share * dy)
