"""Simplification of lines and polygons that preserves the borders that polygons share.

Every ring is cut where borders meet. Each piece between two such corners is simplified once, in a
direction that does not depend on the ring, so neighbours have the same border: no gap, no overlap.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, pairwise

from deliberate.geography import Line, Polygon, Position
from deliberate.geography.polygons import distance_to_edge

MIN_RING = 4
"""Positions of the smallest ring, a triangle that ends where it begins."""


def simplify_line(line: Sequence[Position], tolerance: float) -> Line:
    """Return a line without the positions nearer than the tolerance to what stays of it.

    Douglas and Peucker 1973, without recursion; the ends stay.
    """
    kept = {0, len(line) - 1}
    open_parts = [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        farthest = max(
            range(first + 1, last),
            key=lambda i: distance_to_edge(line[i], line[first], line[last]),
            default=None,
        )
        if farthest is None:
            continue
        if distance_to_edge(line[farthest], line[first], line[last]) > tolerance:
            kept.add(farthest)
            open_parts += [(first, farthest), (farthest, last)]
    return [line[i] for i in sorted(kept)]


def simplify_polygons(shapes: Sequence[Sequence[Polygon]], tolerance: float) -> list[list[Polygon]]:
    """Return the polygons of several areas simplified together; a ring that vanished stays whole.

    A border that two rings share is the same in both afterwards.
    """
    rings = [ring for polygons in shapes for polygon in polygons for ring in polygon]
    corners = _find_corners(rings)
    pieces_of = [_cut_ring(ring, corners) for ring in rings]
    simplified = _simplify_pieces(pieces_of, tolerance)
    joined = iter([_join(pieces, simplified) for pieces in pieces_of])
    return [[[next(joined) for _ring in polygon] for polygon in polygons] for polygons in shapes]


def _simplify_pieces(
    pieces_of: Sequence[Sequence[Line]], tolerance: float
) -> dict[tuple[Position, ...], Line]:
    """Return the simplified line of each piece of some rings; those of a vanished ring as is."""
    simplified: dict[tuple[Position, ...], Line] = {}
    for key in map(_canonical, chain.from_iterable(pieces_of)):
        if key not in simplified:
            simplified[key] = simplify_line(key, tolerance)
    for pieces in pieces_of:
        if len(_join(pieces, simplified)) < MIN_RING:
            simplified |= {key: list(key) for key in map(_canonical, pieces)}
    return simplified


def _find_corners(rings: Sequence[Line]) -> set[Position]:
    """Return the positions where borders meet: those with other than two neighbours."""
    neighbours: dict[Position, set[Position]] = defaultdict(set)
    for ring in rings:
        for a, b in pairwise(ring):
            neighbours[a].add(b)
            neighbours[b].add(a)
    return {position for position, around in neighbours.items() if len(around) != 2}


def _cut_ring(ring: Line, corners: set[Position]) -> list[Line]:
    """Return the pieces of a ring between corners.

    A ring without two corners is cut at its lowest position and at the one farthest from it, so
    that it is the same wherever the ring begins.
    """
    open_ring = ring[:-1]
    cuts = [i for i, position in enumerate(open_ring) if position in corners]
    if len(cuts) < 2:
        first = cuts[0] if cuts else open_ring.index(min(open_ring))
        x, y = open_ring[first]
        second = max(
            range(len(open_ring)),
            key=lambda i: ((open_ring[i][0] - x) ** 2 + (open_ring[i][1] - y) ** 2, open_ring[i]),
        )
        cuts = sorted({first, second})
    turned = open_ring[cuts[0] :] + open_ring[: cuts[0]] + [open_ring[cuts[0]]]
    ends = [cut - cuts[0] for cut in cuts] + [len(open_ring)]
    return [turned[start : end + 1] for start, end in pairwise(ends)]


def _canonical(piece: Line) -> tuple[Position, ...]:
    """Return a piece in the one of its two directions that sorts first."""
    return min(tuple(piece), tuple(reversed(piece)))


def _join(pieces: Sequence[Line], simplified: dict[tuple[Position, ...], Line]) -> Line:
    ring: Line = []
    for piece in pieces:
        part = simplified[_canonical(piece)]
        forward = part if tuple(piece) == _canonical(piece) else part[::-1]
        ring += forward if not ring else forward[1:]
    return ring
