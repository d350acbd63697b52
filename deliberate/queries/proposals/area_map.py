"""The map of the areas as pages and operations use it, cached in memory between requests."""

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select

from deliberate.database import db
from deliberate.geography import Position
from deliberate.geography.geojson_reader import MapShape
from deliberate.geography.map_picture import bounds_of_shape, draw_map
from deliberate.geography.map_view import MapView
from deliberate.geography.polygons import Bounds, bounds_of, covers
from deliberate.models import MapFeature
from deliberate.vocabulary import MapFeatureKind

UNITS = 10_000
"""Units of a degree in which marks are stored."""
KEPT_PICTURES = 64
"""Pictures kept in memory, each of some ten kilobytes."""
MAX_AGE_SECONDS = 20.0
"""How long a server process may show the previous map after an import by another process."""


def units_of(position: Position) -> tuple[int, int]:
    """Return a position in the units in which marks are stored."""
    return round(position[0] * UNITS), round(position[1] * UNITS)


@dataclass(frozen=True)
class MapItem:
    """A feature of the map with its box and the position of its name."""

    shape: MapShape
    bounds: Bounds
    label: Position


@dataclass(frozen=True)
class AreaMap:
    """All features of the map; without features there is no map."""

    version: str
    items: Sequence[MapItem]

    @property
    def is_empty(self) -> bool:
        """Return whether no map was imported."""
        return not self.items

    @cached_property
    def areas(self) -> dict[str, MapItem]:
        """Return the areas by name, sorted by name."""
        areas = (item for item in self.items if item.shape.kind == MapFeatureKind.AREA)
        return {
            item.shape.name: item
            for item in sorted(areas, key=lambda item: item.shape.name.casefold())
        }

    @cached_property
    def view(self) -> MapView:
        """Return the section that shows all areas."""
        boxes = [item.bounds for item in self.areas.values()]
        corners = [corner for box in boxes for corner in (box[:2], box[2:])]
        return MapView.around(bounds_of(corners), margin=0.02)

    def area_at(self, position: Position) -> MapItem | None:
        """Return the area that covers a position; on a border the first by name."""
        x, y = position
        for item in self.areas.values():
            west, south, east, north = item.bounds
            is_near = west <= x <= east and south <= y <= north
            if is_near and covers(item.shape.polygons, position):
                return item
        return None

    def view_of_area(self, name: str) -> MapView | None:
        """Return the section around an area, None if the map has none of this name."""
        item = self.areas.get(name)
        return MapView.around(item.bounds) if item else None

    def picture(self, view: MapView, language: str) -> str:
        """Return the picture of a section; the latest are cached until another map is imported."""
        key, kept = (view.box, language), self._pictures
        with _lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        items = [(item.shape, item.bounds, item.label) for item in self.items]
        drawn = draw_map(items, view, language)
        with _lock:
            kept[key] = drawn
            while len(kept) > KEPT_PICTURES:
                kept.popitem(last=False)
        return drawn

    @cached_property
    def _pictures(self) -> OrderedDict[tuple[Bounds, str], str]:
        return OrderedDict()

    def mark_of_area(self, name: str) -> tuple[int | None, int | None]:
        """Return the mark of what is somewhere in an area: at its name; of an unknown one none."""
        item = self.areas.get(name)
        return units_of(item.label) if item else (None, None)


_maps: "WeakKeyDictionary[Engine, tuple[float, AreaMap]]" = WeakKeyDictionary()
_lock = threading.Lock()


def get_area_map() -> AreaMap:
    """Return the map, read again when another process imported one."""
    with _lock:
        checked_at, known = _maps.get(db.engine, (0.0, None))
    if known is not None and time.monotonic() - checked_at < MAX_AGE_SECONDS:
        return known
    version = _stored_version()
    if known is None or known.version != version:
        known = AreaMap(version, _read_items() if version else ())
    with _lock:
        _maps[db.engine] = time.monotonic(), known
    return known


def forget_area_map() -> None:
    """Read the map again for the next request, after an import."""
    with _lock:
        _maps.pop(db.engine, None)


def _stored_version() -> str:
    """Return a code that changes with each import, empty without a map."""
    newest = db.session.scalar(select(func.max(MapFeature.imported_at)))
    return f"{int(newest.timestamp() * 1000):x}" if newest else ""


def _read_items() -> list[MapItem]:
    return [_item(row) for row in db.session.scalars(select(MapFeature).order_by(MapFeature.id))]


def _item(row: MapFeature) -> MapItem:
    shape = MapShape(
        MapFeatureKind(row.kind),
        row.code,
        row.name,
        row.name_en,
        [[[(x, y) for x, y in ring] for ring in polygon] for polygon in row.polygons],
        [[(x, y) for x, y in line] for line in row.lines],
    )
    return MapItem(shape, bounds_of_shape(shape), (row.label_x / UNITS, row.label_y / UNITS))
