"""The place of a proposal: a point, a line or an area that its author set on the map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from deliberate.geography import Line, Position
from deliberate.geography.polygons import bounds_of, is_simple
from deliberate.vocabulary import PlaceKind

STORED_DECIMALS = 4
"""About ten metres."""
SHOWN_DECIMALS = 3
"""About a hundred metres: what others see unless the author shows the exact place."""
MAX_POINTS = 20
MIN_POINTS = {PlaceKind.POINT: 1, PlaceKind.LINE: 2, PlaceKind.AREA: 3}
_GEOMETRY_TYPES = {
    PlaceKind.POINT: "Point",
    PlaceKind.LINE: "LineString",
    PlaceKind.AREA: "Polygon",
}
_KINDS = {name: kind for kind, name in _GEOMETRY_TYPES.items()}
Geometry = dict[str, Any]  # coordinates are nested to different depths


class InvalidPlace(ValueError):
    """Raised for positions that are not a place of the kind."""


@dataclass(frozen=True)
class Place:
    """Positions that are a point, a line or the corners of an area; none: no place."""

    kind: PlaceKind = PlaceKind.POINT
    positions: tuple[Position, ...] = ()
    is_exact: bool = False

    @property
    def geometry(self) -> Geometry | None:
        """Return the place as a geometry of RFC 7946, None without positions."""
        if not self.positions:
            return None
        line = [list(position) for position in self.positions]
        coordinates: Any = line  # nested to the depth of the kind
        if self.kind == PlaceKind.POINT:
            coordinates = line[0]
        elif self.kind == PlaceKind.AREA:
            coordinates = [[*line, line[0]]]
        return {"type": _GEOMETRY_TYPES[self.kind], "coordinates": coordinates}

    @property
    def shown(self) -> "Place":
        """Return what others see: rounded unless exact; what the rounding joins becomes less."""
        if self.is_exact or not self.positions:
            return self
        positions = _rounded(self.positions, SHOWN_DECIMALS)
        kind = self.kind
        if kind == PlaceKind.AREA and not is_simple([*positions, positions[0]]):
            kind = PlaceKind.LINE
        if len(positions) < MIN_POINTS[kind]:
            kind = PlaceKind.POINT
        return replace(self, kind=kind, positions=tuple(positions))

    @property
    def mark(self) -> Position | None:
        """Return the position that represents the place: of a line or an area, its middle."""
        if not self.positions:
            return None
        if self.kind == PlaceKind.LINE:
            return self.positions[len(self.positions) // 2]
        west, south, east, north = bounds_of(self.positions)
        middle = (west + east) / 2, (south + north) / 2
        return round(middle[0], STORED_DECIMALS), round(middle[1], STORED_DECIMALS)


NO_PLACE = Place()


def make_place(kind: PlaceKind, positions: Sequence[Position], *, is_exact: bool = False) -> Place:
    """Return a place with rounded positions, none for no place. Raises InvalidPlace."""
    line = _rounded(positions, STORED_DECIMALS)
    if not line:
        return NO_PLACE
    if kind == PlaceKind.POINT:
        line = line[-1:]
    if not MIN_POINTS[kind] <= len(line) <= MAX_POINTS:
        raise InvalidPlace(f"{kind} needs {MIN_POINTS[kind]} to {MAX_POINTS} positions")
    if kind == PlaceKind.AREA and not is_simple([*line, line[0]]):
        raise InvalidPlace("the borders of the area cross")
    return Place(kind, tuple(line), is_exact)


def place_of_geometry(geometry: Mapping[str, Any] | None, *, is_exact: bool = False) -> Place:
    """Return the place that a stored geometry is."""
    if not geometry:
        return NO_PLACE
    kind, coordinates = _KINDS[geometry["type"]], geometry["coordinates"]
    if kind == PlaceKind.POINT:
        coordinates = [coordinates]
    elif kind == PlaceKind.AREA:
        coordinates = coordinates[0][:-1]
    return Place(kind, tuple((x, y) for x, y in coordinates), is_exact)


def _rounded(positions: Sequence[Position], decimals: int) -> Line:
    """Return rounded positions without neighbours that became equal."""
    line = [(round(x, decimals), round(y, decimals)) for x, y in positions]
    kept = [b for a, b in pairwise([None, *line]) if a != b]
    return [position for position in kept if position is not None]
