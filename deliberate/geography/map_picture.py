"""Drawing of a section of the map as SVG: land, water, woods, roads, borders and names."""

from collections.abc import Iterable, Sequence
from html import escape

from deliberate.geography import Line, Position
from deliberate.geography.geojson_reader import MapShape
from deliberate.geography.map_view import HEIGHT, WIDTH, MapView
from deliberate.geography.polygons import Bounds, bounds_of
from deliberate.vocabulary import MapFeatureKind

LABEL_SIZE = 13
PHONE_LABEL_SIZE = 15
LABEL_RISE = 20
"""Units between a name and its position, where pages put the circle of the area."""
STYLE = """
.land{fill:#eef0e2}.area{fill:none;stroke:#b9bba8;stroke-width:1}
.wood{fill:#dbe6cd}.water{fill:#c3dfe4}.river{stroke:#a9d0d8;stroke-width:4}
.road{stroke:#fff;stroke-width:4}.edge{stroke:#cfc6ae;stroke-width:6}
.river,.road,.edge{fill:none;stroke-linecap:round;stroke-linejoin:round}
.outside{fill:#f7f6ef}
text{font:600 13px system-ui,"Segoe UI",Roboto,sans-serif;fill:#3d4a46;text-anchor:middle;
paint-order:stroke;stroke:#f4f3e6;stroke-width:3.5px;stroke-linejoin:round}
.wet{fill:#2b6473;stroke:#c3dfe4;font-style:italic}
@media(max-width:400px){text{font-size:15px}}
@media(prefers-color-scheme:dark){
.land{fill:#1d2a26}.area{stroke:#5d6f67}.wood{fill:#21342b}.water{fill:#12333c}.river{stroke:#1f4c58}
.road{stroke:#5b6a64}.edge{stroke:#121a18}.outside{fill:#18221f}
text{fill:#d5ded9;stroke:#18221f}.wet{fill:#9fd0dc;stroke:#12333c}}
"""
"""Colours of the map for light and dark screens; a picture has no access to the site's sheet."""
_ORDER = (
    MapFeatureKind.WOOD,
    MapFeatureKind.AREA,
    MapFeatureKind.WATER,
    MapFeatureKind.RIVER,
    MapFeatureKind.ROAD,
)


def draw_map(
    shapes: Iterable[tuple[MapShape, Bounds, Position]], view: MapView, language: str
) -> str:
    """Return the SVG picture of a section.

    Each shape comes with its box and the position of its name.
    """
    visible = [item for item in shapes if view.meets(item[1])]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}"><style>{STYLE}</style>',
        f'<path class="outside" d="M0 0H{WIDTH}V{HEIGHT}H0Z"/>',
    ]
    parts += _layers([shape for shape, _bounds, _label in visible], view)
    parts += _labels(visible, view, language)
    return "".join([*parts, "</svg>"])


def _layers(shapes: Iterable[MapShape], view: MapView) -> list[str]:
    """Return the paths of the shapes by kind, those drawn above others last."""
    by_kind: dict[MapFeatureKind, list[MapShape]] = {kind: [] for kind in _ORDER}
    for shape in shapes:
        by_kind[shape.kind].append(shape)
    layers = _paths("land", by_kind[MapFeatureKind.AREA], view)
    for kind in _ORDER:
        if kind == MapFeatureKind.ROAD:
            layers += _paths("edge", by_kind[kind], view)
        layers += _paths(kind.value, by_kind[kind], view)
    return layers


def _paths(name: str, shapes: Sequence[MapShape], view: MapView) -> list[str]:
    data = "".join(_path_of(shape, view) for shape in shapes)
    return [f'<path class="{name}" fill-rule="evenodd" d="{data}"/>'] if data else []


def _path_of(shape: MapShape, view: MapView) -> str:
    rings = [_path(ring[:-1], view) + "Z" for polygon in shape.polygons for ring in polygon]
    return "".join(rings + [_path(line, view) for line in shape.lines])


def _path(line: Line, view: MapView) -> str:
    """Return path data in whole units from point to point, without those that became equal."""
    x, y = (round(unit) for unit in view.project(line[0]))
    steps = [f"M{x} {y}l"]
    for position in line[1:]:
        next_x, next_y = (round(unit) for unit in view.project(position))
        if (next_x, next_y) != (x, y):
            steps.append(f"{next_x - x} {next_y - y} ".replace(" -", "-"))
            x, y = next_x, next_y
    return "".join(steps).strip() if len(steps) > 1 else steps[0].removesuffix("l") + "h0"


def _labels(
    shapes: Iterable[tuple[MapShape, Bounds, Position]], view: MapView, language: str
) -> list[str]:
    """Return the names that fit into the picture, those that would cover another one left out."""
    labels: list[str] = []
    taken: list[Bounds] = []
    for shape, _bounds, position in shapes:
        name = (shape.name_en if language == "en" else "") or shape.name
        if not name or shape.kind in {MapFeatureKind.RIVER, MapFeatureKind.ROAD}:
            continue
        x, y, box = _name_spot(name, position, view)
        if not _is_in_picture(box) or any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        kind = ' class="wet"' if shape.kind == MapFeatureKind.WATER else ""
        labels.append(f'<text{kind} x="{x:.0f}" y="{y:.0f}">{escape(name)}</text>')
    return labels


def _is_in_picture(box: Bounds) -> bool:
    return box[0] >= 0 and box[2] <= WIDTH and box[1] >= 0 and box[3] <= HEIGHT


def _name_spot(
    name: str, position: Position, view: MapView, size: int = LABEL_SIZE
) -> tuple[float, float, Bounds]:
    """Return the middle of the base line of a name, and its box, in units of the picture."""
    x, y = view.project(position)
    y -= LABEL_RISE
    half = len(name) * size * 0.3
    return x, y, (x - half, y - size, x + half, y + size / 3)


def name_box(name: str, position: Position, view: MapView) -> Bounds:
    """Return the box of a name in units of the picture, as large as phones show it."""
    return _name_spot(name, position, view, PHONE_LABEL_SIZE)[2]


def _overlap(a: Bounds, b: Bounds) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def bounds_of_shape(shape: MapShape) -> Bounds:
    """Return the box around a shape."""
    rings = [polygon[0] for polygon in shape.polygons]
    return bounds_of(position for line in (*rings, *shape.lines) for position in line)
