"""Map of the sample city: invented shapes in the place of the capital area, drawn by this code.

The areas share a net of corners; each border between two corners bends by seeded chance and is
drawn once, so neighbours share it. Nothing here is a survey.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import pi, sin
from typing import Any

from deliberate.commands.demo_city.actions import seeded_random
from deliberate.geography import Line, Position
from deliberate.geography.geojson_reader import MapShape, read_geojson
from deliberate.geography.map_view import HEIGHT, WIDTH
from deliberate.geography.places import NO_PLACE, Place, make_place
from deliberate.vocabulary import PlaceKind

WEST, NORTH, DEGREES = 116.60, -0.86, 0.24
"""The corner of the map at the top left, and its height in degrees."""
CORNERS = {
    "a0": (8, 16), "a1": (118, 6), "a2": (246, 12), "a3": (364, 4), "a4": (470, 22),
    "b0": (14, 112), "b1": (112, 104), "b2": (236, 98), "b3": (352, 110), "b4": (474, 98),
    "c0": (4, 204), "c1": (98, 212), "c2": (210, 196), "c3": (340, 214), "c4": (468, 200),
    "d0": (16, 300), "d1": (124, 290), "d2": (238, 302), "d3": (330, 296), "d4": (452, 272),
    "e0": (26, 390), "e1": (112, 394), "e2": (226, 388), "e3": (330, 372), "e4": (398, 318),
}  # fmt: skip
"""Corners of the areas in units of the picture."""
ROWS = (
    ("Semoi Dua", "Suko Mulyo", "Argo Mulyo", "Wonosari"),
    ("Sukaraja", "Tengin Baru", "Bukit Raya", "Karang Jinawi"),
    ("Sepaku Lama", "Sepaku", "KIPP 1A", "Bumi Harapan"),
    ("Binuang", "Pemaluan", "Maridan", "Mentawir"),
)
ENGLISH = {"KIPP 1A": "KIPP 1A (core government area)"}
BENDS = 7
WATERS = {
    "Teluk Balikpapan": [(478, 262), (446, 282), (412, 304), (388, 336), (344, 366), (338, 396),
                         (400, 398), (478, 396), (478, 262)],
    "": [(150, 56), (172, 46), (190, 54), (186, 70), (164, 76), (150, 68), (150, 56)],
}  # fmt: skip
WOODS = (
    [(22, 30), (62, 22), (84, 48), (60, 84), (26, 78), (22, 30)],
    [(378, 18), (432, 20), (456, 44), (420, 82), (380, 64), (378, 18)],
    [(34, 316), (86, 320), (94, 366), (48, 376), (34, 316)],
    [(250, 312), (300, 310), (310, 350), (268, 368), (250, 312)],
)
RIVERS: tuple[Line, ...] = (
    [(70, 10), (92, 62), (120, 112), (150, 168), (182, 214), (240, 262), (300, 300), (352, 352)],
    [(300, 8), (286, 70), (240, 128), (206, 178), (182, 214)],
    [(12, 330), (72, 302), (132, 292), (196, 270), (240, 262)],
)
ROADS: tuple[Line, ...] = (
    [(6, 226), (76, 214), (150, 206), (226, 176), (300, 180), (380, 168), (472, 190)],
    [(176, 8), (192, 84), (186, 150), (178, 236), (164, 312), (156, 390)],
    [(380, 168), (396, 110), (398, 52), (412, 12)],
    [(252, 214), (310, 222), (322, 274), (258, 282), (252, 214)],
)


def sample_map() -> bytes:
    """Return the map of the sample city as GeoJSON."""
    features = [*_areas()]
    features += [_feature("water", [_ring(ring)], name=name) for name, ring in WATERS.items()]
    features += [_feature("wood", [_ring(ring)]) for ring in WOODS]
    features += [_feature("river", _curve(line)) for line in RIVERS]
    features += [_feature("road", _curve(line)) for line in ROADS]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def sample_shapes() -> list[MapShape]:
    """Return the map of the sample city as the import reads it."""
    return read_geojson(sample_map())


def sample_place(corners: Sequence[Position] | None, *, is_exact: bool = False) -> Place:
    """Return the place with some corners in units of the picture: a point, a line or a ring."""
    if not corners:
        return NO_PLACE
    kind, line = PlaceKind.POINT, [position_at(x, y) for x, y in corners]
    if len(line) > 1:
        kind = PlaceKind.AREA if line[0] == line[-1] else PlaceKind.LINE
    return make_place(kind, line[:-1] if kind == PlaceKind.AREA else line, is_exact=is_exact)


def position_at(x: float, y: float) -> Position:
    """Return the position at some units from the left and the top of the picture."""
    degree = DEGREES / HEIGHT
    return round(WEST + x * degree, 5), round(NORTH - y * degree, 5)


def _areas() -> Iterable[dict[str, Any]]:
    for row, names in enumerate(ROWS):
        top, bottom = "abcde"[row], "abcde"[row + 1]
        for column, name in enumerate(names):
            keys = [f"{top}{column}", f"{bottom}{column}", f"{bottom}{column + 1}"]
            keys += [f"{top}{column + 1}", f"{top}{column}"]
            ring: Line = []
            for a, b in pairwise(keys):
                ring += _border(a, b)[bool(ring) :]
            code = f"64.09.{row + 1}{column + 1:02}"
            english = ENGLISH.get(name, "")
            yield _feature("area", [_ring(ring)], name=name, code=code, name_en=english)


def _border(a: str, b: str) -> Line:
    """Return the bent border between two corners, the same from both sides."""
    first, last = sorted((a, b))
    (x1, y1), (x2, y2) = CORNERS[first], CORNERS[last]
    chance = seeded_random(f"border {first} {last}")
    waves = [(chance.uniform(-7, 7) / step, step) for step in (1, 2, 3)]
    line: Line = []
    for bend in range(BENDS + 1):
        share = bend / BENDS
        offset = sum(size * sin(step * pi * share) for size, step in waves)
        dx, dy = (y2 - y1) / 100, (x1 - x2) / 100
        x, y = x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
        line.append((x + dx * offset, y + dy * offset))
    return line if (first, last) == (a, b) else line[::-1]


def _curve(line: Line) -> list[Position]:
    """Return a line through the middles of its parts, rounded at every corner."""
    smooth = [line[0]]
    for (ax, ay), (bx, by) in pairwise(line):
        smooth += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25)]
        smooth += [(ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
    return [position_at(x, y) for x, y in [*smooth, line[-1]]]


def _ring(ring: Iterable[Position]) -> list[Position]:
    return [position_at(min(max(x, 0), WIDTH), min(max(y, 0), HEIGHT)) for x, y in ring]


def _feature(kind: str, coordinates: list[Any], **properties: str) -> dict[str, Any]:
    shape = "LineString" if kind in {"river", "road"} else "Polygon"
    return {
        "type": "Feature",
        "properties": {"kind": kind, **properties},
        "geometry": {"type": shape, "coordinates": coordinates},
    }
