"""The section of the map that a picture shows: from degrees to its units and back."""

from dataclasses import dataclass
from math import cos, radians

from deliberate.geography import Position
from deliberate.geography.polygons import Bounds

WIDTH, HEIGHT = 480, 400
"""Units of every picture of the map."""
MARGIN = 0.06
MIN_DEGREES = 0.004
"""Height of the smallest section: some 440 metres."""
BOX_DECIMALS = 4


@dataclass(frozen=True)
class MapView:
    """A section of the map, drawn in the proportions of its middle."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, bounds: Bounds, margin: float = MARGIN) -> "MapView":
        """Return the smallest section with the proportions of a picture around a box."""
        west, south, east, north = bounds
        shrink = _shrink(south, north)
        height = max(north - south, (east - west) * shrink * HEIGHT / WIDTH, MIN_DEGREES)
        height *= 1 + 2 * margin
        width = height * WIDTH / HEIGHT / shrink
        x, y = (west + east) / 2, (south + north) / 2
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        return cls(*(round(degrees, BOX_DECIMALS) for degrees in box))

    @property
    def box(self) -> Bounds:
        """Return west, south, east and north."""
        return self.west, self.south, self.east, self.north

    def project(self, position: Position) -> tuple[float, float]:
        """Return the units from the left and from the top of a position."""
        x, y = position
        return (
            (x - self.west) / (self.east - self.west) * WIDTH,
            (self.north - y) / (self.north - self.south) * HEIGHT,
        )

    def position_at(self, x: float, y: float) -> Position:
        """Return the position at some units from the left and from the top."""
        return (
            self.west + x / WIDTH * (self.east - self.west),
            self.north - y / HEIGHT * (self.north - self.south),
        )

    def contains(self, position: Position) -> bool:
        """Return whether the section shows a position."""
        x, y = position
        return self.west <= x <= self.east and self.south <= y <= self.north

    def meets(self, bounds: Bounds) -> bool:
        """Return whether the section and a box have a part in common."""
        west, south, east, north = bounds
        return (
            west <= self.east and east >= self.west and south <= self.north and north >= self.south
        )

    def closer(self, position: Position | None = None, share: float = 0.4) -> "MapView":
        """Return a smaller section around a position, by default its own middle."""
        x, y = position or ((self.west + self.east) / 2, (self.south + self.north) / 2)
        width = (self.east - self.west) * share / 2
        height = (self.north - self.south) * share / 2
        return MapView.around((x - width, y - height, x + width, y + height), margin=0)


def _shrink(south: float, north: float) -> float:
    """Return how much shorter a degree of longitude is than one of latitude in the middle."""
    return max(cos(radians((south + north) / 2)), 0.05)
